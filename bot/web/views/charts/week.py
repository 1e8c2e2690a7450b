"""Charts of cells: the week by the hour, and a strip of days."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.web.views.charts.scale import small

_HEAT_STEPS: Final = 5
_HOURS_OF_WEEK: Final = 7 * 24
# Hours with at least this share of live time are usual.
_USUAL_SHARE: Final = 0.5
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of the week, or a day. `step`: 0 is the lowest, None is nothing live, or not measured."""

    step: int | None
    text: str
    is_measured: bool = True


@dataclass(frozen=True, slots=True)
class Outline:
    """Neighbouring hours of a day that are outlined: the row, the first hour, and the number of hours."""

    row: int
    first: int
    hours: int
    is_best: bool


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """A week, an hour a cell: for each day its name and 24 cells. `best`: the best hours in words, and `best_hours`
    each of them, as the day of the week and the hour. `more`: hours that are as good, for which the sentence has no
    room. `strongest`: the hours with the highest values in words.
    `outlines`: those of the hours of a visitor, and of the best among them."""

    description: str
    days: Sequence[tuple[str, Sequence[Cell]]]
    best: str
    low: str
    high: str
    best_hours: Sequence[tuple[int, int]] = ()
    more: Sequence[str] = ()
    strongest: str = ""
    outlines: Sequence[Outline] = ()

    @property
    def has_gaps(self) -> bool:
        """True if an hour was not measured."""
        return any(not cell.is_measured for _, cells in self.days for cell in cells)

    @property
    def has_nothing_live(self) -> bool:
        """True if in a measured hour nothing was live."""
        return any(cell.is_measured and cell.step is None for _, cells in self.days for cell in cells)


@dataclass(frozen=True, slots=True)
class StripPlot:
    """A cell for each day: `step` 0 is a day without any measurement, 4 one that was measured whole."""

    description: str
    days: Sequence[Cell]


def week(
    title: str,
    unit: str,
    cells: Mapping[tuple[int, int], float | None],
    praise: str = "Best",
    sure: Container[tuple[int, int]] | None = None,
) -> WeekPlot:
    """The week, an hour a cell; keys are the day of the week, 1 is Monday, and the hour. A value of None or zero:
    nothing was live. `praise`: the word for the hours with the highest values, which are among those that are
    `sure`."""
    known = sorted(value for value in cells.values() if value)
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)

    def cell(day: int, hour: int) -> Cell:
        value = cells.get((day, hour))
        when = f"{_WEEKDAYS[day - 1]} {hour:02}:00"
        if (day, hour) not in cells:
            return Cell(None, f"{when}: no data", is_measured=False)
        if not value:
            return Cell(None, f"{when}: nothing live")
        # A fifth of the hours in each step: one outlier would leave all others in the lowest.
        step = bisect_left(known, value) * _HEAT_STEPS // len(known) if high > low else _HEAT_STEPS // 2
        return Cell(step, f"{when}: {small(value)} {unit}")

    spans = best_spans(
        cells if sure is None else {key: value for key, value in cells.items() if key in sure}, len(cells)
    )
    best = in_words(spans)
    return WeekPlot(
        description=f"{title}. {praise}: {best or 'not known yet' if known else 'no data yet'}.",
        days=[(name, [cell(day, hour) for hour in range(24)]) for day, name in enumerate(_WEEKDAYS, start=1)],
        best=best,
        low=small(low),
        high=small(high),
        best_hours=[(day, hour) for day, first, last in spans for hour in range(first, last)],
    )


def outlines(places: Iterable[int], best: Iterable[tuple[int, int, int]]) -> list[Outline]:
    """The outlines of some hours of the week, 0 is Monday from 0:00 to 1:00, and of the `best` of them: the day of the
    week, the first hour and the number of hours, which may run past midnight. The best are drawn last."""
    best_places = [
        {(24 * (day - 1) + first + hour) % _HOURS_OF_WEEK for hour in range(hours)} for day, first, hours in best
    ]
    return _runs(set(places), is_best=False) + [one for some in best_places for one in _runs(some, is_best=True)]


def _runs(places: Container[int], *, is_best: bool) -> list[Outline]:
    """The neighbouring hours of each day."""
    found: list[Outline] = []
    for place in range(_HOURS_OF_WEEK):
        if place not in places:
            continue
        row, hour = divmod(place, 24)
        if found and found[-1].row == row and found[-1].first + found[-1].hours == hour:
            found[-1] = replace(found[-1], hours=found[-1].hours + 1)
        else:
            found.append(Outline(row, hour, 1, is_best))
    return found


Span = tuple[int, int, int]


