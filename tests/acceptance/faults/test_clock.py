"""The machine's clock is set, and daylight saving time begins and ends."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import CALENDAR, PACIFIC, Life, live_through
from tests.factories import HALF_HOUR, a_stream, rows, stage

LONG = pytest.mark.long


@pytest.mark.parametrize(
    "by",
    [pytest.param(timedelta(hours=1), id="forward"), pytest.param(timedelta(hours=-1), id="back", marks=LONG)],
)
def test_after_the_clock_jumped_by_an_hour_nothing_pauses(by: timedelta, life: Life) -> None:
    """A schedule that waited for an hour of the old clock would delay every job."""
    bot = life.started()
    life.clock.jump(by)
    eventually(lambda: "the clock was set by" in life.log(bot), "it has noticed")
    life.ask("ann")
    eventually(life.is_answered, "the question is answered")
    eventually(lambda: len(life.polls()) >= 2, "it has caught up with a poll")
    life.clock.jump(-by)
    life.ask("ben")
    eventually(lambda: life.log(bot).count("the clock was set by") == 2, "it has noticed again")
    eventually(life.is_answered, "the question is answered")
    life.ends_well(bot)


def test_after_a_clock_change_posts_and_answers_do_not_wait_by_the_wrong_clock(life: Life) -> None:
    """A machine may take local time for UTC until it has a network; X then refuses its signatures."""
    live_through(life.database, CALENDAR.last_finished(life.clock.now()))
    life.x.faults.set_rates({"unauthorized": 1})
    bot = life.start()
    eventually(lambda: rows(life.url, "select 1 from x_pauses"), "X is not called")
    eventually(lambda: len(life.open_posts()) == 3, "the summaries wait")
    life.x.faults.clear()
    life.clock.jump(-timedelta(hours=7))
    eventually(lambda: "first start: mentions" in life.log(bot), "X is called again")
    life.ask("ann")
    eventually(life.is_answered, "the question is answered")
    eventually(lambda: len(life.x.posts()) == 4, "the summaries are out")
    life.ends_well(bot)


def test_when_the_clock_jumps_past_the_posts_and_back_they_are_posted_once(life: Life) -> None:
    live_through(life.database, CALENDAR.last_finished(life.clock.now()))
    life.clock.until(13, 30)
    bot = life.started()
    assert life.x.posts() == []
    life.clock.jump(timedelta(hours=1))
    eventually(lambda: len(life.x.posts()) == 3, "the summaries are out")
    life.clock.jump(-timedelta(hours=1))
    life.clock.until(14, 0)
    life.ask("ann")
    eventually(life.is_answered, "it goes on")
    life.ends_well(bot)


@pytest.mark.parametrize(
    "named",
    [pytest.param(date(2026, 3, 7), id="23 hours", marks=LONG), pytest.param(date(2026, 10, 31), id="25 hours")],
)
def test_a_day_on_which_the_clocks_change_is_measured_whole_and_posted_at_two(named: date, life: Life) -> None:
    day = CALENDAR.day(named)
    hours = day.length / timedelta(hours=1)
    assert hours in (23, 25)
    stage(
        life.database,
        a_stream(1000, game="chess"),
        at=day.starts_at,
        day=named,
        polls=day.length // HALF_HOUR - 1,
    )
    # The last poll of the day is the bot's own, just before eight by the new clock.
    life.clock.jump_to(day.ends_at - timedelta(minutes=29))
    bot = life.started(POLL_EVERY_MINUTES="30")
    life.clock.jump_to(day.ends_at - timedelta(seconds=2))
    eventually(lambda: rows(life.url, f"select 1 from days where day = '{named}'"), "the day is rolled up")
    [(starts_at, ends_at, polls, coverage)] = rows(
        life.url, f"select starts_at, ends_at, polls, coverage from days where day = '{named}'"
    )
    assert (starts_at, ends_at) == (day.starts_at, day.ends_at)
    assert (ends_at - starts_at) / timedelta(hours=1) == hours
    assert polls >= round(day.length / HALF_HOUR)
    assert coverage == 1
    two_o_clock = datetime(named.year, named.month, named.day, 14, tzinfo=PACIFIC) + timedelta(days=1)
    life.clock.jump_to(two_o_clock.astimezone(UTC) - timedelta(minutes=1))
    life.ask("ann")
    eventually(life.is_answered, "it goes on")
    assert len(life.x.posts()) == 1, "not before two"
    life.clock.jump_to(two_o_clock.astimezone(UTC) - timedelta(seconds=2))
    eventually(lambda: len(life.x.posts()) == 4, "the summaries are out")
    life.ends_well(bot)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(datetime(2026, 3, 8, 10, tzinfo=UTC), id="spring", marks=LONG),
        pytest.param(datetime(2026, 11, 1, 9, tzinfo=UTC), id="autumn"),
    ],
)
def test_polls_stay_evenly_spaced_while_the_clocks_change(change: datetime, life: Life) -> None:
    life.clock.jump_to(change - timedelta(minutes=11))
    bot = life.started()
    for number in (-1, 0, 1):
        due = change + timedelta(minutes=10 * number)
        life.clock.jump_to(due - timedelta(seconds=2))
        eventually(partial(taken_at, life, due), "a poll is taken")
    life.ends_well(bot)


def taken_at(life: Life, instant: datetime) -> bool:
    """True if a poll began at that instant or within the seconds in which a jump is noticed."""
    begun = rows(life.url, "select started_at from staging.polls where status = 'complete'")
    return any(abs(at - instant) < timedelta(seconds=30) for (at,) in begun)
