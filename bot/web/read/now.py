"""Twitch now: the newest poll, its games and streams, and the hours before it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from bot.health.lateness import is_poll_late
from bot.read import measurements
from bot.web.read.column_types import (
    AverageStreams,
    AverageViewers,
    Column,
    GameName,
    Hour,
    PeakViewers,
    Rank,
    StreamerName,
    Viewers,
)
from bot.web.read.coverage import change
from bot.web.read.table import Order, RowRange, TablePart, rows_of
from bot.web.site import Site
from helperfunctions.database import Transaction

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class GameNow:
    """A game at the newest poll. Values of yesterday and last week are averages of the same hour a day and a week ago;
    changes are ratios, 0.1 for ten percent more, and None where the poll is incomplete."""

    rank: Rank
    game_id: str
    game: GameName
    slug: str | None
    viewers: Viewers
    streams: Annotated[int, Column("Channels", "number", "live channels above the threshold of viewers")]
    viewers_per_stream: Annotated[float, Column("Viewers per channel", "small")] | None
    viewers_yesterday: float | None
    viewers_last_week: float | None
    change_since_yesterday: Annotated[float, Column("vs yesterday", "change", "same time of day")] | None
    change_since_last_week: Annotated[float, Column("vs last week", "change", "same time of day")] | None


@dataclass(frozen=True, slots=True)
class StreamNow:
    """A stream at the newest poll."""

    rank: Rank
    streamer_id: str
    streamer: StreamerName
    slug: str | None
    viewers: Viewers
    game_id: str
    game: Annotated[str, Column("Game", "name", link="game_slug")]
    game_slug: str | None
    started_at: Annotated[datetime, Column("Live since", "time")] | None


@dataclass(frozen=True, slots=True)
class HourOfAll:
    """All of Twitch in one hour; the hour is named by its beginning, in UTC."""

    hour_at: Hour
    average_viewers: AverageViewers
    peak_viewers: PeakViewers
    average_streams: AverageStreams


@dataclass(frozen=True, slots=True)
class NewestPoll(measurements.NewestPoll):
    """The newest poll. `is_stale`: too old to be shown as now."""

    is_stale: bool

    @property
    def hour_at(self) -> datetime:
        """The beginning of the hour in which the poll started."""
        return self.started_at.replace(minute=0, second=0, microsecond=0)


def newest_poll(tx: Transaction, site: Site) -> NewestPoll | None:
    """The newest poll; None before the first."""
    now = site.clock.now()
    poll = measurements.newest_poll(tx, whole_since=now - 2 * site.poll_every)
    if poll is None:
        return None
    is_stale = is_poll_late(now, poll.started_at, timedelta(minutes=poll.interval_minutes))
    return NewestPoll(**asdict(poll), is_stale=is_stale)


def games_now(tx: Transaction, site: Site, poll: NewestPoll | None, wanted: RowRange) -> TablePart[GameNow]:
    """The games of the newest poll, most watched first. Streams without a game are not one."""
    if poll is None:
        return TablePart((), 0)
    rows = tx.web.games_now(
        poll_id=poll.poll_id,
        yesterday=ago(site, poll.hour_at, 1),
        last_week=ago(site, poll.hour_at, 7),
        limit=wanted.limit,
        offset=wanted.offset,
    )
    games = [
        GameNow(
            **row._asdict(),
            change_since_yesterday=change(row.viewers, row.viewers_yesterday) if poll.is_whole else None,
            change_since_last_week=change(row.viewers, row.viewers_last_week) if poll.is_whole else None,
        )
        for row in rows
    ]
    return TablePart(games, tx.web.count_games_now(poll_id=poll.poll_id))


def streamers_now(
    tx: Transaction,
    poll: NewestPoll | None,
    wanted: RowRange,
    *,
    game_id: str | None = None,
    order: Order = Order.DESCENDING,
) -> TablePart[StreamNow]:
    """The streams of the newest poll, of all games or of one, most watched first or last. Ranks are those from the most
    watched down in both orders."""
    if poll is None:
        return TablePart((), 0)
    total = poll.streams
    if game_id is not None:
        game = tx.read.game_now(poll_id=poll.poll_id, game_ids=[game_id])
        total = int(game.streams) if game else 0
    is_up = order is Order.ASCENDING
    # Of those after the first `offset`, counted from the other end.
    end = max(0, total - wanted.offset) if is_up else wanted.offset + wanted.limit
    first = max(0, end - wanted.limit) if is_up else wanted.offset
    rows = tx.read.streamers_now(
        poll_id=poll.poll_id,
        day=poll.day,
        game_ids=None if game_id is None else [game_id],
        limit=end - first,
        offset=first,
    )
    streams = [
        StreamNow(
            rank=rank,
            streamer_id=row.streamer_id,
            streamer=row.streamer_name,
            slug=row.slug,
            viewers=row.viewer_count,
            game_id=row.game_id,
            game=row.game_name,
            game_slug=row.game_slug,
            started_at=row.started_at,
        )
        for rank, row in enumerate(rows, first + 1)
    ]
    return TablePart(streams[::-1] if is_up else streams, total)


def viewers_by_hour(tx: Transaction, poll: NewestPoll | None) -> list[HourOfAll]:
    """All of Twitch in the 24 hours up to the newest poll, its own hour included."""
    if poll is None:
        return []
    from_at, to_at = last_hours(poll)
    return rows_of(HourOfAll, tx.web.viewers_by_hour(from_at=from_at, to_at=to_at))


def peak_of_hours(tx: Transaction, hours: list[HourOfAll]) -> tuple[int, datetime] | None:
    """The most viewers in these hours, and when the poll began that counted them; the hour, without that poll."""
    peak = max(hours, key=lambda hour: hour.peak_viewers, default=None)
    if peak is None:
        return None
    polled_at: datetime | None = tx.web.peak_at(from_at=peak.hour_at, to_at=peak.hour_at + _HOUR)
    return peak.peak_viewers, polled_at or peak.hour_at


def games_by_hour(tx: Transaction, game_ids: list[str], poll: NewestPoll | None) -> Mapping[str, list[float | None]]:
    """Average viewers of games in each of the 24 hours up to the newest poll, None where nothing was measured."""
    if poll is None or not game_ids:
        return {}
    from_at, to_at = last_hours(poll)
    hours = hours_between(from_at, to_at)
    measured = {row.hour_at for row in tx.web.viewers_by_hour(from_at=from_at, to_at=to_at)}
    viewers: dict[str, dict[datetime, float]] = {game_id: {} for game_id in game_ids}
    for row in tx.web.games_by_hour(game_ids=game_ids, from_at=from_at, to_at=to_at):
        viewers[row.game_id][row.hour_at] = row.average_viewers
    return {
        game_id: [by_hour.get(hour, 0.0) if hour in measured else None for hour in hours]
        for game_id, by_hour in viewers.items()
    }


def last_hours(poll: NewestPoll) -> tuple[datetime, datetime]:
    """The beginning and the end of the 24 hours up to the end of the newest poll's hour."""
    end = poll.hour_at + _HOUR
    return end - 24 * _HOUR, end


