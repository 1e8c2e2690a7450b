"""Faults of a year, caused on purpose to the real process.

The bot is `watchtime run` with a simulated Twitch and X, on a PostgreSQL that the test can restart, and with a clock
that the test can move. A job is interrupted in its middle by a lock on a table that it writes to, or by a response that
is held back: never by sleeping.
"""

import itertools
import os
import signal
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import psutil
import psycopg2
import pytest

from bot.core.calendar import Calendar, Day
from bot.daily.rollup import Rollup
from helperfunctions import embedded_postgres, migrations
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import (
    CLIENT_SECRET,
    LOCKS_HELD,
    WITHOUT_DRAWING,
    Shell,
    environment_of,
    eventually,
    settings_for,
    x_settings_for,
)
from tests.acceptance.forks import Forker, Process, forking
from tests.conftest import database_url
from tests.factories import a_stream, rows, stage

PACIFIC = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(PACIFIC, time(8))
# An ordinary afternoon: yesterday is over and can be posted, and every job is due within the next half hour.
AFTERNOON = datetime(2026, 11, 24, 14, 5, tzinfo=PACIFIC)
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
# Python sleeps until an instant of the monotonic clock, which libfaketime 0.9.10 takes for an instant of the faked one.
SLEEPER = """
import select
import time

time.sleep = lambda seconds: select.select([], [], [], seconds) and None
"""
# How long a process remembers the offset of its clock. It would read the file for each look at the clock otherwise: a
# third of the CPU time of a test. The library counts whole seconds, so it can be twice as long.
CACHED_SECONDS = 1
_numbers = itertools.count(1)
NOT_WHOLE = """
    select polls.poll_id
    from staging.polls
    left join (
        select poll_id, count(*) as streams, sum(viewer_count) as viewers from staging.streams group by poll_id
    ) as staged using (poll_id)
    where
        (coalesce(staged.streams, 0) <> polls.streams or coalesce(staged.viewers, 0) <> polls.viewers)
        and to_regclass('staging.streams_' || to_char(polls.day, 'YYYY_MM_DD')) is not null
"""


@dataclass
class MovedClock:
    """The bot's clock, which a test can move: the machine's clock plus an offset. Only the wall clock moves."""

    file: Path
    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The current instant of the bot, in UTC."""
        return SystemClock().now() + self.ahead

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        SystemClock().sleep(seconds)

    def jump(self, by: timedelta) -> None:
        """Set the clock forward or back by a span of time."""
        ahead = self.ahead + by
        is_first = not self.file.exists()
        draft = self.file.with_suffix(".draft")
        draft.write_text(f"{ahead.total_seconds():+f}\n")
        draft.replace(self.file)
        self.ahead = ahead
        if not is_first:
            # Until every process has seen it: of two bots one would be late.
            SystemClock().sleep(2.2 * CACHED_SECONDS)

    def jump_to(self, instant: datetime) -> None:
        """Set the clock to an instant; it goes on from there."""
        self.jump(instant - self.now())

    def until(self, hour: int, minute: int) -> None:
        """Set the clock to two seconds before a time of the current day in the bot's time zone."""
        local = self.now().astimezone(PACIFIC)
        self.jump_to(local.replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(seconds=2))

    def environment(self) -> dict[str, str]:
        """The variables with which a process uses this clock."""
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CACHED_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


class Server:
    """A PostgreSQL that can be stopped with any signal and started again. `url` stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with embedded_postgres.running(folder) as self.url:
            postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
            self._command = postmaster.cmdline()
            self._user = postmaster.uids().real
        # Rows of tests need not survive a power cut of this machine.
        self._command += ["-c", "fsync=off"]
        self.start()

    def start(self) -> None:
        """Start the server, also after a crash."""
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                self._command, user=self._user, cwd=self._folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        eventually(self.answers, "the database answers")

    def stop(self, how: signal.Signals) -> None:
        """Stop the server: SIGINT as for an administrator's restart, SIGQUIT as in a crash."""
        self._process.send_signal(how)
        self._process.wait(30)

    def restart(self, how: signal.Signals) -> None:
        """Stop and start the server."""
        self.stop(how)
        self.start()

    def answers(self) -> bool:
        """True if the server accepts connections."""
        try:
            psycopg2.connect(self.url).close()
        except psycopg2.OperationalError:
            return False
        return True


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    """A new server that runs until the end of the block."""
    server = Server(folder)
    yield server
    server.stop(signal.SIGINT)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of these tests alone."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder, a_server(Path(folder) / "pg") as server:
        yield server


