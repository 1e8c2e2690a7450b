"""Runs the SQL that pg_dump and pg_restore write, on a connection of ours.

So a restore is one transaction, in which the old tables go, the new ones come, and the result is checked before it is
committed; and the server is reached as the bot reaches it, also by TLS.
"""

from collections.abc import Callable
from typing import IO

from helperfunctions.database import Transaction


def replace_everything(tx: Transaction, script: IO[bytes], progress: Callable[[int], None]) -> None:
    """Drop everything that is ours, and run the script in its place. `progress` receives the bytes read so far."""
    for (statement,) in tx.database.clearing():
        tx.run(statement)
    _Script(tx, script, progress).run()


class _Script:
    """A script in the format of pg_dump: statements, and COPY commands with their rows."""

    def __init__(self, tx: Transaction, script: IO[bytes], progress: Callable[[int], None]) -> None:
        self._tx = tx
        self._script = script
        self._progress = progress
        self._bytes_read = 0
        self._statements: list[bytes] = []

    def run(self) -> None:
        """Run it to its end."""
        for line in iter(self._script.readline, b""):
            self._count(len(line))
            if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
                self._run_statements()
                self._tx.copy_stream(line.decode(), _Rows(self._script, self._count))
            elif not _is_left_out(line):
                self._statements.append(line)
        self._run_statements()

    def _run_statements(self) -> None:
        if any(line.strip() and not line.startswith(b"--") for line in self._statements):
            self._tx.run(b"".join(self._statements))
        self._statements.clear()

    def _count(self, length: int) -> None:
        self._bytes_read += length
        self._progress(self._bytes_read)


class _Rows:
    """The rows after a COPY command, up to the line that ends them, as a stream that COPY reads from."""

    def __init__(self, script: IO[bytes], count: Callable[[int], None]) -> None:
        self._script = script
        self._count = count
        self._is_over = False

    def read(self, size: int = -1, /) -> bytes:
        """Whole lines of about `size` bytes together; all lines if it is negative."""
        lines: list[bytes] = []
        length = 0
        while not self._is_over and (size < 0 or length < size):
            line = self._script.readline()
            # A script that ends too early ends the rows, too: the program that writes it reports the error.
            self._is_over = line in (b"\\.\n", b"")
            if not self._is_over:
                lines.append(line)
                length += len(line)
        self._count(length)
        return b"".join(lines)


def _is_left_out(line: bytes) -> bool:
    """True if a line is only for psql, unknown to PostgreSQL 15, or creates what every database has.

    The comment on the schema public belongs to its owner, who may be another role. Other comments are those of the
    views for analysts.
    """
    is_of_others = line.startswith(b"COMMENT ON SCHEMA public IS ") and line.endswith(b"';\n")
    return (
        is_of_others
        or line.startswith((b"\\restrict ", b"\\unrestrict "))
        or line
        in (
            b"SET transaction_timeout = 0;\n",
            b"CREATE SCHEMA public;\n",
        )
    )
