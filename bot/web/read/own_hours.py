"""The best times to stream a game within the hours in which somebody can."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

from bot.web.read.coverage import change, ratio
from bot.web.read.ranges import Span
from bot.web.read.week_hours import HOUR, MIN_WEEKS, is_lasting
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


@dataclass(frozen=True, slots=True)
class OwnHours:
    """The hours in which somebody can stream: on some days, from `start` to `end` on the wall clock of a time zone. An
    `end` that is not after `start` is on the next day."""

    days: Days
    start: int
    end: int
    timezone: ZoneInfo

    @property
    def by_day(self) -> Mapping[int, Sequence[int]]:
        """The hours of the week by the day on which they begin, 1 is Monday; 0 is Monday from 0:00 to 1:00."""
        length = self.end - self.start if self.end > self.start else self.end + 24 - self.start
        return {
            day + 1: [(24 * day + self.start + hour) % _HOURS_OF_WEEK for hour in range(length)]
            for day in _DAYS[self.days]
        }

    @property
    def places(self) -> list[int]:
        """The hours of the week; 0 is Monday from 0:00 to 1:00."""
        return sorted({place for places in self.by_day.values() for place in places})

    @property
    def query(self) -> dict[str, str]:
        """The parameters of an address that request these hours."""
        return {"on": self.days, "start": str(self.start), "end": str(self.end), "tz": self.timezone.key}


@dataclass(frozen=True, slots=True)
class OwnTime:
    """One or two hours of a game within the hours of somebody that begin on `day`. `change`: of the viewers per
    channel, compared with all hours of these weeks, as a ratio. `weeks_above`: the number of `weeks` in which they were
    above those of the whole week. `day` and `weekday`: 1 is Monday."""

    day: int
    weekday: int
    start: int
    end: int
    viewers_per_stream: float
    change: float
    weeks: int
    weeks_above: int

    @property
    def is_lasting(self) -> bool:
        """True if they were above the whole week in most of the weeks."""
        return is_lasting(self.weeks, self.weeks_above)


@dataclass(frozen=True, slots=True)
class OwnTimes:
    """The best hours of each of somebody's days, the best first. `higher`: hours with more viewers per channel than the
    best ones, but in fewer weeks, if there are any."""

    times: Sequence[OwnTime]
    higher: OwnTime | None

    @property
    def best(self) -> OwnTime | None:
        """The hours to recommend; None if none are better in most weeks."""
        return self.times[0] if self.times[0].is_lasting else None

    @property
    def others(self) -> Sequence[OwnTime]:
        """Those of the other days that are better in most weeks."""
        return self.recommended[1:]

    @property
    def recommended(self) -> Sequence[OwnTime]:
        """The hours to recommend of each day, the best first."""
        return [time for time in self.times if time.is_lasting]

    @property
    def weak_days(self) -> Sequence[int]:
        """The days without hours that are better in most weeks; 1 is Monday."""
        return sorted(time.day for time in self.times if not time.is_lasting)

    @property
    def is_known(self) -> bool:
        """True if there are enough weeks to recommend hours."""
        return max(time.weeks for time in self.times) >= MIN_WEEKS


def own_times(
    tx: Transaction, site: Site, game_ids: Iterable[str], span: Span, hours: OwnHours
) -> Mapping[str, OwnTimes]:
    """The best times of some games, by id, over the four weeks up to the end of a range, however short it is; a game
    without hourly data is left out."""
    days = [span.last - timedelta(days=number) for number in range(7 * WEEKS)]
    to_at = site.calendar.day(span.last).ends_at
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in tx.web.games_by_hours_of_week(
        game_ids=list(game_ids),
        days=days,
        last=span.last,
        from_at=to_at - timedelta(weeks=WEEKS),
        to_at=to_at,
        places=hours.places,
        timezone=hours.timezone.key,
    ):
        found[row.game_id].append(row)
    times = {game_id: best_times(rows, hours) for game_id, rows in found.items()}
    return {game_id: time for game_id, time in times.items() if time is not None}


class HourOfGame(Protocol):
    """A game in an hour, which is the hour `place` of the week. `of_week`: its viewers per channel in the week around
    it, `of_all`: in all weeks."""

    @property
    def hour_at(self) -> datetime: ...

    @property
    def average_viewers(self) -> float: ...

    @property
    def average_streams(self) -> float: ...

    @property
    def place(self) -> int: ...

    @property
    def of_week(self) -> float: ...

    @property
    def of_all(self) -> float: ...


def best_times(rows: Iterable[HourOfGame], hours: OwnHours) -> OwnTimes | None:
    """The best two neighbouring hours of each day, or the best one where there are no two: by viewers per channel,
    those first that are above the whole week in most weeks. None if no channel was live. Pure."""
    by_place: defaultdict[int, dict[datetime, HourOfGame]] = defaultdict(dict)
    for row in rows:
        by_place[row.place][row.hour_at] = row
    best, every = [], []
    for day, places in hours.by_day.items():
        length = min(2, len(places))
        starts = places[: len(places) - length + 1]
        times = [time for place in starts if (time := _time(by_place, day, place, length)) is not None]
        every += times
        if times:
            best.append(min(times, key=_order))
    if not best:
        return None
    best.sort(key=_order)
    higher = max(every, key=lambda time: time.viewers_per_stream)
    is_more = best[0].is_lasting and higher.viewers_per_stream > best[0].viewers_per_stream
    return OwnTimes(best, higher if is_more else None)


def _order(time: OwnTime) -> tuple[bool, float]:
    return not time.is_lasting, -time.viewers_per_stream


def _time(by_place: Mapping[int, Mapping[datetime, HourOfGame]], day: int, place: int, length: int) -> OwnTime | None:
    """The hours from a place of the week on. None if no channel was live in them."""
    occasions = []
    for hour_at, hour in by_place.get(place, {}).items():
        following = by_place.get((place + 1) % _HOURS_OF_WEEK, {}).get(hour_at + HOUR) if length == 2 else None
        both = [hour] if following is None else [hour, following]
        viewers, streams = sum(one.average_viewers for one in both), sum(one.average_streams for one in both)
        occasions.append((viewers, streams, hour))
    value = ratio(sum(viewers for viewers, *_ in occasions), sum(streams for _, streams, _ in occasions))
    if value is None:
        return None
    weekday, start = divmod(place, 24)
    return OwnTime(
        day=day,
        weekday=weekday + 1,
        start=start,
        end=(start + length) % 24,
        viewers_per_stream=value,
        change=change(value, occasions[0][2].of_all) or 0.0,
        weeks=len(occasions),
        weeks_above=sum(1 for viewers, streams, hour in occasions if streams and viewers / streams > hour.of_week),
    )
