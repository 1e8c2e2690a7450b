"""The crawl through a list that moves while it is read, page by page as a script has them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.collect.crawl import PAGE_RETRIES, STALE_PAGES, Crawl
from bot.collect.rank import compact
from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, PollStatus, SetAside, Stream, StreamId
from helperfunctions.errors import InvalidCursor, TwitchRefused, TwitchUnavailable
from tests.factories import a_raw_stream
from tests.unit.live_streams import LAST, Page, Script, ScriptedStreams, raw_streams

MORE_THAN = 50
LATEST_START = datetime(2026, 11, 22, 15, tzinfo=UTC)
FULL_PAGE = 100
AWAY = TwitchUnavailable("Twitch does not answer")

COMPLETE, PARTIAL, FAILED = PollStatus.COMPLETE, PollStatus.PARTIAL, PollStatus.FAILED


@dataclass
class ListedStreams:
    """Keeps what a crawl hands over, in its order."""

    streams: dict[str, Stream] = field(default_factory=dict)
    aside: list[SetAside] = field(default_factory=list)

    def add(self, streams: Sequence[Stream]) -> None:
        self.streams.update({stream.stream_id: stream for stream in streams})

    def add_set_aside(self, stream: SetAside) -> None:
        self.aside.append(stream)

    def started_at(self, stream_id: str) -> datetime | None:
        return self.streams[stream_id].started_at

    def remove(self, stream_id: str, streamer_id: str) -> int:
        assert self.streams[stream_id].streamer_id == streamer_id
        return self.streams.pop(stream_id).viewer_count


@dataclass
class Crawled:
    """What came of a crawl."""

    crawl: Crawl
    live: ScriptedStreams
    kept: list[str] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)

    @property
    def end(self) -> tuple[PollStatus, CrawlEnd]:
        return self.crawl.status, self.crawl.ended_because


def crawl(script: Script, *, page_cap: int = 1000, requests_in_time: int = 1000, more_than: int = MORE_THAN) -> Crawled:
    """Crawl by a script; time is up after `requests_in_time` requests."""
    live = ScriptedStreams(script)
    found = ListedStreams()
    one = Crawl(
        live,
        found,
        more_than_viewers=more_than,
        page_cap=page_cap,
        is_out_of_time=lambda: len(live.asked) >= requests_in_time,
        latest_start=LATEST_START,
    )
    one.run()
    return Crawled(one, live, list(found.streams), found.aside)


def full(page: int) -> list[dict[str, Any]]:
    """A full page, the n-th of a list that does not change."""
    return raw_streams(page * FULL_PAGE, FULL_PAGE)


def to_the_end(streams: Sequence[Any]) -> Page:
    """The last page of a list, down to a stream below the threshold."""
    return Page([*streams, LAST])


def ids(*pages: Sequence[dict[str, Any]]) -> list[str]:
    return [stream["id"] for page in pages for stream in page]


def test_a_crawl_ends_one_page_after_viewers_fell_below_the_threshold() -> None:
    mixed = [*raw_streams(100, 60, viewer_count=51), *raw_streams(160, 40, viewer_count=50)]
    found = crawl(
        {
            None: [Page(full(0), "a")],
            "a": [Page(mixed, "b")],
            "b": [Page(raw_streams(200, 100, viewer_count=49), "c")],
        }
    )
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.kept == ids(full(0), mixed[:60])
    assert found.live.asked == [None, "a", "b"]
    assert found.crawl.error is None


def test_a_crawl_goes_on_when_the_page_after_has_streams_above_the_threshold() -> None:
    """The order breaks at the edges of pages."""
    found = crawl(
        {
            None: [Page(raw_streams(0, 100, viewer_count=50), "a")],
            "a": [Page(raw_streams(100, 100, viewer_count=51), "b")],
            "b": [Page(raw_streams(200, 100, viewer_count=50), "c")],
            "c": [Page(raw_streams(300, 100, viewer_count=50), "d")],
        }
    )
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.kept == ids(raw_streams(100, 100))
    assert found.live.asked == [None, "a", "b", "c"]


@pytest.mark.parametrize(("viewer_count", "kept"), [(49, []), (50, []), (51, ["7"])])
def test_only_more_viewers_than_the_threshold_count(viewer_count: int, kept: list[str]) -> None:
    found = crawl({None: [Page([a_raw_stream(id="7", viewer_count=viewer_count)])]})
    assert found.kept == kept
    assert found.crawl.streams == len(kept)


def test_a_list_ends_where_there_is_no_cursor() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [to_the_end(raw_streams(100, 3))]})
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), raw_streams(100, 3))


def test_a_stream_that_comes_twice_counts_once() -> None:
    """Within a page as well as on two pages: the list moved. Its first occurrence counts."""
    again = a_raw_stream(id="5", viewer_count=999_999)
    found = crawl({None: [Page([*full(0), again], "a")], "a": [Page([again, *raw_streams(100, 10)])]})
    assert found.kept == ids(full(0), raw_streams(100, 10))
    assert (found.crawl.streams, found.crawl.viewers, found.crawl.duplicates) == (110, 110_000, 2)


def test_a_short_page_is_not_the_end() -> None:
    found = crawl(
        {None: [Page(full(0), "a")], "a": [Page(raw_streams(100, 1), "b")], "b": [to_the_end(raw_streams(101, 100))]}
    )
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.crawl.streams == 201


def test_an_empty_page_is_retried() -> None:
    found = crawl(
        {None: [Page(full(0), "a")], "a": [Page(cursor="x"), Page(), Page(full(1), "b")], "b": [to_the_end(full(2))]}
    )
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1), full(2))
    assert found.live.asked == [None, "a", "a", "a", "b"]
    assert found.crawl.pages == 3


def test_a_page_that_stays_empty_is_passed_over_and_leaves_a_partial_poll() -> None:
    """Its streams are missing, although the list continues after it to its end."""
    found = crawl({None: [Page(full(0), "a")], "a": [Page(cursor="b")], "b": [to_the_end(full(1))]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1))
    assert found.live.asked == [None, *["a"] * (1 + PAGE_RETRIES), "b"]
    assert (
        found.crawl.error == "the crawl ended with end_of_list after 3 pages, 1 of them empty in the middle of the list"
    )


def test_an_empty_page_that_is_passed_over_leaves_a_poll_partial_that_falls_below_the_threshold() -> None:
    below = raw_streams(100, 100, viewer_count=10)
    script: Script = {
        None: [Page(full(0), "a")],
        "a": [Page(cursor="b")],
        "b": [Page(below, "c")],
        "c": [Page(below, "d")],
    }
    assert crawl(script).end == (PARTIAL, CrawlEnd.BELOW_THRESHOLD)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param([Page()], id="an empty page without a cursor"),
        pytest.param([Page(raw_streams(200, 100))], id="a full page"),
        pytest.param([Page(raw_streams(200, 3))], id="a short page"),
        pytest.param([Page([*raw_streams(200, 3), a_raw_stream(id="x", viewer_count=None)])], id="an odd last stream"),
        pytest.param([Page(raw_streams(200, 3, viewer_count=51))], id="one viewer above the threshold"),
    ],
)
def test_a_list_that_ends_before_a_stream_below_the_threshold_was_not_read_to_its_end(last: list[Page]) -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [*last]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)
    assert found.crawl.error is not None
    assert "before a stream with at most 50 viewers was seen" in found.crawl.error


def test_a_stray_below_the_threshold_in_the_middle_does_not_prove_that_the_list_was_read_to_its_end() -> None:
    strays = [*full(0)[:97], *raw_streams(700, 3, viewer_count=10)]
    found = crawl({None: [Page(strays, "a")], "a": [Page(full(1))]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)


def test_an_empty_page_after_viewers_fell_below_the_threshold_is_the_end() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page([*full(1), LAST], "b")], "b": [Page()]})
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.crawl.error is None


def test_a_page_whose_cursor_repeats_is_retried() -> None:
    found = crawl(
        {
            None: [Page(full(0), "a")],
            "a": [Page(full(1), "b")],
            "b": [Page(full(2), "a"), Page(full(2), "b"), Page(full(2), "c")],
            "c": [to_the_end(full(3))],
        }
    )
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1), full(2), full(3))
    assert found.live.asked == [None, "a", "b", "b", "b", "c"]
    assert found.crawl.duplicates == 0


def test_a_cursor_that_keeps_repeating_ends_the_crawl_in_the_middle() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.CURSOR_REPEATED)
    assert found.kept == ids(full(0), full(1))
    assert found.live.asked == [None, *["a"] * (1 + PAGE_RETRIES)]
    assert found.crawl.error == "the crawl ended with cursor_repeated after 2 pages"


def test_a_cursor_that_repeats_on_a_short_page_above_the_threshold_is_no_proof_of_the_end() -> None:
    """Twitch is known to send such a cursor with the last page, and short pages in the middle."""
    found = crawl({None: [Page(full(0), "a")], "a": [Page(raw_streams(100, 99), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.CURSOR_REPEATED)


def test_a_cursor_that_repeats_on_a_page_that_falls_below_the_threshold_is_the_end_of_the_list() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page([*raw_streams(100, 9), LAST], "a")]})
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.crawl.error is None


def test_back_to_the_top_in_the_middle_is_survived_by_a_detour() -> None:
    """The page before is read once more, for a cursor that leads on."""
    found = crawl(
        {
            None: [Page(full(0), "a")],
            "a": [Page(full(1), "bad"), Page(full(1), "good")],
            "bad": [Page(full(0), "top 2")],
            "good": [to_the_end(full(2))],
        }
    )
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1), full(2))
    assert found.live.asked == [None, "a", "bad", "a", "good"]
    assert found.crawl.duplicates == 200


def test_a_cursor_that_led_to_the_top_once_may_lead_on_the_next_time() -> None:
    found = crawl(
        {
            None: [Page(full(0), "a")],
            "a": [Page(full(1), "b")],
            "b": [Page(full(0), "a"), Page(full(0), "a"), to_the_end(full(2))],
        }
    )
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1), full(2))


def test_the_second_page_may_lead_back_to_the_top_as_well() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(0), "a"), to_the_end(full(1))]})
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1))


def test_a_list_that_leads_back_to_the_top_persistently_in_the_middle_is_partial() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(full(0), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.BACK_TO_TOP)
    assert found.kept == ids(full(0), full(1))
    assert found.crawl.error is not None


def test_back_to_the_top_after_a_short_page_above_the_threshold_is_no_proof_of_the_end() -> None:
    last = raw_streams(100, 30)
    found = crawl({None: [Page(full(0), "a")], "a": [Page(last, "b")], "b": [Page(full(0), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.BACK_TO_TOP)
    assert found.kept == ids(full(0), last)


def test_the_top_has_moved_a_little_and_is_still_the_top() -> None:
    """New streams on the page are added."""
    moved = [*raw_streams(900, 20), *full(0)[:80]]
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(moved, "a")]})
    assert found.end == (PARTIAL, CrawlEnd.BACK_TO_TOP)
    assert found.kept == ids(full(0), full(1), raw_streams(900, 20))


def test_back_to_the_top_below_the_threshold_is_the_end_that_was_due() -> None:
    below = raw_streams(100, 100, viewer_count=10)
    found = crawl({None: [Page(full(0), "a")], "a": [Page(below, "b")], "b": [Page(full(0), "top 2")]})
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.live.asked == [None, "a", "b"]


@pytest.mark.parametrize(
    ("error", "ended_because"),
    [
        (InvalidCursor("Twitch refuses the cursor"), CrawlEnd.INVALID_CURSOR),
        (AWAY, CrawlEnd.TWITCH_UNAVAILABLE),
        (TwitchRefused("Twitch refuses the credentials"), CrawlEnd.TWITCH_REFUSED),
    ],
)
def test_an_error_on_a_later_page_makes_a_poll_partial_and_on_the_first_failed(
    error: Exception, ended_because: CrawlEnd
) -> None:
    later = crawl({None: [Page(full(0), "a")], "a": [error]})
    assert later.end == (PARTIAL, ended_because)
    assert later.kept == ids(full(0))
    first = crawl({None: [error]})
    assert first.end == (FAILED, ended_because)
    assert first.kept == []
    assert later.crawl.error == first.crawl.error == str(error)


def test_pages_that_count_for_nothing_before_an_error_leave_a_failed_poll() -> None:
    found = crawl({None: [Page([{"id": "1"}], "a")], "a": [AWAY]})
    assert found.end == (FAILED, CrawlEnd.TWITCH_UNAVAILABLE)
    assert found.crawl.set_aside == 1


def test_a_crawl_ends_at_its_page_cap() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(full(2), "c")]}, page_cap=2)
    assert found.end == (PARTIAL, CrawlEnd.PAGE_CAP)
    assert found.kept == ids(full(0), full(1))
    assert found.crawl.error == "the crawl ended with page_cap after 2 pages"


def test_a_list_that_ends_at_the_page_cap_is_complete() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [to_the_end(full(1))]}, page_cap=2)
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)


def test_a_crawl_that_fell_below_the_threshold_at_the_page_cap_is_complete() -> None:
    below = raw_streams(100, 100, viewer_count=10)
    found = crawl({None: [Page(full(0), "a")], "a": [Page(below, "b")]}, page_cap=2)
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)


def test_a_crawl_out_of_time_keeps_what_it_has() -> None:
    script: Script = {None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(full(2))]}
    found = crawl(script, requests_in_time=2)
    assert found.end == (PARTIAL, CrawlEnd.OUT_OF_TIME)
    assert found.kept == ids(full(0), full(1))
    assert found.crawl.error == "the crawl ended with out_of_time after 2 pages"


def test_a_crawl_without_any_time_is_failed() -> None:
    found = crawl({None: [Page(full(0))]}, requests_in_time=0)
    assert found.end == (FAILED, CrawlEnd.OUT_OF_TIME)
    assert found.live.asked == []


@pytest.mark.parametrize("page", [Page(), Page([{"id": "1"}, None, 7]), Page([a_raw_stream(viewer_count=None)])])
def test_a_list_of_which_nothing_is_usable_is_a_failed_poll_not_a_day_without_viewers(page: Page) -> None:
    found = crawl({None: [page]})
    assert found.end == (FAILED, CrawlEnd.NOTHING_USABLE)
    assert found.crawl.error == "the crawl ended with nothing_usable after 1 pages"
    assert len(found.aside) == found.crawl.set_aside == len(page.items)


def test_one_odd_stream_is_set_aside_and_the_others_count() -> None:
    odd = a_raw_stream(viewer_count=-1)
    found = crawl({None: [to_the_end([*full(0)[:50], odd, *full(0)[50:]])]})
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0))
    assert [aside.reason for aside in found.aside] == ["viewer_count is out of range"]


def test_the_totals_are_those_of_the_added_streams() -> None:
    """Below the threshold neither counts nor repeats; the last page's repeats do."""

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


