"""The database restarted in the middle of each job, out of connections, read-only, and gone."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import psycopg2
import pytest

from tests.acceptance.conftest import eventually, nothing_runs_in
from tests.acceptance.faults.conftest import PACIFIC, Life, Server, execute, last_failure
from tests.acceptance.faults.jobs_at_once import JobsAtOnce
from tests.acceptance.forks import Process
from tests.factories import rows
from tests.servers import kill

LONG = pytest.mark.long

Trouble = Callable[[Server, Life], AbstractContextManager[str]]


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(signal.SIGINT, id="fast", marks=LONG),
        pytest.param(signal.SIGQUIT, id="immediate"),
    ],
)
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


@pytest.mark.parametrize("trouble", [no_connection_left, *(pytest.param(one, marks=LONG) for one in (read_only, gone))])
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
    kill(server)
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
