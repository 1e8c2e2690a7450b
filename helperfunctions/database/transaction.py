"""The queries of every step, bound to one transaction."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import IO, Any, Protocol

from helperfunctions.database.connect import PLAIN_CURSOR
from helperfunctions.database.copy_rows import CopyRows, Readable
from helperfunctions.queries import BoundStep, Queries


class Transaction:
    """One transaction, and the queries of every step in it: `tx.collect.insert_poll(…)`."""

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
        """Store rows by a COPY command, and return how many were stored."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, rows.file())
            return int(cursor.rowcount)

    def copy_stream(self, command: str, stream: Readable) -> None:
        """Store rows that are in the text format of COPY already."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, stream)

    def copy_out(self, query: str, parameters: Mapping[str, Any], file: IO[bytes]) -> int:
        r"""Write the rows of a query into a file, in its order, and return their number.

        As CSV without a header: every value is in quotes, NULL is \N without quotes.
        """
        with self._connection.cursor(cursor_factory=PLAIN_CURSOR) as cursor:
            bound = cursor.mogrify(query.rstrip().rstrip(";"), dict(parameters)).decode()
            cursor.copy_expert(rf"copy ({bound}) to stdout with (format csv, null '\N', force_quote *)", file)
            return int(cursor.rowcount)

    def copy_csv(self, table: str, columns: Sequence[str], file: IO[bytes]) -> int:
        """Store the rows of a CSV file, in the format that `copy_out` writes, and return their number. The names are
        those of the program, never of a user."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(rf"copy {table} ({', '.join(columns)}) from stdin with (format csv, null '\N')", file)
            return int(cursor.rowcount)

    def run(self, statements: str | bytes) -> list[tuple[Any, ...]]:
        """Run SQL that PostgreSQL generated (a query of ours, or pg_dump); the rows of its last statement."""
        # Plain rows: such statements have columns without a name, or several of one name.
        with self._connection.cursor(cursor_factory=PLAIN_CURSOR) as cursor:
            cursor.execute(statements)
            return [] if cursor.description is None else list(cursor.fetchall())


class CostedReads(Protocol):
    """A database for many readers at the same time, whose reads have costs: ReadPool."""

    def transaction(self, cost: int = 0) -> AbstractContextManager[Transaction]:
        """A transaction that reads one state. See ReadPool.transaction."""
        ...


class Transactions(Protocol):
    """A database that runs transactions: Database or ReadPool."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        ...
