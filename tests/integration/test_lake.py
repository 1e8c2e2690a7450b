"""The lake from a poll to the sealed day and the curated months, in a folder and on S3."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.lake.verify import verify
from bot.lake.work import whole_turn
from tests.factories import DAY_START, a_stream, rows
from tests.lakes import LakeOfTest, a_day


def test_a_poll_is_one_object_with_its_streams(lake: LakeOfTest) -> None:
    lake.poll(a_stream(7, streamer="bob"), a_stream(9, streamer="ada", started_at=None))
    assert lake.turn().left == 0
    [key] = lake.keys("landing/")
    assert key == "landing/streams/day=2026-11-21/poll-20261121T160000Z-000001.parquet"
    columns = "poll_id, viewer_count, epoch_us(started_at), started_ms, stream_id, streamer_id, game_id, language"
    ms = int(DAY_START.timestamp() * 1000)
    assert lake.rows(key, columns) == [
        (1, 9, None, None, "stream-of-ada", "ada", "chess", "en"),
        (1, 7, ms * 1000, ms, "stream-of-bob", "bob", "chess", "en"),
    ]


def test_a_finished_day_becomes_one_sorted_object_and_its_polls_are_deleted(lake: LakeOfTest) -> None:
    a_day(lake)
    run = lake.turn()
    assert (run.sealed, run.left, lake.keys("landing/")) == (1, 0, [])
    key = "processed/streams/day=2026-11-21/streams.parquet"
    found = lake.rows(key, "streamer_id, poll_id, viewer_count")
    assert found == [("ada", poll, 1000) for poll in range(1, 49)] + [("bob", poll, 500) for poll in range(1, 49)]
    assert len(lake.rows("processed/polls/day=2026-11-21/polls.parquet")) == 48
    [(hours,)] = rows(lake.database.url, "select watch_hours from days")
    [(curated,)] = lake.rows("curated/days/month=2026-11/days.parquet", "watch_hours")
    assert curated == hours == pytest.approx(36000)


def test_a_second_turn_changes_nothing(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    before = list(lake.lake.store.objects())
    assert str(lake.turn()) == "Objects of the lake: 0 put."
    assert list(lake.lake.store.objects()) == before


class RolledUpMeanwhile:
    """A store in which a late poll is stored, and its day rolled up again, while an object is being put."""

    def __init__(self, lake: LakeOfTest, key: str) -> None:
        self._lake = lake
        self._key = key
        self.times = 0

    def put(self, key: str, *given: Any, **more: Any) -> str:
        if key == self._key and not self.times:
            self.times += 1
            self._lake.poll(a_stream(9, streamer="cleo"), at=DAY_START + timedelta(minutes=10))
            self._lake.roll_up()
        return self._lake.lake.store.put(key, *given, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake.lake.store, name)


def test_a_day_that_is_rolled_up_again_while_its_month_is_being_put_is_in_it_after_the_next_turn(
    folder_lake: LakeOfTest,
) -> None:
    lake = folder_lake
    key = "curated/daily_streamers/month=2026-11/daily_streamers.parquet"
    a_day(lake)
    store: Any = RolledUpMeanwhile(lake, key)
    assert whole_turn(replace(lake.lake, store=store)).errors == []
    assert store.times == 1
    assert ("cleo",) not in lake.rows(key, "distinct streamer_id")
    lake.turn()
    assert ("cleo",) in lake.rows(key, "distinct streamer_id")
    assert verify(lake.lake).findings == []
