"""`daily`, `prune` and `post --dry-run` on days that are over."""

import re
from collections.abc import Sequence
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar, Day
from bot.core.polls import Stream
from helperfunctions.clock import SystemClock
from helperfunctions.database import Database
from helperfunctions.text import weighted_length
from tests.acceptance.conftest import Shell
from tests.factories import HALF_HOUR, a_stream, rows, stage

LONGEST_POST = 280
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
# Each of these names is too long for a post.
NAMES = (
    "Ada",
    "東京ゲームショウ実況チャンネル" * 4,
    "👨‍👩‍👧‍👦🏳️‍🌈" * 15,
    "agar.io https://example.com @everyone #win $cash " * 3,
    "مرحبا بالعالم \u202eevil name " * 4,
    "a\nb\tc [red]bold[/red] " + "W" * 200,
)


@pytest.fixture
def newest() -> Day:
    """The last finished day by the machine's clock, which the command line uses."""
    return CALENDAR.last_finished(SystemClock().now())


@pytest.fixture
def older(newest: Day) -> Day:
    """The day before the newest one: over for at least 24 hours."""
    return CALENDAR.day(newest.date - timedelta(days=1))


def some_streams() -> list[Stream]:
    return [
        a_stream(
            1_000 * (place + 1), streamer=f"streamer{place}", streamer_name=name, game=f"game{place}", game_name=name
        )
        for place, name in enumerate(NAMES)
    ]


def stage_day(database: Database, day: Day, streams: Sequence[Stream]) -> None:
    """A poll every half an hour, each of the same streams."""
    stage(database, *streams, at=day.starts_at, day=day.date, polls=day.length // HALF_HOUR)


def test_a_finished_day_is_rolled_up_once(shell: Shell, url: str, database: Database, newest: Day) -> None:
    stage_day(database, newest, [a_stream(600)])
    hours = newest.length.total_seconds() / 3600
    first = shell.run("daily", DATABASE_URL=url)
    assert first.code == 0, first
    assert first.out == (
        f"Day {newest.date}: {600 * hours:,.0f} hours watched, {hours:,.0f} hours on the air, "
        f"{2 * hours:.0f} polls, 100.0% of the day covered\n"
    )
    before = rows(url, "select * from daily_streamer_games")
    second = shell.run("daily", DATABASE_URL=url)
    assert (second.code, second.out) == (0, "Nothing is due: every finished day with polls is rolled up.\n")
    again = shell.run("daily", "--day", str(newest.date), DATABASE_URL=url)
    assert (again.code, again.out) == (0, first.out)
    assert rows(url, "select * from daily_streamer_games") == before


def test_a_day_that_is_not_over_is_not_rolled_up(shell: Shell, url: str, database: Database, newest: Day) -> None:
    today = CALENDAR.day(newest.date + timedelta(days=1))
    stage(database, a_stream(), at=today.starts_at, day=today.date)
    assert shell.run("daily", DATABASE_URL=url).out.startswith("Nothing is due")
    line = shell.run("daily", "--day", str(today.date), DATABASE_URL=url).failed_with(66)
    assert f"{today.date} is not over" in line


def test_a_day_without_polls_is_refused(shell: Shell, url: str) -> None:
    assert "2020-01-01" in shell.run("daily", "--day", "2020-01-01", DATABASE_URL=url).failed_with(66)
    assert "2020-01-01" in shell.run("post", "--dry-run", "--day", "2020-01-01", DATABASE_URL=url).failed_with(66)
    assert "was not measured" in shell.run("post", "--dry-run", DATABASE_URL=url).failed_with(66)


def test_a_day_that_is_no_date_is_wrong_usage(shell: Shell, url: str) -> None:
    ran = shell.run("daily", "--day", "yesterday", DATABASE_URL=url)
    assert (ran.code, ran.out) == (2, "")
    assert "yesterday is not a date; write it as in 2026-11-21" in ran.err


def test_prune_drops_days_that_are_rolled_up_and_past_retention(
    shell: Shell, url: str, database: Database, newest: Day, older: Day
) -> None:
    for day in (newest, older):
        stage_day(database, day, [a_stream()])
    settings = {"DATABASE_URL": url, "STAGING_RETENTION_HOURS": "24"}
    assert shell.run("prune", **settings).out == "Nothing to delete.\n"
    assert shell.run("daily", **settings).code == 0
    kept = rows(url, "select * from daily_streamer_games order by day")
    assert shell.run("prune", **settings).out == f"Deleted the raw streams of {older.date}.\n"
    assert shell.run("prune", **settings).out == "Nothing to delete.\n"
    assert rows(url, "select distinct day from staging.streams") == [(newest.date,)]
    line = shell.run("daily", "--day", str(older.date), **settings).failed_with(66)
    assert "no longer in staging" in line
    assert "STAGING_RETENTION_HOURS" in line
    assert shell.run("daily", **settings).out.startswith("Nothing is due")
    assert rows(url, "select * from daily_streamer_games order by day") == kept


def test_a_dry_run_prints_three_summaries_that_fit_with_any_names(
    shell: Shell, url: str, database: Database, newest: Day, older: Day
) -> None:
    for day in (older, newest):
        stage_day(database, day, some_streams())
    assert shell.run("daily", DATABASE_URL=url).code == 0
    ran = shell.run("post", "--dry-run", DATABASE_URL=url)
    assert ran.code == 0, ran
    assert "Nothing would be posted" not in ran.out
    posts = [post.strip() for post in re.split(r"^(?=Most watched )", ran.out, flags=re.MULTILINE) if post.strip()]
    assert len(posts) == 3
    for post in posts:
        assert weighted_length(post) <= LONGEST_POST, post
        assert f"{newest.date:%b} {newest.date.day}, {newest.date.year}" in post
    for post in posts[:2]:
        assert [line[:3] for line in post.splitlines()[2:]] == [f"{rank}. " for rank in range(1, 6)]
        hours = 6 * newest.length / timedelta(hours=1)
        assert f" – {hours:.0f}K hours" in post.splitlines()[2]
    assert shell.run("post", "--dry-run", DATABASE_URL=url).out == ran.out
    other = shell.run("post", "--dry-run", "--day", str(older.date), DATABASE_URL=url)
    assert f"{older.date:%b} {older.date.day}, {older.date.year}" in other.out


def test_a_day_with_less_than_half_of_its_time_measured_gets_no_summary(
    shell: Shell, url: str, database: Database, newest: Day
) -> None:
    stage(database, a_stream(), at=newest.starts_at, day=newest.date, polls=10)
    assert shell.run("daily", DATABASE_URL=url).code == 0
    ran = shell.run("post", "--dry-run", DATABASE_URL=url)
    assert ran.code == 0
    assert ran.out.startswith("Nothing would be posted: only ")
    assert "Most watched" not in ran.out
