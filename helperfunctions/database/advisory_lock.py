"""A lock of the whole database, on a connection of its own."""

from contextlib import suppress
from typing import Any

from helperfunctions.database.errors import translated
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import BoundStep


class Hold:
    """A lock of the whole database, on a connection of its own: when its holder dies, however it dies, it is free."""

    def __init__(self, connection: Any, database: BoundStep, name: str, *, shared: bool = False) -> None:
        self.connection = connection
        self.database = database
        self._name = name
        self._shared = shared

    def is_held(self) -> bool:
        """Whether the connection, and so the lock, is still there."""
        try:
            with translated():
                self.database.ping()
        except DatabaseError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; quietly, if it is gone already."""
        # Closing would free it too, but only some time later: the next holder may already be at the door.
        with suppress(DatabaseError), translated():
            (self.database.unshare if self._shared else self.database.unlock)(name=self._name)
        self.connection.close()