@pytest.fixture(scope="session")
def fault_template(server: Server, queries: Queries) -> str:
    """A database with the schema, from which each test's own is cloned."""
    return a_template(server, queries)


def a_template(server: Server, queries: Queries) -> str:
    """A database with the schema on a server."""
    execute(server.url, "create database template_watchtime")
    migrations.migrate(Database(database_url(server.url, "template_watchtime"), queries))
    return "template_watchtime"


@pytest.fixture
def url(server: Server, fault_template: str) -> str:
    """The address of a new database with the schema, on the server that can be stopped."""
    name = f"fault_{next(_numbers)}"
    execute(server.url, f"create database {name} template {fault_template} strategy file_copy")
    return database_url(server.url, name)


def execute(url: str, statement: str) -> None:
    """Execute a statement outside a transaction."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


class Held:
    """Locks that the test holds until it releases them or the server ends the connection."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()

    def take(self, statement: str) -> None:
        """Take the locks of a statement."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def let_go(self) -> None:
        """Release all of them."""
        with suppress(psycopg2.Error):
            self._connection.close()


def waiting(url: str) -> int:
    """Number of sessions that wait for a lock of another session."""
    query = "select count(*) from pg_locks where not granted and locktype in ('relation', 'transactionid')"
    ((count,),) = rows(url, query)
    return int(count)


@dataclass
class Life:
    """The services around a bot, and the questions that people asked it. `moved_shell` has the moved clock."""

    shell: Shell
    moved_shell: Shell
    clock: MovedClock
    url: str
    database: Database
    twitch: TwitchSandbox
    x: XSandbox
    asked: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the bot."""
        return (
            {
                "DATABASE_URL": self.url,
                "DATA_DIR": str(self.shell.folder / "data"),
                "POLL_EVERY_MINUTES": "10",
                "MENTIONS_EVERY_SECONDS": "5",
            }
            | settings_for(self.twitch)
            | x_settings_for(self.x)
        )

    def start(self, **settings: str) -> Process:
        """Start the bot on the moved clock."""
        return self.moved_shell.start("run", **self.clock.environment(), **WITHOUT_DRAWING, **self.settings | settings)

    def started(self, **settings: str) -> Process:
        """Start the bot, and wait until it has read its mentions and stored a poll."""
        bot = self.start(**settings)
        eventually(lambda: "first start: mentions" in self.log(bot), "the mentions are read")
        eventually(lambda: "poll stored" in self.log(bot), "a poll is stored")
        return bot

    def log(self, bot: Process) -> str:
        """The log of the bot so far."""
        return self.shell.output_of(bot, "err")

    def ask(self, person: str, what: str = "help") -> None:
        """Tag the bot with a question."""
        self.asked.append(self.x.tag(person, f"@{self.x.bot.username} {what}"))

    def is_answered(self) -> bool:
        """True if every question is answered and every answer has its id."""
        return set(self.asked) <= set(self.answers()) and not self.open_posts()

    def answers(self) -> Counter[str]:
        """The number of public answers to each post."""
        return Counter(post.reply_to.post_id for post in self.x.posts() if post.reply_to)

    def open_posts(self) -> list[tuple[Any, ...]]:
        """The posts that are not sent yet, or not known to be sent."""
        return rows(self.url, "select post_id, status from posts where status in ('due', 'sending', 'unknown')")

    def polls(self) -> list[tuple[Any, ...]]:
        """The polls that this bot has taken so far."""
        return rows(self.url, "select poll_id, status from staging.polls where streams > 50 order by poll_id")

    def ends_well(self, bot: Process) -> str:
        """Stop the bot, which must still run, and check that its posts and polls are consistent; its log."""
        # Before its first line it does not handle signals yet.
        eventually(lambda: self.log(bot) != "", "the bot has started")
        assert bot.poll() is None, self.log(bot)
        bot.terminate()
        ended = self.shell.end_of(bot)
        assert ended.code == 0, ended
        assert "failed unexpectedly" not in ended.err, ended.err
        self.is_consistent()
        return ended.err

    def is_consistent(self, locks: int = 0) -> None:
        """Check that every post is out once and every poll is whole. `locks`: advisory locks that are still held."""
        assert self.answers() == Counter(self.asked)
        texts = Counter(post.text for post in self.x.posts() if post.reply_to is None)
        assert not texts or set(texts.values()) == {1}, texts
        assert {post.post_id for post in self.x.posts()} == {
            x_id for (x_id,) in rows(self.url, "select x_id from posts where status = 'sent'")
        }
        assert rows(self.url, NOT_WHOLE) == []
        eventually(lambda: rows(self.url, LOCKS_HELD) == [(locks,)], f"{locks} locks are held")


