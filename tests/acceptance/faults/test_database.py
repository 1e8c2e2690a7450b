"""The database restarted in the middle of each job, out of connections, read-only, gone, and with its disk full."""

import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import psycopg2
import pytest

from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually, nothing_runs_in
from tests.acceptance.faults.conftest import PACIFIC, Life, Server, a_server, a_template, execute
from tests.acceptance.faults.jobs_at_once import JobsAtOnce
from tests.acceptance.forks import Process
from tests.conftest import database_url
from tests.factories import rows

Trouble = Callable[[Server, Life], AbstractContextManager[str]]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["fast", "immediate"])
def test_after_a_restart_in_the_middle_of_every_job_each_job_is_done_at_its_next_turn(
    how: signal.Signals, life: Life, server: Server
) -> None:
    with JobsAtOnce.made(life) as jobs:
        bot = life.start()
        jobs.are_in_the_middle()
        server.restart(how)
        done = jobs.done()
        for job in done:
            eventually(partial(has_noticed, life, bot, job), f"{job} has noticed")
        assert not done["daily"]()
        eventually(done["reply"], "the stop is heard")
        life.clock.until(14, 7)
        eventually(done["daily"], "the day is rolled up")
        life.clock.until(14, 9)
        eventually(done["post"], "the summaries are planned")
        life.clock.until(14, 10)
        jobs.are_all_done()
    life.ends_well(bot)


def has_noticed(life: Life, bot: Process, job: str) -> bool:
    """True if a job has logged that the database failed. A poll that was dropping old rows goes on without it."""
    log = life.log(bot)
    goes_on = job == "collect" and "this poll is taken without the database: " in log
    return goes_on or f"job={job} failed: the database " in log


@contextmanager
def no_connection_left(server: Server, life: Life) -> Iterator[str]:
    """All connections are taken; those that the bot frees are taken as well, as soon as they are free."""
    over = threading.Event()
    with ExitStack() as taken:

        def go_on_taking() -> None:
            while not over.wait(0.01):
                take_all_connections(server.url, taken)

        take_all_connections(server.url, taken)
        taking = threading.Thread(target=go_on_taking)
        taking.start()
        try:
            yield "too many clients already"
        finally:
            over.set()
            taking.join()


def take_all_connections(url: str, taken: ExitStack) -> bool:
    """Take connections until the server refuses one."""
    while True:
        try:
            taken.callback(psycopg2.connect(url).close)
        except psycopg2.OperationalError:
            return True


@contextmanager
def read_only(server: Server, life: Life) -> Iterator[str]:
    """A read-only database, as on a provider's full disk or on a standby that was not promoted."""
    name = life.url.split("/")[3].split("?")[0]
    execute(server.url, f"alter database {name} set default_transaction_read_only = on")
    yield "the database is read-only"
    execute(server.url, f"alter database {name} reset default_transaction_read_only")


@contextmanager
def gone(server: Server, life: Life) -> Iterator[str]:
    """No server listens at the address."""
    server.stop(signal.SIGINT)
    yield "cannot be reached"
    server.start()


@pytest.mark.parametrize("trouble", [no_connection_left, read_only, gone])
def test_while_the_database_cannot_be_written_nothing_is_posted_and_afterwards_the_bot_goes_on(
    trouble: Trouble, life: Life, server: Server
) -> None:
    bot = life.started()
    polls = life.polls()
    with trouble(server, life) as reason:
        life.ask("ann")
        eventually(lambda: reason in life.log(bot), "it has noticed")
        life.clock.until(14, 10)
        eventually(lambda: kept(life), "the poll that is due meanwhile is kept")
        assert life.x.posts() == []
    # The jobs that failed wait a minute or more; when the clock is set, they begin at once. The kept poll is stored
    # before the next roll-up at the latest.
    life.clock.until(14, 22)
    eventually(life.is_answered, "the question is answered")
    eventually(lambda: not kept(life), "the kept poll is stored")
    at_ten_past = "select 1 from staging.polls where status = 'complete' and started_at between %r and %r"
    due = life.clock.now().astimezone(PACIFIC).replace(hour=14, minute=10, second=0, microsecond=0)
    span = str(due - timedelta(seconds=10)), str(due + timedelta(seconds=50))
    assert rows(life.url, at_ten_past % span) != []
    assert set(polls) <= set(life.polls())
    life.ends_well(bot)


def kept(life: Life) -> list[Path]:
    """Polls on disk that wait for the database."""
    return list((life.shell.folder / "data" / "polls").glob("*.poll"))


def last_failure(log: str, job: str) -> str:
    """The log of the last failure of a job."""
    return next((line for line in reversed(log.splitlines()) if f"job={job} failed" in line), "")


def test_jobs_wait_while_the_embedded_database_is_out_of_connections(life: Life) -> None:
    bot = on_embedded(life)
    url = life.url
    with ExitStack() as taken:
        take_all_connections(url, taken)
        life.ask("ann")
        eventually(
            lambda: take_all_connections(url, taken) and "too many clients" in last_failure(life.log(bot), "reply"),
            "it has noticed",
        )
        assert life.x.posts() == []
    eventually(life.is_answered, "the question is answered")
    life.is_consistent(locks=1)
    bot.terminate()
    assert life.shell.end_of(bot).code == 0


