"""Only days that are rolled up and past retention are dropped from staging."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.collect.prune import Pruner
from bot.collect.stage import StagedPoll
from bot.core.calendar import Calendar
from bot.core.polls import CrawlEnd, Poll, PollStatus, SetAside
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseConflict
from helperfunctions.queries import Queries
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
NEXT_DAY = date(2026, 11, 22)
DAY_END = DAY_START + timedelta(hours=24)
RETENTION = timedelta(hours=24)
SECOND = timedelta(seconds=1)
PARTITIONS = "select relname from pg_class join pg_inherits on inhrelid = pg_class.oid order by relname"


def roll_up(database: Database, at: datetime = DAY_END) -> None:
    Rollup(database, VirtualClock(at), CALENDAR).daily()


def prune(database: Database, at: datetime, retention: timedelta = RETENTION) -> list[date]:
    return Pruner(database, VirtualClock(at), CALENDAR, retention).prune()


def stage_with_set_aside(database: Database, day: date, at: datetime) -> None:
    with database.transaction() as tx:
        tx.collect.make_partition(day=day)
        staged = StagedPoll(tx.collect.next_poll_id(), day, more_than_viewers=50, interval_minutes=30)
        staged.add([a_stream()])
        staged.add_set_aside(SetAside("no id", "{}"))
        staged.store(
            tx,
            Poll(staged.poll_id, day, at, at, PollStatus.COMPLETE, CrawlEnd.END_OF_LIST, 1, 1, 1000, 0, 1, None),
        )


@pytest.mark.parametrize(
    ("retention", "at", "pruned"),
    [
        (RETENTION, DAY_END + RETENTION - SECOND, []),
        (RETENTION, DAY_END + RETENTION, [DAY]),
        (timedelta(hours=1), DAY_END + timedelta(minutes=59), []),
        (timedelta(hours=1), DAY_END + timedelta(hours=1), [DAY]),
        (timedelta(days=7), DAY_END + timedelta(days=6), []),
    ],
)
def test_a_rolled_up_day_is_dropped_once_it_is_past_retention(
    database: Database, url: str, retention: timedelta, at: datetime, pruned: list[date]
) -> None:
    stage(database, a_stream())
    roll_up(database)
    assert prune(database, at, retention) == pruned
    assert rows(url, PARTITIONS) == ([] if pruned else [("streams_2026_11_21",)])


def test_a_day_that_is_not_rolled_up_is_kept_at_any_age(database: Database, url: str) -> None:
    stage(database, a_stream())
    assert prune(database, DAY_END + timedelta(days=300)) == []
    assert rows(url, "select count(*) from staging.streams") == [(1,)]


def test_a_day_with_a_poll_since_its_rollup_is_kept_until_it_is_rolled_up_again(database: Database, url: str) -> None:
    stage(database, a_stream())
    roll_up(database)
    stage(database, a_stream(), at=DAY_START + HALF_HOUR)
    late = DAY_END + RETENTION + HALF_HOUR
    assert prune(database, late) == []
    assert rows(url, "select count(*) from staging.streams") == [(2,)]
    roll_up(database, late)
    assert prune(database, late) == [DAY]


def test_the_partition_of_a_day_without_polls_is_dropped_when_it_is_over(database: Database, url: str) -> None:
    """The partitions of today and tomorrow are needed."""
    with database.transaction() as tx:
        for day in (date(2026, 11, 20), DAY, NEXT_DAY):
            tx.collect.make_partition(day=day)
    assert prune(database, DAY_START + HALF_HOUR) == [date(2026, 11, 20)]
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",), ("streams_2026_11_22",)]


def test_a_pruned_day_leaves_its_polls_and_its_daily_tables(database: Database, url: str) -> None:
    """Only raw rows of that day are dropped: streams, games per poll, and streams that were set aside."""
    stage_with_set_aside(database, DAY, DAY_START)
    stage_with_set_aside(database, NEXT_DAY, DAY_END)
    roll_up(database)
    kept = ("staging.polls", "days", "daily_games", "daily_streamers", "daily_streamer_games", "games", "streamers")
    before = [rows(url, f"select * from {table} order by 1") for table in kept]
    assert prune(database, DAY_END + RETENTION) == [DAY]
    assert [rows(url, f"select * from {table} order by 1") for table in kept] == before
    assert rows(url, "select day from staging.streams") == [(NEXT_DAY,)]
    assert rows(url, "select poll_id from staging.games") == [(2,)]
    assert rows(url, "select poll_id, reason from staging.set_aside") == [(2, "no id")]


def test_several_days_are_dropped_at_once_the_oldest_first(database: Database) -> None:
    stage(database, a_stream(), at=DAY_END, day=NEXT_DAY)
    stage(database, a_stream())
    late = DAY_END + timedelta(days=3)
    roll_up(database, late)
    assert prune(database, late) == [DAY, NEXT_DAY]


def test_pruning_twice_changes_nothing(database: Database) -> None:
    stage(database, a_stream())
    roll_up(database)
    assert prune(database, DAY_END + RETENTION) == [DAY]
    assert prune(database, DAY_END + RETENTION) == []


def test_a_pruned_day_is_not_due_again(database: Database) -> None:
    stage(database, a_stream())
    roll_up(database)
    prune(database, DAY_END + RETENTION)
    assert Rollup(database, VirtualClock(DAY_END + RETENTION), CALENDAR).daily() == []


@contextmanager
def reading_staging(database: Database) -> Iterator[None]:
    """A transaction that has read all streams and stays open, like that of a backup."""
    with database.transaction_of_its_own(one_state=True) as tx:
        tx.run("select count(*) from staging.streams")
        yield


def test_while_a_backup_reads_polls_are_stored_and_readers_read(url: str, queries: Queries, database: Database) -> None:
    """This includes the first poll of a new day, which needs a partition."""
    stage(database, a_stream())
    impatient = Database(f"{url}&options=-c%20lock_timeout%3D500", queries)
    with reading_staging(database):
        stage(impatient, a_stream(), at=DAY_END, day=NEXT_DAY)
        with impatient.transaction() as tx:
            assert tx.run("select day from staging.streams order by day") == [(DAY,), (NEXT_DAY,)]
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",), ("streams_2026_11_22",)]


def test_a_day_that_a_backup_reads_is_pruned_at_the_next_turn(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage_with_set_aside(database, DAY, DAY_START)
    roll_up(database)
    with reading_staging(database):
        assert prune(database, DAY_END + RETENTION) == []
    assert "because it is being read; trying again later day=2026-11-21" in caplog.text
    for table in ("staging.streams", "staging.games", "staging.set_aside"):
        assert rows(url, f"select count(*) from {table}") == [(1,)], table
    assert prune(database, DAY_END + RETENTION) == [DAY]


def test_a_day_that_cannot_be_dropped_for_more_than_a_day_is_an_error(database: Database) -> None:
    stage(database, a_stream())
    roll_up(database)
    a_day_late = DAY_END + RETENTION + timedelta(days=1)
    with reading_staging(database):
        assert prune(database, a_day_late) == []
        with pytest.raises(DatabaseConflict):
            prune(database, a_day_late + timedelta(seconds=1))


def test_a_partition_made_apart_is_like_one_made_in_place(database: Database, url: str) -> None:
    with database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
        tx.run("create table staging.in_place partition of staging.streams for values in ('2026-11-22')")
    columns = """
        select attname, atttypid, attcollation, attnotnull, attstorage from pg_attribute
        where attrelid = cast('staging.{}' as regclass) and attnum > 0 order by attnum
    """
    assert rows(url, columns.format("streams_2026_11_21")) == rows(url, columns.format("in_place"))


def test_sessions_that_create_the_same_partition_at_once_all_succeed(database: Database, url: str) -> None:
    def make_partition(_: int) -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make_partition, range(4)))
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",)]


@pytest.mark.parametrize(
    "plan",
    ["", "set local enable_nestloop = off", "set local enable_nestloop = off; set local enable_hashjoin = off"],
    ids=["the usual plan", "without nested loops", "without hash joins"],
)
def test_the_days_of_staging_are_found_with_every_plan(database: Database, plan: str) -> None:
    """With some plans PostgreSQL computes the day of a partition before the join, for tables of any name."""
    stage_with_set_aside(database, DAY, DAY_START + HALF_HOUR)
    with database.transaction() as tx:
        if plan:
            tx.run(f"{plan}; set local enable_indexscan = off; set local enable_bitmapscan = off")
        due = [row.day for row in tx.daily.days_that_may_be_due(today=NEXT_DAY)]
        may_go = [row.day for row in tx.collect.days_to_prune(older_than=DAY_END + RETENTION, today=NEXT_DAY)]
    assert due == [DAY]
    assert may_go == [DAY]