def last_failure(log: str, job: str) -> str:
    """The log of the last failure of a job."""
    return next((line for line in reversed(log.splitlines()) if f"job={job} failed" in line), "")


@pytest.fixture
def moved(folder: Path) -> Iterator[MovedClock]:
    """A clock set to an ordinary afternoon."""
    clock = MovedClock(folder / "clock")
    clock.jump_to(AFTERNOON)
    before = set(_left_by_faketime())
    yield clock
    # A process that was killed leaves its part of the shared memory behind.
    for path in set(_left_by_faketime()) - before:
        if not psutil.pid_exists(int(path.name.rsplit("_", 1)[1])):
            path.unlink(missing_ok=True)


def _left_by_faketime() -> list[Path]:
    shared = Path("/dev/shm")  # noqa: S108 - it puts them there
    return [path for path in shared.glob("*faketime_s*_*") if path.name.rsplit("_", 1)[1].isdecimal()]


@pytest.fixture(scope="session")
def moved_forker() -> Iterator[Forker]:
    """The process of which commands on a moved clock are forked; each fork reads the file of its own clock."""
    if LIBRARY is None:
        pytest.skip("libfaketime is not here: apt-get install faketime")
    with tempfile.TemporaryDirectory(prefix="wt-") as folder:
        home, clock = Path(folder), MovedClock(Path(folder) / "clock")
        clock.jump(timedelta(0))
        (home / "sitecustomize.py").write_text(SLEEPER)
        environment = environment_of(home) | clock.environment()
        environment["PYTHONPATH"] += os.pathsep + folder
        with forking(environment) as forker:
            yield forker


@pytest.fixture
def life(
    shell: Shell, moved_forker: Forker, moved: MovedClock, url: str, database: Database, small_world: World
) -> Iterator[Life]:
    """The services that a bot needs, on an ordinary afternoon."""
    with (
        TwitchSandbox(small_world, moved, port=free_port(), rate_limit=0, client_secret=CLIENT_SECRET) as twitch,
        XSandbox(moved, port=free_port(), signers_clock=moved, rate_limits=False) as x,
    ):
        yield Life(shell, replace(shell, forker=moved_forker), moved, url, database, twitch, x)


def free_port() -> int:
    """A port on which a service can be restarted."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def live_through(database: Database, day: Day, *, rolled_up: bool = True) -> None:
    """Put a day with one poll that covers all of it into staging: Ada with chess, Bob with Go."""
    middle = day.starts_at + (day.ends_at - day.starts_at) / 2
    streams = (a_stream(1000, streamer="ada", game="chess"), a_stream(500, streamer="bob", game="go"))
    stage(database, *streams, at=middle, day=day.date, interval_minutes=13 * 60)
    if rolled_up:
        Rollup(database, VirtualClock(day.ends_at + timedelta(minutes=1)), CALENDAR).daily()
