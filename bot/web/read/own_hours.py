"""The best time to stream a game within the hours in which somebody can."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.web.read.coverage import change, ratio
from bot.web.read.ranges import Span
from bot.web.read.week_hours import HOUR
from bot.web.site import Site
from helperfunctions.database import Transaction

Days = Literal["every-day", "weekdays", "weekend", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: Final[Mapping[Days, Sequence[int]]] = {
    "every-day": range(7),
    "weekdays": range(5),
    "weekend": (5, 6),
    "mon": (0,),
    "tue": (1,),
    "wed": (2,),
    "thu": (3,),
    "fri": (4,),
    "sat": (5,),
    "sun": (6,),
}
WEEKS: Final = 4
_HOURS_OF_WEEK: Final = 7 * 24
# Better in at least this share of the weeks: one large channel moves one of them.
_LASTING: Final = 0.75


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours in which somebody can stream: on some days, from `start` to `end` on the wall clock of a time zone. An
    `end` that is not after `start` is on the next day."""

    days: Days
    start: int
    end: int
    timezone: ZoneInfo

    @property
    def places(self) -> list[int]:
        """The hours of the week; 0 is Monday from 0:00 to 1:00."""
        length = self.end - self.start if self.end > self.start else self.end + 24 - self.start
        return sorted(
            {(24 * day + self.start + hour) % _HOURS_OF_WEEK for day in _DAYS[self.days] for hour in range(length)}
        )


@dataclass(frozen=True, slots=True)
class BestTime:
    """The best one or two hours of a game within somebody's hours. `change`: of the viewers per channel, compared with
    all hours of the week, as a ratio. `weeks_above`: the number of `weeks` in which they were above them. `weekday`:
    1 is Monday."""

    weekday: int
    start: int
    end: int
    viewers_per_stream: float
    change: float
    weeks: int
    weeks_above: int


class Game(Protocol):
    """A game with its viewers per channel at all hours."""

    @property
    def game_id(self) -> str: ...

    @property
    def viewers_per_stream(self) -> float | None: ...


def best_times(
    tx: Transaction, site: Site, games: Iterable[Game], span: Span, hours: OwnHours
) -> Mapping[str, BestTime]:
    """The best time of each game, by its id, over the last four weeks of a range; a game without hourly data is left
    out."""
    usual = {game.game_id: game.viewers_per_stream for game in games}
    to_at = site.calendar.day(span.last).ends_at
    from_at = max(site.calendar.day(span.first).starts_at, to_at - timedelta(weeks=WEEKS))
    places = hours.places
    found: defaultdict[str, list[Any]] = defaultdict(list)
    query = tx.web.games_by_hours_of_week
    for row in query(game_ids=list(usual), from_at=from_at, to_at=to_at, places=places, timezone=hours.timezone.key):
        found[row.game_id].append(row)
    best = {game_id: best_time(rows, places, usual[game_id], hours.timezone) for game_id, rows in found.items()}
    return {game_id: time for game_id, time in best.items() if time is not None}


class HourOfGame(Protocol):
    """A game in an hour, which is the hour `place` of the week."""

    @property
    def hour_at(self) -> datetime: ...

    @property
    def average_viewers(self) -> float: ...

    @property
    def average_streams(self) -> float: ...

    @property
    def place(self) -> int: ...


def best_time(
    rows: Iterable[HourOfGame], places: Sequence[int], usual: float | None, timezone: ZoneInfo
) -> BestTime | None:
    """The best two neighbouring hours, or the best one where there are no two: by viewers per channel, among those that
    are above `usual` in most weeks, if there are any. Pure."""
    if not usual:
        return None
    by_place: defaultdict[int, dict[datetime, HourOfGame]] = defaultdict(dict)
    for row in rows:
        by_place[row.place][row.hour_at] = row
    pairs = [place for place in places if (place + 1) % _HOURS_OF_WEEK in places]
    length = 2 if pairs else 1
    found = [time for place in pairs or places if (time := _time(by_place, place, length, usual)) is not None]
    lasting = [time for time in found if time.weeks_above >= _LASTING * time.weeks]
    return max(lasting or found, key=lambda time: time.viewers_per_stream, default=None)


def _time(
    by_place: Mapping[int, Mapping[datetime, HourOfGame]], place: int, length: int, usual: float
) -> BestTime | None:
    """The hours from a place of the week on. None if no channel was live in them."""
    occasions = []
    for hour_at, hour in by_place.get(place, {}).items():
        following = by_place.get((place + 1) % _HOURS_OF_WEEK, {}).get(hour_at + HOUR) if length == 2 else None
        both = [hour] if following is None else [hour, following]
        occasions.append((sum(one.average_viewers for one in both), sum(one.average_streams for one in both)))
    value = ratio(sum(viewers for viewers, _ in occasions), sum(streams for _, streams in occasions))
    if value is None:
        return None
    weekday, start = divmod(place, 24)
    return BestTime(
        weekday=weekday + 1,
        start=start,
        end=(start + length) % 24,
        viewers_per_stream=value,
        change=change(value, usual) or 0.0,
        weeks=len(occasions),
        weeks_above=sum(1 for viewers, streams in occasions if streams and viewers / streams > usual),
    )
