"""The best time to stream a game within the hours in which somebody can."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.own_hours import Days, OwnHours, best_time

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
EVENINGS = [18, 19, 20]


@dataclass
class Hour:
    """An hour of a game, with one channel."""

    hour_at: datetime
    average_viewers: float
    place: int
    average_streams: float = 1.0


def weeks(viewers: Mapping[int, list[float]]) -> list[Hour]:
    """The viewers of hours of Monday, in each of some weeks."""
    return [
        Hour(MONDAY + timedelta(weeks=week, hours=place), value, place)
        for place, values in viewers.items()
        for week, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("days", "start", "end", "places"),
    [
        ("mon", 18, 20, [18, 19]),
        ("weekend", 23, 24, [5 * 24 + 23, 6 * 24 + 23]),
        ("sun", 22, 2, [0, 1, 6 * 24 + 22, 6 * 24 + 23]),
        ("tue", 0, 0, list(range(24, 48))),
    ],
    ids=["two-hours", "up-to-midnight", "past-midnight-into-the-next-week", "whole-day"],
)
def test_hours_of_the_week_in_which_somebody_can_stream(days: Days, start: int, end: int, places: list[int]) -> None:
    assert OwnHours(days, start, end, ZONE).places == places


def test_best_time_has_two_neighbouring_hours_and_is_compared_with_all_hours() -> None:
    rows = weeks({18: [100, 100], 19: [120, 120], 20: [160, 160]})
    best = best_time(rows, EVENINGS, 100, ZONE)
    assert best is not None
    assert (best.weekday, best.start, best.end) == (1, 19, 21)
    assert (best.viewers_per_stream, round(best.change, 6)) == (140, 0.4)
    assert (best.weeks, best.weeks_above) == (2, 2)


def test_time_that_is_better_in_one_week_only_comes_after_one_that_is_so_in_most() -> None:
    rows = weeks({18: [130] * 4, 19: [130] * 4, 20: [5_000, 50, 50, 50]})
    best = best_time(rows, EVENINGS, 100, ZONE)
    assert best is not None
    assert (best.start, best.end, best.weeks_above) == (18, 20, 4)


def test_best_time_of_a_single_hour_and_of_a_game_without_hours() -> None:
    one = best_time(weeks({20: [90, 110]}), [20], 100, ZONE)
    assert one is not None
    assert (one.start, one.end, one.change, one.weeks_above) == (20, 21, 0.0, 1)
    assert best_time([], EVENINGS, 100, ZONE) is None
    assert best_time(weeks({20: [90]}), [20], None, ZONE) is None
