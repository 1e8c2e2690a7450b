"""The time that somebody asks about: "last 7 days", "live", "Nov 20 to 22", "hace 3 días", "昨日". Pure.

A time that is meant but not kept ("last night", "Feb 30", "2 years") is found, too, and has no window: it must not be
taken for another one. A table of our own rather than a library: dateparser and the like read a date out of nearly every
text ("may", "sun", "10"), take a tenth of a second to import and know no rolling days; what is needed here is short.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from bot.core.questions import Window, WindowKind
from bot.reply.understand import time_patterns as patterns

LONGEST_DAYS: Final = 366
# Before this there was no Twitch.
EARLIEST: Final = date(2011, 1, 1)
_FARTHEST_AHEAD: Final = timedelta(days=366)
# How long the units of `time_words` are, in days.
_WEEK: Final = 7
_MONTH: Final = 30


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time that stands in a text, from `start` up to before `end`.

    `window`: None for a time that is not known. `rank`: the lower, the more exact. `is_bare`: a number that may also
    be something else, such as the year 2042 of a name.
    """

    start: int
    end: int
    rank: int
    window: Window | None
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class _Moment:
    """A day, a month or a year by name: from which date to which, both included; None when there is no such date."""

    start: int
    end: int
    span: tuple[date, date] | None
    is_bare: bool = False


def default_window(day: date) -> Window:
    """Yesterday, as seen from a day of the bot that is not over."""
    return Window(WindowKind.DAYS, day - timedelta(days=1), day - timedelta(days=1))


def times_in(text: str, *, day: date, today: date) -> list[SaidTime]:
    """The times that a text names, none of which overlap. `day`: the bot's present day, `today`: the calendar's."""
    line = patterns.folded(text)
    chosen: list[SaidTime] = []
    for said in _all_times(line, day, today):
        if not any(said.start < other.end and other.start < said.end for other in chosen):
            chosen.append(said)
    return chosen


def _all_times(line: str, day: date, today: date) -> Iterator[SaidTime]:
    """Every time, the most exact first."""
    for count, pattern in patterns.TO_DATE.items():
        for found in pattern.finditer(line):
            yield SaidTime(found.start(), found.end(), 2, _to_date(count, day))
    for pattern in (patterns.UNKNOWN, patterns.NEXT, patterns.HOURS, patterns.PART_OF_MONTH, *patterns.FUTURE):
        for found in pattern.finditer(line):
            yield SaidTime(found.start(), found.end(), 0, None)
    for found in patterns.CALENDAR_NUMBER.finditer(line):
        if not patterns.QUALIFIED.search(line, 0, found.start()):
            yield SaidTime(found.start(), found.end(), 0, None)
    moments = _without_overlaps(_moments(line, day, today))
    yield from _ranges(line, moments, day)
    for moment in moments:
        yield SaidTime(moment.start, moment.end, 2, _window(moment.span, day), moment.is_bare)
    for found in patterns.COUNT.finditer(line):
        yield SaidTime(found.start(), found.end(), 3, _counted(found, day))
    for found in patterns.TODAY.finditer(line):
        yield SaidTime(found.start(), found.end(), 4, Window(WindowKind.TODAY, day, day))
    for found in patterns.LIVE.finditer(line):
        yield SaidTime(found.start(), found.end(), 4, Window(WindowKind.LIVE, day, day))
    for count, pattern in patterns.SPANS.items():
        for found in pattern.finditer(line):
            yield SaidTime(found.start(), found.end(), 5, _last_days(count, day))
    for found in patterns.UNCOUNTED_AGO.finditer(line):
        yield SaidTime(found.start(), found.end(), 5, None)


def _window(span: tuple[date, date] | None, day: date) -> Window | None:
    """The window of dates; without the days of a longer span that are not over. None: not to be had."""
    if span is None:
        return None
    first, last = span
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
    """From the first day of this week, month or year on; the present day where nothing else of it has passed."""
    if unit == _WEEK:
        first = day - timedelta(days=day.weekday())
    else:
        first = day.replace(day=1) if unit == _MONTH else day.replace(month=1, day=1)
    if first == day:
        return Window(WindowKind.TODAY, day, day)
    return Window(WindowKind.DAYS, first, day - timedelta(days=1))


def _counted(found: re.Match[str], day: date) -> Window | None:
    """ "last 7 days", "2 weeks"; None for none at all, for less than none, and for more than a year."""
    count = _number(found["count"]) * _unit(found["unit"])
    return _last_days(count, day) if 1 <= count <= LONGEST_DAYS and not found["minus"] else None


