"""The bot's calendar: a day runs from its hour to the same hour on the next date, on the wall clock of its time zone.

Twitch has no midnight; viewing bottoms out at about 8 AM Pacific. A day is named after the date on which it starts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# The ranges of days up to the newest that the dashboard offers.
OFFERED_RANGES: Final = (1, 7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Day:
    """One of the bot's days: the date after which it is named, and the instants (UTC) at which it starts and ends."""

    date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """24 hours, or 23 or 25 when the clocks change."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True)
class Calendar:
    """Maps instants to days and days to their bounds. `starts_at` is a wall-clock time in `timezone`."""

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


@dataclass(frozen=True, slots=True)
class Posting:
    """The time at which the summaries of a day are due, and the end of that date, after which they are not made."""

    day: Day
    due_at: datetime
    ends_at: datetime


def posting_of(calendar: Calendar, post_at: time, day: Day) -> Posting:
    """The posting of a day: from `due_time` on, on the date on which the day ends."""
    date_of_end = day.ends_at.astimezone(calendar.timezone).date()
    due = datetime.combine(date_of_end, due_time(calendar.starts_at, post_at), calendar.timezone)
    midnight = datetime.combine(date_of_end + timedelta(days=1), time(), calendar.timezone)
    return Posting(day, due.astimezone(UTC), midnight.astimezone(UTC))


def due_time(day_starts_at: time, post_at: time) -> time:
    """The time of day at which summaries are due: `post_at`, but not before the end of the day that they are about.

    All three are wall-clock times in the calendar's time zone.
    """
    return max(post_at, day_starts_at)


def newest_posting(calendar: Calendar, post_at: time, instant: datetime) -> Posting:
    """The newest posting that is due at an instant."""
    posting = posting_of(calendar, post_at, calendar.last_finished(instant))
    if instant < posting.due_at:
        return posting_of(calendar, post_at, calendar.day(posting.day.date - timedelta(days=1)))
    return posting


def next_posting(calendar: Calendar, post_at: time, instant: datetime) -> Posting:
    """The first posting that is due after an instant."""
    posting = posting_of(calendar, post_at, calendar.last_finished(instant))
    return posting if instant < posting.due_at else posting_of(calendar, post_at, calendar.day_of(instant))


def effect_of_change(calendar: Calendar, newest: date, ended_at: datetime) -> str | None:
    """The effect of changed settings on the day after the newest finished one; None if the settings have not changed.

    `newest` is that finished day, `ended_at` the instant of its end. A finished day does not change: the next one loses
    the time that belongs to it, and hours between the two belong to no day.
    """
    if calendar.day(newest).ends_at == ended_at:
        return None
    following = calendar.day(newest + timedelta(days=1))
    while following.ends_at <= ended_at:
        following = calendar.day(following.date + timedelta(days=1))
    if following.starts_at > ended_at:
        hours = (following.starts_at - ended_at) / timedelta(hours=1)
        return f"{hours:.1f} hours from {ended_at:%F %H:%M} UTC on belong to no day"
    return f"{following.date} has {(following.ends_at - ended_at) / timedelta(hours=1):.1f} hours"


def months_and_days(first: date, last: date, months: Collection[date]) -> tuple[Sequence[date], Sequence[date]]:
    """The days from `first` to `last`, split into whole months, if they are among `months`, and single days."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    whole = {month for month in months if first <= month and _end_of(month) <= last}
    return sorted(whole), [day for day in days if day.replace(day=1) not in whole]


def _end_of(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
