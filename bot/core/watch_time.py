"""Watch time as other steps read it."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RolledUpDay:
    """One row of `days`."""

    date: date
    starts_at: datetime
    ends_at: datetime
    polls: int
    covered_hours: float
    coverage: float
    watch_hours: float
    airtime_hours: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A game or streamer and the hours that it was watched; the day before, too, where it was seen then.

    `plain_name`: the name in plain letters, where there is one besides.
    """

    name: str
    watch_hours: float
    plain_name: str | None = None
    hours_before: float | None = None
    rank_before: int | None = None
