"""The time that somebody asks about: "last 7 days", "live", "Nov 20". Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.models import Window, WindowKind
from bot.reply.words import matches

LONGEST_DAYS: Final = 366
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:,?\s+(?P<year>\d{4}))?"
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNIT_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}

Made = Callable[[dict[str, str], date, date], Window | None]


@dataclass(frozen=True, slots=True)
class Said:
    """A time that stands in a text, from `start` up to before `end`. `rank`: the lower, the more exact."""

    start: int
    end: int
    rank: int
    window: Window


def default_window(day: date) -> Window:
    """Yesterday, as seen from a day of the bot that is not over."""
    return _days(day - timedelta(days=1), day - timedelta(days=1))


def windows_in(text: str, *, day: date, today: date) -> Iterator[Said]:
    """Every time that a text names. `day`: the bot's present day, `today`: the calendar's."""
    for rank, (pattern, make) in enumerate(_PATTERNS):
        for found in matches(pattern, text):
            window = make({name: value for name, value in found.groupdict().items() if value}, day, today)
            if window is not None:
                yield Said(found.start(), found.end(), rank, window)


def _days(first: date, last: date) -> Window:
    return Window(WindowKind.DAYS, first, last)


def _last_days(count: int, day: date) -> Window:
    return _days(day - timedelta(days=min(count, LONGEST_DAYS)), day - timedelta(days=1))


def _a_date(parts: dict[str, str], day: date, today: date) -> Window | None:
    """A date; without a year the newest one that is not ahead."""
    month = parts["month"]
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
    years = [int(parts["year"])] if "year" in parts else range(today.year, today.year - 9, -1)
    for year in years:
        try:
            named = date(year, number, int(parts["day"]))
        except ValueError:
            continue
        if named <= today or "year" in parts:
            return Window(WindowKind.TODAY, day, day) if named == day else _days(named, named)
    return None


def _a_weekday(parts: dict[str, str], day: date, _: date) -> Window:
    back = (day.weekday() - _WEEKDAYS.index(parts["weekday"].lower())) % 7 or 7
    return _days(day - timedelta(days=back), day - timedelta(days=back))


def _so_many(parts: dict[str, str], day: date, _: date) -> Window | None:
    count = int(parts["count"]) * _UNIT_DAYS[parts["unit"][0].lower()]
    return _last_days(count, day) if count else default_window(day)


def _span(count: int) -> Made:
    return lambda _, day, __: _last_days(count, day)


def _now(kind: WindowKind) -> Made:
    return lambda _, day, __: Window(kind, day, day)


_PATTERNS: Final[tuple[tuple[str, Made], ...]] = (
    (r"(?<![\d./-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d])", _a_date),
    (r"(?<![\d./-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?(?!\d)", _a_date),
    (r"(?<![\d./-])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}))?(?![\d/])", _a_date),
    (rf"\b(?:on\s+)?{_MONTH}\s+{_DAY}\b{_YEAR}", _a_date),
    (rf"\b(?:on\s+)?(?:the\s+)?{_DAY}\s+(?:of\s+)?{_MONTH}(?!\w){_YEAR}", _a_date),
    (rf"\b(?:on|last)\s+(?P<weekday>{'|'.join(_WEEKDAYS)})\b", _a_weekday),
    (
        r"\b(?:(?:in|for|over|during)\s+)?(?:the\s+)?(?:(?:last|past|previous)\s+)?"
        r"(?P<count>\d{1,20})\s*(?P<unit>d|days?|w|weeks?|months?|y|years?)\b",
        _so_many,
    ),
    (r"\b(?:live|right\s+now|now|currently|at\s+the\s+moment)\b", _now(WindowKind.LIVE)),
    (r"\btoday(?:\s+so\s+far)?\b", _now(WindowKind.TODAY)),
    (r"\byesterday\b", _span(1)),
    (r"\b(?:(?:in|for|over|during)\s+)?(?:(?:the|this)\s+)?(?:(?:last|past)\s+)?week(?:ly)?\b", _span(7)),
    (r"\b(?:(?:in|for|over|during)\s+)?(?:(?:the|this)\s+)?(?:(?:last|past)\s+)?month(?:ly)?\b", _span(30)),
    (r"\b(?:(?:in|for|over|during)\s+)?(?:(?:the|this)\s+)?(?:(?:last|past)\s+)?year(?:ly)?\b", _span(365)),
)
