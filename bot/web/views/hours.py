"""Hours of the clock and days of the week in words."""

from collections.abc import Mapping
from typing import Final

from bot.web.read.own_hours import OwnHours

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OWN_DAYS: Final[Mapping[str, str]] = {"every-day": "every day", "weekdays": "Mon to Fri", "weekend": "Sat and Sun"} | {
    day[:3].lower(): day[:3] for day in WEEKDAYS
}


def clock_span(ends: tuple[int, int]) -> str:
    """The hours from one to another: 19–21, or 22–24 up to midnight."""
    start, end = ends
    return f"{start:02}–{end or 24:02}"


def own_hours_in_words(hours: OwnHours) -> str:
    """The hours in which somebody can stream: Mon to Fri 18–23."""
    return f"{_OWN_DAYS[hours.days]} {clock_span((hours.start, hours.end))}"
