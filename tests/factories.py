"""Things to test with, sensible unless told otherwise."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2

from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, GameId, Poll, PollStatus, Stream, StreamerId, StreamId
from helperfunctions.database import Database

DAY = date(2026, 11, 21)
DAY_START = datetime(2026, 11, 21, 16, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def a_raw_stream(**changes: Any) -> dict[str, Any]:
    """A stream as Get Streams writes it."""
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
    game_name: str | None = None,
    started_at: datetime | None = DAY_START,
) -> Stream:
    """A stream as a poll keeps it; its ids and names follow from the streamer's and the game's."""
    return Stream(
        stream_id=StreamId(stream_id or f"stream-of-{streamer}"),
        streamer_id=StreamerId(streamer),
        login=streamer.lower(),
        streamer_name=streamer_name or streamer.title(),
        game_id=GameId(game),
        game_name=game_name or game.title(),
        viewer_count=viewer_count,
        started_at=started_at,
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
) -> Poll:
    """Put a poll into staging, the way the collector does; or several, half an hour after each other. The last one."""
    with database.transaction() as tx:
        tx.collect.make_partition(day=day)
        for number in range(polls):
            if number:
                # As the end of a poll's own transaction would.
                tx.run("drop table incoming_streamers")
            own_id = poll_id or tx.collect.next_poll_id()
            staged = StagedPoll(own_id, day, more_than_viewers=50, interval_minutes=interval_minutes)
            staged.add(streams)
            started_at = at + number * HALF_HOUR
            poll = Poll(
                poll_id=own_id,
                day=day,
                started_at=started_at,
                ended_at=started_at + timedelta(seconds=20),
                status=status,
                ended_because=CrawlEnd.BELOW_THRESHOLD
                if status is PollStatus.COMPLETE
                else CrawlEnd.TWITCH_UNAVAILABLE,
                pages=1,
                streams=len(streams),
                viewers=sum(stream.viewer_count for stream in streams),
                duplicates=0,
                set_aside=0,
                error=None if status is PollStatus.COMPLETE else "Twitch does not answer",
            )
            staged.store(tx, poll)
    return poll


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What a query gives, for looking at what a test has done."""

    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())
    finally:
        connection.close()


def write(url: str, statement: str, *values: Any) -> None:
    """Change something directly, as no code of ours would."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
    finally:
        connection.close()
