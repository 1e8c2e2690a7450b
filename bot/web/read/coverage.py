"""Coverage: which days a request is about, how much of them was measured, and whether two ranges can be compared."""

from datetime import date, timedelta
from typing import Final

from bot.read.measurements import Measured, measured
from bot.web.read.ranges import RequestedDays, Span
from bot.web.site import Site
from helperfunctions.database import Transaction

# The shorter of two measured times, as a share of the longer. A bot that began a week ago would report that a month of
# everything grew fourfold.
_MIN_MEASURED_SHARE: Final = 0.9


def newest_day(tx: Transaction, site: Site) -> date:
    """The newest day that is rolled up; before the first, yesterday."""
    newest: date | None = tx.web.days_rolled_up().last_day
    return newest or site.calendar.last_finished(site.clock.now()).date


def span_of(tx: Transaction, site: Site, days: RequestedDays) -> Span:
    """The dates of the requested days. Raises InvalidRequest."""
    return days.up_to(newest_day(tx, site))


def hours_of(site: Site, span: Span) -> float:
    """Number of hours of a range of days."""
    return (site.calendar.day(span.last).ends_at - site.calendar.day(span.first).starts_at) / timedelta(hours=1)


def coverage_of(tx: Transaction, span: Span) -> Measured:
    """Coverage and total watch hours of a range of days."""
    return measured(tx, span.first, span.last)


def can_be_compared(now: Measured, before: Measured) -> bool:
    """True if two ranges have about the same coverage; otherwise a change would only show that of the coverage."""
    hours = now.covered_hours, before.covered_hours
    return min(hours) > _MIN_MEASURED_SHARE * max(hours)


def change_per_hour(
    watch_hours: float | None, now: Measured, watch_hours_before: float | None, before: Measured
) -> float | None:
    """Change of the hours watched per measured hour, as a ratio: two ranges are seldom measured for equally long.

    None when one of the two is unknown or zero.
    """
    if watch_hours is None or not watch_hours_before or not now.covered_hours:
        return None
    return change(watch_hours / now.covered_hours, watch_hours_before / before.covered_hours)


def change(now: float, before: float | None) -> float | None:
    """Change from `before` to `now` as a ratio, 0.1 for ten percent more; None when `before` is unknown or zero."""
    return now / before - 1 if before else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """`part / whole`; None when one of them is unknown or the whole is zero."""
    return part / whole if part is not None and whole else None