def _ranges(line: str, moments: Sequence[_Moment], day: date) -> Iterator[SaidTime]:
    """ "Nov 1 to Nov 7", "between Monday and Friday", "since October"."""
    for one, other in pairwise(moments):
        if patterns.UNTIL.fullmatch(line, one.end, other.start):
            span = (one.span[0], other.span[1]) if one.span and other.span else None
            since = patterns.BETWEEN.search(line, 0, one.start)
            yield SaidTime(since.start() if since else one.start, other.end, 1, _window(span, day))
    for moment in moments:
        if since := patterns.SINCE.search(line, 0, moment.start):
            span = (moment.span[0], max(moment.span[0], day - timedelta(days=1))) if moment.span else None
            yield SaidTime(since.start(), moment.end, 1, _window(span, day))
    for found in patterns.SINCE_SOMETHING.finditer(line):
        yield SaidTime(found.start(), found.end(), 1, None)


def _without_overlaps(moments: Iterator[_Moment]) -> list[_Moment]:
    chosen: list[_Moment] = []
    for moment in moments:
        if not any(moment.start < other.end and other.start < moment.end for other in chosen):
            chosen.append(moment)
    return sorted(chosen, key=lambda moment: moment.start)


def _moments(line: str, day: date, today: date) -> Iterator[_Moment]:
    """Days, months and years by name, the most exact first."""
    for pattern in patterns.DAY_RANGES:
        for found in pattern.finditer(line):
            first, last = (_a_date(found, found[part], today) for part in ("first", "last"))
            yield _Moment(found.start(), found.end(), (first, last) if first and last else None)
    for pattern in patterns.DATES:
        for found in pattern.finditer(line):
            named = _a_date(found, found["day"] or found["ordinal"], today)
            yield _Moment(found.start(), found.end(), (named, named) if named else None)
    for found in patterns.SLASHED.finditer(line):
        named = _slashed(found, today)
        yield _Moment(found.start(), found.end(), (named, named) if named else None)
    for pattern in patterns.AGO:
        for found in pattern.finditer(line):
            yield _Moment(found.start(), found.end(), _ago(found, day))
    yield from _relative_days(line, day)
    for pattern in (patterns.NUMBERED_MONTH, patterns.MONTH_ALONE, patterns.MONTH_WITH_MORE):
        for found in pattern.finditer(line):
            if pattern is not patterns.MONTH_WITH_MORE or found["in"] or found["year"]:
                yield _Moment(found.start(), found.end(), _a_month(found, day))
    for found in patterns.YEAR.finditer(line):
        year = int(found["year"])
        if EARLIEST.year <= year <= today.year:
            is_bare = not found["in"]
            yield _Moment(found.start(), found.end(), (date(year, 1, 1), date(year, 12, 31)), is_bare)
        elif found["surely"] or found["behind"] or patterns.BETWEEN.search(line, 0, found.start()):
            yield _Moment(found.start(), found.end(), None)


def _relative_days(line: str, day: date) -> Iterator[_Moment]:
    for pattern, back in ((patterns.DAY_BEFORE_YESTERDAY, 2), (patterns.YESTERDAY, 1)):
        for found in pattern.finditer(line):
            named = day - timedelta(days=back)
            yield _Moment(found.start(), found.end(), (named, named))
    for number, pattern in enumerate(patterns.WEEKDAYS):
        for found in pattern.finditer(line):
            named = day - timedelta(days=(day.weekday() - number) % 7 or 7)
            yield _Moment(found.start(), found.end(), (named, named))
    for found in patterns.WEEKEND.finditer(line):
        # A Saturday that is not over is no weekend to speak of.
        saturday = day - timedelta(days=(day.weekday() - 5) % 7 or 7)
        yield _Moment(found.start(), found.end(), (saturday, saturday + timedelta(days=1)))


def _ago(found: re.Match[str], day: date) -> tuple[date, date] | None:
    back = _number(found["count"]) * _unit(found["unit"])
    if found["minus"] or not 1 <= back <= 10 * LONGEST_DAYS:
        return None
    named = day - timedelta(days=back)
    return named, named


def _a_date(found: re.Match[str], day_of_month: str, today: date) -> date | None:
    """A date; without a year the newest one that is not ahead. None: there is no such date."""
    parts = found.groupdict()
    month = int(parts["month"]) if parts["month"].isdecimal() else _month(parts["month"])
    return _valid(parts["year"], month, int(day_of_month), today)


def _slashed(found: re.Match[str], today: date) -> date | None:
    """ "11/20", and "20/11" where the first cannot be a month."""
    one, other = int(found["one"]), int(found["other"])
    month, day = (other, one) if one > 12 else (one, other)
    return _valid(found["year"], month, day, today)


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


def _a_month(found: re.Match[str], day: date) -> tuple[date, date] | None:
    """A month; without a year the newest one that has begun."""
    text = found["month"]
    month = int(text) if text.isdecimal() else _month(text)
    if not 1 <= month <= 12:
        return None
    year = _full_year(found["year"]) if found["year"] else day.year - (month > day.month)
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
