"""Fixtures of all tests: a real PostgreSQL with a database per test, and a clock that a test moves."""

import gc
import importlib
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from bot.collect.keep import KeptPolls
from helperfunctions import embedded_postgres, migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.case_names import pytest_make_parametrize_id as pytest_make_parametrize_id
from tests.everything import fill
from tests.janitor import cleaning_up_after_us
from tests.kept_connections import KeptDatabase, connection_to, forget, give_up, keep
from tests.lakes import LakeOfTest, opened
from tests.rabbit import MISSING, SERVER, Rabbit
from tests.rabbit import serving as rabbit_serving
from tests.seaweed import BUCKET, Seaweed, serving

# The tests create and delete hundreds of thousands of files. Some file systems then search for free inodes most of the
# time; one in memory does not.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - each process makes a folder of its own there
_ENOUGH_MEMORY = 6_000_000_000
START = datetime(2026, 11, 21, 16, tzinfo=UTC)
_numbers = itertools.count(1)
_to_drop: list[tuple[str, str]] = []
# A shell that starts the tests in the background ignores SIGINT, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The longest tests run first; the others fill the gaps at the end.
_LONG = (
    "soak/",
    "faults/",
    "acceptance/test_demo",
    "integration/test_month",
    "acceptance/test_kill",
    "acceptance/test_secrets",
    "benchmarks/",
    "web/test_browser",
    "web/test_openapi",
    "contract/test_everything",
    "integration/test_backup",
    "integration/test_embedded_postgres",
    "integration/test_day_bounds",
    "acceptance/",
)

# Each of these runs in one test process, because its tests share something that takes seconds to make.
_TOGETHER = (
    # Mostly waiting, so several test processes share the folder.
    "acceptance/faults/test_database",
    "acceptance/faults/test_clock",
    "acceptance/faults/",
    "web/test_browser",
    "web/",
    "contract/test_aws_secrets",
    "integration/test_chat_queue",
    "integration/test_engines",
    "integration/test_lake",
    "integration/test_every_minute",
    "integration/test_games_of_one_name",
    "integration/test_memory_limit",
    "sandbox/test_world",
    "unit/test_layout",
)

# Fixtures whose database has rows from the start, and the fixture that has the name of their template.
_TEMPLATES = {"full_url": "full_template", "inbox": "template_of_a_day_of_chess"}


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # the package has no types
    """Sends a test, or tests that run together, to the next free test process."""

    def _split_scope(self, nodeid: str) -> str:
        return next((part for part in _TOGETHER if nodeid.startswith(f"tests/{part}")), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return Scheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Put temporary files into memory where there is enough: those of pytest here, the others in `own_folder`."""
    if _memory_folder() is not None and "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def _memory_folder() -> Path | None:
    is_large = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _ENOUGH_MEMORY
    return _IN_MEMORY if is_large and os.access(_IN_MEMORY, os.W_OK | os.X_OK) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make test-long` and `make recorded`."""
    parser.addoption("--long", action="store_true", help="simulate whole months and a thousand kills: takes an hour")
    parser.addoption("--record", action="store_true", help="store the responses that tests compare with recorded ones")


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    """True if --long is set. Without it, some tests simulate a shorter time."""
    return bool(request.config.getoption("--long"))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Without the garbage collector, which takes a sixth of the time of the collection: little of it is garbage."""
    gc.disable()
    try:
        _import_test_files(session.config)
        return (yield)
    finally:
        gc.enable()


def _import_test_files(config: pytest.Config) -> None:
    """Import all test files, each test process from another place of the list on.

    In a new clone pytest compiles each of them. Without this, all test processes would compile the same file at the
    same time; the later ones now find it done.
    """
    process, processes = (os.environ.get(f"PYTEST_XDIST_WORKER{which}", "") for which in ("", "_COUNT"))
    if not process or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    files = sorted(config.rootpath.glob("tests/**/test_*.py"))
    first = len(files) * int(process.removeprefix("gw")) // int(processes)
    for file in files[first:] + files[:first]:
        # Errors are reported when pytest collects the file.
        with suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests first, when the whole suite runs. Without --long, those that are marked so are left out."""
    if not config.getoption("--long"):
        left_out = [item for item in items if item.get_closest_marker("long") is not None]
        items[:] = [item for item in items if item.get_closest_marker("long") is None]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: next((rank for rank, part in enumerate(_LONG) if part in item.nodeid), len(_LONG)))
    # Imported modules and collected tests stay until the end, so the garbage collector need not search them. What is
    # garbage among them is so little that a search for it takes longer.
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put temporary files of this test process into a folder of its own, and leave nothing running there."""
    # A short path: the name of a Unix socket has about a hundred characters at most.
    folder = Path(tempfile.mkdtemp(prefix="wt-", dir=_memory_folder()))
    # As root, the database's user passes through it.
    folder.chmod(0o755)
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    with cleaning_up_after_us(folder, tmp_path_factory.getbasetemp()):
        yield
    tempfile.tempdir = None
    if before is None:
        del os.environ["TMPDIR"]
    else:
        os.environ["TMPDIR"] = before


@pytest.fixture(scope="session")
def queries() -> Queries:
    """The queries of sql/, read once."""
    return Queries()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """An embedded PostgreSQL for this test process."""
    # A short path: the name of a Unix socket has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="wt-") as folder, embedded_postgres.running(Path(folder) / "pg") as url:
        # Rows of tests need not survive a power cut, and with hundreds of databases autovacuum would run all the time.
        execute(url, "alter system set fsync = off")
        execute(url, "alter system set autovacuum = off")
        execute(url, "select pg_reload_conf()")
        keep(url)
        yield url
        give_up(url)


@pytest.fixture(scope="session")
def template(server_url: str, queries: Queries) -> str:
    """A database with the schema, from which each test's own is cloned."""
    execute(server_url, "create database template_watchtime")
    migrations.migrate(Database(database_url(server_url, "template_watchtime"), queries))
    return "template_watchtime"


