"""The times at which each job is due, also on the days on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bot.core.calendar import Calendar, next_posting
from bot.jobs import JOBS
from bot.runtime.schedule import Entry, schedule
from helperfunctions.settings import Settings

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(LOS_ANGELES, time(8))
DAYS = [date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 21)]
DIVISORS = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60]


def entries(poll_every_minutes: int = 30, zone: ZoneInfo = LOS_ANGELES) -> dict[str, Entry]:
    settings = Settings(
        poll_every_minutes=poll_every_minutes,
        timezone=zone,
        day_starts_at=time(8),
        post_at=time(14),
        mentions_every_seconds=60,
    )
    return {entry.job.name: entry for entry in schedule(settings)}


def due(entry: Entry, starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Every moment at which a job is due from the first instant up to before the second."""
    found: list[datetime] = []
    at = entry.next_after(starts_at - timedelta(microseconds=1))
    while at < ends_at:
        found.append(at)
        at = entry.next_after(at)
    return found


def test_every_job_has_an_entry() -> None:
    assert list(entries()) == [job.name for job in JOBS]


def test_a_job_that_another_scheduler_runs_has_no_entry() -> None:
    listed = {entry.job.name for entry in schedule(Settings())}
    left = {entry.job.name for entry in schedule(Settings(jobs_elsewhere=" Collect, lake"))}
    assert listed - left == {"collect", "lake"} & listed
    with pytest.raises(ValidationError, match="should be collect, lake, or both"):
        Settings(jobs_elsewhere="collect,daily")


def test_with_a_shortest_interval_no_job_is_due_more_often() -> None:
    start = datetime(2026, 11, 21, 16, tzinfo=UTC)
    stretched = {entry.job.name: entry for entry in schedule(Settings(), shortest_interval=timedelta(minutes=15))}
    for job in ("reply", "outbox", "watch"):
        assert len(due(stretched[job], start, start + timedelta(hours=1))) == 4
    assert len(due(stretched["collect"], start, start + timedelta(hours=1))) == 2


@pytest.mark.parametrize("named", DAYS)
def test_polls_are_half_an_hour_apart_also_when_the_clocks_change(named: date) -> None:
    """48 polls a day, 46 or 50 on the days of 23 and 25 hours; the first as the day starts."""
    day = CALENDAR.day(named)
    polls = due(entries()["collect"], day.starts_at, day.ends_at)
    assert polls == [day.starts_at + number * timedelta(minutes=30) for number in range(len(polls))]
    assert len(polls) * timedelta(minutes=30) == day.length


@pytest.mark.parametrize("minutes", DIVISORS)
def test_the_interval_of_polls_is_that_of_the_setting(minutes: int) -> None:
    start = datetime(2026, 11, 21, 16, tzinfo=UTC)
    polls = due(entries(minutes)["collect"], start, start + timedelta(hours=24))
    assert polls == [start + number * timedelta(minutes=minutes) for number in range(24 * 60 // minutes)]


def test_polls_of_a_zone_half_an_hour_off_start_with_its_day_too() -> None:
    day = Calendar(ZoneInfo("Asia/Kolkata"), time(8)).day(date(2026, 6, 1))
    polls = due(entries(zone=ZoneInfo("Asia/Kolkata"))["collect"], day.starts_at, day.ends_at)
    assert (polls[0], len(polls)) == (day.starts_at, 48)


@pytest.mark.parametrize("named", DAYS)
def test_the_rollup_is_due_as_the_day_ends_and_every_quarter_of_an_hour(named: date) -> None:
    day = CALENDAR.day(named + timedelta(days=1))
    times = due(entries()["daily"], day.starts_at, day.ends_at)
    assert times[0] == CALENDAR.day(named).ends_at
    assert max(after - before for before, after in pairwise(times)) == timedelta(minutes=15)


@pytest.mark.parametrize("named", DAYS)
def test_the_post_is_due_at_two_in_the_afternoon_by_the_wall_clock_and_every_quarter_of_an_hour(named: date) -> None:
    """After a late roll-up, the post is planned within a quarter of an hour."""
    day = CALENDAR.day(named)
    times = due(entries()["post"], day.starts_at, day.ends_at)
    assert datetime.combine(named, time(14), tzinfo=LOS_ANGELES).astimezone(UTC) in times
    assert max(after - before for before, after in pairwise(times)) == timedelta(minutes=15)


@pytest.mark.parametrize(("starts_at", "post_at"), [(time(8), time(14)), (time(16), time(14))], ids=["after", "before"])
def test_the_post_is_due_whenever_the_calendar_says(starts_at: time, post_at: time) -> None:
    """With a posting hour after and before the end of the day."""
    calendar = Calendar(LOS_ANGELES, starts_at)
    settings = Settings(day_starts_at=starts_at, post_at=post_at)
    [entry] = [entry for entry in schedule(settings) if entry.job.name == "post"]
    at = datetime(2026, 10, 30, tzinfo=UTC)
    for _ in range(5):
        due_at = next_posting(calendar, post_at, at).due_at
        assert entry.next_after(due_at - timedelta(seconds=1)) == due_at
        at = due_at


@pytest.mark.parametrize(
    ("named", "hour_in_utc"),
    [(date(2026, 3, 7), 22), (date(2026, 3, 8), 21), (date(2026, 10, 31), 21), (date(2026, 11, 1), 22)],
)
def test_the_post_moves_with_the_clocks(named: date, hour_in_utc: int) -> None:
    day = CALENDAR.day(named)
    assert [at.hour for at in due(entries()["post"], day.starts_at, day.ends_at) if at.minute == 0] == [hour_in_utc]


def test_mentions_are_read_every_minute_and_the_outbox_is_checked_every_ten_seconds() -> None:
    start = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # half an hour before the clocks change
    for job, seconds in (("reply", 60), ("outbox", 10)):
        times = due(entries()[job], start, start + timedelta(hours=2))
        assert len(times) == 7200 / seconds
        assert {after - before for before, after in pairwise(times)} == {timedelta(seconds=seconds)}
        assert times[0] == start


def test_the_next_turn_of_an_interval_does_not_depend_on_the_start_of_the_bot() -> None:
    for seconds in (1, 17, 59):
        now = datetime(2026, 11, 21, 16, 30, seconds, tzinfo=UTC)
        assert entries()["reply"].next_after(now) == datetime(2026, 11, 21, 16, 31, tzinfo=UTC)


def test_staging_is_pruned_every_hour() -> None:
    start = datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert due(entries()["prune"], start, start + timedelta(hours=3)) == [
        start + timedelta(minutes=minutes) for minutes in (10, 70, 130)
    ]


def test_the_next_time_is_later_than_now_even_at_the_moment_of_a_turn() -> None:
    at = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    assert entries()["collect"].next_after(at) == at + timedelta(minutes=30)
