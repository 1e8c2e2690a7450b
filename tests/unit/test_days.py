"""Days of the bot last until the same hour of the next date, so 23 or 25 hours when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar, Day, newest_posting, next_posting, posting_of

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
PACIFIC = Calendar(LOS_ANGELES, time(8))
SECOND = timedelta(seconds=1)


def utc(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("named", "starts_at", "ends_at", "hours"),
    [
        (date(2026, 1, 15), utc(1, 15, 16), utc(1, 16, 16), 24),
        (date(2026, 3, 6), utc(3, 6, 16), utc(3, 7, 16), 24),
        # clocks go forward at 02:00 on March 8
        (date(2026, 3, 7), utc(3, 7, 16), utc(3, 8, 15), 23),
        (date(2026, 3, 8), utc(3, 8, 15), utc(3, 9, 15), 24),
        (date(2026, 7, 1), utc(7, 1, 15), utc(7, 2, 15), 24),
        # and back at 02:00 on November 1
        (date(2026, 10, 31), utc(10, 31, 15), utc(11, 1, 16), 25),
        (date(2026, 11, 1), utc(11, 1, 16), utc(11, 2, 16), 24),
    ],
)
def test_a_day_runs_from_eight_to_eight_on_the_wall_clock(
    named: date, starts_at: datetime, ends_at: datetime, hours: int
) -> None:
    day = PACIFIC.day(named)
    assert day == Day(named, starts_at, ends_at)
    assert day.length == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("starts_at", "timezone", "named", "expected"),
    [
        (time(0), "America/Los_Angeles", date(2026, 3, 8), Day(date(2026, 3, 8), utc(3, 8, 8), utc(3, 9, 7))),
        (time(0), "America/Los_Angeles", date(2026, 11, 1), Day(date(2026, 11, 1), utc(11, 1, 7), utc(11, 2, 8))),
        (time(8), "Asia/Kolkata", date(2026, 6, 1), Day(date(2026, 6, 1), utc(6, 1, 2, 30), utc(6, 2, 2, 30))),
        (time(0), "Asia/Kolkata", date(2026, 6, 1), Day(date(2026, 6, 1), utc(5, 31, 18, 30), utc(6, 1, 18, 30))),
        (time(0), "Pacific/Kiritimati", date(2026, 6, 1), Day(date(2026, 6, 1), utc(5, 31, 10), utc(6, 1, 10))),
        (time(23, 30), "UTC", date(2026, 6, 1), Day(date(2026, 6, 1), utc(6, 1, 23, 30), utc(6, 2, 23, 30))),
        (time(5), "Europe/Berlin", date(2026, 3, 28), Day(date(2026, 3, 28), utc(3, 28, 4), utc(3, 29, 3))),
    ],
    ids=lambda value: "day" if isinstance(value, Day) else None,
)
def test_a_day_follows_the_clock_of_its_own_zone(starts_at: time, timezone: str, named: date, expected: Day) -> None:
    assert Calendar(ZoneInfo(timezone), starts_at).day(named) == expected


@pytest.mark.parametrize(
    "calendar",
    [
        PACIFIC,
        Calendar(LOS_ANGELES, time(0)),
        # on March 8 there is no 02:30, on November 1 there are two 01:30
        Calendar(LOS_ANGELES, time(2, 30)),
        Calendar(LOS_ANGELES, time(1, 30)),
        Calendar(ZoneInfo("Asia/Kolkata"), time(8)),
        Calendar(ZoneInfo("Pacific/Auckland"), time(23, 59)),
    ],
    ids=lambda calendar: f"{calendar.timezone} {calendar.starts_at}",
)
def test_every_instant_belongs_to_exactly_one_day(calendar: Calendar) -> None:
    """A year of days has no gaps. The instant of its start belongs to a day, the second before to the day before."""
    days = [calendar.day(date(2026, 1, 1) + timedelta(days=number)) for number in range(365)]
    for before, day in pairwise(days):
        assert before.ends_at == day.starts_at
        assert calendar.day_of(day.starts_at) == day
        assert calendar.day_of(day.starts_at - SECOND) == before


@pytest.mark.parametrize(
    ("instant", "named"),
    [
        (utc(11, 21, 16), date(2026, 11, 21)),
        (utc(11, 21, 15, 59, 59), date(2026, 11, 20)),
        (utc(11, 22, 0), date(2026, 11, 21)),
        (utc(11, 22, 8), date(2026, 11, 21)),
        (utc(3, 8, 14, 59, 59), date(2026, 3, 7)),
        (utc(3, 8, 15), date(2026, 3, 8)),
        (utc(11, 1, 15, 59, 59), date(2026, 10, 31)),
        (utc(11, 1, 16), date(2026, 11, 1)),
        (datetime(2026, 11, 22, 7, 59, tzinfo=LOS_ANGELES), date(2026, 11, 21)),
    ],
)
def test_an_instant_belongs_to_the_day_that_started_last(instant: datetime, named: date) -> None:
    assert PACIFIC.day_of(instant) == PACIFIC.day(named)


@pytest.mark.parametrize(
    ("instant", "named"),
    [(utc(11, 21, 15, 59, 59), date(2026, 11, 19)), (utc(11, 21, 16), date(2026, 11, 20))],
)
def test_a_day_is_finished_from_the_instant_at_which_it_ends(instant: datetime, named: date) -> None:
    assert PACIFIC.last_finished(instant) == PACIFIC.day(named)


@pytest.mark.parametrize(
    ("starts_at", "post_at", "due_at"),
    [
        pytest.param(time(8), time(14), utc(11, 22, 22), id="after the end of the day"),
        pytest.param(time(8), time(8), utc(11, 22, 16), id="at the end of the day"),
        pytest.param(time(16), time(14), utc(11, 23, 0), id="earlier than the day ends: at its end"),
        pytest.param(time(0), time(14), utc(11, 22, 22), id="a day that ends at midnight"),
    ],
)
def test_summaries_are_due_on_the_date_on_which_a_day_ends(starts_at: time, post_at: time, due_at: datetime) -> None:
    """Until midnight; before that they are the next ones, from then on the newest."""
    calendar = Calendar(LOS_ANGELES, starts_at)
    day = calendar.day(date(2026, 11, 21))
    posting = posting_of(calendar, post_at, day)
    assert (posting.day, posting.due_at, posting.ends_at) == (day, due_at, utc(11, 23, 8))
    before = posting_of(calendar, post_at, calendar.day(date(2026, 11, 20)))
    after = posting_of(calendar, post_at, calendar.day(date(2026, 11, 22)))
    assert newest_posting(calendar, post_at, due_at - SECOND) == before
    assert next_posting(calendar, post_at, due_at - SECOND) == posting
    assert newest_posting(calendar, post_at, due_at) == posting
    assert next_posting(calendar, post_at, due_at) == after
