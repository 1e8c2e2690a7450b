"""What a roll-up stores of streams, of languages, and of how the viewers of a game are spread."""

from datetime import date, timedelta
from typing import Any

from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write
from tests.integration.literal_days import (
    CALENDAR,
    GAME_LANGUAGES,
    LANGUAGES,
    NEXT_DAY,
    SHARES,
    STREAMER_LANGUAGES,
    STREAMS,
    clock,
    results,
    rollup,
)

__all__ = ["clock", "rollup"]

ADAS_STREAMS: dict[str, Any] = {"streamer_id": "ada", "days": [DAY], "sort": "started_at", "direction": 1}


def test_streams_of_a_day(rollup: Rollup, database: Database, url: str) -> None:
    """Ada streams twice, and in the second stream changes her game for half an hour and then her language."""
    morning = DAY_START - timedelta(minutes=50)
    evening = DAY_START + timedelta(minutes=65)
    first = a_stream(100, game="chess", stream_id="1", started_at=morning)
    go = a_stream(300, game="go", stream_id="2", started_at=evening)
    none = a_stream(400, game="", stream_id="2", started_at=evening, language="de")
    again = a_stream(200, stream_id="2", started_at=evening)
    for number, stream in enumerate((first, first, None, go, again, none, none)):
        bob = a_stream(60, streamer="bob", stream_id="3", started_at=None, language="")
        stage(database, *([stream] if stream else []), bob, at=DAY_START + number * HALF_HOUR)
    rollup.daily()
    last = DAY_START + 6 * HALF_HOUR
    assert results(url, [STREAMS, LANGUAGES, GAME_LANGUAGES, STREAMER_LANGUAGES]) == [
        [
            # The first poll speaks for a quarter of an hour, the last for three.
            ("ada", "1", morning, DAY_START + HALF_HOUR, "en", ["chess"], 75.0, 0.75, 100),
            ("ada", "2", evening, last, "de", ["go", "chess"], 750.0, 2.25, 400),
            ("bob", "3", DAY_START, last, "", ["chess"], 210.0, 3.5, 60),
        ],
        [("", 210.0, 3.5, 60), ("de", 500.0, 1.25, 400), ("en", 325.0, 1.75, 300)],
        [
            ("", "de", 500.0, 1.25),
            ("chess", "", 210.0, 3.5),
            ("chess", "en", 175.0, 1.25),
            ("go", "en", 150.0, 0.5),
        ],
        [("ada", "de"), ("bob", "")],
    ]
    with database.transaction() as tx:
        pages = [
            [(row.stream_id, row.of_all) for row in tx.web.streams_of_streamer(**ADAS_STREAMS, limit=2, offset=offset)]
            for offset in (0, 1)
        ]
    # The newest first.
    assert pages == [[("2", 2), ("1", 2)], [("1", 2)]]


def test_languages_of_a_poll_are_listed_by_viewers_and_then_by_code(database: Database) -> None:
    viewers = {"en": 100, "de": 300, "": 900, "pl": 200, "fr": 200}
    streams = [a_stream(count, streamer=f"speaks {code}", language=code) for code, count in viewers.items()]
    poll = stage(database, *streams)
    with database.transaction() as tx:
        listed = [tuple(row) for row in tx.web.languages_now(poll_id=poll.poll_id)]
    assert listed == [("de", 300, 1), ("fr", 200, 1), ("pl", 200, 1), ("en", 100, 1)]


def test_a_stream_that_runs_past_the_end_of_a_day_has_the_numbers_of_each_day(
    rollup: Rollup, database: Database, url: str, clock: VirtualClock
) -> None:
    began = DAY_START + timedelta(hours=22)
    for number, day in ((46, DAY), (47, DAY), (48, NEXT_DAY), (49, NEXT_DAY)):
        stage(database, a_stream(10 * number, started_at=began), at=DAY_START + number * HALF_HOUR, day=day)
    rollup.daily()
    clock.advance(24 * 3600)
    rollup.daily()
    query = "select day, started_at, last_seen_at, airtime_hours, peak_viewers from daily_streams order by day"
    assert rows(url, query) == [
        (DAY, began, DAY_START + 47 * HALF_HOUR, 1.5, 470),
        (NEXT_DAY, began, DAY_START + 49 * HALF_HOUR, 1.0, 490),
    ]


