"""Days of literal polls, and the rows that a roll-up stores of them."""

import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.core.calendar import Calendar
from bot.core.polls import Poll, PollStatus
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY_START, HALF_HOUR, a_stream, rows, stage

C, P, F = PollStatus.COMPLETE, PollStatus.PARTIAL, PollStatus.FAILED
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
DAY_END = DAY_START + timedelta(hours=24)
NEXT_DAY = date(2026, 11, 22)

DAYS = (
    "select day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours from days order by day"
)
GAMES = """
    select game_id, watch_hours, airtime_hours, average_viewers, peak_viewers
    from daily_games order by day, game_id
"""
SHARES = """
    select game_id, top_watch_hours, top3_watch_hours, median_viewers
    from daily_games order by day, game_id
"""
STREAMERS = """
    select streamer_id, watch_hours, airtime_hours, average_viewers, peak_viewers
    from daily_streamers order by day, streamer_id
"""
PAIRS = """
    select streamer_id, game_id, watch_hours, airtime_hours, average_viewers, peak_viewers
    from daily_streamer_games order by day, streamer_id, game_id
"""
STREAMS = """
    select
        streamer_id, stream_id, started_at, last_seen_at, language, game_ids, watch_hours, airtime_hours, peak_viewers
    from daily_streams order by day, streamer_id, stream_id
"""
LANGUAGES = """
    select language, watch_hours, airtime_hours, peak_viewers from daily_languages order by day, language
"""
GAME_LANGUAGES = """
    select game_id, language, watch_hours, airtime_hours from daily_game_languages order by day, game_id, language
"""
STREAMER_LANGUAGES = "select streamer_id, language from daily_streamers order by day, streamer_id"
# The results that the definition of watch time is tested by; and the others.
WATCH_TIME = (DAYS, GAMES, STREAMERS, PAIRS)
RESULTS = (*WATCH_TIME, SHARES, STREAMS, LANGUAGES, GAME_LANGUAGES, STREAMER_LANGUAGES)

Results = list[list[tuple[Any, ...]]]


@pytest.fixture
def clock() -> VirtualClock:
    """A clock at the end of the day."""
    return VirtualClock(DAY_END)


@pytest.fixture
def rollup(database: Database, clock: VirtualClock) -> Rollup:
    return Rollup(database, clock, CALENDAR)


def results(url: str, queries: Sequence[str] = RESULTS) -> Results:
    return [rows(url, query) for query in queries]


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def some_day(database: Database) -> list[Poll]:
    """Polls at irregular moments, some missed; streamers come, go and change their game."""
    dice = random.Random(7)
    polls = []
    for number in range(48):
        if dice.random() < 0.15:
            continue
        polls.append(
            stage(
                database,
                *(
                    a_stream(dice.randrange(51, 60_000), streamer=f"s{one}", game=f"g{dice.randrange(8)}")
                    for one in range(60)
                    if dice.random() < 0.7
                ),
                at=DAY_START + number * HALF_HOUR + timedelta(microseconds=dice.randrange(600_000_000)),
                status=P if dice.random() < 0.1 else C,
            )
        )
    return polls