def test_with_a_threshold_of_zero_the_list_has_to_be_read_to_a_stream_that_nobody_watches() -> None:
    for last, status in (
        (raw_streams(100, 1, viewer_count=1), PARTIAL),
        (raw_streams(100, 1, viewer_count=0), COMPLETE),
    ):
        assert crawl({None: [Page([*full(0), *last])]}, more_than=0).crawl.status is status


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
def test_a_compact_id_leads_back_to_the_id(id_: str) -> None:
    assert str(compact(id_)) == id_


def test_an_id_that_is_a_number_is_kept_as_one() -> None:
    assert compact("40001") == 40001


class EndlessStreams:
    """A new cursor with every page, and never a new stream after the second page."""

    def __init__(self, page: list[dict[str, Any]]) -> None:
        self.asked = 0
        self._page = page

    def get_streams(self, after: str | None = None) -> Page:
        self.asked += 1
        return Page(full(0) if after is None else self._page, f"cursor {self.asked}")


@pytest.mark.parametrize(
    ("page", "end"),
    [
        (full(1), (PARTIAL, CrawlEnd.CURSOR_REPEATED)),
        (full(0), (PARTIAL, CrawlEnd.BACK_TO_TOP)),
        # Empty pages prove nothing about the streams after a full one.
        ([], (PARTIAL, CrawlEnd.CURSOR_REPEATED)),
    ],
)
def test_a_list_that_never_ends_is_left(page: list[dict[str, Any]], end: tuple[PollStatus, CrawlEnd]) -> None:
    live = EndlessStreams(page)
    one = Crawl(
        live,
        ListedStreams(),
        more_than_viewers=MORE_THAN,
        page_cap=1000,
        is_out_of_time=lambda: False,
    )
    one.run()
    assert (one.status, one.ended_because) == end
    assert live.asked <= 2 + STALE_PAGES * (1 + PAGE_RETRIES)
