"""Which days a page is about. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qsl

from helperfunctions.errors import CannotBeAsked

OFFERED: Final = (1, 7, 30, 90, 365)
USUAL: Final = 30
LONGEST: Final = 3_660
_EARLIEST: Final = date(2000, 1, 1)
_LATEST: Final = date(2999, 12, 31)
# Up to so many days cost so many units; more cost all that there are.
_COSTS: Final = ((31, 1), (92, 2), (366, 3))
_COSTS_ALL: Final = 6
# Up to so many measured days are drawn by the hour.
BY_HOUR: Final = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Some of the bot's days, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """As many days, just before."""
        return Span(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: so many days up to the newest, or from one date to another."""

    days: int | None = None
    first: date | None = None
    last: date | None = None

    def up_to(self, newest: date) -> Span:
        """The days that are meant, `newest` being the newest that is rolled up. Raises CannotBeAsked."""
        if self.first is None and self.last is None:
            days = USUAL if self.days is None else self.days
            if not 1 <= days <= LONGEST:
                raise CannotBeAsked(f"a range has 1 to {LONGEST} days")
            return Span(newest - timedelta(days=days - 1), newest)
        if self.days is not None:
            raise CannotBeAsked("name days, or from and to, but not both")
        # Who asks for what is new may be the first to ask for it.
        last = max(newest, self.first or newest) if self.last is None else self.last
        first = self.first if self.first is not None else last - timedelta(days=USUAL - 1)
        if not _EARLIEST <= first <= last <= _LATEST:
            raise CannotBeAsked(f"a range ends on or after the day on which it begins, from {_EARLIEST} to {_LATEST}")
        if (last - first).days >= LONGEST:
            raise CannotBeAsked(f"a range has at most {LONGEST} days")
        return Span(first, last)

    def cost(self, today: date) -> int:
        """What reading these days costs, in units of the read pool; 1 for about a month."""
        if self.first is not None:
            days = ((self.last or today) - self.first).days + 1
        else:
            days = USUAL if self.days is None else self.days
        return next((cost for up_to, cost in _COSTS if days <= up_to), _COSTS_ALL)

    @property
    def query(self) -> dict[str, str]:
        """As it stands in an address."""
        named = {"days": self.days, "from": self.first, "to": self.last}
        return {name: str(value) for name, value in named.items() if value is not None}


def is_long(query: bytes) -> bool:
    """Whether the query of an address names a range that may cost more than the usual one."""
    asked = dict(parse_qsl(query.decode("latin-1")))
    days = asked.get("days", "1")
    is_short = days.isdecimal() and len(days) <= len(str(LONGEST)) and int(days) <= _COSTS[0][0]
    return "from" in asked or "to" in asked or not is_short
