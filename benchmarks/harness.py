"""Tools of the benchmarks: comparisons in turns, medians, tables, a database, the memory of a process."""

import itertools
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg2
from rich.console import Console
from rich.table import Table

from helperfunctions import embedded_postgres, migrations
from helperfunctions.database import Database
from helperfunctions.queries import Queries

# Tables go to standard output and progress to standard error, so that tables can be redirected alone.
_output: Final = Console(highlight=False)
_progress: Final = Console(stderr=True, highlight=False, style="dim")
_began: Final = time.monotonic()


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do the work. `run` is timed, `prepare` before it is not."""

    name: str
    run: Callable[[], object]
    prepare: Callable[[], object] = _nothing


def race(contestants: Sequence[Contestant], rounds: int, what: str) -> dict[str, float]:
    """Median seconds of each contestant over some rounds; in each round every contestant runs once.

    Turns spread other load of the machine evenly over all; a first round, which is not counted, warms the caches.
    """
    seconds: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    for number in range(rounds + 1):
        progress(f"{what}: {f'round {number} of {rounds}' if number else 'warming up'}")
        for contestant in contestants:
            contestant.prepare()
            taken = seconds_of(contestant.run)
            if number:
                seconds[contestant.name].append(taken)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def seconds_of(run: Callable[[], object]) -> float:
    """Wall-clock seconds that a call takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def progress(doing: str) -> None:
    """Print a line of progress on standard error: seconds since the start, and the current work."""
    _progress.print(f"[{time.monotonic() - _began:4.0f} s] {doing}", markup=False)


def verdict(met: bool) -> str:
    """The cell of a table for a target: met or missed."""
    return "yes" if met else "NO"


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> None:
    """Print a table, its first column to the left and the others to the right, and notes below."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # A pipe has no width.
    console = _output if _output.is_terminal else Console(highlight=False, width=200)
    console.print()
    console.print(table)
    for note in notes:
        console.print(f"  {note}", markup=False)


@dataclass(frozen=True, slots=True)
class Bench:
    """A database with the schema, opened by the project and by the driver."""

    database: Database
    url: str

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """A connection of the driver; it commits when the block ends without an error."""
        connection = psycopg2.connect(self.url)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def run(self, *statements: str) -> None:
        """Run statements, each in a transaction of its own: VACUUM takes no other."""
        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.connected() as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())


# The server and the template of the databases instead of a server for each; None for measurements.
_shared: ContextVar[tuple[str, str] | None] = ContextVar("_shared", default=None)
_numbers: Final = itertools.count(1)


@contextmanager
def sharing_a_server(url: str, template: str) -> Iterator[None]:
    """Within the block, `a_database` copies a template on this server, which is quick; the figures mean less."""
    token = _shared.set((url, template))
    try:
        yield
    finally:
        _shared.reset(token)


@contextmanager
def a_database() -> Iterator[Bench]:
    """An embedded PostgreSQL in a folder of its own, both gone when the block ends."""
    shared = _shared.get()
    if shared is not None:
        url, template = shared
        name = f"benchmark_{next(_numbers)}"
        Bench(Database(url, Queries()), url).run(f"create database {name} template {template}")
        own = url.replace("/postgres?", f"/{name}?", 1)
        yield Bench(Database(own, Queries()), own)
        return
    # A short path: the name of a Unix socket has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="wtb-") as folder, embedded_postgres.running(Path(folder) / "pg") as url:
        database = Database(url, Queries())
        migrations.migrate(database)
        yield Bench(database, url)


def peak_memory_mb() -> float:
    """The peak of this process's resident memory, in MB of 10^6 bytes.

    Not `ru_maxrss` where there is a choice: on Linux that of a child starts with the peak of its parent.
    """
    if Path("/proc/self/status").exists():
        return peak_memory_mb_of("self")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def peak_memory_mb_of(process: int | str) -> float:
    """The peak of the resident memory of a running process of Linux, in MB of 10^6 bytes."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024 / 1e6
