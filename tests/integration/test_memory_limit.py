"""A month of Twitch in the memory that docker-compose.yml gives the database, on a server that is set to take more."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, ReadPool
from helperfunctions.queries import Queries
from tests.conftest import execute
from tests.factories import rows
from tests.janitor import cleaning_up_after_us
from tests.servers import server_of
from tests.soak.limits import Cage, Shipped, cage, memory_of

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
MONTH = Path(__file__).with_name("a_month.sql")
DAYS = [date(2026, 10, 1) + timedelta(days=number) for number in range(31)]
JUST_CHATTING = "509658"
GAMES = 1996
# A server with generous settings of memory: only the options of our sessions protect it.
GENEROUS = (
    "-c shared_buffers=64MB -c work_mem=64MB -c hash_mem_multiplier=4 -c jit=on -c jit_above_cost=0"
    " -c jit_inline_above_cost=0 -c jit_optimize_above_cost=0 -c max_parallel_workers_per_gather=2"
    " -c min_parallel_table_scan_size=0 -c min_parallel_index_scan_size=0 -c parallel_setup_cost=0"
)


@dataclass(frozen=True)
class Limited:
    """A server in a control group with a memory limit; without such a group, its memory is measured."""

    url: str
    limit: int
    cage: Cage | None

    def processes(self) -> list[psutil.Process]:
        """All processes of the server."""
        (data,) = rows(self.url, "show data_directory")[0]
        postmaster = psutil.Process(int((Path(data) / "postmaster.pid").read_text().split()[0]))
        return [postmaster, *postmaster.children()]

    def assert_within(self) -> None:
        """Fail if a process was killed or the server uses more than the limit now."""
        if self.cage is not None:
            assert self.cage.kills == 0
        else:
            assert memory_of(*self.processes()) < self.limit / 1e6


@contextmanager
def _disk() -> Iterator[Path]:
    """A folder on a disk: files in memory would count towards the limit."""
    folder = tempfile.mkdtemp(prefix="wt-", dir="/var/tmp")
    # The server's user passes through it.
    Path(folder).chmod(0o755)
    with cleaning_up_after_us(Path(folder)):
        yield Path(folder)


@pytest.fixture(scope="module")
def limited(queries: Queries) -> Iterator[Limited]:
    """A server with a month of rows, which are loaded before the limit is set."""
    limit = Shipped.of("db").memory
    # A control group can be removed when it has no process left.
    with cage("watchtime-memory", limit) as made, _disk() as disk, server_of(18, GENEROUS, disk) as url:
        migrations.migrate(Database(url, queries))
        execute(url, MONTH.read_text())
        server = Limited(url, limit, made)
        if made is not None:
            for process in server.processes():
                # The session may have ended meanwhile.
                with suppress(ProcessLookupError):
                    (made.folder / "cgroup.procs").write_text(str(process.pid))
        yield server


def read(pool: ReadPool, number: int) -> tuple[int, int]:
    """Read the most watched streamers of one game and of all games, sorted from 600,000 and 1,200,000 rows."""
    with pool.transaction() as tx:
        of_game = list(
            tx.read.streamers_of_game(game_ids=[JUST_CHATTING], months=[], days=DAYS, limit=25, offset=25 * number)
        )
        of_all = list(tx.web.game_totals(months=[], days=DAYS))
    return len(of_game), len(of_all)


def test_eight_readers_of_a_month_during_its_roll_up_stay_within_the_memory_limit(
    limited: Limited, queries: Queries
) -> None:
    """Each sort and hash that does not fit goes to disk."""
    started_at = rows(limited.url, "select pg_postmaster_start_time()")
    pool = ReadPool(limited.url, queries)
    rollup = Rollup(Database(limited.url, queries), VirtualClock(datetime(2026, 11, 2, 17, tzinfo=UTC)), CALENDAR)
    with ThreadPoolExecutor(9) as threads:
        month = threads.submit(rollup.daily)
        readers = [threads.submit(read, pool, number) for number in range(8)]
        at_work: set[Future[Any]] = {month, *readers}
        while at_work:
            limited.assert_within()
            at_work = wait(at_work, timeout=0.2).not_done
        assert month.result() == []
        assert {reader.result() for reader in readers} == {(25, GAMES)}
    pool.close()
    limited.assert_within()
    assert rows(limited.url, "select pg_postmaster_start_time()") == started_at
    assert rows(limited.url, "select month from months") == [(date(2026, 10, 1),)]
    of_month, of_days = rows(
        limited.url,
        "select sum(watch_hours) from monthly_streamer_games"
        " union all select sum(watch_hours) from daily_streamer_games",
    )
    assert of_month == of_days
