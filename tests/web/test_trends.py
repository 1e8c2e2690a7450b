"""What has changed: the trend of a streamer, who is new on a day, and how the figures of a stream come about."""

import re

from tests.web.conftest import Web


def test_streamer_without_a_period_to_compare_has_the_trend_of_a_shorter_one(two_days: Web) -> None:
    """Thirty and seven days have no days before; the second day has half the hours of the first. The word is that of a
    game."""
    for days in (30, 7, 1):
        page = re.sub(r"<[^>]*>", "", two_days.get(f"/streamers/ada?days={days}").text)
        assert re.search(r"Shrinking: ↓ down 50% hours watched on the latest day, vs the day before", page), days
    assert "not enough history for 30 days" in two_days.get("/streamers/ada").text
    # Bob is new, so nothing can be said.
    assert not re.search("<strong>(Growing|Steady|Shrinking)</strong>", two_days.get("/streamers/bob").text)


def test_day_says_new_where_a_post_does(two_days: Web) -> None:
    """Bob was not live on the day before. On the first day nothing can be compared."""
    page = two_days.get("/days/2026-11-22").text
    assert re.search(r">Bob</bdi></a></th><td[^>]*>5.00K</td><td[^>]*>new</td>", page)
    assert "not live on the day before" in page
    assert ">new</td>" not in two_days.get("/days/2026-11-21").text


def test_hours_watched_of_a_stream_are_its_average_by_the_counted_time(two_days: Web) -> None:
    [stream] = two_days.json("/streamers/ada/streams?days=2")["rows"]
    assert stream["average_viewers"] * stream["airtime_hours"] == stream["watch_hours"]
    page = two_days.get("/streamers/ada?days=2").text
    assert ">Counted</th>" in page
    assert ">2 days 0 h</td>" in page
