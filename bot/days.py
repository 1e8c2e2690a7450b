"""The bot's calendar: a day runs from its hour to the same hour on the next date, on the wall clock of its time zone.

Twitch has no midnight; viewing bottoms out at about 8 AM Pacific. A day is named after the date on which it starts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.models import Day


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which day an instant belongs to, and when a day starts and ends."""

    timezone: ZoneInfo
    starts_at: time

    def day(self, named: date) -> Day:
        """The day that starts on that date."""
        return Day(named, self._start_of(named), self._start_of(named + timedelta(days=1)))

    def day_of(self, instant: datetime) -> Day:
        """The day to which an instant belongs; the instant at which a day starts belongs to it."""
        named = instant.astimezone(self.timezone).date()
        if instant < self._start_of(named):
            named -= timedelta(days=1)
        return self.day(named)

    def last_finished(self, instant: datetime) -> Day:
        """The newest day that is over."""
        return self.day(self.day_of(instant).date - timedelta(days=1))

    def _start_of(self, named: date) -> datetime:
        return datetime.combine(named, self.starts_at, tzinfo=self.timezone).astimezone(UTC)


def in_parts(first: date, last: date, months: Collection[date]) -> tuple[Sequence[date], Sequence[date]]:
    """The days from `first` to `last` as whole months, of those that are summed up, and single days."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    whole = {month for month in months if first <= month and _end_of(month) <= last}
    return sorted(whole), [day for day in days if day.replace(day=1) not in whole]


def _end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