def hours_between(from_at: datetime, to_at: datetime) -> list[datetime]:
    """Every hour of a span of time, by its beginning."""
    return [from_at + number * _HOUR for number in range((to_at - from_at) // _HOUR)]


def viewers_at(tx: Transaction, hours: list[datetime]) -> Mapping[datetime, float]:
    """Average viewers of all Twitch in each of these hours that was measured, by its beginning."""
    return {row.hour_at: row.average_viewers for row in tx.web.viewers_at(hours=hours)}


@dataclass(frozen=True, slots=True)
class ViewersBefore:
    """Average viewers of all Twitch in the hour of the newest poll, a day and a week before; None where unknown."""

    yesterday: float | None = None
    last_week: float | None = None


def viewers_before(tx: Transaction, site: Site, poll: NewestPoll | None) -> ViewersBefore:
    """The poll with which the newest one is compared; None if the newest one is incomplete."""
    if poll is None or not poll.is_whole:
        return ViewersBefore()
    yesterday, last_week = ago(site, poll.hour_at, 1), ago(site, poll.hour_at, 7)
    viewers = viewers_at(tx, [yesterday, last_week])
    return ViewersBefore(viewers.get(yesterday), viewers.get(last_week))


def ago(site: Site, instant: datetime, days: int) -> datetime:
    """The same time a number of days before, on the wall clock of the bot's time zone."""
    local = instant.astimezone(site.calendar.timezone)
    return (local - timedelta(days=days)).astimezone(instant.tzinfo)
