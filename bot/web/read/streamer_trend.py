"""Whether a streamer is watched more or less than before, over the longest period that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot.web.read.coverage import change, ratio
from bot.web.read.ranges import OFFERED, Span
from helperfunctions.database import Transaction

# The shorter of two measured times, as a share of the longer, as for all changes.
_MIN_MEASURED_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Trend:
    """The change of a streamer from the days before to these days, as ratios: 0.1 for ten percent more. `watch_hours`
    and `airtime_hours` are per measured hour."""

    span: Span
    watch_hours: float
    airtime_hours: float | None
    average_viewers: float | None


def trend(tx: Transaction, streamer_id: str, span: Span) -> Trend | None:
    """The trend over some days, or over the longest offered period that is shorter, ends with them, and can be compared
    with the days before. None if there is none, as for a streamer who is new."""
    lengths = sorted({span.days, *(days for days in OFFERED if days < span.days)}, reverse=True)
    first = span.last - timedelta(days=2 * span.days - 1)
    rows = list(tx.web.streamer_by_day(streamer_ids=[streamer_id], first=first, last=span.last))
    return next((found for days in lengths if (found := _trend(rows, span.last, days)) is not None), None)


def _trend(rows: Sequence[Any], last: date, days: int) -> Trend | None:
    """The trend over a number of days up to the last; `rows` are the measured days since the streamer is known."""
    span = Span(last - timedelta(days=days - 1), last)
    now = [row for row in rows if row.day >= span.first]
    before = [row for row in rows if span.before.first <= row.day < span.first]
    hours, hours_before = _sum(now, "covered_hours"), _sum(before, "covered_hours")
    if not hours or min(hours, hours_before) <= _MIN_MEASURED_SHARE * max(hours, hours_before):
        return None
    watched, watched_before = _sum(now, "watch_hours"), _sum(before, "watch_hours")
    watch_hours = change(watched / hours, watched_before / hours_before)
    if watch_hours is None:
        return None
    live, live_before = _sum(now, "airtime_hours"), _sum(before, "airtime_hours")
    average, average_before = ratio(watched, live), ratio(watched_before, live_before)
    return Trend(
        span,
        watch_hours,
        change(live / hours, live_before / hours_before),
        None if average is None else change(average, average_before),
    )


def _sum(rows: Sequence[Any], column: str) -> float:
    return float(sum(getattr(row, column) for row in rows))
