"""The days of a game or a streamer next to those of the previous period of the same length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, TypeVar

from bot.web.read.column_types import (
    AirtimeHours,
    AverageStreams,
    AverageViewers,
    AverageViewersLive,
    Column,
    NamedDay,
    WatchHours,
)
from bot.web.read.games import GameDay
from bot.web.read.ranges import Span
from bot.web.read.streamers import StreamerDay

DayRow = TypeVar("DayRow", GameDay, StreamerDay)

_DayBefore = Annotated[date, Column("vs day", "day", "the same day of the previous period")]
_WatchHoursBefore = Annotated[float, Column("Hours watched then", "short", "on the day of the previous period")]
_ViewersBefore = Annotated[float, Column("Avg viewers then", "number", "on the day of the previous period")]
_StreamsBefore = Annotated[float, Column("Avg live channels then", "small", "on the day of the previous period")]
_AirtimeBefore = Annotated[
    float, Column("Hours streamed then", "small", "on the day of the previous period", is_wide=True)
]


@dataclass(frozen=True, slots=True)
class GameDayCompared:
    """A game on a day, and on the day that many days before; None where nothing was measured."""

    day: NamedDay
    watch_hours: WatchHours | None
    average_viewers: AverageViewers | None
    average_streams: AverageStreams | None
    day_before: _DayBefore
    watch_hours_before: _WatchHoursBefore | None
    average_viewers_before: _ViewersBefore | None
    average_streams_before: _StreamsBefore | None


@dataclass(frozen=True, slots=True)
class StreamerDayCompared:
    """A streamer on a day, and on the day that many days before; None where nothing was measured, and averages where
    they were not live."""

    day: NamedDay
    watch_hours: WatchHours | None
    average_viewers: AverageViewersLive | None
    airtime_hours: AirtimeHours | None
    day_before: _DayBefore
    watch_hours_before: _WatchHoursBefore | None
    average_viewers_before: _ViewersBefore | None
    airtime_hours_before: _AirtimeBefore | None


def game_days_compared(days: Sequence[GameDay], before: Sequence[GameDay], span: Span) -> list[GameDayCompared]:
    """Each day of a range with data on it, or on the day before it with which it is compared."""
    return [
        GameDayCompared(
            day=day,
            watch_hours=now.watch_hours if now else None,
            average_viewers=now.average_viewers if now else None,
            average_streams=now.average_streams if now else None,
            day_before=day - timedelta(days=span.days),
            watch_hours_before=then.watch_hours if then else None,
            average_viewers_before=then.average_viewers if then else None,
            average_streams_before=then.average_streams if then else None,
        )
        for day, now, then in _pairs(days, before, span)
    ]


def streamer_days_compared(
    days: Sequence[StreamerDay], before: Sequence[StreamerDay], span: Span
) -> list[StreamerDayCompared]:
    """Each day of a range with data on it, or on the day before it with which it is compared."""
    return [
        StreamerDayCompared(
            day=day,
            watch_hours=now.watch_hours if now else None,
            average_viewers=now.average_viewers if now else None,
            airtime_hours=now.airtime_hours if now else None,
            day_before=day - timedelta(days=span.days),
            watch_hours_before=then.watch_hours if then else None,
            average_viewers_before=then.average_viewers if then else None,
            airtime_hours_before=then.airtime_hours if then else None,
        )
        for day, now, then in _pairs(days, before, span)
    ]


def _pairs(
    days: Sequence[DayRow], before: Sequence[DayRow], span: Span
) -> Iterator[tuple[date, DayRow | None, DayRow | None]]:
    later = timedelta(days=span.days)
    now, then = {row.day: row for row in days}, {row.day + later: row for row in before}
    for day in sorted(now.keys() | then.keys()):
        yield day, now.get(day), then.get(day)
