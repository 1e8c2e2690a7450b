"""Up to five games or streamers side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from bot.web.read import records
from bot.web.read.addresses import Kind, find
from bot.web.read.column_types import AirtimeHours, AverageViewers, AverageViewersLive, Column, PeakViewers, WatchHours
from bot.web.read.coverage import newest_day, ratio
from bot.web.read.ranges import Span
from bot.web.read.rankings import game_ranking
from bot.web.read.streamer_rank import rank_of
from bot.web.read.streamer_ranking import By, streamer_ranking
from bot.web.read.table import RowRange
from bot.web.site import Site
from helperfunctions.database import Transaction

MAX_COMPARED: Final = 5
# Places above and below that are offered for a comparison.
_NEIGHBOURS: Final = 3
# Ranks of streamers are exact up to here.
_EXACT_RANKS: Final = 1_000
Measure = Literal["hours", "viewers"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the compared games or streamers, over some days. A game's average is over the time measured, a streamer's
    over the time on the air. None where nothing was measured."""

    kind: Kind
    id: str
    name: str
    slug: str
    watch_hours: WatchHours | None
    airtime_hours: AirtimeHours | None
    average_viewers: float | None
    peak_viewers: PeakViewers | None


@dataclass(frozen=True, slots=True)
class ComparedGame(Compared):
    """A compared game, as a page shows it."""

    name: Annotated[str, Column("Game", "name", link="slug")]
    average_viewers: AverageViewers | None


@dataclass(frozen=True, slots=True)
class ComparedStreamer(Compared):
    """A compared streamer, as a page shows them."""

    name: Annotated[str, Column("Streamer", "name", link="slug", link_to="streamers")]
    average_viewers: AverageViewersLive | None


ROW_OF: Final[Mapping[Kind, type[Compared]]] = {"game": ComparedGame, "streamer": ComparedStreamer}


@dataclass(frozen=True, slots=True)
class ComparedDay:
    """One of the compared games or streamers on one of the bot's days. `coverage`: the measured part of the day."""

    slug: str
    name: str
    day: date
    coverage: float
    watch_hours: float
    average_viewers: float | None
    peak_viewers: int


@dataclass(frozen=True, slots=True)
class Rival:
    """A game or streamer to compare with, with its rank."""

    rank: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class _Days:
    """One of the compared games or streamers, and the rows of its measured days."""

    id: str
    slug: str
    name: str
    rows: Sequence[Any]

    def total(self, column: str) -> float | None:
        """The sum of a column; None when no day was measured."""
        return sum(getattr(row, column) for row in self.rows) if self.rows else None


def known_slugs(tx: Transaction, kind: Kind, slugs: Sequence[str]) -> list[str]:
    """Those of the slugs that lead to a game or streamer: a link that was shared may name one that is gone."""
    return [slug for slug in slugs if tx.web.find(kind=kind, slug=slug) is not None]


