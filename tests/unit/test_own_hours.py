"""The best time to stream a game within the hours in which somebody can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.own_hours import Days, OwnHours, OwnTime, best_times

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
MONDAYS = OwnHours("mon", 18, 21, ZONE)
EVENINGS = OwnHours("weekdays", 18, 20, ZONE)


@dataclass
class Hour:
    """An hour of a game, with one channel. The whole week has 100 viewers per channel."""

    hour_at: datetime
    average_viewers: float
    place: int
    average_streams: float = 1.0
    of_week: float = 100.0
    of_all: float = 100.0


def weeks(viewers: Mapping[int, Sequence[float]]) -> list[Hour]:
    """The viewers of hours of the week, in each of some weeks."""
    return [
        Hour(MONDAY + timedelta(weeks=week, hours=place), value, place)
        for place, values in viewers.items()
        for week, value in enumerate(values)
    ]


def spans(times: Sequence[OwnTime]) -> list[tuple[int, int, int]]:
    return [(time.weekday, time.start, time.end) for time in times]


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
    own = best_times(weeks({18: [100] * 3, 19: [120] * 3, 20: [160] * 3}), MONDAYS)
    assert own is not None
    assert own.best is not None
    assert (own.best.weekday, own.best.start, own.best.end) == (1, 19, 21)
    assert (own.best.viewers_per_stream, round(own.best.change, 6)) == (140, 0.4)
    assert (own.best.weeks, own.best.weeks_above, own.is_known, own.higher) == (3, 3, True, None)


def test_time_that_is_better_in_one_week_only_is_named_after_one_that_is_so_in_most() -> None:
    own = best_times(weeks({18: [130] * 4, 19: [130] * 4, 20: [5_000, 50, 50, 50]}), MONDAYS)
    assert own is not None
    assert own.best is not None
    assert own.higher is not None
    assert (own.best.start, own.best.end, own.best.weeks_above) == (18, 20, 4)
    assert (own.higher.start, own.higher.end, own.higher.weeks_above) == (19, 21, 1)


def test_days_are_ranked_and_those_without_a_better_time_are_weak() -> None:
    monday, tuesday, thursday, friday = ([18 + 24 * day, 19 + 24 * day] for day in (0, 1, 3, 4))
    rows = weeks(
        {place: [150] * 4 for place in monday}
        | {place: [500, 500, 50, 50] for place in tuesday}
        | {place: [200] * 4 for place in thursday}
        | {place: [90] * 4 for place in friday}
    )
    own = best_times(rows, EVENINGS)
    assert own is not None
    assert spans(own.recommended) == [(4, 18, 20), (1, 18, 20)]
    assert (spans(own.times[:1]), spans(own.others), own.weak_days) == ([(4, 18, 20)], [(1, 18, 20)], [2, 5])


def test_hours_after_midnight_belong_to_the_evening_before() -> None:
    own = best_times(weeks({0: [300] * 4, 1: [300] * 4, 6 * 24 + 23: [90] * 4}), OwnHours("sun", 23, 2, ZONE))
    assert own is not None
    assert own.best is not None
    assert (own.best.day, own.best.weekday, own.best.start, own.best.end) == (7, 1, 0, 2)


@pytest.mark.parametrize(
    ("values", "is_known", "is_recommended"),
    [([200, 200], False, False), ([200] * 3, True, True), ([200, 200, 50, 50], True, False), ([50] * 4, True, False)],
    ids=["two-weeks", "three-weeks", "in-half-of-the-weeks", "never-above"],
)
def test_time_is_recommended_from_three_weeks_on_if_it_is_better_in_most(
    values: list[float], is_known: bool, is_recommended: bool
) -> None:
    own = best_times(weeks({18: values, 19: values}), OwnHours("mon", 18, 20, ZONE))
    assert own is not None
    assert (own.is_known, own.best is not None, len(own.times)) == (is_known, is_recommended, 1)


def test_best_time_of_a_single_hour_and_of_a_game_without_hours() -> None:
    own = best_times(weeks({20: [90, 110, 120, 130]}), OwnHours("mon", 20, 21, ZONE))
    assert own is not None
    assert own.best is not None
    assert (own.best.start, own.best.end, own.best.weeks_above) == (20, 21, 3)
    assert best_times([], EVENINGS) is None
