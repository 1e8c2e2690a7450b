"""Which streams of a crawl are counted: duplicates, streams of one streamer, and unusable entries."""

from datetime import date, datetime
from typing import Any

import pytest

from bot.collect.crawl import Crawl
from bot.collect.rank import compact
from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, StreamId
from tests.factories import a_raw_stream
from tests.unit.crawls import COMPLETE, LATEST_START, MORE_THAN, ListedStreams, crawl, full, ids, to_the_end
from tests.unit.live_streams import LAST, Page, Script, ScriptedStreams, raw_streams


def test_a_stream_that_comes_twice_counts_once() -> None:
    """It may come twice on a page or on two pages, because the list changes. Its first occurrence counts."""
    again = a_raw_stream(id="5", viewer_count=999_999)
    found = crawl({None: [Page([*full(0), again], "a")], "a": [Page([again, *raw_streams(100, 10)])]})
    assert found.kept == ids(full(0), raw_streams(100, 10))
    assert (found.crawl.streams, found.crawl.viewers, found.crawl.duplicates) == (110, 110_000, 2)


def test_one_odd_stream_is_set_aside_and_the_others_count() -> None:
    odd = a_raw_stream(viewer_count=-1)
    found = crawl({None: [to_the_end([*full(0)[:50], odd, *full(0)[50:]])]})
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0))
    assert [aside.reason for aside in found.aside] == ["viewer_count is out of range"]


def test_the_totals_are_those_of_the_added_streams() -> None:
    """Streams below the threshold are not counted."""

    def one(number: int, viewer_count: int) -> dict[str, Any]:
        return a_raw_stream(id=str(number), user_id=f"u{number}", viewer_count=viewer_count)

    found = crawl(
        {
            None: [Page([one(1, 300), one(2, 200)], "a")],
            "a": [Page([one(2, 199), one(3, 100), None], "b")],
            "b": [Page([one(4, 50), one(4, 50), 7])],
        }
    )
    tallies = found.crawl
    assert (tallies.pages, tallies.streams, tallies.viewers) == (3, 3, 600)
    assert (tallies.duplicates, tallies.set_aside) == (1, 2)
    assert found.kept == ["1", "2", "3"]


OLD, NEW = "2026-11-21T10:00:00Z", "2026-11-21T15:00:00Z"


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [
        pytest.param({"id": "1", "started_at": OLD}, {"id": "2", "started_at": NEW}, "2", id="the second is newer"),
        pytest.param({"id": "1", "started_at": NEW}, {"id": "2", "started_at": OLD}, "1", id="the first is newer"),
        pytest.param({"id": "9", "started_at": NEW}, {"id": "10", "started_at": NEW}, "10", id="the higher id"),
        pytest.param({"id": "10", "started_at": NEW}, {"id": "9", "started_at": NEW}, "10", id="the higher id first"),
        pytest.param({"id": "1", "started_at": None}, {"id": "2", "started_at": OLD}, "2", id="one start is unknown"),
        pytest.param(
            {"id": "1", "started_at": OLD}, {"id": "2", "started_at": "soon"}, "1", id="one start is not a time"
        ),
        pytest.param(
            {"id": "1", "started_at": OLD}, {"id": "2", "started_at": "2099-01-01T00:00:00Z"}, "1", id="in the future"
        ),
    ],
)
@pytest.mark.parametrize("is_one_page", [True, False], ids=["on one page", "on two pages"])
def test_of_two_streams_of_one_streamer_the_newer_counts_and_the_other_is_a_duplicate(
    is_one_page: bool, first: dict[str, Any], second: dict[str, Any], counted: str
) -> None:
    older, newer = (a_raw_stream(**one, viewer_count=100 * int(one["id"])) for one in (first, second))
    pages: Script = {None: [to_the_end([older, newer])]}
    if not is_one_page:
        pages = {None: [Page([older], "a")], "a": [to_the_end([newer])]}
    found = crawl(pages)
    assert found.kept == [counted]
    assert (found.crawl.streams, found.crawl.viewers, found.crawl.duplicates) == (1, 100 * int(counted), 1)
    assert found.crawl.status is COMPLETE


def test_of_three_streams_of_one_streamer_one_counts() -> None:
    streams = [a_raw_stream(id=str(number), started_at=f"2026-11-21T1{number}:00:00Z") for number in (1, 3, 2)]
    found = crawl({None: [Page(streams[:2], "a")], "a": [to_the_end(streams[2:])]})
    assert (found.kept, found.crawl.streams, found.crawl.duplicates) == (["3"], 1, 2)


def test_a_start_that_lies_in_the_future_is_unknown_and_the_stream_counts() -> None:
    found = ListedStreams()
    one = Crawl(
        ScriptedStreams({None: [to_the_end([a_raw_stream(started_at="2026-11-22T15:00:01Z")])]}),
        found,
        more_than_viewers=MORE_THAN,
        page_cap=1,
        is_out_of_time=lambda: False,
        latest_start=LATEST_START,
    )
    one.run()
    assert ([stream.started_at for stream in found.streams.values()], one.streams) == ([None], 1)


def test_of_two_streams_on_different_pages_the_older_one_is_removed() -> None:
    staged = StagedPoll(1, date(2026, 11, 21), MORE_THAN, 30)
    pages = [
        [a_raw_stream(id="1", started_at=None), *raw_streams(100, 3)],
        [a_raw_stream(id="2", started_at=NEW)],
        [a_raw_stream(id="3", started_at=OLD), LAST],
    ]
    one = Crawl(
        ScriptedStreams({None: [Page(pages[0], "a")], "a": [Page(pages[1], "b")], "b": [Page(pages[2])]}),
        staged,
        more_than_viewers=MORE_THAN,
        page_cap=3,
        is_out_of_time=lambda: False,
    )
    one.run()
    assert (one.streams, one.viewers, one.duplicates) == (4, 4000, 2)
    assert staged.started_at(StreamId("2")) == datetime.fromisoformat(NEW)
    for taken_back in ("1", "3"):
        with pytest.raises(ValueError, match="no row has"):
            staged.started_at(StreamId(taken_back))


@pytest.mark.parametrize(
    "id_", ["40001", "0", "007", "", "u5", "-1", "1_0", " 1", "\u0663", "\u00b2", "9" * 18, "9" * 19, "9" * 5000]
)
def test_a_compact_id_can_be_turned_back_into_the_id(id_: str) -> None:
    assert str(compact(id_)) == id_


def test_an_id_that_is_a_number_is_stored_as_a_number() -> None:
    assert compact("40001") == 40001