def compared(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> list[Compared]:
    """Each over some days, in the order of the request. Raises NotFound."""
    return compared_with_days(tx, kind, slugs, span)[0]


def compared_with_days(
    tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span
) -> tuple[list[Compared], list[ComparedDay]]:
    """The results of `compared` and of `compared_days`, from one reading."""
    read = _by_day(tx, kind, slugs, span)
    return [_compared(kind, each) for each in read], [day for each in read for day in _days_of(each)]


def _compared(kind: Kind, days: _Days) -> Compared:
    watch_hours, airtime_hours = days.total("watch_hours"), days.total("airtime_hours")
    return ROW_OF[kind](
        kind=kind,
        id=days.id,
        name=days.name,
        slug=days.slug,
        watch_hours=watch_hours,
        airtime_hours=airtime_hours,
        average_viewers=ratio(watch_hours, days.total("covered_hours") if kind == "game" else airtime_hours),
        peak_viewers=max((row.peak_viewers for row in days.rows), default=None),
    )


def compared_days(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> list[ComparedDay]:
    """Each on each measured day, in the order of the request. Raises NotFound."""
    return compared_with_days(tx, kind, slugs, span)[1]


def by_day(
    slugs: Sequence[str], days: Sequence[ComparedDay], measure: Measure
) -> list[tuple[date, list[float | None]]]:
    """The values of each day, newest first, in the order of the slugs; None where there is none. Pure."""
    values = {(day.day, day.slug): value_of(day, measure) for day in days}
    known = sorted({day.day for day in days}, reverse=True)
    return [(day, [values.get((day, slug)) for slug in slugs]) for day in known]


def value_of(day: ComparedDay, measure: Measure) -> float | None:
    """The value of a day. None for a streamer who was not live: that is a gap, not a fall to zero."""
    if measure == "hours" and day.average_viewers is not None:
        return day.watch_hours
    return day.average_viewers


def rivals(tx: Transaction, site: Site, first: Compared, taken: Sequence[str]) -> list[Rival]:
    """The neighbours in rank of a game or streamer on the newest day, the nearest first; none where the rank is not
    known."""
    rank, ranking = (_games_near if first.kind == "game" else _streamers_near)(tx, site, first.id)
    if rank is None:
        return []
    near = [one for one in ranking if one.slug not in taken and 0 < abs(one.rank - rank) <= _NEIGHBOURS]
    return sorted(near, key=lambda one: (abs(one.rank - rank), one.rank))


def _games_near(tx: Transaction, site: Site, game_id: str) -> tuple[int | None, Sequence[Rival]]:
    newest = newest_day(tx, site)
    # Totals of the newest day are cached.
    ranking = game_ranking(tx, site, Span(newest, newest))
    own = ranking.of(game_id)
    if own is None:
        return None, []
    rows = ranking[max(0, own.rank - 1 - _NEIGHBOURS) : own.rank + _NEIGHBOURS]
    return own.rank, [Rival(one.rank, one.game, one.slug) for one in rows if one.slug]


def _streamers_near(tx: Transaction, site: Site, streamer_id: str) -> tuple[int | None, Sequence[Rival]]:
    newest = newest_day(tx, site)
    day = Span(newest, newest)
    leaders = records.leaders_of_day(tx, newest)
    rank = next((one.rank for one in leaders if one.id == streamer_id), None)
    if rank is not None:
        return rank, [Rival(one.rank, one.streamer, one.slug) for one in leaders if one.slug]
    hours = sum(
        row.watch_hours for row in tx.web.streamer_by_day(streamer_ids=[streamer_id], first=newest, last=newest)
    )
    rank = rank_of(tx, day, hours).rank
    if rank is None or rank > _EXACT_RANKS:
        return None, []
    start = max(0, rank - 1 - _NEIGHBOURS)
    rows = streamer_ranking(tx, day, By.WATCH_HOURS, RowRange(rank + _NEIGHBOURS - start, start)).rows
    return rank, [Rival(one.rank, one.streamer, one.slug) for one in rows if one.slug]


def _days_of(each: _Days) -> list[ComparedDay]:
    return [
        ComparedDay(
            slug=each.slug,
            name=each.name,
            day=row.day,
            coverage=row.coverage,
            watch_hours=row.watch_hours,
            average_viewers=row.average_viewers,
            peak_viewers=row.peak_viewers,
        )
        for row in each.rows
    ]


def _by_day(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> list[_Days]:
    # Two slugs may lead to the same game.
    slug_of = {found.id: found.slug for found in (find(tx, kind, slug) for slug in slugs)}
    ids = list(slug_of)
    names = dict(tx.web.names_of(kind=kind, ids=ids))
    if kind == "game":
        rows = list(tx.web.game_by_day(game_ids=ids, first=span.first, last=span.last))
    else:
        rows = list(tx.web.streamer_by_day(streamer_ids=ids, first=span.first, last=span.last))
    return [_Days(id_, slug_of[id_], names[id_], [row for row in rows if row.id == id_]) for id_ in ids]
