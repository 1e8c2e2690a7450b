"""The spans of a budget: calendar months and days in UTC."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC."""

    starts_at: datetime
    ends_at: datetime

    def days_left(self, now: datetime) -> int:
        """Number of days of the month that are not over, the present one included."""
        return (self.ends_at.date() - now.astimezone(UTC).date()).days


@dataclass(frozen=True, slots=True)
class UtcDay:
    """A day in UTC: on one day, X charges for each post or account only once."""

    starts_at: datetime
    ends_at: datetime


def month_of(instant: datetime) -> Month:
    """The month to which an instant belongs."""
    first = instant.astimezone(UTC).date().replace(day=1)
    after = first + timedelta(days=calendar.monthrange(first.year, first.month)[1])
    return Month(datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC))


def day_of(instant: datetime) -> UtcDay:
    """The day to which an instant belongs."""
    starts_at = datetime.combine(instant.astimezone(UTC).date(), time(), UTC)
    return UtcDay(starts_at, starts_at + timedelta(days=1))
