"""Charts of cells: the week by the hour, and a strip of days."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.web.views.charts.scale import small

_HEAT_STEPS: Final = 5
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week. `step`: 0 is the lowest, None is not measured."""

    step: int | None
    text: str


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """A week, an hour a cell: for each day its name and 24 cells. `best`: the best hours in words."""

    description: str
    days: Sequence[tuple[str, Sequence[Cell]]]
    best: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class StripPlot:
    """A cell for each day: `step` 0 is a day without any measurement, 4 one that was measured whole."""

    description: str
    days: Sequence[Cell]


def week(title: str, unit: str, cells: Mapping[tuple[int, int], float | None]) -> WeekPlot:
    """The week, an hour a cell; keys are the day of the week, 1 is Monday, and the hour."""
    known = sorted(value for value in cells.values() if value is not None)
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)

    def cell(day: int, hour: int) -> Cell:
        value = cells.get((day, hour))
        when = f"{_WEEKDAYS[day - 1]} {hour:02}:00"
        if value is None:
            return Cell(None, f"{when}: no data")
        # A fifth of the hours in each step: one outlier would leave all others in the lowest.
        step = bisect_left(known, value) * _HEAT_STEPS // len(known) if high > low else _HEAT_STEPS // 2
        return Cell(step, f"{when}: {small(value)} {unit}")

    best = best_hours(cells)
    return WeekPlot(
        description=f"{title}. Best: {best or 'no data yet'}.",
        days=[(name, [cell(day, hour) for hour in range(24)]) for day, name in enumerate(_WEEKDAYS, start=1)],
        best=best,
        low=small(low),
        high=small(high),
    )


def best_hours(cells: Mapping[tuple[int, int], float | None], most: int = 3) -> str:
    """The best spans of hours in words: `Tue 04–09, Sat 05–07`; "" without values.

    A span has neighbouring hours of one day, all of them among the best tenth of the week.
    """
    known = {key: value for key, value in cells.items() if value is not None}
    chosen = sorted(known, key=lambda key: -known[key])[: max(1, len(known) // 10)]
    spans: list[tuple[float, int, int, int]] = []
    for day, hour in sorted(chosen):
        if spans and spans[-1][1] == day and spans[-1][3] == hour:
            total, _, first, _ = spans[-1]
            spans[-1] = (total + known[day, hour], day, first, hour + 1)
        else:
            spans.append((known[day, hour], day, hour, hour + 1))
    best = sorted(sorted(spans, reverse=True)[:most], key=lambda span: span[1:])
    return ", ".join(f"{_WEEKDAYS[day - 1]} {first:02}–{last:02}" for _, day, first, last in best)


def strip(title: str, days: Sequence[date], shares: Mapping[date, float]) -> StripPlot:
    """How much of each day was measured."""

    def cell(day: date) -> Cell:
        share = shares.get(day, 0.0)
        step = 4 if share >= 0.98 else 3 if share >= 0.9 else 2 if share >= 0.5 else 1 if share > 0 else 0
        return Cell(step, f"{day:%a, %b} {day.day}: {share:.0%}")

    least = min(days, key=lambda day: shares.get(day, 0.0), default=None)
    lowest = "" if least is None else f", the lowest {shares.get(least, 0.0):.0%} on {least:%b} {least.day}"
    return StripPlot(f"{title}: {len(days)} days{lowest}.", [cell(day) for day in days])
