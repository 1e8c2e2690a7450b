"""The newest poll, and coverage of a span of days, for the replies and the dashboard (queries of `sql/read/`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from bot.core.calendar import months_and_days
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class NewestPoll:
    """The poll that is shown as "now". `is_whole`: it reached the viewer threshold. `started_at` is in UTC."""

    poll_id: int
    day: date
    started_at: datetime
    is_whole: bool
    viewers: int
    streams: int
    more_than_viewers: int
    interval_minutes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Coverage of a span of days.

    `days`: number of days with any measurement. `covered_hours`: measured hours. `watch_hours`: of all of Twitch.
    """

    days: int
    covered_hours: float
    watch_hours: float


class Parts(TypedDict):
    """A span of days as whole months, which have monthly tables, and single days."""

    months: Sequence[date]
    days: Sequence[date]


def newest_poll(tx: Transaction, *, whole_since: datetime) -> NewestPoll | None:
    """The newest complete poll since `whole_since`, else the newest that stored any streams, however old; or None."""
    row = tx.read.newest_poll(whole_since=whole_since)
    if row is None:
        return None
    return NewestPoll(
        poll_id=row.poll_id,
        day=row.day,
        started_at=row.started_at,
        is_whole=row.is_whole,
        viewers=int(row.viewers),
        streams=int(row.streams),
        more_than_viewers=row.more_than_viewers,
        interval_minutes=row.interval_minutes,
    )


def measured(tx: Transaction, first: date, last: date) -> Measured:
    """Coverage of the days from `first` to `last`, both included."""
    row = tx.read.measured(first=first, last=last)
    return Measured(days=int(row.days), covered_hours=float(row.covered_hours), watch_hours=float(row.watch_hours))


def parts_of(tx: Transaction, first: date, last: date) -> Parts:
    """The days from `first` to `last`, both included, as the monthly tables and the daily tables have them."""
    summed_up = [row.month for row in tx.read.summed_up_months(first=first, last=last)]
    months, days = months_and_days(first, last, summed_up)
    return {"months": months, "days": days}
