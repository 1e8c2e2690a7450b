"""Shares of a whole as areas: a treemap. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.web.views.charts.scale import WIDTH
from helperfunctions.text import shown_name

# A card is about this many pixels wide, on a desk and on a phone.
_PIXELS: Final = 1_150
_PHONE_PIXELS: Final = 330
_PHONE_HEIGHT: Final = 460
# More parts would have no room for their names on a phone.
_PHONE_PARTS: Final = 14
# Parts whose names have no room are put together with the others, but not these first ones.
_MIN_PARTS: Final = 5
# The widths of characters in pixels, in the font of labels, and the space around a label.
_LETTER: Final = 7.4
_CAPITAL: Final = 9.4
_WIDE: Final = 13.0
_FIRST_WIDE: Final = "\u1100"
_MARGINS: Final = 10
_MIN_LETTERS: Final = 3
_MIN_LABEL_HEIGHT: Final = 20
# So that a share has room, too.
_MIN_LABEL_WIDTH: Final = 40


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: its name, its value, and the address that it leads to, "" for none."""

    name: str
    value: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A part as it is drawn: left edge and width in thousandths, upper edge and height in pixels. `label` is empty
    where the name has no room."""

    part: Part
    share: float
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class TreePlot:
    """A treemap, and a higher one of fewer parts for a phone."""

    description: str
    height: int
    areas: Sequence[Area]
    phone_height: int
    phone_areas: Sequence[Area]


def treemap(title: str, parts: Sequence[Part], total: float, *, height: int = 300) -> TreePlot:
    """The parts of a whole of `total`, largest first. The rest of the whole is one more part, Others, with the small
    ones whose names would have no room."""
    parts = [part for part in parts if part.value > 0]
    whole = _with_others(parts, total)
    largest = ", ".join(f"{shown_name(part.name)} {part.value / total:.0%}" for part in whole[:3])
    return TreePlot(
        description=f"{title}: {largest}." if parts else f"{title}: no data yet.",
        height=height,
        areas=_named_areas(parts, total, _PIXELS, height),
        phone_height=_PHONE_HEIGHT,
        phone_areas=_named_areas(parts[:_PHONE_PARTS], total, _PHONE_PIXELS, _PHONE_HEIGHT),
    )


def _named_areas(parts: Sequence[Part], total: float, pixels: int, height: int) -> list[Area]:
    """The areas of the first parts, as many as have room for their names, and of the others."""
    while True:
        whole = _with_others(parts, total)
        # The others are at the end of the longer side, so that the parts are as square as possible.
        named = sum(part.value for part in parts) / total if len(whole) > len(parts) else 1.0
        if width_first := pixels >= height:
            places = _places(parts, named * pixels, height)
        else:
            places = _places(parts, pixels, named * height)
        if len(whole) > len(parts):
            edge = named * pixels if width_first else named * height
            places += [(edge, 0.0, pixels - edge, height) if width_first else (0.0, edge, pixels, height - edge)]
        areas = [_area(part, total, pixels, *place) for part, place in zip(whole, places, strict=True)]
        nameless = sum(not area.label for area in areas[: len(parts)])
        if len(parts) <= _MIN_PARTS or not nameless:
            return areas
        parts = parts[: max(_MIN_PARTS, len(parts) - (nameless + 1) // 2)]


def _with_others(parts: Sequence[Part], total: float) -> list[Part]:
    rest = total - sum(part.value for part in parts)
    # Less is an error of rounding: the total was added up in another order.
    return [*parts, Part("Others", rest)] if rest > total * 1e-9 else [*parts]


def _area(part: Part, total: float, pixels: int, x: float, y: float, width: float, height: float) -> Area:
    scale = WIDTH / pixels
    has_room = height >= _MIN_LABEL_HEIGHT and width >= _MIN_LABEL_WIDTH
    return Area(
        part=part,
        share=part.value / total,
        x=round(x * scale, 2),
        y=round(y, 1),
        width=round(width * scale, 2),
        height=round(height, 1),
        label=_label(shown_name(part.name), width - _MARGINS) if has_room else "",
    )


def _label(name: str, room: float) -> str:
    """A name, cut so that it has room in a width in pixels; "" if not even its beginning has."""
    width, fits = 0.0, 0
    for number, char in enumerate(name, start=1):
        width += _CAPITAL if char.isupper() else _LETTER if char < _FIRST_WIDE else _WIDE
        if width > room:
            return f"{name[:fits].rstrip()}…" if fits >= _MIN_LETTERS else ""
        if width + _CAPITAL <= room:
            fits = number
    return name


def _places(parts: Sequence[Part], width: float, height: float) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each part, in pixels: rows along the shorter side whose areas are as square as
    possible.

    Source: Bruls, Huizing and van Wijk, Squarified Treemaps (2000).
    """
    found: list[tuple[float, float, float, float]] = []
    x, y, left = 0.0, 0.0, height
    total = sum(part.value for part in parts)
    areas = [part.value / total * width * height for part in parts]
    while areas:
        side = min(width, left)
        row = _row(areas, side)
        depth = sum(row) / side
        offset = 0.0
        for area in row:
            length = area / depth
            found.append((x + offset, y, length, depth) if width < left else (x, y + offset, depth, length))
            offset += length
        if width < left:
            y, left = y + depth, left - depth
        else:
            x, width = x + depth, width - depth
        areas = areas[len(row) :]
    return found


def _row(areas: Sequence[float], side: float) -> list[float]:
    """The first areas, as many as make a row along a side whose worst area is as square as possible."""
    length, total, worst = 1, areas[0], _worst(areas[0], areas[0], areas[0], side)
    for area in areas[1:]:
        # The areas become smaller, so the worst is the first or the last of a row.
        with_it = _worst(areas[0], area, total + area, side)
        if with_it > worst:
            break
        length, total, worst = length + 1, total + area, with_it
    return list(areas[:length])


def _worst(largest: float, smallest: float, total: float, side: float) -> float:
    """The greatest ratio of the sides of an area in a row, of which these are the largest and the smallest."""
    depth = total / side
    return max(largest / depth / depth, depth * depth / smallest)
