"""How much was measured, and what may be held against what."""

from datetime import timedelta
from typing import Final

from bot.web.ranges import Span
from bot.web.site import Site
from helperfunctions.database import Transaction

# A bot that began a week ago would tell of a month that everything grew fourfold.
_ABOUT_AS_LONG: Final = 0.9


def hours_of(site: Site, span: Span) -> float:
    """How many hours some days have."""
    return (site.calendar.day(span.last).ends_at - site.calendar.day(span.first).starts_at) / timedelta(hours=1)


def covered_hours_before(tx: Transaction, span: Span) -> float | None:
    """How much of the as many days before was measured; None where that was much less, or more, than now: what changed
    then is how much was seen."""
    now, before = (tx.web.measured(first=days.first, last=days.last)[1] for days in (span, span.before))
    return float(before) if is_about_as_long(now, before) else None


def is_about_as_long(covered_hours: float, before: float) -> bool:
    """Whether two spans were measured for so nearly as long that one can be held against the other."""
    return min(covered_hours, before) > _ABOUT_AS_LONG * max(covered_hours, before)


def change_per_hour(now: tuple[float, float], before: tuple[float | None, float | None]) -> float | None:
    """How much more was watched than before, as a ratio; each as hours watched and hours measured, for two days are
    seldom measured for exactly as long."""
    (hours, covered), (hours_before, covered_before) = now, before
    if not hours_before or not covered or not covered_before:
        return None
    return change(hours / covered, hours_before / covered_before)


def change(now: float, before: float | None) -> float | None:
    """How much more it is than before, as a ratio; None where there was nothing."""
    return now / before - 1 if before else None


def ratio(part: float, whole: float | None) -> float | None:
    """One over the other; None where there is nothing to take it of."""
    return part / whole if whole else None