def best_spans(cells: Mapping[tuple[int, int], float | None], of_all: int | None = None, most: int = 3) -> list[Span]:
    """The best spans of hours: the day of the week, the first hour, and the hour at which each ends.

    A span has neighbouring hours of one day, all of them among the best tenth of the week, which has `of_all` hours.
    """
    known = {key: value for key, value in cells.items() if value}
    chosen = sorted(known, key=lambda key: -known[key])[: max(1, (len(known) if of_all is None else of_all) // 10)]
    spans: list[tuple[float, int, int, int]] = []
    for day, hour in sorted(chosen):
        if spans and spans[-1][1] == day and spans[-1][3] == hour:
            total, _, first, _ = spans[-1]
            spans[-1] = (total + known[day, hour], day, first, hour + 1)
        else:
            spans.append((known[day, hour], day, hour, hour + 1))
    return sorted(span[1:] for span in sorted(spans, reverse=True)[:most])


def in_words(spans: Sequence[Span]) -> str:
    """Spans of hours in words: `Tue 04–09, Sat 05–07`; "" for none."""
    return ", ".join(f"{_WEEKDAYS[day - 1]} {first:02}–{last:02}" for day, first, last in spans)


def usual_week(title: str, shares: Mapping[tuple[int, int], float]) -> WeekPlot:
    """The week by the share of each hour in which somebody is live; `best`: the usual hours in words."""

    def cell(day: int, hour: int) -> Cell:
        share = shares.get((day, hour))
        when = f"{_WEEKDAYS[day - 1]} {hour:02}:00"
        if share is None:
            return Cell(None, f"{when}: no data", is_measured=False)
        step = min(_HEAT_STEPS - 1, int(_HEAT_STEPS * share)) if share else None
        return Cell(step, f"{when}: live {share:.0%} of the time" if share else f"{when}: not live")

    usual, more = usual_hours(shares)
    strongest = in_words(best_spans(shares))
    fixed = ", ".join([usual, *more]) or ("at no fixed hours" + (f", most often {strongest}" if strongest else ""))
    return WeekPlot(
        description=f"{title}. Usually live: {fixed}.",
        days=[(name, [cell(day, hour) for hour in range(24)]) for day, name in enumerate(_WEEKDAYS, start=1)],
        best=usual,
        more=more,
        strongest=strongest,
        low="seldom",
        high="always",
    )


def usual_hours(shares: Mapping[tuple[int, int], float], most: int = 3) -> tuple[str, Sequence[str]]:
    """The hours with a share of at least a half in words: `Mon to Fri 18–23, Sat 20–02`; "" if there is none. And those
    of more than `most` spans that are left out.

    A span that runs past midnight belongs to the day on which it begins. Days whose spans begin and end within an hour
    of each other are put together, with the hours that most of them have. Of more than `most` spans those with the most
    live time, and always the one with the surest hour.
    """
    usual = [shares.get((place // 24 + 1, place % 24), 0.0) >= _USUAL_SHARE for place in range(_HOURS_OF_WEEK)]
    if all(usual):
        return "around the clock", ()
    groups: list[list[tuple[int, int, int]]] = []
    for day, begin, length in _spans(usual):
        group = next((group for group in groups if _is_alike(group[0], (day, begin, length))), None)
        if group is None:
            groups.append(group := [])
        group.append((day, begin, length))
    if not groups:
        return "", ()
    strength = {number: _shares_of(group, shares) for number, group in enumerate(groups)}
    surest = max(strength, key=lambda number: max(strength[number]))
    strongest = sorted(strength, key=lambda number: -sum(strength[number]))
    named = {*strongest[:most]} if surest in strongest[:most] else {*strongest[: most - 1], surest}
    words = {number: _in_words(groups[number]) for number in sorted(strength, key=lambda number: groups[number])}
    shown = ", ".join(text for number, text in words.items() if number in named)
    return shown, [text for number, text in words.items() if number not in named]


def _shares_of(group: Sequence[tuple[int, int, int]], shares: Mapping[tuple[int, int], float]) -> list[float]:
    """The share of each hour of a group of spans."""
    places = [(24 * day + begin + hour) % _HOURS_OF_WEEK for day, begin, length in group for hour in range(length)]
    return [shares.get((place // 24 + 1, place % 24), 0.0) for place in places]


def _spans(usual: Sequence[bool]) -> list[tuple[int, int, int]]:
    """The spans of usual hours: the day on which each begins, from 0, its first hour, and its length of at most a
    day."""
    spans: list[tuple[int, int, int]] = []
    for place in range(_HOURS_OF_WEEK):
        if usual[place] and not usual[place - 1]:
            length = next(n for n in range(1, _HOURS_OF_WEEK) if not usual[(place + n) % _HOURS_OF_WEEK])
            spans += [(*divmod((place + n) % _HOURS_OF_WEEK, 24), min(24, length - n)) for n in range(0, length, 24)]
    return sorted(spans)


def _is_alike(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    """True if two spans begin and end within an hour of each other, on different days."""
    begins = (one[1] - other[1] + 12) % 24 - 12
    return one[0] != other[0] and abs(begins) <= 1 and abs(begins + one[2] - other[2]) <= 1


def _in_words(group: Sequence[tuple[int, int, int]]) -> str:
    hours = Counter((begin, length) for _, begin, length in group)
    begin, length = max(hours, key=lambda span: (hours[span], span[1]))
    days = sorted({day for day, *_ in group})
    return f"{_days_in_words(days)} {begin:02}–{(begin + length) % 24:02}"


def _days_in_words(days: Sequence[int]) -> str:
    """Days of the week, from 0: `Mon to Wed and Fri`; `every day`."""
    if len(days) == len(_WEEKDAYS):
        return "every day"
    stretches: list[list[int]] = []
    for day in days:
        if stretches and stretches[-1][-1] == day - 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    words: list[str] = []
    for stretch in stretches:
        names = [_WEEKDAYS[day] for day in stretch]
        words += [f"{names[0]} to {names[-1]}"] if len(names) > 2 else names
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def strip(title: str, days: Sequence[date], shares: Mapping[date, float]) -> StripPlot:
    """How much of each day was measured."""

    def cell(day: date) -> Cell:
        share = shares.get(day, 0.0)
        step = 4 if share >= 0.98 else 3 if share >= 0.9 else 2 if share >= 0.5 else 1 if share > 0 else 0
        return Cell(step, f"{day:%a, %b} {day.day}: {share:.0%}")

    least = min(days, key=lambda day: shares.get(day, 0.0), default=None)
    lowest = "" if least is None else f", the lowest {shares.get(least, 0.0):.0%} on {least:%b} {least.day}"
    return StripPlot(f"{title}: {len(days)} days{lowest}.", [cell(day) for day in days])
