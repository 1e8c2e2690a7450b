"""The message of `post` about a day that is not rolled up, and the time of the first summaries."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.post.first_day import Measured, first_day_to_post, why_missing

PACIFIC = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(PACIFIC, time(8))
HALF_HOUR = timedelta(minutes=30)
DAY = date(2026, 11, 21)
NOTHING = Measured(None, None, None)


def pacific(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=PACIFIC)


def message(named: date, measured: Measured, now: datetime) -> str:
    return why_missing(named, measured, now.astimezone(UTC), CALENDAR, time(14))


@pytest.mark.parametrize(
    ("first_poll", "first_day"),
    [
        (pacific(21, 8), DAY),
        (pacific(21, 20, 30), DAY),
        (pacific(21, 20, 31), date(2026, 11, 22)),
        (pacific(22, 7, 59), date(2026, 11, 22)),
        (pacific(22, 8), date(2026, 11, 22)),
    ],
    ids=["at the day's start", "half of the day is left", "less than half is left", "at the day's end", "the next day"],
)
def test_the_first_summaries_are_those_of_the_first_day_that_is_half_measured(
    first_poll: datetime, first_day: date
) -> None:
    assert first_day_to_post(first_poll.astimezone(UTC), HALF_HOUR, CALENDAR).date == first_day


def test_after_a_start_in_the_morning_the_first_summaries_are_due_on_the_day_after() -> None:
    measured = Measured(None, pacific(21, 10).astimezone(UTC), 30)
    assert message(date(2026, 11, 20), measured, pacific(21, 11)) == (
        "no summaries are due yet: the first poll was taken on Sat, Nov 21, 10:00 PST, so less than half of the day "
        "2026-11-20 is measured. The first summaries, those of 2026-11-21, are due on Sun, Nov 22, 14:00 PST"
    )


def test_after_a_start_in_the_evening_the_first_summaries_are_due_two_days_later() -> None:
    measured = Measured(None, pacific(21, 22).astimezone(UTC), 30)
    for named in (date(2026, 11, 20), DAY):
        assert "those of 2026-11-22, are due on Mon, Nov 23, 14:00 PST" in message(named, measured, pacific(22, 9))


@pytest.mark.parametrize(
    ("named", "measured", "answer"),
    [
        (DAY, NOTHING, "the day 2026-11-21 was not measured, nor was any other: start the bot (`watchtime run`)"),
        (date(2026, 11, 22), NOTHING, "the day 2026-11-22 is not over: it ends on Mon, Nov 23, 08:00 PST"),
        (
            DAY,
            Measured(date(2026, 11, 22), pacific(22, 9), 30),
            "the day 2026-11-21 was not measured; the first day that was is 2026-11-22",
        ),
        (
            DAY,
            Measured(date(2026, 11, 1), pacific(20, 9), 30),
            "the day 2026-11-21 is not rolled up: run `watchtime daily`",
        ),
        (DAY, Measured(None, pacific(21, 8), 30), "the day 2026-11-21 is not rolled up: run `watchtime daily`"),
    ],
    ids=["no poll", "not over", "before the first day", "between rolled-up days", "measured and not rolled up"],
)
def test_a_day_without_summaries_has_a_reason(named: date, measured: Measured, answer: str) -> None:
    assert message(named, measured, pacific(22, 10)).startswith(answer)
