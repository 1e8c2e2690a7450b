"""DuckDB: CSV to Parquet, and SQL over Parquet files, within a limit of memory. The only file that uses duckdb.

Only `execute` and `fetch…` are used, which are the same in versions 1 and 2.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from helperfunctions.errors import EngineFailed

# The text that stands for NULL in CSV. Values are in quotes, so a text of these characters is not NULL.
CSV_NULL: Final = r"\N"
MEMORY_MB: Final = 256
# A type of ours: the column of the CSV has microseconds since 1970 in UTC, that of Parquet an instant.
INSTANT: Final = "INSTANT"


class Duck:
    """One in-memory DuckDB, whose larger work goes to files in `scratch`. Every method raises EngineFailed."""

    def __init__(self, scratch: Path, *, memory_mb: int = MEMORY_MB, threads: int = 1) -> None:
        import duckdb

        self._error: type[Exception] = duckdb.Error
        scratch.mkdir(parents=True, exist_ok=True)
        self.scratch = scratch
        with self._translated():
            self._connection = duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": f"{memory_mb}MB",
                    "threads": str(threads),
                    "temp_directory": str(scratch),
                    # No extension is fetched from the network.
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                },
            )
            self._connection.execute("set time zone 'UTC'")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close this session; with the last one, its DuckDB ends."""
        self._connection.close()

    def session(self) -> "Duck":
        """Another session on the same DuckDB, with temporary tables of its own; to open a DuckDB takes much longer."""
        other = object.__new__(Duck)
        other._error, other.scratch = self._error, self.scratch
        with self._translated():
            other._connection = self._connection.cursor()
            other._connection.execute("set time zone 'UTC'")
        return other

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._translated():
            return list(self._connection.execute(sql, list(parameters)).fetchall())

    def run(self, sql: str) -> None:
        """Run a statement."""
        with self._translated():
            self._connection.execute(sql)

    def write_parquet(self, sql: str, parquet: Path) -> int:
        """Write the rows of a query into a new Parquet file, open it again, and return the number of its rows."""
        with self._translated():
            self._connection.execute(
                f"copy ({sql}) to {quoted(parquet)} (format parquet, compression zstd, row_group_size 122880)"
            )
        return self.count(parquet)

    def csv_to_parquet(
        self, csv: Path, columns: Mapping[str, str], parquet: Path, where: str = "", order_by: str = ""
    ) -> int:
        """Make a Parquet file of a CSV file without a header, as of `read_csv`. Returns the number of its rows."""
        tail = (f" where {where}" if where else "") + (f" order by {order_by}" if order_by else "")
        return self.write_parquet(f"select {_projected(columns)} from {read_csv(csv, columns)}{tail}", parquet)

    def count(self, parquet: Path) -> int:
        """The number of rows of a Parquet file. All of it is read, so a torn file is noticed."""
        with self._translated():
            counted = f"select count(*), count(columns(*)) from read_parquet({quoted(parquet)})"
            return int(self._connection.execute(counted).fetchall()[0][0])

    def columns_of(self, parquet: Path) -> dict[str, str]:
        """The columns of a Parquet file with their types, as DuckDB names these."""
        return {row[0]: row[1] for row in self.rows(f"describe select * from read_parquet({quoted(parquet)})")}

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._error as exc:
            lines = str(exc).strip().splitlines()
            raise EngineFailed(f"DuckDB failed: {lines[0] if lines else type(exc).__name__}") from exc


def type_of(kind: str) -> str:
    """The type in DuckDB of a column of a Parquet file, which is such a type, or INSTANT."""
    return "TIMESTAMP WITH TIME ZONE" if kind == INSTANT else kind


def quoted(value: object) -> str:
    """A text or a path as a literal of SQL."""
    text = str(value).replace("'", "''")
    return f"'{text}'"


def quoted_name(name: str) -> str:
    """A name of a column in SQL."""
    return f'"{name}"'


def read_parquet(files: Sequence[Path]) -> str:
    """The rows of Parquet files, by the names of their columns, as a table of SQL."""
    listed = ", ".join(map(quoted, files))
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false)"


def read_csv(csv: Path, columns: Mapping[str, str]) -> str:
    """The rows of a CSV file without a header as a table of SQL: all values but NULL in quotes.

    `columns`: the names with types of DuckDB, or INSTANT.
    """
    types = ", ".join(
        f"{quoted(name)}: {quoted('BIGINT' if kind == INSTANT else kind)}" for name, kind in columns.items()
    )
    return (
        f"read_csv({quoted(csv)}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
        f"nullstr = {quoted(CSV_NULL)}, allow_quoted_nulls = false, parallel = false, columns = {{{types}}})"
    )


def _projected(columns: Mapping[str, str]) -> str:
    return ", ".join(
        f'make_timestamptz("{name}") as "{name}"' if kind == INSTANT else f'"{name}"' for name, kind in columns.items()
    )
