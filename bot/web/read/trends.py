"""Whether a streamer or a language grows or shrinks, over the longest period that can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.read.measurements import Measured
from bot.web.read.coverage import can_be_compared, change, change_per_hour, ratio
from bot.web.read.growth_words import growth_word
from bot.web.read.ranges import OFFERED, Span


@dataclass(frozen=True, slots=True)
class Trend:
    """The change of a streamer or a language from the days before to these days, as ratios: 0.1 for ten percent more.
    `watch_hours` and `airtime_hours` are per measured hour."""

    span: Span
    watch_hours: float
    airtime_hours: float | None
    average_viewers: float | None

    @property
    def words(self) -> str:
        """Whether it grows."""
        return growth_word(self.watch_hours)


def with_days_before(span: Span) -> Span:
    """The days whose rows `trend` needs."""
    return Span(span.before.first, span.last)


def trend(rows: Sequence[Any], span: Span) -> Trend | None:
    """The trend over some days, or over the longest offered period that is shorter, ends with them, and can be compared
    with the days before. None if there is none, as for a streamer who is new. `rows` are the measured days of the
    streamer or language, from the first that is known, with `covered_hours`, `watch_hours` and `airtime_hours`."""
    lengths = sorted({span.days, *(days for days in OFFERED if days < span.days)}, reverse=True)
    return next((found for days in lengths if (found := _trend(rows, span.last, days)) is not None), None)


def _trend(rows: Sequence[Any], last: date, days: int) -> Trend | None:
    span = Span(last - timedelta(days=days - 1), last)
    now = [row for row in rows if row.day >= span.first]
    then = [row for row in rows if span.before.first <= row.day < span.first]
    measured, measured_before = _measured(now), _measured(then)
    if not can_be_compared(measured, measured_before):
        return None
    hours, hours_before = measured.watch_hours, measured_before.watch_hours
    watch_hours = change_per_hour(hours, measured, hours_before, measured_before)
    if watch_hours is None:
        return None
    live, live_before = _sum(now, "airtime_hours"), _sum(then, "airtime_hours")
    average = ratio(hours, live)
    return Trend(
        span,
        watch_hours,
        change_per_hour(live, measured, live_before, measured_before),
        None if average is None else change(average, ratio(hours_before, live_before)),
    )


def _measured(rows: Sequence[Any]) -> Measured:
    return Measured(len(rows), _sum(rows, "covered_hours"), _sum(rows, "watch_hours"))


def _sum(rows: Sequence[Any], column: str) -> float:
    return float(sum(getattr(row, column) for row in rows))
