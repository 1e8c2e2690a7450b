"""Factories of test data with sensible defaults."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, GameId, Poll, PollStatus, Stream, StreamerId, StreamId
from helperfunctions.database import Database, Transaction
from tests.kept_connections import connection_to

DAY = date(2026, 11, 21)
DAY_START = datetime(2026, 11, 21, 16, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
REPEAT = """
    with copies as (
        insert into staging.polls (
            day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers,
            pages, streams, viewers, duplicates, set_aside, error, are_names_keyed
        )
        select
            day, started_at + number * interval '{apart}', ended_at + number * interval '{apart}', status,
            ended_because, interval_minutes, more_than_viewers,
            pages, streams, viewers, duplicates, set_aside, error, false
        from staging.polls cross join generate_series(1, {times}) as number
        where poll_id = {poll_id}
        order by number
        returning poll_id
    ),
    copied_streams as (
        insert into staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language)
        select day, copies.poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language
        from copies cross join staging.streams
        where streams.poll_id = {poll_id}
        order by copies.poll_id
    ),
    copied_games as (
        insert into staging.games (poll_id, game_id, viewers, streams, top_viewers, top3_viewers, median_viewers)
        select copies.poll_id, game_id, viewers, games.streams, top_viewers, top3_viewers, median_viewers
        from copies cross join staging.games
        where games.poll_id = {poll_id}
        order by copies.poll_id
    ),
    copied_languages as (
        insert into staging.languages (poll_id, language, viewers, streams)
        select copies.poll_id, language, viewers, languages.streams
        from copies cross join staging.languages
        where languages.poll_id = {poll_id}
        order by copies.poll_id
    )
    select max(poll_id) from copies
"""

HOURS_OF_PARTIAL_POLLS = (
    "select distinct date_trunc('hour', started_at, 'UTC') from staging.polls where status = 'partial'"
)


def a_raw_stream(**changes: Any) -> dict[str, Any]:
    """A stream in the JSON of Get Streams."""
    return {
        "id": "40001",
        "user_id": "70001",
        "user_login": "ada",
        "user_name": "Ada",
        "game_id": "509658",
        "game_name": "Just Chatting",
        "type": "live",
        "title": "hello",
        "tags": ["English"],
        "viewer_count": 1000,
        "started_at": "2026-11-21T15:00:00Z",
        "language": "en",
        "thumbnail_url": "https://static-cdn.jtvnw.net/previews-ttv/live_user_ada-{width}x{height}.jpg",
        "tag_ids": [],
        "is_mature": False,
    } | changes


def a_stream(
    viewer_count: int = 1000,
    *,
    streamer: str = "ada",
    game: str = "chess",
    stream_id: str | None = None,
    streamer_name: str | None = None,
    login: str | None = None,
    game_name: str | None = None,
    started_at: datetime | None = DAY_START,
    language: str = "en",
) -> Stream:
    """A stream of a poll. Its ids and names are made from those of the streamer and the game."""
    return Stream(
        stream_id=StreamId(stream_id or f"stream-of-{streamer}"),
        streamer_id=StreamerId(streamer),
        login=login or streamer.lower(),
        streamer_name=streamer_name or streamer.title(),
        game_id=GameId(game),
        game_name=game_name or game.title(),
        viewer_count=viewer_count,
        started_at=started_at,
        language=language,
    )


def stage(
    database: Database,
    *streams: Stream,
    at: datetime = DAY_START,
    day: date = DAY,
    status: PollStatus = PollStatus.COMPLETE,
    interval_minutes: int = 30,
    polls: int = 1,
    poll_id: int | None = None,
    apart: timedelta = HALF_HOUR,
) -> Poll:
    """Store a poll in staging as the collector does, or several with a span between two. Returns the last one."""
    with database.transaction() as tx:
        tx.collect.make_partition(day=day)
        own_id = poll_id or tx.collect.next_poll_id()
        staged = StagedPoll(own_id, day, more_than_viewers=50, interval_minutes=interval_minutes)
        staged.add(streams)
        poll = Poll(
            poll_id=own_id,
            day=day,
            started_at=at,
            ended_at=at + timedelta(seconds=20),
            status=status,
            ended_because=CrawlEnd.BELOW_THRESHOLD if status is PollStatus.COMPLETE else CrawlEnd.TWITCH_UNAVAILABLE,
            pages=1,
            streams=len(streams),
            viewers=sum(stream.viewer_count for stream in streams),
            duplicates=0,
            set_aside=0,
            error=None if status is PollStatus.COMPLETE else "Twitch does not answer",
        )
        staged.store(tx, poll)
        return _repeated(tx, poll, polls - 1, apart) if polls > 1 else poll


def _repeated(tx: Transaction, poll: Poll, times: int, apart: timedelta) -> Poll:
    """Store more polls like one that is in staging; the last one. In one statement: a day has 48 polls."""
    [(last_id,)] = tx.run(REPEAT.format(poll_id=poll.poll_id, times=times, apart=apart))
    hours = {
        (poll.started_at + number * apart).replace(minute=0, second=0, microsecond=0) for number in range(1, times + 1)
    }
    # A partial poll does not count near a complete one, so each changes the hours of others.
    hours |= {at for (at,) in tx.run(HOURS_OF_PARTIAL_POLLS)}
    for hour_at in sorted(hours) if poll.status is not PollStatus.FAILED else ():
        tx.collect.delete_hour(hour_at=hour_at)
        tx.collect.sum_up_hour(day=poll.day, hour_at=hour_at)
        tx.collect.delete_hourly_games(hour_at=hour_at)
        tx.collect.sum_up_hourly_games(day=poll.day, hour_at=hour_at)
    later = times * apart
    return replace(poll, poll_id=last_id, started_at=poll.started_at + later, ended_at=poll.ended_at + later)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query, to check the results of a test."""
    with connection_to(url) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def write(url: str, statement: str, *values: Any) -> None:
    """Run a statement that changes the database directly."""
    with connection_to(url) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
