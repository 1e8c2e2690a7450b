"""The time that somebody asks about: "last 7 days", "live", "Nov 20 to 22", "hace 3 días", "昨日". Pure.

A time that is meant but not kept ("last night", "Feb 30", "2 years") is found, too, and has no window: it must not be
taken for another one. A table of our own rather than a library: dateparser and the like read a date out of nearly every
text ("may", "sun", "10"), take a tenth of a second to import and know no rolling days; what is needed here is short.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.models import Window, WindowKind
from bot.reply.understand import time_words as table

LONGEST_DAYS: Final = 366
# Before this there was no Twitch.
EARLIEST: Final = date(2011, 1, 1)
_FARTHEST_AHEAD: Final = timedelta(days=366)


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
    line = folded(text)
    chosen: list[SaidTime] = []
    for said in _all_times(line, day, today):
        if not any(said.start < other.end and other.start < said.end for other in chosen):
            chosen.append(said)
    return chosen


def folded(text: str) -> str:
    """A text in lower case and without accents over Latin, Greek and Cyrillic letters, as long as before."""
    return "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char == "ı":
        return "i"
    base = unicodedata.normalize("NFD", char)
    if len(base) > 1 and unicodedata.combining(base[1]) and ord(base[0]) < 0x0590:
        char = base[0]
    lower = char.lower()
    return lower if len(lower) == 1 else char


def _all_times(line: str, day: date, today: date) -> Iterator[SaidTime]:
    """Every time, the most exact first."""
    for pattern in (_UNKNOWN, _NEXT, _HOURS):
        for found in pattern.finditer(line):
            yield SaidTime(found.start(), found.end(), 0, None)
    moments = _without_overlaps(_moments(line, day, today))
    yield from _ranges(line, moments, day)
    for moment in moments:
        yield SaidTime(moment.start, moment.end, 2, _window(moment.span, day), moment.is_bare)
    for found in _COUNT.finditer(line):
        yield SaidTime(found.start(), found.end(), 3, _counted(found, day))
    for found in _TODAY.finditer(line):
        yield SaidTime(found.start(), found.end(), 4, Window(WindowKind.TODAY, day, day))
    for found in _LIVE.finditer(line):
        yield SaidTime(found.start(), found.end(), 4, Window(WindowKind.LIVE, day, day))
    for count, pattern in _SPANS.items():
        for found in pattern.finditer(line):
            yield SaidTime(found.start(), found.end(), 5, _last_days(count, day))


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


def _counted(found: re.Match[str], day: date) -> Window | None:
    """ "last 7 days", "2 weeks"; None for none at all, for less than none, and for more than a year."""
    count = _number(found["count"]) * _unit(found["unit"])
    return _last_days(count, day) if 1 <= count <= LONGEST_DAYS and not found["minus"] else None


def _ranges(line: str, moments: Sequence[_Moment], day: date) -> Iterator[SaidTime]:
    """ "Nov 1 to Nov 7", "between Monday and Friday", "since October"."""
    for one, other in pairwise(moments):
        if _UNTIL.fullmatch(line, one.end, other.start):
            span = (one.span[0], other.span[1]) if one.span and other.span else None
            since = _BETWEEN.search(line, 0, one.start)
            yield SaidTime(since.start() if since else one.start, other.end, 1, _window(span, day))
    for moment in moments:
        if since := _SINCE.search(line, 0, moment.start):
            span = (moment.span[0], max(moment.span[0], day - timedelta(days=1))) if moment.span else None
            yield SaidTime(since.start(), moment.end, 1, _window(span, day))
    for found in _SINCE_SOMETHING.finditer(line):
        yield SaidTime(found.start(), found.end(), 1, None)


def _without_overlaps(moments: Iterator[_Moment]) -> list[_Moment]:
    chosen: list[_Moment] = []
    for moment in moments:
        if not any(moment.start < other.end and other.start < moment.end for other in chosen):
            chosen.append(moment)
    return sorted(chosen, key=lambda moment: moment.start)


def _moments(line: str, day: date, today: date) -> Iterator[_Moment]:
    """Days, months and years by name, the most exact first."""
    for pattern in _DAY_RANGES:
        for found in pattern.finditer(line):
            first, last = (_a_date(found, found[part], today) for part in ("first", "last"))
            yield _Moment(found.start(), found.end(), (first, last) if first and last else None)
    for pattern in _DATES:
        for found in pattern.finditer(line):
            named = _a_date(found, found["day"] or found["ordinal"], today)
            yield _Moment(found.start(), found.end(), (named, named) if named else None)
    for found in _SLASHED.finditer(line):
        named = _slashed(found, today)
        yield _Moment(found.start(), found.end(), (named, named) if named else None)
    for pattern in _AGO:
        for found in pattern.finditer(line):
            yield _Moment(found.start(), found.end(), _ago(found, day))
    yield from _relative_days(line, day)
    for pattern in (_NUMBERED_MONTH, _MONTH_ALONE, _MONTH_WITH_MORE):
        for found in pattern.finditer(line):
            if pattern is not _MONTH_WITH_MORE or found["in"] or found["year"]:
                yield _Moment(found.start(), found.end(), _a_month(found, day))
    for found in _YEAR.finditer(line):
        year = int(found["year"])
        if EARLIEST.year <= year <= today.year:
            is_bare = not found["in"]
            yield _Moment(found.start(), found.end(), (date(year, 1, 1), date(year, 12, 31)), is_bare)


def _relative_days(line: str, day: date) -> Iterator[_Moment]:
    for pattern, back in ((_DAY_BEFORE_YESTERDAY, 2), (_YESTERDAY, 1)):
        for found in pattern.finditer(line):
            named = day - timedelta(days=back)
            yield _Moment(found.start(), found.end(), (named, named))
    for number, pattern in enumerate(_WEEKDAYS):
        for found in pattern.finditer(line):
            named = day - timedelta(days=(day.weekday() - number) % 7 or 7)
            yield _Moment(found.start(), found.end(), (named, named))
    for found in _WEEKEND.finditer(line):
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
    return int(text) if text.isdecimal() else _NUMBER_WORDS[" ".join(text.split())]


def _unit(text: str) -> int:
    return _UNIT_DAYS[text]


def _month(text: str) -> int:
    return _MONTH_NUMBERS[text]


def _entries(text: str) -> list[str]:
    return [" ".join(folded(entry).split()) for entry in text.split("|") if entry.strip()]


# Behind these no space is needed, nor before.
_UNSPACED_SCRIPT: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


def _any(*texts: str) -> str:
    """A pattern of any entry, the longer ones first. Between letters of one word none is found."""
    entries = sorted({entry for text in texts for entry in _entries(text)}, key=lambda entry: (-len(entry), entry))
    free = [entry for entry in entries if _UNSPACED_SCRIPT.search(entry) or not any(map(str.isalnum, entry))]
    words = [entry for entry in entries if entry not in set(free)]
    patterns = [_either(free)] if free else []
    if words:
        patterns.insert(0, rf"(?<!\w){_either(words)}(?!\w)")
    return f"(?:{'|'.join(patterns)})"


def _either(entries: Sequence[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, entries))})".replace(r"\ ", r"\s+")


def _numbered(texts: Mapping[int, str] | Sequence[str], first: int = 0) -> dict[str, int]:
    pairs = texts.items() if isinstance(texts, Mapping) else enumerate(texts, first)
    return {entry: number for number, text in pairs for entry in _entries(text)}


_UNIT_DAYS: Final = _numbered(table.UNITS)
_NUMBER_WORDS: Final = _numbered(table.NUMBERS)
_MONTH_NUMBERS: Final = {**_numbered(table.MONTHS_WITH_MORE, 1), **_numbered(table.MONTHS, 1)}

_UNIT_ENTRIES: Final = sorted(_UNIT_DAYS, key=lambda entry: (-len(entry), entry))
_SPACED_UNITS: Final = [entry for entry in _UNIT_ENTRIES if not _UNSPACED_SCRIPT.search(entry)]
_UNSPACED_UNITS: Final = [entry for entry in _UNIT_ENTRIES if _UNSPACED_SCRIPT.search(entry)]
_COUNT_UNIT: Final = rf"(?:{_either(_SPACED_UNITS)}(?!\w)|{_either(_UNSPACED_UNITS)})"
_LAST: Final = _any(table.LAST)
_NUMBER: Final = _any(*table.NUMBERS.values())
_COUNT_BODY: Final = (
    r"(?P<minus>(?<!\w)[-−]\s?)?"
    rf"(?P<count>(?<![\w.,/:])\d{{1,9}}(?!\d)|(?<=[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])\d{{1,9}}(?!\d)"
    rf"|{_NUMBER}(?=\s|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]))"
    rf"\s*-?\s*(?:{_any(table.LAST_BEHIND)}\s+)?(?P<unit>{_COUNT_UNIT})"
)
_COUNT: Final = re.compile(
    rf"(?:{_any('in|for|over|during|within|the|en|por|in den|im|na|nos|nas|w|за|i')}\s+)*(?:{_LAST}\s*)?{_COUNT_BODY}"
)
_AGO: Final = (
    re.compile(rf"{_any(table.AGO_BEFORE)}\s+{_COUNT_BODY}"),
    re.compile(rf"{_COUNT_BODY}\s*{_any(table.AGO_BEHIND)}"),
)
_TODAY: Final = re.compile(_any(table.TODAY))
_YESTERDAY: Final = re.compile(_any(table.YESTERDAY))
_DAY_BEFORE_YESTERDAY: Final = re.compile(_any(table.DAY_BEFORE_YESTERDAY))
_LIVE: Final = re.compile(_any(table.LIVE))
_SPANS: Final = {
    count: re.compile(rf"(?:{_any(table.AROUND_SPAN)}\s+)*{_any(text)}(?:\s+{_any(table.AFTER_SPAN)})?")
    for count, text in table.SPANS.items()
}
_ALL_UNITS: Final = _any(*table.SPANS.values(), *table.WEEKDAYS, *table.MONTHS, table.WEEKENDS, *table.UNITS.values())
_UNKNOWN: Final = re.compile(rf"{_any(table.UNKNOWN)}|(?<!\w)ever(?=\W*$)")
_NEXT: Final = re.compile(
    rf"{_any(table.NEXT)}(?:\s*(?:\d{{1,4}}\s*)?{_ALL_UNITS})|{_ALL_UNITS}\s+{_any(table.NEXT_BEHIND)}"
    r"|来週|来月|来年|下周|下个月|明年|다음 ?주|다음 ?달|내년"
)
_HOUR: Final = _any(table.HOURS)
_BARE_HOUR: Final = _either(sorted(_entries(table.HOURS), key=len, reverse=True))
_HOURS: Final = re.compile(
    rf"(?:{_any('in|for|over|during|the|en|in den')}\s+)*{_LAST}\s*(?:{_NUMBER}\s*)?{_HOUR}"
    rf"|(?:{_LAST}\s*)?(?<![\w.,/:])\d{{1,6}}\s*-?\s*{_BARE_HOUR}"
    rf"(?![a-zа-я])(?:\s*{_any(table.AGO_BEHIND)})?"
    rf"|{_any('an|a|one|half an|couple of|few')}\s+{_HOUR}\s+{_any(table.AGO_BEHIND)}"
    r"|(?<![\w:./])\d{1,2}(?::\d\d)?\s*(?:am|pm|uhr)(?!\w)|(?<![\w:./])\d{1,2}:\d\d(?![\w:])"
)
_MONTH_NAME: Final = rf"(?P<month>{_any(*table.MONTHS, *table.MONTHS_WITH_MORE)})\.?"
_DAY_NUMBER: Final = r"\d{1,2}(?:st|nd|rd|th|\.|º|er)?"
_OF: Final = r"(?:(?:of|de|di|d'|del)\s*)?"
_WITH_YEAR: Final = r"(?:,?\s+(?:de\s+|del\s+)?(?P<year>\d{4})(?!\d))?"
_ON: Final = r"(?:(?<!\w)(?:on|the|am|el|le|il|em|na|from|on the)\s+)*"
_ON_SURELY: Final = r"(?<!\w)(?:on|the|am|el|le|il|em|from)\s+"
_DASH: Final = r"\s*(?:-|–|—|to|till|until|through|thru|bis|al|au|a|and|y|до|по|~|から)\s*"
_DAY_RANGES: Final = (
    re.compile(
        rf"{_ON}{_MONTH_NAME}\s+(?P<first>\d{{1,2}})(?:st|nd|rd|th)?{_DASH}(?P<last>\d{{1,2}})(?:st|nd|rd|th)?(?![\w/]){_WITH_YEAR}"
    ),
    re.compile(
        rf"{_ON}(?<![\w./-])(?P<first>\d{{1,2}})(?:st|nd|rd|th|\.)?{_DASH}(?P<last>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+{_OF}{_MONTH_NAME}"
        rf"(?!\w){_WITH_YEAR}"
    ),
)
_DATES: Final = (
    re.compile(rf"{_ON}(?<![\d./-])(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"{_ON}(?<![\d./-])(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}|\d\d(?!\d))?(?!\d)"),
    re.compile(rf"{_ON}(?<![\d./-])(?P<day>\d{{1,2}})[.-](?P<month>\d{{1,2}})[.-](?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?:(?P<year>\d{4})[年년]\s*)?(?P<month>\d{1,2})[月월]\s*(?P<day>\d{1,2})[日일号]?"),
    re.compile(rf"{_ON}{_MONTH_NAME}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\w){_WITH_YEAR}"),
    re.compile(
        rf"{_ON}(?<![\w./-])(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?\s*{_OF}(?!{_any(table.MONTHS_AND_WORDS)})"
        rf"{_MONTH_NAME}(?!\w){_WITH_YEAR}"
    ),
    re.compile(
        rf"(?:{_ON_SURELY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?|(?<![\w./-])(?P<ordinal>\d{{1,2}})(?:st|nd|rd|th|\.|º|er))"
        rf"\s*{_OF}(?P<month>{_any(table.MONTHS_AND_WORDS)})(?!\w){_WITH_YEAR}"
    ),
)
# Round the clock is no date.
_SLASHED: Final = re.compile(
    rf"{_ON}(?<![\w./-])(?!24/7)(?P<one>\d{{1,2}})/(?P<other>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d\d))?(?![\w/])"
)
_YEAR_BEHIND: Final = r"(?:,?\s*(?:of\s+|de\s+|del\s+)?(?P<year>20\d\d|\d{4})(?!\w))?"
_IN_MONTH: Final = rf"(?P<in>{_any(table.IN_MONTH)}\s+)?"
_MONTH_ALONE: Final = re.compile(rf"{_IN_MONTH}(?P<month>{_any(*table.MONTHS)}){_YEAR_BEHIND}")
_NUMBERED_MONTH: Final = re.compile(r"(?:(?P<year>20\d\d)[年년]\s*)?(?<!\d)(?P<month>\d{1,2})[月월](?!\d|間)")
_MONTH_WITH_MORE: Final = re.compile(rf"{_IN_MONTH}(?P<month>{_any(*table.MONTHS_WITH_MORE)})\.?{_YEAR_BEHIND}")
_YEAR: Final = re.compile(
    r"(?P<in>(?<!\w)(?:in|of|during|for|year|the year|in the year|en|im|im jahr|em|nel|в)\s+)?"
    r"(?<![\w.,/-])(?P<year>20\d\d)(?![\w/-])(?:\s*(?:年|년|году|год))?"
)
_WEEKDAYS: Final = tuple(
    re.compile(
        rf"(?:{_any('on|last|this|past|el|am|letzten|le|na|w|в|во|no|il|lo|ultimo|previous|der|den')}\s+)*{_any(names)}"
    )
    for names in table.WEEKDAYS
)
_WEEKEND: Final = re.compile(
    rf"(?:{_any(table.AROUND_SPAN, 'on|over|am')}\s+)*{_any(table.WEEKENDS)}(?:\s+{_any(table.AFTER_SPAN)})?"
)
_SINCE: Final = re.compile(rf"(?:{_any(table.SINCE)}\s+)(?:the\s+|last\s+)?$")
_BETWEEN: Final = re.compile(
    rf"(?:{_any(table.SINCE, 'between|zwischen|entre|von|vom|tra|fra|tussen|du|z|bis')}\s+)(?:the\s+)?$"
)
_UNTIL: Final = re.compile(rf"\s*{_any(table.UNTIL)}\s*")
_SINCE_SOMETHING: Final = re.compile(
    r"(?<!\w)since\s+(?:the\s+)?(?:launch|release|start|beginning|forever|then|birth|day\s+one|always|covid)(?!\w)"
)