def test_an_embedded_database_that_was_killed_is_started_again(life: Life) -> None:
    """No operator would restart it."""
    bot = on_embedded(life)
    polls = life.polls()
    data = life.shell.folder / "data" / "postgres"
    server = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    everything = [server, *server.children(recursive=True)]
    for process in everything:
        process.kill()
    psutil.wait_procs(everything, timeout=10)
    life.ask("ann")
    eventually(lambda: "it recovers now" in life.log(bot), "it is started again")
    eventually(life.is_answered, "the question is answered")
    assert life.polls()[: len(polls)] == polls
    life.is_consistent(locks=1)
    bot.terminate()
    assert life.shell.end_of(bot).code == 0
    nothing_runs_in(life.shell.folder)


def on_embedded(life: Life) -> Process:
    """A bot on an embedded database, by the machine's clock, which its server needs."""
    life.clock.jump(-life.clock.ahead)
    settings = {name: value for name, value in life.settings.items() if name != "DATABASE_URL"}
    bot = life.shell.start("run", **settings)
    eventually(lambda: "first start: mentions" in life.log(bot), "the mentions are read")
    eventually(lambda: "poll stored" in life.log(bot), "a poll is stored")
    life.url = f"postgresql://postgres@/postgres?host={life.shell.folder / 'data' / 'postgres'}"
    return bot


@contextmanager
def a_small_disk(size: str) -> Iterator[Path]:
    """A folder on a file system of limited size."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S607


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """Room for a small database and little more."""
    with a_small_disk("128m") as folder:
        yield folder


@pytest.fixture(scope="module")
def on_small_disk(small_disk: Path) -> Iterator[Server]:
    """A server with its data on the small disk."""
    with a_server(small_disk / "pg") as server:
        yield server


@pytest.fixture(scope="module")
def small_template(on_small_disk: Server, queries: Queries) -> str:
    return a_template(on_small_disk, queries)


def fill(disk: Path) -> Path:
    """Fill the rest of the disk with another file while the server goes on writing."""
    ballast = disk / "ballast"
    piece = 1 << 20
    with ballast.open("ab") as file:
        while piece >= 4096:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, piece)
            except OSError:
                piece //= 2
    return ballast


def write_for_ever(url: str) -> None:
    """Write until the server has no room left, which ends it."""
    while True:
        execute(url, "select pg_logical_emit_message(false, 'x', repeat('x', 1000000))")


@pytest.mark.parametrize("dies", [False, True], ids=["tables", "wal"])
def test_with_a_full_disk_of_the_database_nothing_is_lost_and_afterwards_the_bot_goes_on(
    dies: bool, life: Life, small_disk: Path, on_small_disk: Server, small_template: str, queries: Queries
) -> None:
    """PostgreSQL refuses rows that need room in a table. It stops when there is no room for its commit log.

    Its automatic restart is turned off: sometimes there is just enough room for it, and it would go on before
    the bot has noticed.
    """
    execute(on_small_disk.url, f"alter system set restart_after_crash = {not dies}")
    execute(on_small_disk.url, "select pg_reload_conf()")
    name = f"small_{dies}".lower()
    execute(on_small_disk.url, f"create database {name} template {small_template}")
    life.url = database_url(on_small_disk.url, name)
    life.database = Database(life.url, queries)
    bot = life.started()
    polls = life.polls()
    ballast = fill(small_disk)
    life.ask("ann")
    if dies:
        with pytest.raises(psycopg2.OperationalError):
            write_for_ever(on_small_disk.url)
        # It is noticed by a job or by the leader election, whichever is first.
        eventually(lambda: "connection to server on socket" in life.log(bot), "it has noticed")
    else:
        life.clock.until(14, 10)
        eventually(lambda: "the database has no room left" in last_failure(life.log(bot), "collect"), "it has noticed")
    ballast.unlink()
    if dies:
        on_small_disk.restart(signal.SIGQUIT)
    life.clock.until(14, 20)
    eventually(life.is_answered, "the question is answered")
    eventually(lambda: len(life.polls()) > len(polls), "the next poll is stored")
    assert life.polls()[: len(polls)] == polls
    life.ends_well(bot)


def test_a_full_disk_of_the_data_folder_does_not_stop_the_bot(life: Life) -> None:
    """The data folder has the Twitch token, and the polls that wait for the database."""
    with a_small_disk("1m") as disk:
        fill(disk)
        bot = life.started(DATA_DIR=str(disk))
        life.ask("ann")
        eventually(life.is_answered, "the question is answered")
        life.clock.until(14, 10)
        eventually(lambda: len(life.polls()) == 2, "the next poll is stored")
        assert "the Twitch token cannot be stored" in life.log(bot)
        life.ends_well(bot)
