"""The span of a budget: a calendar month in UTC."""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in UTC."""

    starts_at: datetime
    ends_at: datetime

    def days_left(self, now: datetime) -> int:
        """Days that are not over, the present one included."""
        return (self.ends_at.date() - now.astimezone(UTC).date()).days


def month_of(instant: datetime) -> Month:
    """The month to which an instant belongs."""
    first = instant.astimezone(UTC).date().replace(day=1)
    after = first + timedelta(days=calendar.monthrange(first.year, first.month)[1])
    return Month(datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC))
