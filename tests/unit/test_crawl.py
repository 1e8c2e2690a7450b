"""Where a crawl through the list of live streams ends, and whether its poll is complete, partial or failed."""

import pytest

from bot.collect.crawl import PAGE_RETRIES
from bot.core.polls import CrawlEnd
from tests.factories import a_raw_stream
from tests.unit.crawls import COMPLETE, FAILED, PARTIAL, crawl, full, ids, to_the_end
from tests.unit.live_streams import LAST, Page, Script, raw_streams


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


def test_a_page_that_stays_empty_is_skipped_and_leaves_a_partial_poll() -> None:
    """Its streams are missing, although the list continues after it to its end."""
    found = crawl({None: [Page(full(0), "a")], "a": [Page(cursor="b")], "b": [to_the_end(full(1))]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)
    assert found.kept == ids(full(0), full(1))
    assert found.live.asked == [None, *["a"] * (1 + PAGE_RETRIES), "b"]
    assert (
        found.crawl.error == "the crawl ended with end_of_list after 3 pages, 1 of them empty in the middle of the list"
    )


def test_a_poll_with_a_skipped_empty_page_is_partial_even_if_it_falls_below_the_threshold() -> None:
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
def test_a_list_that_ends_before_a_stream_below_the_threshold_is_partial(last: list[Page]) -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [*last]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)
    assert found.crawl.error is not None
    assert "before a stream with at most 50 viewers was seen" in found.crawl.error


def test_a_single_stream_below_the_threshold_in_the_middle_does_not_make_a_poll_complete() -> None:
    strays = [*full(0)[:97], *raw_streams(700, 3, viewer_count=10)]
    found = crawl({None: [Page(strays, "a")], "a": [Page(full(1))]})
    assert found.end == (PARTIAL, CrawlEnd.END_OF_LIST)


def test_an_empty_page_after_viewers_fell_below_the_threshold_is_the_end() -> None:
    found = crawl({None: [Page(full(0), "a")], "a": [Page([*full(1), LAST], "b")], "b": [Page()]})
    assert found.end == (COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert found.crawl.error is None


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


def test_a_crawl_out_of_time_has_the_streams_read_so_far() -> None:
    script: Script = {None: [Page(full(0), "a")], "a": [Page(full(1), "b")], "b": [Page(full(2))]}
    found = crawl(script, requests_in_time=2)
    assert found.end == (PARTIAL, CrawlEnd.OUT_OF_TIME)
    assert found.kept == ids(full(0), full(1))
    assert found.crawl.error == "the crawl ended with out_of_time after 2 pages"


def test_a_crawl_without_any_time_is_failed() -> None:
    found = crawl({None: [Page(full(0))]}, requests_in_time=0)
    assert found.end == (FAILED, CrawlEnd.OUT_OF_TIME)
    assert found.live.asked == []


@pytest.mark.parametrize(
    "page",
    [Page(), Page([{"id": "1"}, None, 7]), Page([a_raw_stream(viewer_count=None)])],
    ids=["empty", "no streams", "a stream without viewers"],
)
def test_a_list_without_a_usable_stream_is_a_failed_poll(page: Page) -> None:
    found = crawl({None: [page]})
    assert found.end == (FAILED, CrawlEnd.NOTHING_USABLE)
    assert found.crawl.error == "the crawl ended with nothing_usable after 1 pages"
    assert len(found.aside) == found.crawl.set_aside == len(page.items)


def test_with_a_threshold_of_zero_the_list_has_to_be_read_to_a_stream_without_viewers() -> None:
    for last, status in (
        (raw_streams(100, 1, viewer_count=1), PARTIAL),
        (raw_streams(100, 1, viewer_count=0), COMPLETE),
    ):
        assert crawl({None: [Page([*full(0), *last])]}, more_than=0).crawl.status is status
