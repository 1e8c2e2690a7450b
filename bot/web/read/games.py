"""One game: its summary, its days, its hours, the hours of the week, and its streamers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from bot.read.measurements import parts_of
from bot.web.read.addresses import Addressed
from bot.web.read.column_types import (
    AirtimeHours,
    AverageStreams,
    AverageViewers,
    AverageViewersLive,
    Column,
    Hour,
    MeasuredShareLast,
    NamedDay,
    PeakViewers,
    Rank,
    StreamerName,
    ViewersPerStream,
    WatchHours,
)
from bot.web.read.coverage import hours_of, ratio
from bot.web.read.errors import NotFound
from bot.web.read.now import NewestPoll, last_hours
from bot.web.read.ranges import MAX_DAYS_BY_HOUR, Span
from bot.web.read.rankings import GameRanking, game_ranking
from bot.web.read.table import RowRange, TablePart, fetch_part, rows_of
from bot.web.read.week_hours import HOUR, by_clock_hour
from bot.web.site import Site
from helperfunctions.database import Transaction

_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class GameSummary:
    """A game over some days: `first_day` to `last_day`, of which `days_measured` were measured, at least in part, since
    it was first seen; `coverage` is their measured part of all of them, and averages are over them. `new_for_days` is
    as in `GameInRange`. `share` is that of all hours watched, `change` that of the hours watched per measured hour;
    the spread of its viewers is as in `GameInRange`. Sums are None where nothing was measured. Values of now are those
    of the newest poll, and None when that is too old, or broke off before it came to the game."""

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
    top_share: float | None
    top3_share: float | None
    median_viewers: float | None
    rank: int | None
    rank_before: int | None
    games: int
    new_for_days: int | None


@dataclass(frozen=True, slots=True)
class GameDay:
    """A game on one of the bot's days. `coverage`: the measured part of the day."""

    day: NamedDay
    coverage: MeasuredShareLast
    watch_hours: WatchHours
    average_viewers: AverageViewers | None
    peak_viewers: PeakViewers
    average_streams: AverageStreams | None
    viewers_per_stream: ViewersPerStream | None


@dataclass(frozen=True, slots=True)
class GameHour:
    """A game in one hour; the hour is named by its beginning, in UTC."""

    hour_at: Hour
    average_viewers: AverageViewers
    peak_viewers: PeakViewers
    average_streams: AverageStreams


class MeasuredHour(Protocol):
    """An hour of a game or genre, named by its beginning, in UTC."""

    @property
    def hour_at(self) -> datetime: ...

    @property
    def average_viewers(self) -> float: ...

    @property
    def average_streams(self) -> float: ...


@dataclass(frozen=True, slots=True)
class HourOfWeek:
    """A game or genre in one hour of the week, averaged over the weeks; `weekday` 1 is Monday, on the wall clock of the
    requested time zone. `hours`: the number of such hours that were measured. `weeks`: the number of whole weeks up to
    the newest hour that have this hour with a live channel, and `weeks_above`: in how many of them its viewers per
    channel were above those of that whole week."""

    weekday: Annotated[int, Column("Day", "weekday")]
    hour: Annotated[int, Column("Hour", "number")]
    average_viewers: AverageViewers
    average_streams: AverageStreams
    viewers_per_stream: ViewersPerStream | None
    hours: int
    weeks: int
    weeks_above: int


@dataclass(frozen=True, slots=True)
class StreamerOfGame:
    """A streamer with one game over some days."""

    rank: Rank
    streamer_id: str
    streamer: StreamerName
    slug: str | None
    watch_hours: WatchHours
    airtime_hours: AirtimeHours
    average_viewers: AverageViewersLive | None
    peak_viewers: PeakViewers


def summary(
    tx: Transaction,
    site: Site,
    game: Addressed,
    span: Span,
    poll: NewestPoll | None,
    ranking: GameRanking | None = None,
) -> GameSummary:
    """A game over some days, and now. `ranking` is that of these days, if it is known. Raises NotFound."""
    known = tx.web.game(game_id=game.id)
    if known is None:
        raise NotFound("no game is at this address")
    if ranking is None:
        ranking = game_ranking(tx, site, span)
    coverage, row = ranking.coverage, ranking.of(game.id)
    nothing = 0 if coverage.covered_hours else None
    watch_hours = row.watch_hours if row else nothing
    tracked = ranking.tracked_since(known.first_seen_day)
    live = _live(tx, game.id, poll)
    return GameSummary(
        game_id=game.id,
        game=known.game,
        slug=game.slug,
        first_seen_day=known.first_seen_day,
        last_seen_day=known.last_seen_day,
        viewers_now=live.viewers,
        streams_now=live.streams,
        first_day=span.first,
        last_day=span.last,
        days_measured=coverage.days if tracked.days is None else tracked.days,
        coverage=ratio(tracked.hours, hours_of(site, span)),
        watch_hours=watch_hours,
        watch_hours_before=row.watch_hours_before if row else None,
        change=row.change if row else None,
        share=ratio(watch_hours, coverage.watch_hours),
        airtime_hours=row.average_streams * tracked.hours if row else nothing,
        average_viewers=row.average_viewers if row else None,
        peak_viewers=row.peak_viewers if row else nothing,
        average_streams=row.average_streams if row else None,
        viewers_per_stream=row.viewers_per_stream if row else None,
        top_share=row.top_share if row else None,
        top3_share=row.top3_share if row else None,
        median_viewers=row.median_viewers if row else None,
        rank=row.rank if row else None,
        rank_before=row.rank_before if row else None,
        games=len(ranking),
        new_for_days=tracked.days if row else None,
    )


