"""The streams on the page of a streamer: their order, and the best of them."""

import html
import re
from datetime import timedelta

import pytest

from tests.factories import DAY_START, write
from tests.web.conftest import TWO_DAYS_LATER as NOW
from tests.web.conftest import Web

HOUR = timedelta(hours=1)


@pytest.fixture
def three_streams(own_two_days: Web, own_two_days_url: str) -> Web:
    """Ada's streams on a day, oldest first: a long one, one with most hours watched, and one with most viewers."""
    write(own_two_days_url, "delete from daily_streams where streamer_id = 'ada'")
    for number, (length, watch_hours, viewers) in enumerate(((9, 900, 100), (4, 4000, 1000), (1, 3000, 3000))):
        began = DAY_START + number * 10 * HOUR
        write(
            own_two_days_url,
            "insert into daily_streams (day, streamer_id, stream_id, started_at, last_seen_at, watch_hours,"
            " airtime_hours, peak_viewers, language, game_ids)"
            " values ('2026-11-21', 'ada', %s, %s, %s, %s, %s, %s, 'en', array['chess'])",
            *(str(number), began, began + length * HOUR, watch_hours, length, viewers),
        )
    return own_two_days


def starts(web: Web, query: str) -> list[int]:
    """The numbers of the streams in the order of the table."""
    page = web.get(f"/streamers/ada?{query}").text
    _, _, table = page.partition('<caption class="unseen">Streams</caption>')
    times = re.findall(r'<td><time datetime="([^"]*)"', table.partition("</table>")[0])
    expected = [(DAY_START + number * 10 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ") for number in range(3)]
    return [expected.index(time) for time in times]


def test_streams_are_sorted_by_links_in_the_heading(three_streams: Web) -> None:
    orders = {
        "": [2, 1, 0],
        "sort=started_at&order=asc": [0, 1, 2],
        "sort=length_hours": [0, 1, 2],
        "sort=watch_hours": [1, 2, 0],
        "sort=average_viewers": [2, 1, 0],
        "sort=average_viewers&order=asc": [0, 1, 2],
        "sort=peak_viewers&order=asc": [0, 1, 2],
    }
    assert {query: starts(three_streams, query) for query in orders} == orders


def test_headings_lead_to_each_order_and_back(three_streams: Web) -> None:
    page = html.unescape(three_streams.get("/streamers/ada?days=2&sort=watch_hours").text)
    for other in ("started_at", "length_hours", "average_viewers", "peak_viewers"):
        assert f'href="/streamers/ada?days=2&sort={other}&order=desc#streams"' in page
    assert 'href="/streamers/ada?days=2&sort=watch_hours&order=asc#streams"' in page
    assert 'aria-sort="descending"' in page
    assert 'value="None"' not in page
    # Another period has the same order.
    assert 'href="/streamers/ada?sort=watch_hours&order=desc&days=7#history"' in page


def test_best_stream_is_the_one_with_most_hours_watched(three_streams: Web) -> None:
    page = three_streams.get("/streamers/ada").text
    best = re.findall(r'<time datetime="([^"]*)">[^<]*</time> <b class="chip best"', page)
    assert best == [(DAY_START + 10 * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ")]
    assert "Most hours watched: <time" in page
    assert [row["is_best"] for row in three_streams.json("/streamers/ada/streams")["rows"]] == [False, True, False]


def test_best_stream_is_named_where_the_table_does_not_reach_it(three_streams: Web, own_two_days_url: str) -> None:
    write(
        own_two_days_url,
        "insert into daily_streams (day, streamer_id, stream_id, started_at, last_seen_at, watch_hours, airtime_hours,"
        " peak_viewers, language, game_ids)"
        " select '2026-11-22', 'ada', 'short' || n, %s + n * interval '1 minute', %s, 1, 1, 1, 'en', array['chess']"
        " from generate_series(1, 15) n",
        *(NOW - 2 * HOUR, NOW),
    )
    page = three_streams.get("/streamers/ada").text
    assert 'title="the most hours watched">best' not in page
    assert "Most hours watched: <time" in page


def test_single_stream_is_not_the_best_of_one(two_days: Web) -> None:
    assert two_days.json("/streamers/bob/streams")["rows"][0]["is_best"] is False
    assert 'class="chip best"' not in two_days.get("/streamers/bob").text
