"""Scales and axes: from values and times to places in a chart, and the labels of both. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, log10
from typing import Final
from zoneinfo import ZoneInfo

from helperfunctions.text import short_number

# Times and places along the width are in thousandths of it: a chart is as wide as its card.
WIDTH: Final = 1000
# The highest value is a little below the upper edge.
_HEADROOM: Final = 1.06
_STEPS: Final = (1, 2, 2.5, 5, 10)
_MOST_LABELS: Final = 9
# Names at the ends of lines are at least this far apart, in pixels.
_NAME_HEIGHT: Final = 15
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

Instants = Sequence[datetime] | Sequence[date]


@dataclass(frozen=True, slots=True)
class GridLine:
    """A horizontal line of a chart. `y`: pixels from the upper edge."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class TimeLabel:
    """A label below a chart. `x`: percent of the width. `at`: the instant, for a script that shows it in the visitor's
    time zone; "" for a day. `is_weekday`: shown as its weekday. `is_minor`: left out where there is little room."""

    x: float
    text: str
    at: str = ""
    is_weekday: bool = False
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from 0 to `top`, in a `height` in pixels."""

    top: float
    height: int

    @classmethod
    def of(cls, values: Sequence[float], height: int) -> "Scale":
        """The scale on which all of these values are visible."""
        return cls((max(values, default=0) or 1) * _HEADROOM, height)

    def y(self, value: float) -> float:
        """Pixels from the upper edge."""
        return round(self.height * (1 - value / self.top), 1)

    def grid(self, most: int = 4) -> list[GridLine]:
        """A line at 0 and at most `most` others, at round values."""
        step = round_step(self.top / most)
        return [GridLine(self.y(n * step), tick(n * step)) for n in range(floor(self.top / step) + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in _STEPS if step * power >= least * (1 - 1e-9))


def tick(value: float) -> str:
    """A value at an axis: 0, 50K, 2.5M."""
    if 0 < value < 10 and value != round(value):
        return f"{value:.1f}".rstrip("0").rstrip(".") if value >= 0.1 else f"{value:.2g}"
    return short_number(value).replace(".0", "")


def small(value: float) -> str:
    """A value in words, with a decimal where it is small: 3.4, 120, 5.3M."""
    return f"{value:.1f}" if value < 100 and value != round(value) else short_number(value)


def time_labels(at: Instants, zone: ZoneInfo) -> list[TimeLabel]:
    """The labels of evenly spaced hours or days."""
    if not at:
        return []
    if isinstance(at[0], datetime):
        hours = [one for one in at if isinstance(one, datetime)]
        return _hour_labels(hours, zone) if at[-1] - at[0] <= 2 * _DAY else _midnight_labels(hours, zone)
    return _day_labels([one for one in at if not isinstance(one, datetime)])


def _hour_labels(hours: Sequence[datetime], zone: ZoneInfo) -> list[TimeLabel]:
    """Every third hour of the wall clock; every sixth has room on a phone."""
    labels: list[TimeLabel] = []
    for place, at in enumerate(hours):
        local = at.astimezone(zone)
        if local.hour % 3 == 0:
            text = f"{local:%H:%M}" if local.hour else f"{local:%a}"
            x = _percent(place, len(hours))
            labels.append(TimeLabel(x, text, at.isoformat(), is_minor=local.hour % 6 != 0))
    return labels


def _midnight_labels(hours: Sequence[datetime], zone: ZoneInfo) -> list[TimeLabel]:
    labels: list[TimeLabel] = []
    for place, at in enumerate(hours):
        local = at.astimezone(zone)
        if local.hour == 0:
            is_minor, x = len(labels) % 2 == 1, _percent(place, len(hours))
            labels.append(TimeLabel(x, f"{local:%a}", at.isoformat(), is_weekday=True, is_minor=is_minor))
    return labels


def _day_labels(days: Sequence[date]) -> list[TimeLabel]:
    every = max(1, ceil(len(days) / _MOST_LABELS))
    labels: list[TimeLabel] = []
    year = days[-1].year
    for place, day in list(enumerate(days))[::-1][::every][::-1]:
        text = f"{day:%b} {day.day}" + (f", {day.year}" if day.year != year else "")
        year = day.year
        is_minor = (len(days) - 1 - place) // every % 2 == 1
        labels.append(TimeLabel(_percent(place, len(days)), text, is_minor=is_minor))
    return labels


def _percent(place: int, length: int) -> float:
    return round(100 * fraction(place, length), 2)


def fraction(place: int, length: int) -> float:
    """The position of element `place` of `length`: 0 is the left edge, 1 the right one; a single one is at 0.5."""
    return place / (length - 1) if length > 1 else 0.5


def apart(ends: Sequence[float], height: float, least: float = _NAME_HEIGHT) -> list[float]:
    """The places of names at these ends of lines, in their order, `least` from each other and inside the chart."""
    order = sorted(range(len(ends)), key=lambda number: ends[number])
    places = list(ends)
    lowest = -float("inf")
    for number in order:
        places[number] = lowest = max(ends[number], lowest + least, least)
    # The last names may have left the chart: all that are too low move up.
    highest = float(height)
    for number in reversed(order):
        places[number] = highest = min(places[number], highest)
        highest -= least
    return places


def every_hour(first: datetime, last: datetime) -> list[datetime]:
    """The hours from one to another, both included."""
    return [first + number * _HOUR for number in range((last - first) // _HOUR + 1)]


def every_day(first: date, last: date) -> list[date]:
    """The days from one to another, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