@dataclass(frozen=True, slots=True)
class _Live:
    """Viewers and streams at the newest poll; None where unknown."""

    viewers: int | None = None
    streams: int | None = None


def _live(tx: Transaction, game_id: str, poll: NewestPoll | None) -> _Live:
    if poll is None or poll.is_stale:
        return _Live()
    row = tx.read.game_now(poll_id=poll.poll_id, game_ids=[game_id])
    if row:
        return _Live(int(row.viewers), int(row.streams))
    return _Live(0, 0) if poll.is_whole else _Live()


def name_of(tx: Transaction, game_id: str) -> str:
    """The name of a game that has an address."""
    return str(tx.web.game(game_id=game_id).game)


def by_day(tx: Transaction, game_id: str, span: Span) -> list[GameDay]:
    """A game on each measured day."""
    return rows_of(GameDay, tx.web.game_by_day(game_ids=[game_id], first=span.first, last=span.last))


def by_hour(tx: Transaction, site: Site, game_id: str, span: Span) -> list[GameHour]:
    """A game in each measured hour of some days."""
    from_at, to_at = site.calendar.day(span.first).starts_at, site.calendar.day(span.last).ends_at
    return rows_of(GameHour, tx.web.game_by_hour(game_id=game_id, from_at=from_at, to_at=to_at))


def hours_for_chart(tx: Transaction, site: Site, game_id: str, span: Span, days: Sequence[GameDay]) -> list[GameHour]:
    """The hours of a short range, for a chart with a point each; empty for a longer one, or where hours are missing."""
    if span.days > MAX_DAYS_BY_HOUR:
        return []
    hours = by_hour(tx, site, game_id, span)
    with_hours = {site.calendar.day_of(hour.hour_at).date for hour in hours}
    # Days are kept for longer than hours.
    return hours if all(day.day in with_hours for day in days) else []


def last_day(tx: Transaction, game_id: str, poll: NewestPoll | None) -> list[GameHour]:
    """A game in the 24 hours up to the newest poll."""
    if poll is None:
        return []
    from_at, to_at = last_hours(poll)
    return rows_of(GameHour, tx.web.game_by_hour(game_id=game_id, from_at=from_at, to_at=to_at))


def by_hour_of_week(tx: Transaction, site: Site, game_id: str, span: Span, timezone: ZoneInfo) -> list[HourOfWeek]:
    """A game by the hour of the week, on the wall clock of a time zone, from Monday 0:00."""
    return of_week(by_hour(tx, site, game_id, span), timezone)


def of_week(hours: Iterable[MeasuredHour], timezone: ZoneInfo) -> list[HourOfWeek]:
    """Hours of a game or genre by the hour of the week, on the wall clock of a time zone, from Monday 0:00. Pure."""
    hours = list(hours)
    above = _above_the_week(hours)
    by_hours = by_clock_hour(((hour.hour_at, hour) for hour in hours), timezone)
    return [_averaged(*clock_hour, measured, above) for clock_hour, measured in by_hours.items()]


def _above_the_week(hours: Sequence[MeasuredHour]) -> Mapping[datetime, tuple[int, bool]]:
    """For each hour with a live channel in a whole week up to the newest hour: the number of its week, and whether it
    had more viewers per channel than that whole week."""
    if not hours:
        return {}
    newest = max(hour.hour_at for hour in hours)
    weeks = (newest + HOUR - min(hour.hour_at for hour in hours)) // _WEEK
    by_week: defaultdict[int, list[MeasuredHour]] = defaultdict(list)
    for hour in hours:
        number = (newest - hour.hour_at) // _WEEK
        if number < weeks and hour.average_streams:
            by_week[number].append(hour)
    return {
        hour.hour_at: (number, hour.average_viewers / hour.average_streams > whole)
        for number, of_week in by_week.items()
        for whole in [sum(hour.average_viewers for hour in of_week) / sum(hour.average_streams for hour in of_week)]
        for hour in of_week
    }


def _averaged(
    weekday: int,
    clock_hour: int,
    hours: Sequence[tuple[MeasuredHour, float]],
    above: Mapping[datetime, tuple[int, bool]],
) -> HourOfWeek:
    measured = sum(share for _, share in hours)
    viewers = sum(hour.average_viewers * share for hour, share in hours) / measured
    streams = sum(hour.average_streams * share for hour, share in hours) / measured
    # Where an hour is in two clock hours, it counts for the one with the larger part of it.
    weeks = dict(above[hour.hour_at] for hour, share in hours if share >= 0.5 and hour.hour_at in above)
    return HourOfWeek(
        weekday,
        clock_hour,
        viewers,
        streams,
        ratio(viewers, streams),
        max(1, round(measured)),
        weeks=len(weeks),
        weeks_above=sum(weeks.values()),
    )


def streamers(tx: Transaction, game_id: str, span: Span, wanted: RowRange) -> TablePart[StreamerOfGame]:
    """The streamers of a game, most watched first."""
    query = tx.read.streamers_of_game
    found = fetch_part(query, wanted, game_ids=[game_id], **parts_of(tx, span.first, span.last))
    rows = [
        StreamerOfGame(
            rank=rank,
            streamer_id=row.streamer_id,
            streamer=row.streamer_name,
            slug=row.slug,
            watch_hours=row.watch_hours,
            airtime_hours=row.airtime_hours,
            average_viewers=ratio(row.watch_hours, row.airtime_hours),
            peak_viewers=row.peak_viewers,
        )
        for rank, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(rows, found.total)
