"""Shares of a whole over time: stacked columns, with the names of the series at the right end. Pure.

The series differ by their order and their names, not by colour alone. The rest of the whole is not drawn: it would be
most of the chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate
from math import ceil
from typing import Final
from zoneinfo import ZoneInfo

from bot.web.views.charts.lines import middles, points_of
from bot.web.views.charts.scale import WIDTH, GridLine, Scale, TimeLabel, apart, time_labels
from helperfunctions.text import shortened, shown_name

HEIGHT: Final = 240
# More columns would be lines.
_MOST_COLUMNS: Final = 92
_FILLED: Final = 0.86
_LONGEST_NAME: Final = 22
_LONGEST_BRIEF: Final = 16


@dataclass(frozen=True, slots=True)
class Column:
    """The parts of a whole in some days, from `first` on, in the order of the series."""

    first: date
    shares: Sequence[float]


@dataclass(frozen=True, slots=True)
class Layer:
    """A series as it is drawn. `brief`: its name on a phone. `style`: the number of its colour. `name_y`: where its
    name is, in pixels from the upper edge. `last`: its share in the last column."""

    name: str
    brief: str
    style: int
    path: str
    name_y: float
    last: float


@dataclass(frozen=True, slots=True)
class StackPlot:
    """Stacked columns. `rows`: the values of a table, a row for each column; the last value is the rest."""

    description: str
    height: int
    layers: Sequence[Layer]
    grid: Sequence[GridLine]
    labels: Sequence[TimeLabel]
    points: str
    names: Sequence[str]
    rows: Sequence[tuple[date, Sequence[float]]]
    days_per_column: int


def days_per_column(days: int) -> int:
    """The number of days that share a column, in a chart of so long a range."""
    return ceil(days / _MOST_COLUMNS)


def stack(
    title: str, unit: str, names: Sequence[str], at: Sequence[date], columns: Sequence[Column], zone: ZoneInfo
) -> StackPlot:
    """The shares of these series. `at` are the first days of all columns; those without data have none in `columns`."""
    by_day = {column.first: column.shares for column in columns}
    scale = Scale.of([sum(shares) for shares in by_day.values()], HEIGHT)
    shown = [shown_name(name) for name in names]
    values = [[by_day[day][place] if day in by_day else None for day in at] for place in range(len(shown))]
    last = columns[-1].shares
    ends = [scale.y(upper - share / 2) for upper, share in zip(accumulate(last), last, strict=True)]
    return StackPlot(
        description=_description(title, unit, shown, values),
        height=HEIGHT,
        layers=[
            Layer(
                name=shortened(name, _LONGEST_NAME),
                brief=shortened(name, _LONGEST_BRIEF),
                style=place,
                path=_path(at, by_day, place, scale),
                name_y=round(y + 4, 1),
                last=last[place],
            )
            for place, (name, y) in enumerate(zip(shown, apart(ends, HEIGHT - 6), strict=True))
        ],
        grid=[GridLine(line.y, f"{line.text}%") for line in Scale(100 * scale.top, HEIGHT).grid()],
        labels=_few_on_a_phone(middles(time_labels(at, zone), len(at))),
        points=points_of(
            unit, at, {name: [_percent(value) for value in row] for name, row in zip(shown, values, strict=True)}
        ),
        names=[*shown, "Others"],
        rows=[(day, [*by_day[day], max(0.0, 1 - sum(by_day[day]))]) for day in at if day in by_day],
        days_per_column=(at[1] - at[0]).days if len(at) > 1 else 1,
    )


def _path(at: Sequence[date], by_day: Mapping[date, Sequence[float]], place: int, scale: Scale) -> str:
    """The rectangles of one series, of all columns."""
    step = WIDTH / len(at)
    width = round(step * _FILLED, 2)
    parts = []
    for number, day in enumerate(at):
        if day in by_day and by_day[day][place] > 0:
            lower, upper = scale.y(sum(by_day[day][:place])), scale.y(sum(by_day[day][: place + 1]))
            x = round(number * step + (step - width) / 2, 1)
            parts.append(f"M{x:g} {upper:g}h{width:g}v{lower - upper:.4g}h-{width:g}z")
    return "".join(parts)


def _few_on_a_phone(labels: Sequence[TimeLabel]) -> list[TimeLabel]:
    """The names leave half of the usual room for labels of days: every fourth one, from the last, fits."""
    return [replace(label, is_minor=(len(labels) - 1 - place) % 4 != 0) for place, label in enumerate(labels)]


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _description(title: str, unit: str, names: Sequence[str], values: Sequence[Sequence[float | None]]) -> str:
    """For screen readers: of each series the lowest, the highest and the last share."""
    texts = []
    for name, row in zip(names, values, strict=False):
        known = [value for value in row if value is not None]
        texts.append(f"{name}: {min(known):.0%} to {max(known):.0%}, last {known[-1]:.0%}")
    return f"{title}, in {unit}. {'; '.join(texts)}."
