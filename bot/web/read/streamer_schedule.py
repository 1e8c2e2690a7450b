"""The hours of the week in which a streamer is usually live."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from bot.web.read.column_types import Column
from bot.web.read.coverage import newest_day
from bot.web.read.week_hours import HOUR, by_clock_hour
from bot.web.site import Site
from helperfunctions.database import Transaction

WEEKS: Final = 8
# With less, chance looks like a habit.
_MIN_STREAMS: Final = 4
_MIN_DAYS: Final = 14

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class HourLive:
    """A streamer in one hour of the week, on the wall clock of the requested time zone; `weekday` 1 is Monday. `share`:
    the share of this hour in which they were live, over the last eight weeks. `hours`: the number of such hours
    measured."""

    weekday: Annotated[int, Column("Day", "weekday")]
    hour: Annotated[int, Column("Hour", "number")]
    share: Annotated[float, Column("Live", "ratio", "share of the time in this hour, over the last eight weeks")]
    hours: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The week of a streamer: the number of their streams, and of the days of which streams are stored."""

    hours: Sequence[HourLive]
    streams: int
    days: int

    @property
    def is_known(self) -> bool:
        """True if there are enough streams to call it a schedule."""
        return self.streams >= _MIN_STREAMS and self.days >= _MIN_DAYS


def schedule(tx: Transaction, site: Site, streamer_id: str, timezone: ZoneInfo, newest: date | None = None) -> Schedule:
    """The week of a streamer over the last eight weeks of which streams are stored. `newest`: the newest day, if it is
    known."""
    last = newest or newest_day(tx, site)
    days = [last - timedelta(days=number) for number in range(7 * WEEKS)]
    measured = [(day.starts_at, day.ends_at) for day in tx.web.days_with_streams(days=days)]
    streams = [
        (stream.started_at, stream.last_seen_at)
        for stream in tx.web.times_of_streams(streamer_id=streamer_id, days=days)
    ]
    return Schedule(hours_live(streams, measured, timezone), len(streams), len(measured))


def hours_live(streams: Iterable[Period], measured: Iterable[Period], timezone: ZoneInfo) -> list[HourLive]:
    """The share of each hour of the week in which one of the streams ran, from Monday 0:00. Pure. Periods in UTC."""
    live = _live_shares(streams)
    hours = sorted({hour for period in measured for hour in _hours_of(*period)})
    rows: list[HourLive] = []
    for (weekday, hour), values in by_clock_hour(((hour, live.get(hour, 0.0)) for hour in hours), timezone).items():
        whole = sum(share for _, share in values)
        rows.append(
            HourLive(weekday, hour, sum(value * share for value, share in values) / whole, max(1, round(whole)))
        )
    return rows


def _live_shares(streams: Iterable[Period]) -> Mapping[datetime, float]:
    """The share of each hour, by its beginning, in which a stream ran."""
    live: defaultdict[datetime, float] = defaultdict(float)
    for start, end in streams:
        for hour in _hours_of(start, end):
            # A stream can begin a moment after the start of the only poll that saw it.
            live[hour] += max(0.0, (min(end, hour + HOUR) - max(start, hour)) / HOUR)
    # A stream can be stored until its last update although the next one has begun.
    return {hour: min(1.0, share) for hour, share in live.items()}


def _hours_of(start: datetime, end: datetime) -> list[datetime]:
    """The hours, by their beginnings, that a period touches."""
    first = start.replace(minute=0, second=0, microsecond=0)
    return [first + number * HOUR for number in range(-((first - end) // HOUR))]
