"""A calendar: a cell for each day, a column for each week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.web.views.charts.scale import TimeLabel, small

_STEPS: Final = 5
# The share of the days whose values are below the highest step, so that one long day leaves the others their colours.
_TOP_SHARE: Final = 0.95
# A month with fewer weeks has no room for its name, in percent of the width.
_LABEL_WIDTH: Final = 10.0


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day. `week` and `weekday` are its column and its row, from 0. `step`: 0 is the lowest value, None is a day
    without a value; `is_measured` is False where nothing is known of the day."""

    week: int
    weekday: int
    step: int | None
    is_measured: bool
    text: str


@dataclass(frozen=True, slots=True)
class CalendarPlot:
    """A calendar of whole weeks, from Monday, in the order of the days."""

    description: str
    weeks: int
    days: Sequence[DayCell]
    labels: Sequence[TimeLabel]
    low: str
    high: str


def calendar(title: str, unit: str, days: Sequence[date], values: Mapping[date, float]) -> CalendarPlot:
    """The value of each day, of which those without one are not measured. The stronger a colour, the higher the
    value."""
    known = sorted(value for value in values.values() if value > 0)
    top = known[int(_TOP_SHARE * (len(known) - 1))] if known else 1.0
    first_monday = days[0].toordinal() - days[0].weekday()

    def cell(day: date) -> DayCell:
        value = values.get(day)
        shown = "no data" if value is None else f"{small(value)} {unit}" if value else f"no {unit}"
        return DayCell(
            week=(day.toordinal() - first_monday) // 7,
            weekday=day.weekday(),
            step=min(_STEPS - 1, int(_STEPS * value / top)) if value else None,
            is_measured=value is not None,
            text=f"{day:%a, %b} {day.day}: {shown}",
        )

    cells = [cell(day) for day in days]
    weeks = cells[-1].week + 1
    return CalendarPlot(
        description=_description(title, unit, values),
        weeks=weeks,
        days=cells,
        labels=_months(days, cells, weeks),
        low=small(known[0]) if known else "0",
        high=f"{small(known[-1])} {unit}" if known else unit,
    )


def _months(days: Sequence[date], cells: Sequence[DayCell], weeks: int) -> list[TimeLabel]:
    """The name of each month above the week with its first day, and of the first month where there is room."""
    labels: list[TimeLabel] = []
    for day, cell in zip(days, cells, strict=True):
        if day.day == 1 or not labels:
            label = TimeLabel(round(100 * cell.week / weeks, 2), f"{day:%b}")
            if labels and label.x - labels[-1].x < _LABEL_WIDTH:
                labels.pop()
            labels.append(label)
    return labels


def _description(title: str, unit: str, values: Mapping[date, float]) -> str:
    """For screen readers: the number of days with a value, and the highest."""
    with_value = {day: value for day, value in values.items() if value > 0}
    if not with_value:
        return f"{title}: none on {len(values)} days with data."
    most = max(with_value, key=lambda day: with_value[day])
    return (
        f"{title}: on {len(with_value)} of {len(values)} days with data, "
        f"the most on {most:%b} {most.day} with {small(with_value[most])} {unit}."
    )
