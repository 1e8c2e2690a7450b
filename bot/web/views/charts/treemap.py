"""Shares of a whole as areas: a treemap. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.web.views.charts.scale import WIDTH
from helperfunctions.text import shown_name

# A card is about this many pixels wide; on a phone, a third of it.
_PIXELS: Final = 1_150
_CHARACTER: Final = 8.0
_MIN_LABEL_HEIGHT: Final = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a whole: its name, its value, and the address that it leads to, "" for none."""

    name: str
    value: float
    address: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A part as it is drawn: left edge and width in thousandths, upper edge and height in pixels. `label` is empty
    where the name has no room. `is_narrow`: even its beginning has room on a wide screen only."""

    part: Part
    share: float
    x: float
    y: float
    width: float
    height: float
    label: str
    is_narrow: bool


@dataclass(frozen=True, slots=True)
class TreePlot:
    """A treemap."""

    description: str
    height: int
    areas: Sequence[Area]


def treemap(title: str, parts: Sequence[Part], total: float, *, height: int = 300) -> TreePlot:
    """The parts of a whole of `total`, largest first. The rest of the whole is one more part, Others."""
    parts = [part for part in parts if part.value > 0]
    rest = total - sum(part.value for part in parts)
    # Less is an error of rounding: the total was added up in another order.
    if rest > total * 1e-9:
        parts = [*parts, Part("Others", rest)]
    largest = ", ".join(f"{shown_name(part.name)} {part.value / total:.0%}" for part in parts[:3])
    return TreePlot(
        description=f"{title}: {largest}." if parts else f"{title}: no data yet.",
        height=height,
        areas=[_area(part, total, *place) for part, place in zip(parts, _places(parts, total, height), strict=True)],
    )


def _area(part: Part, total: float, x: float, y: float, width: float, height: float) -> Area:
    name = shown_name(part.name)
    room = int(width / WIDTH * _PIXELS / _CHARACTER) - 1
    has_room = height >= _MIN_LABEL_HEIGHT and room >= 4
    return Area(
        part=part,
        share=part.value / total,
        x=round(x, 2),
        y=round(y, 1),
        width=round(width, 2),
        height=round(height, 1),
        label=(name if len(name) <= room else f"{name[: room - 1]}…") if has_room else "",
        is_narrow=width < WIDTH / 7,
    )


def _places(parts: Sequence[Part], total: float, height: float) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each part: rows along the shorter side whose areas are as square as possible.

    Source: Bruls, Huizing and van Wijk, Squarified Treemaps (2000).
    """
    found: list[tuple[float, float, float, float]] = []
    # Worked out in pixels, so that squares are square.
    x, y, width, left = 0.0, 0.0, float(_PIXELS), height
    areas = [part.value / total * _PIXELS * height for part in parts]
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
    scale = WIDTH / _PIXELS
    return [(left_ * scale, top, width_ * scale, height_) for left_, top, width_, height_ in found]


def _row(areas: Sequence[float], side: float) -> list[float]:
    """The first areas, as many as make a row along a side whose worst area is as square as possible."""
    row = [areas[0]]
    for area in areas[1:]:
        if _worst([*row, area], side) > _worst(row, side):
            break
        row.append(area)
    return row


def _worst(row: Sequence[float], side: float) -> float:
    """The greatest ratio of the sides of an area in a row."""
    depth = sum(row) / side
    return max(max(area / depth / depth, depth * depth / area) for area in row)
