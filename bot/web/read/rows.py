"""What the dashboard tells, one class per table: the rows of the pages, of the API and of its CSV alike.

Hours watched are viewers times hours; averages of viewers and streams are over the time that was measured. Where a
share or a ratio has nothing to be taken of, it is None.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, Literal, TypeVar

Row = TypeVar("Row", covariant=True)

Kind = Literal["game", "streamer"]

# Of one part of a table.
MOST_ROWS: Final = 10_000
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Rows(Generic[Row]):
    """A part of a table, and how many rows the whole has."""

    rows: Sequence[Row]
    total: int


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a table is wanted."""

    limit: int = 50
    offset: int = 0


def counted(query: Callable[..., Iterable[Any]], about: Mapping[str, object], part: Part) -> tuple[list[Any], int]:
    """A part of a table whose rows tell in their last column how many there are in all."""
    rows = list(query(**about, limit=part.limit, offset=part.offset))
    # Behind the end there is no row that could.
    tells = rows or list(query(**about, limit=1, offset=0))
    return rows, int(tells[0][-1]) if tells else 0


@dataclass(frozen=True, slots=True)
class GameNow:
    """A game at the newest poll. What was before is the average of the same hour a day and a week ago; changes are
    ratios, 0.1 for ten percent more, and None where the poll broke off half-way."""

    rank: int
    game_id: str
    game: str
    slug: str | None
    viewers: int
    streams: int
    viewers_per_stream: float | None
    viewers_yesterday: float | None
    viewers_last_week: float | None
    change_since_yesterday: float | None
    change_since_last_week: float | None


@dataclass(frozen=True, slots=True)
class StreamNow:
    """A stream at the newest poll."""

    rank: int
    streamer_id: str
    streamer: str
    slug: str | None
    viewers: int
    game_id: str
    game: str
    game_slug: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class HourOfAll:
    """All of Twitch in one hour; the hour is named by its beginning, in UTC."""

    hour_at: datetime
    average_viewers: float
    peak_viewers: int
    average_streams: float


@dataclass(frozen=True, slots=True)
class GameInRange:
    """A game over some days, and in the as many days before: demand against supply. `change` is that of the hours
    watched in an hour that was measured, as a ratio. What was before is None where those days were measured for a much
    shorter or longer time."""

    rank: int
    rank_before: int | None
    game_id: str
    game: str
    slug: str | None
    watch_hours: float
    watch_hours_before: float | None
    change: float | None
    average_viewers: float
    peak_viewers: int
    average_streams: float
    viewers_per_stream: float | None


@dataclass(frozen=True, slots=True)
class GameSummary:
    """A game over some days: `first_day` to `last_day`, of which so many were measured, at least in part; `coverage` is
    the measured part of all of them. `share` is that of all hours watched, `change` that of the hours watched in a
    measured hour. Sums are None where nothing was. Now: at the newest poll, None when that is too old, or broke off
    before it came to the game."""

    game_id: str
    game: str
    slug: str
    first_seen_day: date
    last_seen_day: date
    viewers_now: int | None
    streams_now: int | None
    first_day: date
    last_day: date
    days_measured: int
    coverage: float | None
    watch_hours: float | None
    watch_hours_before: float | None
    change: float | None
    share: float | None
    airtime_hours: float | None
    average_viewers: float | None
    peak_viewers: int | None
    average_streams: float | None
    viewers_per_stream: float | None
    rank: int | None
    rank_before: int | None
    games: int


@dataclass(frozen=True, slots=True)
class GameDay:
    """A game on one of the bot's days. `coverage`: the measured part of the day."""

    day: date
    coverage: float
    watch_hours: float
    average_viewers: float | None
    peak_viewers: int
    average_streams: float | None
    viewers_per_stream: float | None


@dataclass(frozen=True, slots=True)
class GameHour:
    """A game in one hour; the hour is named by its beginning, in UTC."""

    hour_at: datetime
    average_viewers: float
    peak_viewers: int
    average_streams: float


@dataclass(frozen=True, slots=True)
class HourOfWeek:
    """A game in one hour of the week, on average over the weeks; `weekday` 1 is Monday, on the wall clock of the time
    zone that was asked for. `hours`: how many such hours were measured."""

    weekday: int
    hour: int
    average_viewers: float
    average_streams: float
    viewers_per_stream: float | None
    hours: int

    @property
    def weekday_name(self) -> str:
        """As people call it."""
        return _WEEKDAYS[self.weekday - 1]


@dataclass(frozen=True, slots=True)
class StreamerOfGame:
    """A streamer with one game over some days."""

    rank: int
    streamer_id: str
    streamer: str
    slug: str | None
    watch_hours: float
    airtime_hours: float
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class StreamerSummary:
    """A streamer over some days. Now: at the newest poll, None when not live; `is_live` is None when that is not known,
    for the newest poll is too old, or broke off before it came to streams as small. Sums are None where nothing was
    measured."""

    streamer_id: str
    streamer: str
    login: str
    slug: str
    first_seen_day: date
    last_seen_day: date
    is_live: bool | None
    viewers_now: int | None
    game_now: str | None
    game_now_slug: str | None
    live_since: datetime | None
    first_day: date
    last_day: date
    days_measured: int
    days_on_air: int
    watch_hours: float | None
    watch_hours_before: float | None
    change: float | None
    airtime_hours: float | None
    average_viewers: float | None
    peak_viewers: int | None


@dataclass(frozen=True, slots=True)
class StreamerDay:
    """A streamer on one of the bot's days; the average is over the time on the air."""

    day: date
    coverage: float
    watch_hours: float
    airtime_hours: float
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class GameOfStreamer:
    """A game that a streamer played over some days. `share` is that of the streamer's hours watched, `airtime_share`
    that of the hours on the air."""

    rank: int
    game_id: str
    game: str
    slug: str | None
    watch_hours: float
    share: float | None
    airtime_hours: float
    airtime_share: float | None
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class Record:
    """A streamer's best day ever in one respect: peak_viewers, average_viewers (of days with an hour on the air),
    watch_hours, airtime_hours."""

    record: str
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One of those compared, over some days. A game's average is over the time measured, a streamer's over the time on
    the air. None where nothing was measured."""

    kind: Kind
    id: str
    name: str
    slug: str
    watch_hours: float | None
    airtime_hours: float | None
    average_viewers: float | None
    peak_viewers: int | None


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """One of those compared on one of the bot's days. `coverage`: the measured part of the day."""

    slug: str
    name: str
    day: date
    coverage: float
    watch_hours: float
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class PostRow:
    """Something that the bot said, or is about to. `kind`: games, streamers, streamers_of_game or reply."""

    post_id: int
    kind: str
    day: date | None
    status: str
    created_at: datetime
    sent_at: datetime | None
    x_id: str | None
    text: str
    alt_text: str | None
    reason: str | None
    has_chart: bool


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """How well one of the bot's days was measured."""

    day: date
    starts_at: datetime
    ends_at: datetime
    polls: int
    covered_hours: float
    coverage: float
    watch_hours: float
    airtime_hours: float
    rolled_up_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What the bot does next, and when."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """One part of the bot: its name, whether it has no problem, and a message."""

    part: str
    is_healthy: bool
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found; `likeness` is 1 for the very name."""

    kind: Kind
    name: str
    slug: str
    likeness: float
