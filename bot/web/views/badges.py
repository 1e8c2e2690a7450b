"""Badges: small pictures with a figure of a game or streamer, for pages of other people. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from helperfunctions.text import short_number, shown_name

# Widths of DejaVu Sans at 11 pixels, rounded, by the characters that have them. A browser stretches another font to the
# width of the text.
_WIDTHS: Final = {"ijlI'": 3.1, " .,:;": 3.5, "ftr()": 4.2, "sckvxyz": 6.1, "wmMW@%#": 9.7}
_USUAL: Final = 6.9
_MARGIN: Final = 6


class Measure(StrEnum):
    """The figure of a badge."""

    HOURS = "hours"
    VIEWERS = "viewers"
    RANK = "rank"


_LABELS: Final = {
    Measure.HOURS: "Twitch watch time",
    Measure.VIEWERS: "Twitch viewers",
    Measure.RANK: "Twitch rank",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a game or streamer over some days. None where nothing was measured. `of`: what it is ranked with,
    such as `857 games`."""

    name: str
    watch_hours: float | None
    average_viewers: float | None
    rank: int | None
    of: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a badge: left edge and width in pixels."""

    text: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Badge:
    """A badge: its two texts, the place where the second field begins, and its width in pixels. `title`: for screen
    readers. `has_value`: it shows a figure."""

    title: str
    texts: Sequence[Text]
    middle: int
    width: int
    has_value: bool


def badge(figures: Figures, measure: Measure, days: int) -> Badge:
    """One figure over the last days."""
    period = "in 1 day" if days == 1 else f"in {days:,} days"
    value = {
        Measure.HOURS: figures.watch_hours and f"{short_number(figures.watch_hours)} hours {period}",
        Measure.VIEWERS: figures.average_viewers and f"{short_number(figures.average_viewers)} on average {period}",
        Measure.RANK: figures.rank and f"#{figures.rank:,} of {figures.of} {period}",
    }[measure]
    return _badge(shown_name(figures.name), _LABELS[measure], value or f"no data {period}", has_value=bool(value))


def not_found(measure: Measure) -> Badge:
    """The badge of a name that is not known."""
    return _badge("", _LABELS[measure], "not found")


def _badge(name: str, label: str, value: str, *, has_value: bool = False) -> Badge:
    title = f"{label}: {value}"
    left, right = _width(label), _width(value)
    middle = left + 2 * _MARGIN
    return Badge(
        title=f"{name}, {title}" if name else title,
        texts=[Text(label, _MARGIN, left), Text(value, middle + _MARGIN, right)],
        middle=middle,
        width=middle + right + 2 * _MARGIN,
        has_value=has_value,
    )


def _width(text: str) -> int:
    return round(sum(map(_width_of, text)))


def _width_of(char: str) -> float:
    return next((width for characters, width in _WIDTHS.items() if char in characters), _USUAL)
