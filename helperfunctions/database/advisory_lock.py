"""Advisory locks of PostgreSQL, each on a connection of its own."""

from contextlib import suppress
from typing import Any

from helperfunctions.database.errors import translated
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import BoundStep


class AdvisoryLock:
    """A held lock. The server releases it when the connection ends, however the process that holds it ends."""

    def __init__(self, connection: Any, database: BoundStep, name: str, *, shared: bool = False) -> None:
        self.connection = connection
        self.database = database
        self._name = name
        self._shared = shared

    def is_held(self) -> bool:
        """True if the connection, and with it the lock, still exists."""
        try:
            with translated():
                self.database.ping()
        except DatabaseError:
            return False
        return True

    def release(self) -> None:
        """Release the lock. No error if it is lost already."""
        # Closing would release it too, but a moment later: the next session may try to acquire it at once.
        with suppress(DatabaseError), translated():
            (self.database.unshare if self._shared else self.database.unlock)(name=self._name)
        self.connection.close()
