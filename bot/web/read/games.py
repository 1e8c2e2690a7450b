"""How a game did."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.read import parts_of
from bot.web.read.coverage import hours_of, ratio
from bot.web.read.now import NewestPoll, last_hours
from bot.web.read.ranges import Span
from bot.web.read.rankings import standings
from bot.web.read.rows import GameDay, GameHour, GameSummary, HourOfWeek, Part, Rows, StreamerOfGame, counted
from bot.web.site import Site
from helperfunctions.database import Transaction
from helperfunctions.errors import NotThere

HOUR: Final = timedelta(hours=1)


def summary(tx: Transaction, site: Site, game_id: str, slug: str, span: Span, poll: NewestPoll | None) -> GameSummary:
    """A game over some days, and now. Raises NotThere."""
    game = tx.web.game(game_id=game_id)
    if game is None:
        raise NotThere("no game goes by this address")
    of_all = standings(tx, site, span)
    measured, seen = of_all.measured, of_all.of(game_id)
    nothing = 0 if measured.covered_hours else None
    watch_hours = seen.watch_hours if seen else nothing
    viewers_now, streams_now = _now(tx, game_id, poll)
    return GameSummary(
        game_id=game_id,
        game=game[0],
        slug=slug,
        first_seen_day=game[1],
        last_seen_day=game[2],
        viewers_now=viewers_now,
        streams_now=streams_now,
        first_day=span.first,
        last_day=span.last,
        days_measured=measured.days,
        coverage=ratio(measured.covered_hours, hours_of(site, span)),
        watch_hours=watch_hours,
        watch_hours_before=seen.watch_hours_before if seen else None,
        change=seen.change if seen else None,
        share=ratio(watch_hours, measured.watch_hours),
        airtime_hours=seen.average_streams * measured.covered_hours if seen else nothing,
        average_viewers=seen.average_viewers if seen else None,
        peak_viewers=seen.peak_viewers if seen else nothing,
        average_streams=seen.average_streams if seen else None,
        viewers_per_stream=seen.viewers_per_stream if seen else None,
        rank=seen.rank if seen else None,
        rank_before=seen.rank_before if seen else None,
        games=len(of_all),
    )


def _now(tx: Transaction, game_id: str, poll: NewestPoll | None) -> tuple[int | None, int | None]:
    """Viewers and streams; None when that is not known."""
    if poll is None or poll.is_stale:
        return None, None
    seen = tx.read.game_now(poll_id=poll.poll_id, game_ids=[game_id])
    if seen:
        return int(seen.viewers), int(seen.streams)
    return (0, 0) if poll.is_whole else (None, None)


def by_day(tx: Transaction, game_id: str, span: Span) -> list[GameDay]:
    """A game on each measured day."""
    return [
        GameDay(
            day=day,
            coverage=coverage,
            watch_hours=watch_hours,
            average_viewers=ratio(watch_hours, covered_hours),
            peak_viewers=int(peak),
            average_streams=ratio(airtime_hours, covered_hours),
            viewers_per_stream=ratio(watch_hours, airtime_hours),
        )
        for _, day, covered_hours, coverage, watch_hours, airtime_hours, peak in tx.web.game_by_day(
            game_ids=[game_id], first=span.first, last=span.last
        )
    ]


def by_hour(tx: Transaction, site: Site, game_id: str, span: Span) -> list[GameHour]:
    """A game in each measured hour of some days."""
    from_at, to_at = site.calendar.day(span.first).starts_at, site.calendar.day(span.last).ends_at
    rows = tx.web.game_by_hour(game_ids=[game_id], from_at=from_at, to_at=to_at)
    return [GameHour(*row[1:]) for row in rows]


def last_day(tx: Transaction, game_id: str, poll: NewestPoll | None) -> list[GameHour]:
    """A game over the newest 24 hours."""
    if poll is None:
        return []
    from_at, to_at = last_hours(poll)
    return [GameHour(*row[1:]) for row in tx.web.game_by_hour(game_ids=[game_id], from_at=from_at, to_at=to_at)]


def by_hour_of_week(tx: Transaction, site: Site, game_id: str, span: Span, timezone: ZoneInfo) -> list[HourOfWeek]:
    """A game by the hour of the week, on the wall clock of a time zone; hours of the week in order."""
    found: defaultdict[tuple[int, int], list[tuple[GameHour, float]]] = defaultdict(list)
    for hour in by_hour(tx, site, game_id, span):
        for clock_hour, share in _clock_hours(hour.hour_at, timezone):
            found[clock_hour].append((hour, share))
    return [_averaged(*clock_hour, seen) for clock_hour, seen in sorted(found.items())]


def _clock_hours(hour_at: datetime, timezone: ZoneInfo) -> Iterator[tuple[tuple[int, int], float]]:
    """The hours of the week, on the wall clock, into which an hour of UTC falls, and which share of it falls into each.

    It is two where a zone is half an hour or three quarters off, as in Kathmandu: an hour that begins there at 15:45
    lies in the hour of 15:00 for a quarter only."""
    local = hour_at.astimezone(timezone)
    after = timedelta(minutes=local.minute, seconds=local.second) / HOUR
    yield (local.isoweekday(), local.hour), 1 - after
    if after:
        following = (hour_at + HOUR * (1 - after)).astimezone(timezone)
        yield (following.isoweekday(), following.hour), after


def _averaged(weekday: int, clock_hour: int, seen: Sequence[tuple[GameHour, float]]) -> HourOfWeek:
    measured = sum(share for _, share in seen)
    viewers = sum(hour.average_viewers * share for hour, share in seen) / measured
    streams = sum(hour.average_streams * share for hour, share in seen) / measured
    return HourOfWeek(weekday, clock_hour, viewers, streams, ratio(viewers, streams), max(1, round(measured)))


def streamers(tx: Transaction, game_id: str, span: Span, part: Part) -> Rows[StreamerOfGame]:
    """Who was watched most with a game."""
    rows, total = counted(
        tx.read.streamers_of_game, {"game_ids": [game_id], **parts_of(tx, span.first, span.last)}, part
    )
    found = [
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
        for rank, row in enumerate(rows, part.offset + 1)
    ]
    return Rows(found, total)
