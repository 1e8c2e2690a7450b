"""Rows in the text format of COPY."""

import io
import shutil
from collections.abc import Container, Iterator, Sequence
from typing import IO, Final, Protocol, Self

# Escapes of the special characters of COPY's text format.
# https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


# NULL in COPY's text format.
NULL: Final = r"\N"


class Readable(Protocol):
    """A file or stream that COPY reads from."""

    def read(self, size: int = ..., /) -> bytes: ...


class CopyRows:
    """Rows for COPY, stored in its text format, which takes little memory."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()

    def add(self, rows: Sequence[Sequence[str | None]]) -> None:
        """Add rows, all of one width. None is NULL; text must be what PostgreSQL can hold: no NUL, no lone surrogate.

        The rows are checked together first: usually none of their characters has to be escaped.
        """
        if not rows:
            return
        try:
            text = "\n".join(["\t".join(row) for row in rows])  # type: ignore[arg-type]  # fails for a None
        except TypeError:
            text = _escaped_lines(rows)
        else:
            separators = (len(rows) * (len(rows[0]) - 1), len(rows) - 1)
            if (text.count("\t"), text.count("\n")) != separators or "\\" in text or "\r" in text:
                text = _escaped_lines(rows)
        self._bytes.write(text.encode() + b"\n")

    def find(self, column: int, value: str) -> list[str]:
        """The escaped values of the first row with that value in a column. Raises ValueError when there is none.

        Searches all rows: only for rare cases.
        """
        return self._locate(column, value)[0]

    def remove(self, column: int, value: str) -> list[str]:
        """Remove the first row with that value in a column, and return it as `find` does."""
        row, start, end = self._locate(column, value)
        with self._bytes.getbuffer() as rows:
            length = len(rows) - (end - start)
            rows[start:length] = rows[end:]
        self._bytes.truncate(length)
        self._bytes.seek(length)
        return row

    def _locate(self, column: int, value: str) -> tuple[list[str], int, int]:
        """The first row with that value in a column, where it begins, and where the next begins."""
        wanted = escape_for_copy(value)
        rows = self._bytes.getvalue()
        place = rows.find(wanted.encode())
        while place >= 0:
            start, end = rows.rfind(b"\n", 0, place) + 1, rows.index(b"\n", place) + 1
            row = rows[start : end - 1].decode().split("\t")
            if row[column] == wanted:
                return row, start, end
            place = rows.find(wanted.encode(), place + 1)
        raise ValueError(f"no row has {value!r} in column {column}")

    def split(self) -> Iterator[list[str]]:
        """The escaped values of each row. Copies all rows once: only for rare cases."""
        for line in io.BytesIO(self._bytes.getvalue()):
            yield line[:-1].decode().split("\t")

    def leave_out(self, places: Container[int]) -> None:
        """Remove the rows at these indexes, counted from 0."""
        lines = self._bytes.getvalue().splitlines(keepends=True)
        self._bytes = io.BytesIO()
        self._bytes.writelines(line for place, line in enumerate(lines) if place not in places)

    @classmethod
    def from_file(cls, file: IO[bytes]) -> Self:
        """The rows that `file()` wrote earlier."""
        rows = cls()
        shutil.copyfileobj(file, rows._bytes)
        return rows

    def file(self) -> io.BytesIO:
        """All rows as a file in the text format of COPY, at its beginning."""
        self._bytes.seek(0)
        return self._bytes


def _escaped_lines(rows: Sequence[Sequence[str | None]]) -> str:
    return "\n".join(map(_escaped_line, rows))


def _escaped_line(row: Sequence[str | None]) -> str:
    if None not in row:
        line = "\t".join(row)  # type: ignore[arg-type]  # there is no None
        if line.count("\t") == len(row) - 1 and not any(character in line for character in "\\\n\r"):
            return line
    return "\t".join([NULL if value is None else escape_for_copy(value) for value in row])


def escape_for_copy(value: str) -> str:
    """A value with the special characters of COPY's text format escaped."""
    return value.translate(_COPY_ESCAPES)
