"""Ranges of days: as a visitor requests them, and as the dates that they come to. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl

from bot.core.calendar import OFFERED_RANGES
from bot.web.read.errors import InvalidRequest

OFFERED: Final = OFFERED_RANGES
USUAL: Final = 30
MAX_DAYS: Final = 3_660
_EARLIEST: Final = date(2000, 1, 1)
_LATEST: Final = date(2999, 12, 31)
# Pairs: up to this number of days, a read costs this number of units. A longer one costs _MAX_COST.
_COSTS: Final = ((31, 1), (92, 2), (366, 3))
_MAX_COST: Final = 6
# Charts of at most this number of measured days have a point per hour.
MAX_DAYS_BY_HOUR: Final = 7


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the bot's days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days, both ends included."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """The same number of days, just before this range."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def whole_weeks(self, least: int) -> "Span":
        """The whole weeks of this range up to its end, or the `least` number of weeks where it is shorter: each weekday
        is in them equally often."""
        first = self.last - timedelta(weeks=max(least, self.days // 7)) + timedelta(days=1)
        return Span(max(first, _EARLIEST), self.last)

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class RequestedDays:
    """The days that a request is about: a number of days up to the newest, or from one date to another.

    Raises InvalidRequest for dates that are invalid whichever day is the newest.
    """

    days: int | None = None
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        first, last = self.first or self.last, self.last or self.first
        if first is None or last is None:
            return
        if self.days is not None:
            raise InvalidRequest("name days, or from and to, but not both")
        _span(first, last)

    def up_to(self, newest: date) -> Span:
        """The dates of the range; `newest` is the newest day that is rolled up. Raises InvalidRequest."""
        if self.first is None and self.last is None:
            days = USUAL if self.days is None else self.days
            if not 1 <= days <= MAX_DAYS:
                raise InvalidRequest(f"a range has 1 to {MAX_DAYS} days")
            return Span(newest - timedelta(days=days - 1), newest)
        # A range may begin after the newest day: its days come later.
        last = max(newest, self.first or newest) if self.last is None else self.last
        first = self.first if self.first is not None else last - timedelta(days=USUAL - 1)
        return _span(first, last)

    def cost(self, today: date) -> int:
        """The cost of reading these days, in units of the read pool; 1 for about a month."""
        if self.first is not None:
            days = ((self.last or today) - self.first).days + 1
        else:
            days = USUAL if self.days is None else self.days
        return next((cost for up_to, cost in _COSTS if days <= up_to), _MAX_COST)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that request these days."""
        named = {"days": self.days, "from": self.first, "to": self.last}
        return {name: str(value) for name, value in named.items() if value is not None}


def _span(first: date, last: date) -> Span:
    if not _EARLIEST <= first <= last <= _LATEST:
        raise InvalidRequest(f"a range ends on or after the day on which it begins, from {_EARLIEST} to {_LATEST}")
    if (last - first).days >= MAX_DAYS:
        raise InvalidRequest(f"a range has at most {MAX_DAYS} days")
    return Span(first, last)


def is_long(query: bytes) -> bool:
    """True if the query of a URL has a range that may cost more than the usual one."""
    values = dict(parse_qsl(query.decode("latin-1")))
    days = values.get("days", "1")
    is_short = days.isdecimal() and len(days) <= len(str(MAX_DAYS)) and int(days) <= _COSTS[0][0]
    return "from" in values or "to" in values or not is_short
