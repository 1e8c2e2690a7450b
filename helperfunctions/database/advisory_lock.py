"""Advisory locks of PostgreSQL, each on a connection of its own."""

from collections.abc import Callable
from typing import Any

from helperfunctions.database.errors import translated
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import BoundStep


class AdvisoryLock:
    """A held lock. The server releases it when the connection ends, however the process that holds it ends.

    `end` closes the connection after the release, or keeps it for another use.
    """

    def __init__(
        self, connection: Any, database: BoundStep, name: str, end: Callable[[Any], None], *, shared: bool = False
    ) -> None:
        self.connection = connection
        self.database = database
        self._name = name
        self._end = end
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
        try:
            with translated():
                (self.database.unshare if self._shared else self.database.unlock)(name=self._name)
        except DatabaseError:
            self.connection.close()
        else:
            self._end(self.connection)
