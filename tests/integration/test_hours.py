"""Hours are averaged as polls arrive, in any order."""

from datetime import timedelta
from typing import Any

import pytest

from bot.collect.prune import Pruner
from bot.core.calendar import Calendar
from bot.core.polls import PollStatus
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write

HOURS = "select average_viewers, average_streams, peak_viewers, polls from hours order by hour_at"
GAMES = "select game_id, average_viewers, average_streams, peak_viewers from hourly_games order by hour_at, game_id"


def test_an_hour_is_the_average_of_its_polls_and_a_missing_game_has_no_viewers(database: Database, url: str) -> None:
    stage(database, a_stream(100), a_stream(50, streamer="bob"), a_stream(30, streamer="eve", game="go"))
    assert rows(url, HOURS) == [(180, 3, 180, 1)]
    assert rows(url, GAMES) == [("chess", 150, 2, 150), ("go", 30, 1, 30)]
    stage(database, a_stream(300), at=DAY_START + HALF_HOUR)
    assert rows(url, HOURS) == [(240, 2, 300, 2)]
    assert rows(url, GAMES) == [("chess", 225, 1.5, 300), ("go", 15, 0.5, 30)]


def test_an_hour_is_named_by_its_beginning_in_utc(database: Database, url: str) -> None:
    last_moment = DAY_START + timedelta(minutes=59, seconds=59)
    stage(database, a_stream(100), at=last_moment)
    stage(database, a_stream(200), at=last_moment + timedelta(seconds=1))
    assert rows(url, "select hour_at, average_viewers from hours order by 1") == [
        (DAY_START, 100),
        (DAY_START + timedelta(hours=1), 200),
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("minutes", [30, 45])
def test_a_partial_poll_counts_only_where_no_complete_one_is_near(
    database: Database, url: str, order: tuple[int, int], minutes: int
) -> None:
    """A complete poll in the same hour or the next replaces it: its missing games would count as without viewers."""

    def partial() -> Any:
        return stage(
            database, a_stream(10), a_stream(5, game="go"), at=DAY_START + HALF_HOUR, status=PollStatus.PARTIAL
        )

    def complete() -> Any:
        return stage(database, a_stream(100), at=DAY_START + HALF_HOUR + timedelta(minutes=minutes))

    polls = (partial, complete)
    polls[order[0]]()
    if order[0] == 0:
        assert rows(url, GAMES) == [("chess", 10, 1, 10), ("go", 5, 1, 5)]
    polls[order[1]]()
    assert rows(url, HOURS) == [(100, 1, 100, 1)]
    assert rows(url, GAMES) == [("chess", 100, 1, 100)]


def test_a_partial_poll_without_complete_ones_counts(database: Database, url: str) -> None:
    stage(database, a_stream(10), status=PollStatus.PARTIAL)
    stage(database, a_stream(100), at=DAY_START + timedelta(minutes=106))
    stage(database, a_stream(20), at=DAY_START + 6 * HALF_HOUR, status=PollStatus.PARTIAL)
    assert rows(url, GAMES) == [("chess", 10, 1, 10), ("chess", 100, 1, 100), ("chess", 20, 1, 20)]


def test_a_failed_poll_leaves_no_hour(database: Database, url: str) -> None:
    stage(database, status=PollStatus.FAILED)
    assert rows(url, HOURS) == []


def test_an_hour_with_a_failed_poll_is_that_of_its_others(database: Database, url: str) -> None:
    stage(database, status=PollStatus.FAILED)
    stage(database, a_stream(100), at=DAY_START + HALF_HOUR)
    assert rows(url, HOURS) == [(100, 1, 100, 1)]
    assert rows(url, GAMES) == [("chess", 100, 1, 100)]


def test_hours_stay_after_staging_is_pruned(database: Database, url: str, clock: VirtualClock) -> None:
    stage(database, a_stream(100), polls=48)
    before = rows(url, GAMES)
    settings = Settings()
    write(
        url,
        "insert into days select day, min(started_at), max(started_at) + interval '30 minutes', count(*), 24, 1, 1, 1,"
        " max(started_at) from staging.polls group by day",
    )
    clock.advance(10 * 24 * 3600)
    calendar = Calendar(settings.timezone, settings.day_starts_at)
    assert Pruner(database, clock, calendar, timedelta(hours=1)).prune() == [DAY]
    assert rows(url, "select count(*) from staging.games") == [(0,)]
    assert len(before) == 24
    assert rows(url, GAMES) == before


def test_a_poll_that_comes_after_its_hour_was_pruned_does_not_delete_the_hour(database: Database, url: str) -> None:
    stage(database, a_stream(100), a_stream(7, game="go"))
    write(url, "delete from staging.games")
    stage(database, a_stream(300), at=DAY_START + HALF_HOUR)
    assert rows(url, GAMES) == [("chess", 100, 1, 100), ("go", 7, 1, 7)]


def upgraded(url: str) -> None:
    """Turn the database into one of a version without hours, and migrate it."""
    for_hours = [path for path in sorted(migrations.MIGRATIONS_FOLDER.glob("*.sql")) if path.name >= "20261125"]
    ups, downs = zip(*(path.read_text().split("-- migrate:down") for path in for_hours), strict=True)
    for statements in (*reversed(downs), *(up.removeprefix("-- migrate:up") for up in ups)):
        write(url, statements.replace("%", "%%"))


def test_the_migration_averages_the_polls_that_are_still_in_staging(database: Database, url: str) -> None:
    stage(database, a_stream(10), a_stream(5, game="go"), status=PollStatus.PARTIAL)
    stage(database, a_stream(100), at=DAY_START + timedelta(minutes=10))
    stage(database, a_stream(300), at=DAY_START + HALF_HOUR)
    stage(database, a_stream(10), at=DAY_START + 2 * HALF_HOUR, status=PollStatus.PARTIAL)
    stage(database, at=DAY_START + 3 * HALF_HOUR, status=PollStatus.FAILED)
    stage(database, a_stream(20), at=DAY_START + 6 * HALF_HOUR, status=PollStatus.PARTIAL)
    as_they_came = rows(url, HOURS), rows(url, GAMES)
    assert len(as_they_came[0]) == 2
    upgraded(url)
    assert (rows(url, HOURS), rows(url, GAMES)) == as_they_came


def test_pruned_hours_do_not_count_as_hours_without_viewers(database: Database, url: str) -> None:
    """Rows of polls are kept, rows of their games are not."""
    stage(database, a_stream(100), polls=2)
    write(url, "delete from staging.games")
    stage(database, a_stream(300), at=DAY_START + 2 * HALF_HOUR, polls=2)
    upgraded(url)
    assert rows(url, HOURS) == [(300, 1, 300, 2)]
    assert rows(url, GAMES) == [("chess", 300, 1, 300)]
