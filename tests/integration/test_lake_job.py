"""The lake as a part of the bot: intents in the transaction of their data, and turns in a process of their own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.collect.keep import KeptPolls
from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.daily.rollup import Rollup
from bot.lake import sources
from bot.lake.check import Level, check
from bot.lake.raw import LakeObserver
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import Busy, StoreRefused
from helperfunctions.settings import Settings
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write
from tests.lakes import CALENDAR, LakeOfTest, opened
from tests.plain_s3 import PlainS3

LEDGER = "select dataset, status, rows from lake_objects order by key"


@pytest.fixture
def settings(tmp_path: Path, url: str) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=SecretStr(url), lake_url=f"file://{tmp_path}/lake")


def a_poll(status: PollStatus = PollStatus.COMPLETE) -> tuple[StagedPoll, Poll]:
    staged = StagedPoll(1, DAY, more_than_viewers=50, interval_minutes=30)
    error = None if status is PollStatus.COMPLETE else "Twitch does not answer"
    if status is not PollStatus.FAILED:
        staged.add([a_stream(), a_stream(streamer="bob")])
    streams = 0 if status is PollStatus.FAILED else 2
    given = (1, streams, streams * 1000, 0, 0, error)
    return staged, Poll(1, DAY, DAY_START, DAY_START, status, CrawlEnd.BELOW_THRESHOLD, *given)


def test_a_poll_and_its_intent_are_stored_together(kept: KeptPolls, database: Database, url: str) -> None:
    staged, poll = a_poll()
    with database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
    kept = replace(kept, observer=LakeObserver("file:///lake", kept.clock, has_raw=True))
    kept.keep(staged, poll)
    kept.store(database)
    assert rows(url, LEDGER) == [("landing/streams", "due", 2), ("raw/helix-streams", "due", 2)]
    assert rows(url, "select count(*) from staging.polls") == [(1,)]


def test_a_poll_whose_intent_cannot_be_stored_is_kept(kept: KeptPolls, database: Database, url: str) -> None:
    staged, poll = a_poll()
    write(url, "alter table lake_objects rename to elsewhere")
    kept = replace(kept, observer=LakeObserver("file:///lake", kept.clock))
    kept.keep(staged, poll)
    assert kept.store(database) == 0
    assert (len(kept.waiting()), rows(url, "select count(*) from staging.polls")) == (1, [(0,)])


def test_without_a_lake_and_for_a_failed_poll_there_is_no_intent(kept: KeptPolls, database: Database, url: str) -> None:
    observers = (LakeObserver(None, kept.clock), PollStatus.COMPLETE), (LakeObserver("file:///l", kept.clock), "failed")
    for observer, status in observers:
        _, poll = a_poll(PollStatus(status))
        with database.transaction() as tx:
            observer.stored(tx, poll)
    assert rows(url, LEDGER) == []
    assert sources.job_of(Settings(), database, kept.clock) is None


def test_a_day_and_its_intents_are_rolled_up_together(database: Database, clock: VirtualClock, url: str) -> None:
    stage(database, a_stream(), polls=48)
    clock.move_to(CALENDAR.day(DAY).ends_at)

    def fails(tx: Transaction, day: object) -> None:
        sources.intend_of(Settings(lake_url="file:///lake"), clock, tx, DAY)
        raise Busy("stopped here")

    with pytest.raises(Busy):
        Rollup(database, clock, CALENDAR, fails).daily()
    assert (rows(url, LEDGER), rows(url, "select count(*) from days")) == ([], [(0,)])


def test_a_turn_in_its_own_process_does_what_is_due(
    settings: Settings, database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    """At the time of the bot's clock, which is not that of the machine."""
    stage(database, a_stream(), polls=48)
    clock.move_to(CALENDAR.day(DAY).ends_at)
    Rollup(database, clock, CALENDAR).daily()
    job = sources.job_of(settings, database, clock)
    assert job is not None
    assert "1 days sealed" in job.run()
    assert (tmp_path / "lake" / "processed" / "streams" / "day=2026-11-21" / "streams.parquet").exists()
    with database.exclusive("lake"), pytest.raises(Busy):
        job.run()


def test_an_error_of_the_process_is_the_error_of_the_job(
    settings: Settings, database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    (tmp_path / "lake").write_text("a file where the folder should be")
    stage(database, a_stream())
    job = sources.job_of(settings, database, clock)
    assert job is not None
    with pytest.raises(StoreRefused, match=r"the lake in .*/lake: _lake\.json cannot be"):
        job.run()


def test_check_reports_a_writable_store_a_longer_retention_and_raw_pages(
    folder_lake: LakeOfTest, tmp_path: Path
) -> None:
    found = [finding.level for finding in check(folder_lake.lake)]
    assert found == [Level.OK] * 4
    assert folder_lake.keys() == ["_lake.json"]
    doubtful = replace(folder_lake.lake, streams_hours=72, has_raw=True)
    (tmp_path / "lake").chmod(0o777)
    messages = {finding.message: finding.level for finding in check(doubtful)}
    assert list(messages.values()) == [Level.OK, Level.OK, Level.PROBLEM, Level.WARNING, Level.WARNING]
    assert any("LAKE_STREAMS_HOURS=72" in message and "schedule 1.C" in message for message in messages)


@pytest.mark.parametrize(
    ("ignored", "message"),
    [
        ({"if-none-match"}, "the store ignores If-None-Match: only the lock"),
        ({"if-match"}, "the store ignores If-Match: only the lock"),
        ({"if-none-match", "if-match"}, "the store ignores If-None-Match and If-Match: only the lock"),
    ],
    ids=["If-None-Match", "If-Match", "both"],
)
def test_check_notices_a_store_without_conditional_writes(
    folder_lake: LakeOfTest, ignored: set[str], message: str
) -> None:
    lake = folder_lake.lake
    with (
        PlainS3(lake.clock, ignored) as store,
        opened("s3://bucket", lake.database, lake.clock, folder_lake.folder / "work", store.url) as there,
    ):
        warned = [finding.message for finding in check(there) if finding.level is Level.WARNING]
        assert [text[: len(message)] for text in warned] == [message]
        assert [found.key for found in there.store.objects()] == ["_lake.json"]


def test_a_lake_elsewhere_begins_anew_with_what_the_database_has(folder_lake: LakeOfTest) -> None:
    folder_lake.poll(polls=48)
    folder_lake.to_the_end_of(DAY, timedelta(minutes=5))
    folder_lake.roll_up()
    folder_lake.turn()
    lake = folder_lake.lake
    with opened(f"file://{folder_lake.folder}/moved", lake.database, lake.clock, folder_lake.folder / "again") as moved:
        LakeOfTest(moved, folder_lake.clock, folder_lake.folder).turn()
        assert [found.key for found in moved.store.objects()] == folder_lake.keys()