@pytest.fixture(scope="session")
def full_template(server_url: str, template: str, queries: Queries) -> str:
    """A database with rows in every table, from which others are cloned."""
    url = clone(server_url, template, "template_full")
    fill(Database(url, queries), url, VirtualClock(START))
    # A database with a connection cannot be cloned.
    give_up(url)
    return "template_full"


@pytest.fixture
def url(request: pytest.FixtureRequest, server_url: str) -> Iterator[str]:
    """The address of a new database with the schema, and with the rows that the test's other fixtures need."""
    source = next((_TEMPLATES[name] for name in request.fixturenames if name in _TEMPLATES), "template")
    name = f"test_{next(_numbers)}"
    yield clone(server_url, request.getfixturevalue(source), name)
    drop(server_url, name)


@pytest.fixture
def full_url(url: str, clock: VirtualClock) -> str:
    """The address of a new database with rows in every table; the clock is one day later."""
    clock.advance(24 * 3600)
    return url


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """The address of a new database without a schema."""
    name = f"empty_{next(_numbers)}"
    yield clone(server_url, "template1", name)
    drop(server_url, name)


@pytest.fixture
def database(url: str, queries: Queries) -> Database:
    """A new database with the schema."""
    return KeptDatabase(url, queries)


@pytest.fixture
def kept(tmp_path: Path, clock: VirtualClock) -> KeptPolls:
    """The folder for polls while the database is unavailable."""
    return KeptPolls(tmp_path / "polls", 10_000_000, clock)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock at 08:00 Pacific on Saturday, 2026-11-21, the start of a day of the bot."""
    return VirtualClock(START)


@pytest.fixture(scope="session")
def seaweed() -> Iterator[Seaweed]:
    """A simulated S3 for this test process."""
    with tempfile.TemporaryDirectory(prefix="weed-") as folder, serving(Path(folder)) as seaweed:
        yield seaweed


@pytest.fixture(scope="session")
def rabbit() -> Iterator[Rabbit]:
    """A RabbitMQ for this test process. A test has queues of its own."""
    if not SERVER.exists():
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory(prefix="rabbit-") as folder, rabbit_serving(Path(folder)) as rabbit:
        yield rabbit


@pytest.fixture(params=["folder", "s3"])
def lake(
    request: pytest.FixtureRequest, database: Database, clock: VirtualClock, tmp_path: Path
) -> Iterator[LakeOfTest]:
    """An empty lake in a folder, and one on S3."""
    url, endpoint = f"file://{tmp_path}/lake", None
    if request.param == "s3":
        url, endpoint = f"s3://{BUCKET}/test-{os.getpid()}-{next(_numbers)}", request.getfixturevalue("seaweed").url
    with opened(url, database, clock, tmp_path / "work", endpoint) as one:
        yield LakeOfTest(one, clock, tmp_path)


@pytest.fixture
def folder_lake(database: Database, clock: VirtualClock, tmp_path: Path) -> Iterator[LakeOfTest]:
    """An empty lake in a folder."""
    with opened(f"file://{tmp_path}/lake", database, clock, tmp_path / "work") as one:
        yield LakeOfTest(one, clock, tmp_path)


def clone(server_url: str, template: str, name: str) -> str:
    """Create a copy of a database of the same server. Its address."""
    _administer(server_url, f"create database {name} template {template} strategy file_copy")
    url = database_url(server_url, name)
    keep(url)
    return url


def drop(server_url: str, name: str) -> None:
    """Drop a database, also one that is in use: writing it to the disk can take longer than its test.

    It is dropped when the next one is to be: for one whose connections were closed just now, the server waits a tenth
    of a second.
    """
    give_up(database_url(server_url, name))
    _to_drop.append((server_url, name))
    if len(_to_drop) > 1:
        server, unused = _to_drop.pop(0)
        _administer(server, f"drop database if exists {unused} with (force)")


def _administer(server_url: str, statement: str) -> None:
    """Run one statement outside of a transaction, on a connection that is kept."""
    with connection_to(server_url) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute(statement)
        connection.autocommit = False


def database_url(server_url: str, name: str) -> str:
    """The address of another database of the same server."""
    socket_folder = server_url.split("?host=")[1]
    return f"postgresql://postgres@/{name}?host={quote(socket_folder)}"


def execute(url: str, statement: str) -> None:
    """Run one statement outside of a transaction. It may change settings, which only a new connection has."""
    forget(url)
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@dataclass(frozen=True)
class Switch:
    """Makes one database unavailable, and available again."""

    server_url: str
    name: str

    def off(self) -> None:
        """Refuse new connections and end existing ones."""
        forget(database_url(self.server_url, self.name))
        execute(self.server_url, f"alter database {self.name} allow_connections false")
        execute(
            self.server_url,
            f"select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '{self.name}'",
        )

    def on(self) -> None:
        execute(self.server_url, f"alter database {self.name} allow_connections true")

    def only_read(self, how: bool) -> None:
        """Make transactions of new connections read-only or not."""
        forget(database_url(self.server_url, self.name))
        execute(self.server_url, f"alter database {self.name} set default_transaction_read_only = {how}")


@pytest.fixture
def switch(server_url: str, url: str) -> Switch:
    """The switch of the test's database."""
    return Switch(server_url, url.split("@/")[1].split("?")[0])
