"""Records and newcomers of all games and all streamers.

They are read from the leaders of each day (`daily_leaders`), which the roll-up stores: the 50 games and the 50
streamers with the highest peak, with the most hours watched, and with the most hours watched of those that are new.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from bot.web.read.addresses import Kind
from bot.web.read.coverage import change, ratio
from bot.web.read.ranges import Span
from bot.web.read.table import RowRange, TablePart, fetch_part, rows_of
from helperfunctions.database import Transaction

# Newcomers are stored for this number of days (sql/daily/leaders.sql).
MAX_DAYS: Final = 30


class Measure(StrEnum):
    """What a record is about: the most viewers at one update, or the most hours watched in a day."""

    PEAK_VIEWERS = "peak_viewers"
    WATCH_HOURS = "watch_hours"


@dataclass(frozen=True, slots=True)
class BestDay:
    """The best day of a game or a streamer by one measure, of all days."""

    rank: int
    kind: Kind
    id: str
    name: str
    slug: str | None
    value: float
    day: date


@dataclass(frozen=True, slots=True)
class RecordSet:
    """A record that a game or a streamer set on one of some days: more than on any day before it, of which the best was
    `best_before`. `change` is a ratio, 0.1 for ten percent more than that."""

    kind: Kind
    id: str
    name: str
    slug: str | None
    measure: Measure
    value: float
    best_before: float
    change: float | None
    day: date


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A game or a streamer that was first seen on one of some days, with the sums since then. `average_viewers` are
    those of a live channel."""

    rank: int
    kind: Kind
    id: str
    name: str
    slug: str | None
    first_seen_day: date
    watch_hours: float
    airtime_hours: float
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class RecordsOfAll:
    """The most watched day and the highest peak of all Twitch; None where nothing is stored. `peak_day` is None for a
    peak of today."""

    day: date | None
    watch_hours: float | None
    peak_viewers: int | None
    peak_day: date | None


def within(newest: date, days: int) -> Span:
    """A number of days up to the newest."""
    return Span(newest - timedelta(days=days - 1), newest)


def best_days(tx: Transaction, kind: Kind, measure: Measure, wanted: RowRange) -> TablePart[BestDay]:
    """The 50 games or streamers with the best day of all, by one measure."""
    found = fetch_part(tx.web.best_days, wanted, kind=kind, measure=measure.value)
    rows = [
        BestDay(rank, row.kind, row.id, row.name, row.slug, row.value, row.day)
        for rank, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(rows, found.total)


def records_set(
    tx: Transaction, span: Span, wanted: RowRange, *, kind: Kind | None = None, measure: Measure | None = None
) -> TablePart[RecordSet]:
    """The records of these days among each day's leaders, the newest day first, and on a day the largest of each
    measure; of several of one measure, the last."""
    found = fetch_part(
        tx.web.records_set, wanted, first=span.first, last=span.last, kind=kind, measure=measure and measure.value
    )
    rows = [
        RecordSet(
            kind=row.kind,
            id=row.id,
            name=row.name,
            slug=row.slug,
            measure=Measure(row.measure),
            value=row.value,
            best_before=row.best_before,
            change=change(row.value, row.best_before),
            day=row.day,
        )
        for row in found.rows
    ]
    return TablePart(rows, found.total)


@dataclass(frozen=True, slots=True)
class Leader:
    """One of the streamers with the most hours watched of a day."""

    rank: int
    id: str
    streamer: str
    slug: str | None


def leaders_of_day(tx: Transaction, day: date) -> list[Leader]:
    """The 50 streamers with the most hours watched of a day; none where they are not stored."""
    return rows_of(Leader, tx.web.leaders_of_day(day=day))


@dataclass(frozen=True, slots=True)
class RecordHours:
    """The most hours watched in a day, set on `day`, and the most before."""

    day: date
    value: float
    best_before: float


def record_of(tx: Transaction, kind: Kind, id_: str, span: Span) -> RecordHours | None:
    """The newest record of one game or streamer among the leaders of some days."""
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    row = tx.web.record_of(kind=kind, id=id_, days=days)
    return RecordHours(row.day, row.value, row.best_before) if row else None


def newcomers(tx: Transaction, kind: Kind, span: Span, wanted: RowRange) -> TablePart[Newcomer]:
    """Games or streamers that were first seen on these days, at most 30, by hours watched since. Those of the first
    week of all are none: then everything is new."""
    query = tx.web.new_games if kind == "game" else tx.web.new_streamers
    found = fetch_part(query, wanted, first=span.first, last=span.last)
    rows = [
        Newcomer(
            rank=rank,
            kind=row.kind,
            id=row.id,
            name=row.name,
            slug=row.slug,
            first_seen_day=row.first_seen_day,
            watch_hours=row.watch_hours,
            airtime_hours=row.airtime_hours,
            average_viewers=ratio(row.watch_hours, row.airtime_hours),
            peak_viewers=int(row.peak_viewers),
        )
        for rank, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(rows, found.total)


def records_of_all(tx: Transaction) -> RecordsOfAll:
    """The records of all Twitch together."""
    row = tx.web.records_of_all()
    return RecordsOfAll(row.day, row.watch_hours, row.peak_viewers, row.peak_day)
