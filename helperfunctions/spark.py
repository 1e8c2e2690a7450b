"""SQL on Spark, or on an engine that speaks its protocol, by Spark Connect. The only file that uses pyspark.

Only texts of SQL are sent: the client is the same for Spark 4 and Sail, and nothing of ours runs on the cluster.
"""

import contextlib
import re
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from helperfunctions.errors import EngineFailed, EngineUnavailable, SettingsError

_ADDRESS: Final = re.compile(r"sc://(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>\d{1,5}))?(?:/.*)?")
DEFAULT_PORT: Final = 15002
PROBE_SECONDS: Final = 5.0
CONNECT_SECONDS: Final = 120.0

Result = TypeVar("Result")


class Spark:
    """One session on an engine at an address such as `sc://host:15002`.

    The client alone would wait without end for an engine that is not there: so its port is tried first, and each
    statement has a deadline of `seconds`. Raises SettingsError for another kind of address, EngineUnavailable if
    nothing answers in time, and EngineFailed for what the engine reports; so do all methods.
    """

    def __init__(self, address: str, *, seconds: float) -> None:
        self._address = address.split(";")[0]
        self._seconds = seconds
        self._probe(*host_and_port(address))
        self._session = self._within(CONNECT_SECONDS, lambda: _session_at(address))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # An engine that is gone has nothing to release.
        with contextlib.suppress(EngineFailed):
            self._within(PROBE_SECONDS, self._session.stop)

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._within(self._seconds, lambda: self._session.sql(sql).collect())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query; all of them must have room in memory."""
        return self._within(self._seconds, lambda: _rows(self._session.sql(sql).toArrow()))

    def write_parquet(self, sql: str, file: Path) -> None:
        """Write the rows of a query into a new Parquet file of this machine; all of them must have room in memory."""
        table = self._within(self._seconds, lambda: self._session.sql(sql).toArrow())
        from pyarrow import parquet

        parquet.write_table(table, file)

    def views(self, queries: Mapping[str, str]) -> None:
        """Make views for this session: queries by name, each of which may read those before it."""
        for name, query in queries.items():
            self.run(f"create or replace temporary view {name} as {query}")

    def _probe(self, host: str, port: int) -> None:
        try:
            socket.create_connection((host, port), timeout=PROBE_SECONDS).close()
        except OSError as exc:
            raise EngineUnavailable(f"no engine answers at {self._address}: {exc.strerror or exc}") from exc

    def _within(self, seconds: float, call: Callable[[], Result]) -> Result:
        """The result of a call in a thread that is left alone when the time is over: the library has no deadline."""
        results: list[Result] = []
        errors: list[Exception] = []

        def attempt() -> None:
            try:
                results.append(call())
            except Exception as exc:
                errors.append(exc)

        thread = threading.Thread(target=attempt, name="spark", daemon=True)
        thread.start()
        thread.join(seconds)
        if results:
            return results[0]
        if errors and isinstance(errors[0], ModuleNotFoundError):
            raise errors[0]
        if errors:
            raise _translated(errors[0], self._address) from errors[0]
        raise EngineUnavailable(f"the engine at {self._address} did not finish within {seconds:g} seconds")


def host_and_port(address: str) -> tuple[str, int]:
    """Host and port of an address such as `sc://host:15002` or `sc://host`. Raises SettingsError for any other."""
    found = _ADDRESS.fullmatch(address)
    if found is None or int(found["port"] or DEFAULT_PORT) > 65535:
        shown = address.split(";")[0]
        raise SettingsError([f"the address of the engine is not like sc://host:{DEFAULT_PORT}: {shown!r}"])
    return found["host"].strip("[]"), int(found["port"] or DEFAULT_PORT)


def parquet_files(path: str) -> str:
    """A Parquet file, or all those of a folder, as a query; `path` as the engine sees it: s3://…, file:///… or /…."""
    return _files("parquet", path)


def text_files(path: str) -> str:
    """The lines of a text file as a query; `path` as of parquet_files."""
    return _files("text", path)


def _files(kind: str, path: str) -> str:
    if "`" in path:
        raise EngineFailed(f"a path for Spark cannot have a back quote: {path!r}")
    return f"select * from {kind}.`{path}`"  # noqa: S608 - a path cannot end the quotes


def _session_at(address: str) -> Any:
    with warnings.catch_warnings():
        # The library comments on the versions of pandas and of others.
        warnings.simplefilter("ignore")
        with _main_with_a_file():
            from pyspark.sql.connect.session import SparkSession

        session = SparkSession.builder.remote(address).create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


@contextlib.contextmanager
def _main_with_a_file() -> Iterator[None]:
    """Give the program a file: the library takes one without (`python -c`) for a run of its own tests, and exits."""
    main = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = "-c"
    try:
        yield
    finally:
        del main.__file__


def _rows(table: Any) -> list[tuple[Any, ...]]:
    columns = [column.to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True))


def _translated(error: Exception, address: str) -> EngineFailed:
    lines = str(error).strip().splitlines()
    line = lines[0] if lines else type(error).__name__
    if "UNAVAILABLE" in str(error) or type(error).__name__ == "RetriesExceeded":
        return EngineUnavailable(f"the engine at {address} does not answer any more: {line}")
    return EngineFailed(f"the engine at {address} failed: {line}")
