"""Find the times that a text names: "last 7 days", "live", "Nov 20 to 22", "hace 3 días", "昨日". Pure.

A time that is not supported ("last night", "Feb 30", "2 years") is found, too, but has no window: it must not be
confused with another time. Tables of our own instead of a library: dateparser and similar libraries find a date in
nearly every text ("may", "sun", "10"), take a tenth of a second to import and do not support rolling days.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from bot.core.questions import Window, WindowKind
from bot.reply.understand import time_patterns as patterns

LONGEST_DAYS: Final = 366
# Twitch did not exist before.
EARLIEST: Final = date(2011, 1, 1)
_FARTHEST_AHEAD: Final = timedelta(days=366)
# Units of `time_words`, in days.
_WEEK: Final = 7
_MONTH: Final = 30
_YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time in a text, from position `start` to before `end`.

    `window`: None for a time that is not supported. `rank`: the lower, the more exact. `is_bare`: the time is a number
    that may also be something else, such as the year 2042 in a name.
    """

    start: int
    end: int
    rank: int
    window: Window | None
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class _CalendarSpan:
    """A day, a month or a year in a text. `dates`: its first and last date; None when there is no such date."""

    start: int
    end: int
    dates: tuple[date, date] | None
    is_bare: bool = False
    is_weekday: bool = False


def default_window(day: date) -> Window:
    """The window of a text without a time: the day before `day`, which is the bot's current day."""
    return Window(WindowKind.DAYS, day - timedelta(days=1), day - timedelta(days=1))


def find_times(text: str, *, day: date, today: date) -> list[TimeExpression]:
    """The times in a text, without overlaps. `day`: the bot's current day; `today`: the date of the calendar."""
    line = patterns.folded(text)
    chosen: list[TimeExpression] = []
    for expression in _all_expressions(line, day, today):
        if patterns.EXCLAIMED.search(line, 0, expression.end):
            continue
        if not any(expression.start < other.end and other.start < expression.end for other in chosen):
            chosen.append(expression)
    return _without_compared(line, chosen)


def _without_compared(line: str, expressions: Sequence[TimeExpression]) -> list[TimeExpression]:
    """The same times; of two that are compared, "october vs november", neither is the one that is meant."""
    merged: list[TimeExpression] = []
    for expression in sorted(expressions, key=lambda one: one.start):
        if merged and patterns.COMPARED.fullmatch(line, merged[-1].end, expression.start):
            expression = TimeExpression(merged.pop().start, expression.end, 0, None)
        merged.append(expression)
    return merged


def _all_expressions(line: str, day: date, today: date) -> Iterator[TimeExpression]:
    """All times in a line, the most exact first; they may overlap."""
    for count, pattern in patterns.TO_DATE.items():
        for match in pattern.finditer(line):
            yield TimeExpression(match.start(), match.end(), 2, _to_date(count, day))
    for pattern in (
        patterns.FRACTION,
        patterns.SHORT_YEAR,
        patterns.UNKNOWN,
        patterns.NEXT,
        patterns.HOURS,
        patterns.PART_OF_MONTH,
        *patterns.FUTURE,
    ):
        for match in pattern.finditer(line):
            yield TimeExpression(match.start(), match.end(), 0, None)
    for match in patterns.CALENDAR_NUMBER.finditer(line):
        if not patterns.QUALIFIED.search(line, 0, match.start()):
            yield TimeExpression(match.start(), match.end(), 0, None)
    spans = _without_overlaps(_calendar_spans(line, day, today))
    yield from _ranges(line, spans, day)
    for span in spans:
        yield TimeExpression(span.start, span.end, 2, _window_of(span.dates, day), span.is_bare)
    for match in patterns.COUNT.finditer(line):
        yield TimeExpression(match.start(), match.end(), 3, _counted(match, day))
    for match in patterns.TODAY.finditer(line):
        yield TimeExpression(match.start(), match.end(), 4, Window(WindowKind.TODAY, day, day))
    for match in patterns.LIVE.finditer(line):
        yield TimeExpression(match.start(), match.end(), 4, Window(WindowKind.LIVE, day, day))
    for count, pattern in patterns.SPANS.items():
        for match in pattern.finditer(line):
            yield TimeExpression(match.start(), match.end(), 5, _last_days(count, day))
    for match in patterns.UNCOUNTED_AGO.finditer(line):
        yield TimeExpression(match.start(), match.end(), 5, None)


def _window_of(dates: tuple[date, date] | None, day: date) -> Window | None:
    """The window of some dates, without days that are not over; None if it is too long, too early or too late."""
    if dates is None:
        return None
    first, last = dates
    if not EARLIEST <= first <= last or first > day + _FARTHEST_AHEAD:
        return None
    if first == day:
        return Window(WindowKind.TODAY, day, day)
    if first < day <= last:
        last = day - timedelta(days=1)
    if (last - first).days >= LONGEST_DAYS or last > day + _FARTHEST_AHEAD:
        return None
    return Window(WindowKind.DAYS, first, last)


