"""Cursors that repeat or lead back to the top of the list, and errors in the middle of a crawl."""

from typing import Any

import pytest

from bot.collect.crawl import PAGE_RETRIES, STALE_PAGES, Crawl
from bot.core.polls import CrawlEnd, PollStatus
from helperfunctions.errors import InvalidCursor, TwitchRefused
from tests.unit.crawls import AWAY, COMPLETE, FAILED, MORE_THAN, PARTIAL, ListedStreams, crawl, full, ids, to_the_end
from tests.unit.live_streams import LAST, Page, raw_streams


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


def test_a_cursor_that_repeats_on_a_short_page_above_the_threshold_does_not_prove_the_end() -> None:
    """Twitch is known to send such a cursor with the last page, and short pages in the middle."""
    found = crawl({None: [Page(full(0), "a")], "a": [Page(raw_streams(100, 99), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.CURSOR_REPEATED)


def test_a_cursor_that_repeats_on_a_page_that_falls_below_the_threshold_is_the_end_of_the_list() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page([*raw_streams(100, 9), LAST], "a")]})
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.crawl.error is None


def test_after_a_page_of_the_top_in_the_middle_the_crawl_goes_on_with_a_new_cursor() -> None:
    """The page before is read once more for a cursor to the next page."""
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


def test_every_place_in_a_list_may_lead_back_to_the_top_as_often_as_the_first() -> None:
    """Detours are counted from zero after each page with new streams: a list of a hundred pages has many of them."""
    places = PAGE_RETRIES + 1
    script: dict[str | None, list[Page]] = {None: [Page(full(0), "1")]}
    for place in range(1, places + 1):
        script[f"bad {place}"] = [Page(full(0), f"top {place}")]
        script[f"{place}"] = [Page(full(place), f"bad {place}"), Page(full(place), f"{place + 1}")]
    script[f"{places + 1}"] = [to_the_end(full(places + 1))]
    found = crawl(script)
    assert found.end == (COMPLETE, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(*(full(page) for page in range(places + 2)))


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


def test_back_to_the_top_after_a_short_page_above_the_threshold_does_not_prove_the_end() -> None:
    last = raw_streams(100, 30)
    found = crawl({None: [Page(full(0), "a")], "a": [Page(last, "b")], "b": [Page(full(0), "a")]})
    assert found.end == (PARTIAL, CrawlEnd.BACK_TO_TOP)
    assert found.kept == ids(full(0), last)


def test_a_top_page_that_has_changed_a_little_is_still_recognized() -> None:
    """New streams on the page are added."""
    moved = [*raw_streams(900, 20), *full(0)[:80]]
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(moved, "a")]})
    assert found.end == (PARTIAL, CrawlEnd.BACK_TO_TOP)
    assert found.kept == ids(full(0), full(1), raw_streams(900, 20))


def test_back_to_the_top_below_the_threshold_is_the_end_of_the_list() -> None:
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


def test_pages_without_usable_streams_before_an_error_leave_a_failed_poll() -> None:
    found = crawl({None: [Page([{"id": "1"}], "a")], "a": [AWAY]})
    assert found.end == (FAILED, CrawlEnd.TWITCH_UNAVAILABLE)
    assert found.crawl.set_aside == 1


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
def test_a_list_that_never_ends_ends_the_crawl(page: list[dict[str, Any]], end: tuple[PollStatus, CrawlEnd]) -> None:
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