def test_spread_of_a_games_viewers(rollup: Rollup, database: Database, url: str) -> None:
    """At the first poll five channels stream chess, at the second three: they have no other channels."""
    sizes = {"a": 1000, "b": 500, "c": 250, "d": 90, "e": 60}
    stage(database, *(a_stream(size, streamer=name) for name, size in sizes.items()))
    stage(database, *(a_stream(sizes[name], streamer=name) for name in "cde"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    # A quarter of an hour, and three quarters.
    assert results(url, [SHARES]) == [[("chess", 1000 / 4 + 250 * 3 / 4, 1750 / 4 + 400 * 3 / 4, 75.0)]]


def test_day_with_a_poll_of_an_older_version_has_no_shares(rollup: Rollup, database: Database, url: str) -> None:
    old = stage(database, a_stream(1000))
    write(url, "update staging.games set top_viewers = null, top3_viewers = null where poll_id = %s", old.poll_id)
    stage(database, a_stream(1000), a_stream(70, streamer="bob", game="go"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    assert results(url, [SHARES]) == [[("chess", None, None, None), ("go", 70 * 0.75, 70 * 0.75, None)]]


def test_the_language_watched_longest_is_that_of_all_games_together(
    rollup: Rollup, database: Database, url: str
) -> None:
    """Of no game alone: 150 viewers of German are the most of one game, and 3 x 100 of English the most of all."""
    games = (("chess", "en", 100), ("go", "en", 100), ("checkers", "en", 100), ("go", "de", 150))
    for number in range(24):
        game, language, viewers = games[number // 6]
        stage(
            database, a_stream(viewers, game=game, language=language, stream_id="1"), at=DAY_START + number * HALF_HOUR
        )
    rollup.daily()
    assert rows(url, "select language from daily_streamers union all select language from daily_streams") == [
        ("en",),
        ("en",),
    ]
    assert rows(url, "select game_ids from daily_streams") == [(["go", "checkers", "chess"],)]


def test_a_stream_that_began_while_its_page_was_fetched_was_last_seen_at_its_start(
    rollup: Rollup, database: Database, url: str
) -> None:
    began = DAY_START + timedelta(seconds=20)
    stage(database, a_stream(100, started_at=began), at=DAY_START)
    rollup.daily()
    assert rows(url, "select started_at, last_seen_at from daily_streams") == [(began, began)]


def test_month_of_streamers_and_of_games(rollup: Rollup, database: Database, url: str, clock: VirtualClock) -> None:
    """A streamer has a row per language of the days; a game's shares are those of the days that have them."""
    for number, (language, viewers) in enumerate((("en", 100), ("de", 150), ("en", 60))):
        stage(
            database,
            a_stream(viewers, language=language),
            at=DAY_START + timedelta(days=number),
            day=DAY + timedelta(days=number),
            polls=48,
        )
        rollup.daily()
        clock.advance(24 * 3600)
    write(url, "update daily_streamers set language = null where day = %s", DAY)
    Rollup(database, VirtualClock(DAY_START + timedelta(days=20)), CALENDAR).daily()
    month = date(2026, 11, 1)
    assert rows(url, "select * from monthly_streamers order by language") == [
        (month, "ada", "", 2400.0, 24.0, 100),
        (month, "ada", "de", 3600.0, 24.0, 150),
        (month, "ada", "en", 1440.0, 24.0, 60),
    ]
    spread = """
        select top_watch_hours, top3_watch_hours, watch_hours_with_shares, median_viewers, airtime_hours_with_median
        from monthly_games
    """
    assert rows(url, spread) == [(310 * 24.0, 310 * 24.0, 310 * 24.0, None, None)]
    write(url, "update daily_games set top_watch_hours = null, top3_watch_hours = null where day = %s", DAY)
    write(url, "update daily_games set median_viewers = 70 where day > %s", DAY)
    write(url, "delete from months")
    Rollup(database, VirtualClock(DAY_START + timedelta(days=20)), CALENDAR).daily()
    assert rows(url, spread) == [(210 * 24.0, 210 * 24.0, 210 * 24.0, 70.0, 48.0)]