def _last_days(count: int, day: date) -> Window:
    return Window(WindowKind.DAYS, day - timedelta(days=count), day - timedelta(days=1))


def _to_date(unit: int, day: date) -> Window:
    """The finished days of this week, month or year; on its first day, the current day."""
    if unit == _WEEK:
        first = day - timedelta(days=day.weekday())
    else:
        first = day.replace(day=1) if unit == _MONTH else day.replace(month=1, day=1)
    if first == day:
        return Window(WindowKind.TODAY, day, day)
    return Window(WindowKind.DAYS, first, day - timedelta(days=1))


def _counted(match: re.Match[str], day: date) -> Window | None:
    """The window of a count of days ("last 7 days", "2 weeks"); None if it is not from 1 day to a year."""
    count = _number(match["count"]) * _unit(match["unit"])
    return _last_days(count, day) if 1 <= count <= LONGEST_DAYS and not match["minus"] else None


def _ranges(line: str, spans: Sequence[_CalendarSpan], day: date) -> Iterator[TimeExpression]:
    """The ranges of dates: "Nov 1 to Nov 7", "between Monday and Friday", "since October"."""
    for first, other in pairwise(spans):
        if patterns.UNTIL.fullmatch(line, first.end, other.start):
            dates = (first.dates[0], other.dates[1]) if first.dates and other.dates else None
            if dates and first.is_weekday and other.is_weekday and dates[0] > dates[1]:
                # On a Wednesday, "monday to friday" is of the previous week.
                dates = (dates[0] - timedelta(days=_WEEK), dates[1])
            since = patterns.BETWEEN.search(line, 0, first.start)
            yield TimeExpression(since.start() if since else first.start, other.end, 1, _window_of(dates, day))
    for span in spans:
        if since := patterns.SINCE.search(line, 0, span.start):
            dates = (span.dates[0], max(span.dates[0], day - timedelta(days=1))) if span.dates else None
            yield TimeExpression(since.start(), span.end, 1, _window_of(dates, day))
        elif before := patterns.BEFORE.search(line, 0, span.start):
            yield TimeExpression(before.start(), span.end, 1, None)
        elif (week := patterns.WEEK_OF.search(line, 0, span.start)) and span.dates and span.dates[0] == span.dates[1]:
            dates = (span.dates[0], span.dates[0] + timedelta(days=_WEEK - 1))
            yield TimeExpression(week.start(), span.end, 1, _window_of(dates, day))
    for match in patterns.SINCE_SOMETHING.finditer(line):
        yield TimeExpression(match.start(), match.end(), 1, None)


def _without_overlaps(spans: Iterator[_CalendarSpan]) -> list[_CalendarSpan]:
    chosen: list[_CalendarSpan] = []
    for span in spans:
        if not any(span.start < other.end and other.start < span.end for other in chosen):
            chosen.append(span)
    return sorted(chosen, key=lambda span: span.start)


def _calendar_spans(line: str, day: date, today: date) -> Iterator[_CalendarSpan]:
    """The days, months and years in a line, the most exact first; they may overlap."""
    for pattern in patterns.DAY_RANGES:
        for match in pattern.finditer(line):
            first, last = (_date_of(match, match[part], today) for part in ("first", "last"))
            yield _CalendarSpan(match.start(), match.end(), (first, last) if first and last else None)
    for pattern in patterns.DATES:
        for match in pattern.finditer(line):
            named = _date_of(match, match["day"] or match["ordinal"], today)
            yield _CalendarSpan(match.start(), match.end(), (named, named) if named else None)
    for match in patterns.SLASHED.finditer(line):
        named = _slashed(match, today)
        yield _CalendarSpan(match.start(), match.end(), (named, named) if named else None)
    for match in patterns.DAY_OF_MONTH.finditer(line):
        named = _day_of_month(int(match["day"]), today)
        yield _CalendarSpan(match.start(), match.end(), (named, named) if named else None)
    for pattern in patterns.AGO:
        for match in pattern.finditer(line):
            yield _CalendarSpan(match.start(), match.end(), _ago(match, day))
    yield from _relative_days(line, day)
    for pattern in (patterns.NUMBERED_MONTH, patterns.MONTH_ALONE, patterns.MONTH_WITH_MORE):
        for match in pattern.finditer(line):
            if pattern is not patterns.MONTH_WITH_MORE or match["in"] or match["year"]:
                yield _CalendarSpan(match.start(), match.end(), _month_dates(match, day))
    for match in patterns.YEAR.finditer(line):
        year = int(match["year"])
        if EARLIEST.year <= year <= today.year:
            is_bare = not match["in"]
            yield _CalendarSpan(match.start(), match.end(), (date(year, 1, 1), date(year, 12, 31)), is_bare)
        elif match["surely"] or match["behind"] or patterns.BETWEEN.search(line, 0, match.start()):
            yield _CalendarSpan(match.start(), match.end(), None)


