"""Charts over time: lines and columns.

A chart has the width of its card: places along it are in percent or in thousandths, heights in pixels. Texts are drawn
at their own size. `points` are the values that a script shows at the cursor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from bot.web.views.charts.scale import (
    WIDTH,
    GridLine,
    Instants,
    Scale,
    TimeLabel,
    apart,
    fraction,
    small,
    time_labels,
)
from helperfunctions.text import shortened, shown_name, weighted_length

HEIGHT: Final = 220
# The style of pale lines, after those of the five series.
_PALE: Final = 5
# The column of a single day would be as wide as the page.
_WIDEST_COLUMN: Final = 60
# Names at the ends of lines, in units of which wide characters count two.
_LONGEST_NAME: Final = 26


@dataclass(frozen=True, slots=True)
class Series:
    """The values of a line, one for each time of the chart; None where nothing was measured. `is_before`: of an earlier
    time, for comparison. `is_pale`: drawn in grey, behind the others. `is_trend`: an average of the first line, which
    is drawn only."""

    name: str
    values: Sequence[float | None]
    is_before: bool = False
    is_pale: bool = False
    is_trend: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn. `style`: the number of its colour and dashes. `end_y`: where its name is. `dots`: values
    between two gaps, in percent of the width and in pixels."""

    name: str
    style: int
    is_before: bool
    path: str
    dots: Sequence[tuple[float, float]]
    end_x: float
    end_y: float
    name_y: float


@dataclass(frozen=True, slots=True)
class LinePlot:
    """Lines over time. `area`: the area below the first line, if it is alone or is compared with earlier times."""

    description: str
    height: int
    lines: Sequence[Line]
    area: str
    grid: Sequence[GridLine]
    labels: Sequence[TimeLabel]
    points: str
    named_ends: bool
    # The width of the names at the ends, in pixels.
    names_width: int = 0
    # A line is broken: somewhere between two of its values, or after its last one, is none.
    has_gaps: bool = False
    # Instants that are marked: places in percent of the width, and their texts.
    marks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, slots=True)
class ColumnPlot:
    """A column for each day. Columns are pairs of place and height, in thousandths of the width and in pixels."""

    description: str
    height: int
    columns: Sequence[tuple[float, float]]
    column_width: float
    grid: Sequence[GridLine]
    labels: Sequence[TimeLabel]
    points: str


def lines(
    title: str, unit: str, at: Instants, series: Sequence[Series], zone: ZoneInfo, *, height: int = HEIGHT
) -> LinePlot:
    """Values over evenly spaced hours or days, a line for each series. A missing value leaves a gap."""
    scale = Scale.of([value for one in series for value in one.values if value is not None], height)
    drawn = [_line(one, _PALE if one.is_pale else style, scale) for style, one in enumerate(series)]
    is_compared = all(one.is_before for one in series[1:])
    # Lines of earlier times end where those of today do, so their names are above the chart.
    named_ends = not any(one.is_before for one in series) and len(series) > 1
    read = [one for one in series if not one.is_trend]
    return LinePlot(
        description=_description(title, unit, read),
        height=height,
        lines=_with_names_apart(drawn, height) if named_ends else drawn,
        area=_area(series[0].values, scale) if series and is_compared else "",
        grid=scale.grid(),
        labels=time_labels(at, zone),
        points=points_of(unit, at, {one.name: one.values for one in read}),
        named_ends=named_ends,
        has_gaps=any(_is_broken(one.values) for one in series if not one.is_before),
        names_width=max(_name_width(line.name) for line in drawn) if named_ends else 0,
    )


def columns(
    title: str, unit: str, days: Sequence[date], values: Sequence[float | None], zone: ZoneInfo, *, height: int = 140
) -> ColumnPlot:
    """The total of each day; None where nothing was measured, which is drawn as no column."""
    scale = Scale.of([value for value in values if value is not None], height)
    slot = WIDTH / max(1, len(days))
    width = min(slot * (0.8 if len(days) < 120 else 1), _WIDEST_COLUMN)
    return ColumnPlot(
        description=_description(title, unit, [Series(unit, values)]),
        height=height,
        columns=[
            (round((place + 0.5) * slot - width / 2, 2), round(height - scale.y(value or 0.0), 1))
            for place, value in enumerate(values)
        ],
        column_width=round(width, 2),
        grid=scale.grid(3),
        labels=middles(time_labels(days, zone), len(days)),
        points=points_of(unit, days, {unit: values}),
    )


