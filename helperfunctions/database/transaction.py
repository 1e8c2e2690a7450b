"""The queries of every step, bound to one transaction."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from helperfunctions.database.connect import PLAIN_CURSOR
from helperfunctions.database.copy_rows import CopyRows, Readable
from helperfunctions.queries import BoundStep, Queries


class Transaction:
    """The queries of every step inside one transaction: `tx.collect.insert_poll(…)`."""

    def __init__(self, queries: Queries, connection: Any) -> None:
        self._queries = queries
        self._connection = connection

    def __getattr__(self, step: str) -> BoundStep:
        """The queries of sql/<step>/. Raises AttributeError if there is no such folder."""
        try:
            return BoundStep(self._queries.steps[step], self._connection)
        except KeyError:
            raise AttributeError(f"sql/ has no folder {step!r} with queries") from None

    def copy(self, command: str, rows: CopyRows) -> int:
        """Send rows through a COPY command; returns how many went in."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, rows.file())
            return int(cursor.rowcount)

    def copy_stream(self, command: str, stream: Readable) -> None:
        """Send what is in COPY's text format already."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, stream)

    def run(self, statements: str | bytes) -> list[tuple[Any, ...]]:
        """Run SQL that PostgreSQL has written itself: a query of ours, or pg_dump. The rows that the last one gave."""
        # Plain rows: such statements have columns without a name, or several of one name.
        with self._connection.cursor(cursor_factory=PLAIN_CURSOR) as cursor:
            cursor.execute(statements)
            return [] if cursor.description is None else list(cursor.fetchall())


class CostedReads(Protocol):
    """A database for many readers at the same time, each of which says what its read costs."""

    def transaction(self, cost: int = 0) -> AbstractContextManager[Transaction]:
        """Read one state."""
        ...


class Transactions(Protocol):
    """A database as who only asks it something sees it: Database and ReadPool alike."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Everything inside happens, or nothing."""
        ...
