"""Which days are meant, how much of them was measured, and what may be held against what."""

from datetime import date, timedelta
from typing import Final

from bot.core.read import Measured
from bot.web.read.ranges import Span, Wanted
from bot.web.site import Site
from helperfunctions.database import Transaction

# A bot that began a week ago would tell of a month that everything grew fourfold.
_ABOUT_AS_LONG: Final = 0.9


def newest_day(tx: Transaction, site: Site) -> date:
    """The newest day that is rolled up; before the first, yesterday."""
    newest = tx.web.days_rolled_up()[1]
    return newest or site.calendar.last_finished(site.clock.now()).date


def span_of(tx: Transaction, site: Site, wanted: Wanted) -> Span:
    """The days that are meant. Raises CannotBeAsked."""
    return wanted.up_to(newest_day(tx, site))


def hours_of(site: Site, span: Span) -> float:
    """How many hours some days have."""
    return (site.calendar.day(span.last).ends_at - site.calendar.day(span.first).starts_at) / timedelta(hours=1)


def can_be_compared(now: Measured, before: Measured) -> bool:
    """Whether two spans were measured for about as long: else what changed is how much was seen."""
    hours = now.covered_hours, before.covered_hours
    return min(hours) > _ABOUT_AS_LONG * max(hours)


def change_per_hour(
    watch_hours: float | None, now: Measured, watch_hours_before: float | None, before: Measured
) -> float | None:
    """How much more was watched in a measured hour than before, as a ratio, for two spans are seldom measured for just
    as long. None where there was nothing."""
    if watch_hours is None or not watch_hours_before or not now.covered_hours:
        return None
    return change(watch_hours / now.covered_hours, watch_hours_before / before.covered_hours)


def change(now: float, before: float | None) -> float | None:
    """How much more it is than before, as a ratio; None where there was nothing."""
    return now / before - 1 if before else None


def ratio(part: float | None, whole: float | None) -> float | None:
    """One over the other; None where there is nothing to take, or to take it of."""
    return part / whole if part is not None and whole else None
