"""Hours of a day by the age of the games, from their first release on IGDB."""

from datetime import date, timedelta

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.enrich.genre_days import GenreDays
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write

CALENDAR = Calendar(Settings().timezone, Settings().day_starts_at)
RELEASED = {
    "next year": (date(2027, 3, 1), "under_30_days"),
    "on the day": (DAY, "under_30_days"),
    "29 days before": (DAY - timedelta(days=29), "under_30_days"),
    "30 days before": (DAY - timedelta(days=30), "under_1_year"),
    "a day less than a year before": (date(2025, 11, 22), "under_1_year"),
    "a year before": (date(2025, 11, 21), "under_5_years"),
    "a day less than five years before": (date(2021, 11, 22), "under_5_years"),
    "five years before": (date(2021, 11, 21), "older"),
    "never": (None, "unknown"),
}


def test_the_age_of_a_game_is_that_of_the_day_on_which_it_was_watched(
    database: Database, clock: VirtualClock, url: str
) -> None:
    streams = [a_stream(100, streamer=f"s{n}", game=f"g{n}", game_name=name) for n, name in enumerate(RELEASED)]
    stage(database, *streams, at=DAY_START, polls=48)
    clock.move_to(DAY_START + timedelta(days=2))
    Rollup(database, clock, CALENDAR).daily()
    for number, (released, _) in enumerate(RELEASED.values()):
        write(
            url,
            "insert into igdb_games (igdb_id, name, slug, first_release_date, fetched_at) values (%s, '', '', %s, %s)",
            *(number + 1, released, clock.now()),
        )
        write(
            url,
            "insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at)"
            " values (%s, %s, 'helix', %s, %s)",
            *(f"g{number}", number + 1, clock.now(), clock.now() + timedelta(days=30)),
        )
    assert GenreDays(database, clock).sum_up() == 1
    ages = [age for _, age in RELEASED.values()]
    expected = [(DAY, age, 2400 * ages.count(age), ages.count(age)) for age in sorted(set(ages))]
    stored = "select day, age, round(watch_hours)::integer, games from daily_release_ages order by age"
    assert rows(url, stored) == expected
