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
class RankedEntry:
    """One line of a ranking: a game or streamer, its watch hours, and the hours and rank of the day before, if any.

    `plain_name`: another name in ASCII letters, such as a streamer's login; None if there is none.
    """

    name: str
    watch_hours: float
    plain_name: str | None = None
    hours_before: float | None = None
    rank_before: int | None = None
