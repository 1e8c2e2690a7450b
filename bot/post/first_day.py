"""Explain why a day has no summaries, and compute when the first ones are due. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.calendar import Calendar, Day, posting_of
from bot.post.ranking import LOWEST_COVERAGE


@dataclass(frozen=True, slots=True)
class Measured:
    """The first rolled-up day, and the first poll in staging with its interval; None where there is none."""

    first_day: date | None
    first_poll_at: datetime | None
    interval_minutes: int | None


def why_missing(named: date, measured: Measured, now: datetime, calendar: Calendar, post_at: time) -> str:
    """One line about a day that is not rolled up: the reason, and what the user can do."""
    day = calendar.day(named)
    if now < day.ends_at:
        return f"the day {named} is not over: it ends on {_local(day.ends_at, calendar)}"
    if measured.first_poll_at is None and measured.first_day is None:
        return (
            f"the day {named} was not measured, nor was any other: start the bot (`watchtime run`), or take one poll "
            "(`watchtime collect`)"
        )
    return why_before_first(named, measured, calendar, post_at) or (
        f"the day {named} is not rolled up: run `watchtime daily`"
    )


def why_before_first(named: date, measured: Measured, calendar: Calendar, post_at: time) -> str | None:
    """One line about a day before the first one with summaries; None for a later day."""
    if measured.first_poll_at is None and measured.first_day is None:
        return "no summaries are due yet: no poll has been taken"
    if measured.first_poll_at is not None and measured.first_day is None:
        first = first_day_to_post(measured.first_poll_at, timedelta(minutes=measured.interval_minutes or 0), calendar)
        if named < first.date:
            return (
                f"no summaries are due yet: the first poll was taken on {_local(measured.first_poll_at, calendar)}, so "
                f"less than half of the day {named} is measured. The first summaries, those of {first.date}, are due "
                f"on {_local(posting_of(calendar, post_at, first).due_at, calendar)}"
            )
    if measured.first_day is not None and named < measured.first_day:
        return f"the day {named} was not measured; the first day that was is {measured.first_day}"
    return None


def first_day_to_post(first_poll_at: datetime, interval: timedelta, calendar: Calendar) -> Day:
    """The first day of which at least half can be measured, if no poll is missed after the first one."""
    day = calendar.day_of(first_poll_at)
    # The first poll of a day counts back for one interval at most.
    measurable = (day.ends_at - max(first_poll_at - interval, day.starts_at)) / day.length
    return day if measurable >= LOWEST_COVERAGE else calendar.day(day.date + timedelta(days=1))


def _local(instant: datetime, calendar: Calendar) -> str:
    """An instant in the time zone of the bot's day: Fri, Nov 27, 14:00 PST."""
    local = instant.astimezone(calendar.timezone)
    return f"{local:%a, %b} {local.day}, {local:%H:%M %Z}"
