"""Raw pages: recorded whole or not at all, without forgotten streamers, and enough to rebuild a poll."""

import gzip
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.collect.replay import streams_again
from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.lake.forget import forget
from bot.lake.raw import LakeObserver, PageRecorder, RecordedPage
from bot.lake.verify import repair, verify
from tests.factories import DAY, DAY_START, a_raw_stream, write
from tests.lakes import LakeOfTest, opened


@pytest.fixture
def lake(folder_lake: LakeOfTest) -> LakeOfTest:
    return folder_lake


class Twitch:
    """A list of live streams of one page."""

    def __init__(self, *items: Any) -> None:
        self._items = items

    def get_streams(self, after: str | None = None) -> RecordedPage:
        return RecordedPage(list(self._items), None)


def a_poll(streams: int) -> Poll:
    ended = PollStatus.COMPLETE, CrawlEnd.BELOW_THRESHOLD
    return Poll(1, DAY, DAY_START, DAY_START, *ended, 1, streams, 1700, 1, 1, None)


def recorded_poll(lake: LakeOfTest, twitch: Twitch) -> Poll:
    """Take a poll whose pages are recorded, and store it with its intents."""
    recorder = PageRecorder(twitch, lake.lake.pages)
    staged = streams_again(recorder, poll_id=1, day=DAY, started_at=DAY_START, pages=9, more_than_viewers=50)
    streams = len(twitch.get_streams().items) - 3
    poll = a_poll(streams)
    observer = LakeObserver(lake.lake.url, lake.clock, recorder, has_raw=True)
    observer.taken(poll)
    with lake.database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
        staged.store(tx, poll)
        observer.stored(tx, poll)
    return poll


# Streams that came twice, that cannot be parsed, and that are below the threshold.
ITEMS = (
    a_raw_stream(),
    a_raw_stream(id="40002", user_id="70002", user_login="bob", game_id="", game_name="", viewer_count=700),
    a_raw_stream(),
    {"id": None},
    a_raw_stream(id="40003", user_id="70003", viewer_count=20, title="\x00 \n =1+1 🙏"),
)


def lines(lake: LakeOfTest, key: str) -> list[Any]:
    lake.lake.store.get(key, lake.folder / "pages.gz")
    with gzip.open(lake.folder / "pages.gz") as opened:
        return [json.loads(line) for line in opened]


def test_pages_are_in_the_lake_as_received(lake: LakeOfTest) -> None:
    recorded_poll(lake, Twitch(*ITEMS))
    lake.turn()
    [key] = lake.keys("raw/")
    assert lines(lake, key) == [{"data": list(ITEMS), "cursor": None}]
    assert list(lake.lake.pages.iterdir()) == []


def forgets_nobody(lake: LakeOfTest) -> None:
    """Rebuild from all pages."""


def forgets_bob(lake: LakeOfTest) -> None:
    """Rebuild from pages from which a streamer was taken out."""
    forget(lake.lake, "70002")


@pytest.mark.parametrize("forgets", [forgets_nobody, forgets_bob])
def test_a_poll_is_rebuilt_from_its_raw_pages_to_the_byte(
    lake: LakeOfTest, forgets: Callable[[LakeOfTest], None]
) -> None:
    recorded_poll(lake, Twitch(*ITEMS))
    lake.turn()
    forgets(lake)
    [key] = lake.keys("landing/")
    before = lake.rows(key)
    Path(lake.lake.url.removeprefix("file://"), key).unlink()
    write(lake.database.url, "select staging.drop_partition(%s)", DAY)
    with opened(
        lake.lake.url, lake.database, lake.clock, lake.folder / "again", has_raw=True, replay=streams_again
    ) as again:
        assert repair(again, verify(again).findings).failed == {}
    assert lake.rows(key) == before


def test_pages_of_a_forgotten_streamer_that_come_later_are_without_them(lake: LakeOfTest) -> None:
    forget(lake.lake, "70002")
    recorded_poll(lake, Twitch(*ITEMS))
    lake.turn()
    [key] = lake.keys("raw/")
    [page] = lines(lake, key)
    assert [item.get("user_id") for item in page["data"]] == ["70001", "70001", None, "70003"]


def test_pages_of_which_one_could_not_be_written_are_no_record(lake: LakeOfTest) -> None:
    """A full disk: /dev/full takes the place of the draft for the first page."""
    pages = lake.lake.pages
    pages.mkdir(parents=True)
    draft = pages / ".pages.part"
    draft.symlink_to("/dev/full")
    # More than the buffers of gzip hold.
    noise = [a_raw_stream(title=os.urandom(2_000_000).hex())]
    recorder = PageRecorder(Twitch(*noise), pages)
    recorder.get_streams()
    draft.unlink()
    recorder.get_streams()
    poll = a_poll(1)
    recorder.finish(poll)
    assert list(pages.glob("*.gz")) == []
    recorder.get_streams()
    recorder.finish(poll)
    assert len(list(pages.glob("*.gz"))) == 1


def test_a_damaged_record_is_left_out_with_its_reason(lake: LakeOfTest) -> None:
    recorded_poll(lake, Twitch(*ITEMS))
    [file] = lake.lake.pages.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    lake.turn()
    assert lake.keys("raw/") == []
    assert lake.turn().left == 0


def test_pages_of_a_day_that_expired_are_not_stored(lake: LakeOfTest) -> None:
    recorded_poll(lake, Twitch(*ITEMS))
    lake.to_the_end_of(DAY, timedelta(hours=25))
    lake.turn()
    assert (lake.keys("raw/"), list(lake.lake.pages.iterdir())) == ([], [])
