"""What is watched now: the newest poll, and the hours around it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core import read
from bot.health.lateness import is_poll_late
from bot.web.read.coverage import change
from bot.web.read.rows import GameNow, HourOfAll, Part, Rows, StreamNow
from bot.web.site import Site
from helperfunctions.database import Transaction

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewestPoll(read.NewestPoll):
    """The newest poll. `is_stale`: too old to be shown as now."""

    is_stale: bool

    @property
    def hour_at(self) -> datetime:
        """The hour in which it began."""
        return self.started_at.replace(minute=0, second=0, microsecond=0)


def newest_poll(tx: Transaction, site: Site) -> NewestPoll | None:
    """The newest poll; None before the first."""
    now = site.clock.now()
    poll = read.newest_poll(tx, whole_since=now - 2 * site.poll_every)
    if poll is None:
        return None
    is_stale = is_poll_late(now, poll.started_at, timedelta(minutes=poll.interval_minutes))
    return NewestPoll(**asdict(poll), is_stale=is_stale)


def games_now(tx: Transaction, site: Site, poll: NewestPoll | None, part: Part) -> Rows[GameNow]:
    """The games of the newest poll, the most watched first; what is streamed without a game is none."""
    if poll is None:
        return Rows((), 0)
    rows = tx.web.games_now(
        poll_id=poll.poll_id,
        yesterday=ago(site, poll.hour_at, 1),
        last_week=ago(site, poll.hour_at, 7),
        limit=part.limit,
        offset=part.offset,
    )
    games = [
        GameNow(
            rank=rank,
            game_id=game_id,
            game=name,
            slug=slug,
            viewers=int(viewers),
            streams=int(streams),
            viewers_per_stream=viewers / streams if streams else None,
            viewers_yesterday=yesterday,
            viewers_last_week=last_week,
            change_since_yesterday=change(viewers, yesterday) if poll.is_whole else None,
            change_since_last_week=change(viewers, last_week) if poll.is_whole else None,
        )
        for rank, (game_id, name, slug, viewers, streams, yesterday, last_week) in enumerate(rows, part.offset + 1)
    ]
    return Rows(games, int(tx.web.count_games_now(poll_id=poll.poll_id)))


def streamers_now(
    tx: Transaction, poll: NewestPoll | None, part: Part, *, game_id: str | None = None
) -> Rows[StreamNow]:
    """Who was live at the newest poll, of all or of one game, the most watched first."""
    if poll is None:
        return Rows((), 0)
    total = poll.streams
    if game_id is not None:
        seen = tx.read.game_now(poll_id=poll.poll_id, game_ids=[game_id])
        total = int(seen.streams) if seen else 0
    rows = tx.read.streamers_now(
        poll_id=poll.poll_id,
        day=poll.day,
        game_ids=None if game_id is None else [game_id],
        limit=part.limit,
        offset=part.offset,
    )
    return Rows([StreamNow(rank, *row) for rank, row in enumerate(rows, part.offset + 1)], total)


def viewers_by_hour(tx: Transaction, poll: NewestPoll | None) -> list[HourOfAll]:
    """All of Twitch over the newest 24 hours, the one that goes on included."""
    if poll is None:
        return []
    span = last_hours(poll)
    return [HourOfAll(*row) for row in tx.web.viewers_by_hour(from_at=span[0], to_at=span[1])]


def last_hours(poll: NewestPoll) -> tuple[datetime, datetime]:
    """24 hours up to the end of the newest poll's."""
    end = poll.hour_at + _HOUR
    return end - 24 * _HOUR, end


def hours_between(from_at: datetime, to_at: datetime) -> list[datetime]:
    """Every hour of a span of time, by its beginning."""
    return [from_at + number * _HOUR for number in range((to_at - from_at) // _HOUR)]


def viewers_before(tx: Transaction, site: Site, poll: NewestPoll) -> tuple[float | None, float | None]:
    """How many watched Twitch in that hour of yesterday and a week ago; of no use beside a poll that broke off."""
    if not poll.is_whole:
        return None, None
    yesterday, last_week = (ago(site, poll.hour_at, days) for days in (1, 7))
    found = dict(tx.web.hours_at(hours=[yesterday, last_week]))
    return found.get(yesterday), found.get(last_week)


def ago(site: Site, instant: datetime, days: int) -> datetime:
    """The same time on the wall clock of the bot's days, so many days before."""
    zone = site.calendar.timezone
    local = instant.astimezone(zone)
    return (local - timedelta(days=days)).astimezone(instant.tzinfo)
