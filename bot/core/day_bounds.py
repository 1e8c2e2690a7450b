"""When a day starts and ends as it is rolled up, and which days are due. Reads the database.

The roll-up, the prune, the health facts and the dashboard all ask here, so that they cannot disagree about a day while
the settings change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.calendar import Calendar, Day
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class DueDays:
    """Finished days that are not rolled up or got a poll since, oldest first."""

    due: Sequence[date]
    without_polls: Sequence[date]
    """Not rolled up, and all their polls, taken under other settings, are outside of their bounds: never due."""


def bounds_of(tx: Transaction, day: Day) -> Day:
    """The day as it is rolled up, or will be: cut short where another finished day has its time already.

    That is so when DAY_STARTS_AT or TIMEZONE have changed. A day of which nothing is left does not end after it starts.
    """
    starts_at, ends_at = tx.daily.bounds_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    return Day(day.date, starts_at, ends_at)


def polls_within(tx: Transaction, calendar: Calendar, named: date) -> int:
    """How many polls of a day began within its bounds."""
    day = bounds_of(tx, calendar.day(named))
    polls, _, _ = tx.daily.staging_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    return int(polls)


def due_days(tx: Transaction, calendar: Calendar, now: datetime) -> DueDays:
    """Which days are to be rolled up at an instant, and which are not although they have polls."""
    candidates = [day for (day,) in tx.daily.days_that_may_be_due(today=calendar.day_of(now).date)]
    with_polls = [day for day in candidates if polls_within(tx, calendar, day)]
    return DueDays(
        due=[day for day in with_polls if not _was_pruned_undone(tx, calendar.day(day))],
        without_polls=[day for day in candidates if day not in with_polls],
    )


def _was_pruned_undone(tx: Transaction, day: Day) -> bool:
    """Whether a day was pruned without a roll-up, because it had no polls within its bounds under the settings then."""
    _, has_streams, is_rolled_up = tx.daily.staging_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    return not (has_streams or is_rolled_up or tx.daily.has_games(day=day.date))
