"""The bounds with which a day is rolled up, and the days that are due. Reads the database.

The roll-up, the prune, the health facts and the dashboard share these, so that they agree about a day when settings
change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.calendar import Calendar, Day
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class DueDays:
    """Finished days that are not rolled up, or that got a poll since, oldest first.

    `without_polls`: days that are not rolled up and never due: all their polls were taken under other settings and are
    outside of their bounds.
    """

    due: Sequence[date]
    without_polls: Sequence[date]


def bounds_of(tx: Transaction, day: Day) -> Day:
    """The day with the bounds of its roll-up: shorter than in the calendar where another finished day has its time.

    That happens when DAY_STARTS_AT or TIMEZONE have changed. A day without any time of its own ends before it starts.
    """
    bounds = tx.daily.bounds_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    return Day(day.date, bounds.starts_at, bounds.ends_at)


def polls_within(tx: Transaction, calendar: Calendar, named: date) -> int:
    """The number of polls of a day that began within its bounds."""
    day = bounds_of(tx, calendar.day(named))
    return int(tx.daily.staging_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at).polls)


def due_days(tx: Transaction, calendar: Calendar, now: datetime) -> DueDays:
    """The days that are to be rolled up at an instant, and those that are not although they have polls."""
    candidates = [row.day for row in tx.daily.days_that_may_be_due(today=calendar.day_of(now).date)]
    with_polls = [day for day in candidates if polls_within(tx, calendar, day)]
    return DueDays(
        due=[day for day in with_polls if not _was_pruned_unfinished(tx, calendar.day(day))],
        without_polls=[day for day in candidates if day not in with_polls],
    )


def _was_pruned_unfinished(tx: Transaction, day: Day) -> bool:
    """True if a day was pruned without a roll-up: it had no polls within its bounds under the settings of that time."""
    staging = tx.daily.staging_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    return not (staging.has_streams or staging.is_rolled_up or tx.daily.has_games(day=day.date))