def spark(values: Sequence[float | None], width: int = 96, height: int = 24) -> str:
    """The path of a small line in a field of this size, which by default is a cell of a table."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)

    def y(value: float) -> float:
        return round(height - 3 - (height - 6) * ((value - low) / (high - low) if high > low else 0.5), 1)

    return _path(
        [
            None if value is None else (round(2 + (width - 4) * fraction(place, len(values)), 1), y(value))
            for place, value in enumerate(values)
        ]
    )


def _line(one: Series, style: int, scale: Scale) -> Line:
    places = _places(one.values, scale)
    x, y = next((place for place in reversed(places) if place is not None), (0.0, 0.0))
    return Line(
        name=shortened(shown_name(one.name), _LONGEST_NAME),
        style=style,
        is_before=one.is_before,
        path=_path(places),
        dots=_alone(places),
        end_x=round(100 * x / WIDTH, 2),
        end_y=y,
        name_y=y,
    )


def _is_broken(values: Sequence[float | None]) -> bool:
    first = next((place for place, value in enumerate(values) if value is not None), 0)
    return None in values[first:]


def _name_width(name: str) -> int:
    """The pixels of a name at the end of its line, with the space before it."""
    return 14 + 8 * weighted_length(name)


def _with_names_apart(drawn: Sequence[Line], height: int) -> list[Line]:
    """The lines, with their names far enough from each other."""
    places = apart([line.end_y for line in drawn], height)
    return [replace(line, name_y=y) for line, y in zip(drawn, places, strict=True)]


def _places(values: Sequence[float | None], scale: Scale) -> list[tuple[float, float] | None]:
    return [
        None if value is None else (round(WIDTH * fraction(place, len(values)), 1), scale.y(value))
        for place, value in enumerate(values)
    ]


def _path(places: Sequence[tuple[float, float] | None]) -> str:
    """A path with a gap at each missing place; a place between two gaps is a dot."""
    parts: list[str] = []
    is_drawing = False
    for number, place in enumerate(places):
        if place is None:
            is_drawing = False
            continue
        parts.append(f"{'L' if is_drawing else 'M'}{place[0]:g} {place[1]:g}")
        is_alone = number + 1 == len(places) or places[number + 1] is None
        if not is_drawing and is_alone:
            parts.append("h.01")
        is_drawing = True
    return "".join(parts)


def _alone(places: Sequence[tuple[float, float] | None]) -> list[tuple[float, float]]:
    """The places between two gaps, in percent of the width: a dot as wide as a line is easily missed."""
    around = zip([None, *places[:-1]], places, [*places[1:], None], strict=True)
    return [
        (round(100 * place[0] / WIDTH, 2), place[1])
        for before, place, after in around
        if place is not None and before is None and after is None
    ]


def _area(values: Sequence[float | None], scale: Scale) -> str:
    """The area below a line, in a part for each stretch without a gap."""
    parts: list[str] = []
    stretch: list[tuple[float, float]] = []
    for place in [*_places(values, scale), None]:
        if place is not None:
            stretch.append(place)
        elif stretch:
            edge = "".join(f"L{x:g} {y:g}" for x, y in stretch)
            parts.append(f"M{stretch[0][0]:g} {scale.height}{edge}L{stretch[-1][0]:g} {scale.height}Z")
            stretch = []
    return "".join(parts)


def middles(labels: Sequence[TimeLabel], length: int) -> list[TimeLabel]:
    """The labels below the middles of columns."""
    return [replace(label, x=round((label.x / 100 * (length - 1) + 0.5) / length * 100, 2)) for label in labels]


def points_of(unit: str, at: Instants, values: Mapping[str, Sequence[float | None]]) -> str:
    """The values that a script shows at the cursor, as JSON: the times, and a list for each series."""
    times = [one.isoformat() for one in at]
    series = [
        {"name": shown_name(name), "values": [None if value is None else _rounded(value) for value in row]}
        for name, row in values.items()
    ]
    return orjson.dumps({"unit": unit, "at": times, "series": series}).decode()


def _rounded(value: float) -> Any:
    return round(value) if abs(value) >= 100 else round(value, 1)


def _description(title: str, unit: str, series: Sequence[Series]) -> str:
    """For screen readers: of each line the lowest, the highest and the last value."""
    texts = []
    for one in series:
        known = [value for value in one.values if value is not None]
        if known:
            low, high, last = (small(value) for value in (min(known), max(known), known[-1]))
            name = "" if len(series) == 1 else f"{shown_name(one.name)}: "
            texts.append(f"{name}{low} to {high}, last {last}")
    return f"{title}, in {unit}. {'; '.join(texts) or 'No data yet'}."


def aligned(at: Instants, values: Mapping[datetime, float | None] | Mapping[date, float | None]) -> list[float | None]:
    """The values at these times, None where there is none."""
    return [values.get(one) for one in at]  # type: ignore[call-overload]  # both are one or the other