def _relative_days(line: str, day: date) -> Iterator[_CalendarSpan]:
    for pattern, back in ((patterns.DAY_BEFORE_YESTERDAY, 2), (patterns.YESTERDAY, 1)):
        for match in pattern.finditer(line):
            named = day - timedelta(days=back)
            yield _CalendarSpan(match.start(), match.end(), (named, named))
    weekdays = [(number, match) for number, pattern in enumerate(patterns.WEEKDAYS) for match in pattern.finditer(line)]
    for number, match in (*weekdays, *_short_weekdays(line)):
        named = day - timedelta(days=(day.weekday() - number) % 7 or 7)
        yield _CalendarSpan(match.start(), match.end(), (named, named), is_weekday=True)
    for match in patterns.WEEKEND.finditer(line):
        # On a Saturday, the weekend is the previous one.
        saturday = day - timedelta(days=(day.weekday() - 5) % 7 or 7)
        yield _CalendarSpan(match.start(), match.end(), (saturday, saturday + timedelta(days=1)))


def _short_weekdays(line: str) -> list[tuple[int, re.Match[str]]]:
    """The short weekdays in a line with their numbers: "on sat", "mon-fri". Alone they are other words."""
    every = [(number, match) for number, one in enumerate(patterns.SHORT_WEEKDAYS) for match in one.finditer(line)]
    every.sort(key=lambda one: one[1].start())
    surely = {
        match.start()
        for _, match in every
        if match["on"]
        or patterns.SINCE.search(line, 0, match.start())
        or patterns.BETWEEN.search(line, 0, match.start())
    }
    for (_, one), (_, other) in pairwise(every):
        if patterns.UNTIL.fullmatch(line, one.end(), other.start()):
            surely |= {one.start(), other.start()}
    return [(number, match) for number, match in every if match.start() in surely]


def _ago(match: re.Match[str], day: date) -> tuple[date, date] | None:
    back = _number(match["count"]) * _unit(match["unit"])
    if match["minus"] or not 1 <= back <= 10 * LONGEST_DAYS:
        return None
    named = day - timedelta(days=back)
    if (unit := _unit(match["unit"])) in (_MONTH, _YEAR):
        months = _number(match["count"]) * (1 if unit == _MONTH else 12)
        named = _months_before(day, months)
    return named, named


def _months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or its last day where it has none of that number."""
    year, month = divmod(12 * day.year + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_of_month(number: int, today: date) -> date | None:
    """The newest day of a month with that number that is not in the future."""
    months = (_months_before(today.replace(day=1), back) for back in range(3))
    possible = (
        month + timedelta(days=number - 1) for month in months if number <= monthrange(month.year, month.month)[1]
    )
    return next((named for named in possible if number and named <= today), None)


def _date_of(match: re.Match[str], day_of_month: str, today: date) -> date | None:
    """The date of a match; without a year the newest one that is not in the future. None: there is no such date."""
    parts = match.groupdict()
    month = int(parts["month"]) if parts["month"].isdecimal() else _month(parts["month"])
    number = int(day_of_month)
    if month > 12 >= number and parts["year"] and match.start("year") > match.start("month"):
        # "11-20-2026"
        month, number = number, month
    return _valid(parts["year"], month, number, today)


def _slashed(match: re.Match[str], today: date) -> date | None:
    """The date of "11/20" (month first), or of "20/11", where the first number cannot be a month."""
    first, other = int(match["one"]), int(match["other"])
    month, day = (other, first) if first > 12 else (first, other)
    return _valid(match["year"], month, day, today)


def _valid(year: str | None, month: int, day: int, today: date) -> date | None:
    years = [_full_year(year)] if year else list(range(today.year, today.year - 9, -1))
    for each in years:
        try:
            named = date(each, month, day)
        except ValueError:
            continue
        if named <= today or year:
            return named
    return None


def _full_year(year: str) -> int:
    return int(year) + 2000 if len(year) == 2 else int(year)


def _month_dates(match: re.Match[str], day: date) -> tuple[date, date] | None:
    """The first and last date of a month; without a year of the newest one that has begun."""
    text = match["month"]
    month = int(text) if text.isdecimal() else _month(text)
    if not 1 <= month <= 12:
        return None
    year = _full_year(match["year"]) if match["year"] else day.year - (month > day.month)
    if not EARLIEST.year <= year <= day.year + 1:
        return None
    first = date(year, month, 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else patterns.NUMBER_WORDS[" ".join(text.split())]


def _unit(text: str) -> int:
    return patterns.UNIT_DAYS[text]


def _month(text: str) -> int:
    return patterns.MONTH_NUMBERS[text]
