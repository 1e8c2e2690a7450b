"""The leaders of each day, which records and newcomers are read from."""

from datetime import date, timedelta

from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write
from tests.integration.literal_days import CALENDAR

LEADERS = (
    "select day, kind, measure, id, value, best_before, days_before from daily_leaders order by 1, 2, 3, 5 desc, 4"
)


def roll_up(database: Database, days: int) -> None:
    """Roll up all days that are due at the end of this number of days."""
    Rollup(database, VirtualClock(DAY_START + timedelta(days=days)), CALENDAR).daily()


def stage_day(database: Database, number: int, **viewers: int) -> date:
    """A day with one poll at its start, which counts for half an hour; the games have the names of their streamers."""
    day, at = DAY + timedelta(days=number), DAY_START + timedelta(days=number)
    stage(
        database,
        *(a_stream(size, streamer=name, game=f"game-{name}") for name, size in viewers.items()),
        at=at,
        day=day,
    )
    return day


def test_leaders_of_a_day_have_the_best_of_the_days_before(database: Database, url: str) -> None:
    first = stage_day(database, 0, ada=100, bob=300)
    second = stage_day(database, 1, ada=200)
    roll_up(database, 2)
    of_streamers = f"select * from ({LEADERS}) as l where kind = 'streamer'"
    assert rows(url, of_streamers) == [
        (first, "streamer", "peak_viewers", "bob", 300.0, None, 0),
        (first, "streamer", "peak_viewers", "ada", 100.0, None, 0),
        (first, "streamer", "watch_hours", "bob", 150.0, None, 0),
        (first, "streamer", "watch_hours", "ada", 50.0, None, 0),
        (second, "streamer", "peak_viewers", "ada", 200.0, 100.0, 1),
        (second, "streamer", "watch_hours", "ada", 100.0, 50.0, 1),
    ]
    games = [(*row[:3], row[3].removeprefix("game-"), *row[4:]) for row in rows(url, LEADERS) if row[1] == "game"]
    assert [(row[0], *row[2:]) for row in games] == [(row[0], *row[2:]) for row in rows(url, of_streamers)]


def test_fifty_lead_a_day_and_streams_without_a_game_are_no_game(database: Database, url: str) -> None:
    streams = [a_stream(100 + number, streamer=f"s{number}", game=f"g{number}") for number in range(60)]
    stage(database, *streams, a_stream(9_000, streamer="ada", game="", game_name=""))
    roll_up(database, 1)
    counts = "select kind, measure, count(*), min(value), max(value) from daily_leaders group by 1, 2 order by 1, 2"
    assert rows(url, counts) == [
        ("game", "peak_viewers", 50, 110.0, 159.0),
        ("game", "watch_hours", 50, 55.0, 79.5),
        ("streamer", "peak_viewers", 50, 111.0, 9_000.0),
        ("streamer", "watch_hours", 50, 55.5, 4_500.0),
    ]


def test_day_that_is_rolled_up_twice_changes_nothing_but_what_is_new_of_it(database: Database, url: str) -> None:
    """Leaders of later days are found again too: the best before them may be another."""
    for number, size in enumerate((100, 150, 120)):
        stage_day(database, number, ada=size)
    roll_up(database, 3)
    stored = rows(url, LEADERS)
    rollup = Rollup(database, VirtualClock(DAY_START + timedelta(days=3)), CALENDAR)
    rollup.redo(DAY + timedelta(days=1))
    assert rows(url, "select day from days where not has_leaders order by day") == [
        (DAY + timedelta(days=1),),
        (DAY + timedelta(days=2),),
    ]
    rollup.daily()
    assert rows(url, LEADERS) == stored
    stage(database, a_stream(500, game="game-ada"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    best = (
        "select day - date '2026-11-21', best_before from daily_leaders where id = 'ada' and measure = 'peak_viewers'"
    )
    assert rows(url, f"{best} order by 1") == [(0, None), (1, 500.0), (2, 500.0)]
    assert rows(url, "select count(*) from days where not has_leaders") == [(0,)]


def test_new_ones_are_those_of_the_last_thirty_days_but_not_of_the_first_week(database: Database, url: str) -> None:
    for number, names in ((0, "ada"), (6, "ada early"), (7, "ada early late"), (36, "late"), (37, "late")):
        stage_day(database, number, **dict.fromkeys(names.split(), 100))
        roll_up(database, number + 1)
    new = "select day - date '2026-11-21', kind, id, value from daily_leaders where measure = 'new_watch_hours'"
    assert rows(url, f"{new} and kind = 'streamer' order by 1") == [
        (7, "streamer", "late", 50.0),
        (36, "streamer", "late", 50.0),
    ]


def test_leaders_of_days_of_an_older_version_are_found_at_the_next_roll_up(database: Database, url: str) -> None:
    stage_day(database, 0, ada=100)
    roll_up(database, 1)
    stored = rows(url, LEADERS)
    write(url, "delete from daily_leaders")
    write(url, "update days set has_leaders = false")
    roll_up(database, 1)
    assert rows(url, LEADERS) == stored != []


def test_ranks_of_streamers_are_stored_for_the_offered_ranges_and_thinned_out(database: Database, url: str) -> None:
    streams = [a_stream(5_000 - number, streamer=f"s{number}") for number in range(1_234)]
    stage(database, *streams)
    roll_up(database, 1)
    stage_day(database, 1, s0=10_000)
    roll_up(database, 2)
    assert rows(url, "select days, of_all, count(*) from streamer_ranks group by 1, 2 order by 1") == [
        (1, 1, 1),
        *((days, 1_234, 1_000 + 23 + 1) for days in (7, 30, 90, 365)),
    ]
    of_week = "select rank, watch_hours from streamer_ranks where days = 7 and rank"
    assert rows(url, f"{of_week} in (1, 2, 1000, 1001, 1010, 1230, 1234) order by rank") == [
        (1, 7_500.0),
        (2, 2_499.5),
        (1_000, 2_000.5),
        (1_010, 1_995.5),
        (1_230, 1_885.5),
        (1_234, 1_883.5),
    ]
    stored = rows(url, "select * from streamer_ranks order by days, rank")
    roll_up(database, 2)
    assert rows(url, "select * from streamer_ranks order by days, rank") == stored
