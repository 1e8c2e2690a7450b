"""Watch time: literal polls in, literal rows out."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.calendar import Day
from bot.core.day_results import RolledUpDay
from bot.core.polls import PollStatus
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage
from tests.integration.literal_days import (
    CALENDAR,
    DAY_END,
    GAMES,
    NEXT_DAY,
    PAIRS,
    RESULTS,
    STREAMERS,
    WATCH_TIME,
    C,
    F,
    P,
    clock,
    execute,
    results,
    rollup,
    some_day,
)

__all__ = ["clock", "rollup"]


def minutes_covered(
    database: Database,
    url: str,
    polls: Sequence[tuple[float, PollStatus, int]],
    day: Day | None = None,
) -> dict[float, float]:
    """Minutes that each poll of a day covers. Each poll has one stream, of a streamer of its own.

    A poll is given by its minute of the day, its status, and its interval. Polls that cover no time are left out.
    """
    day = day or CALENDAR.day(DAY)
    for minute, status, interval in polls:
        streams = [] if status is F else [a_stream(60, streamer=str(minute))]
        at = day.starts_at + timedelta(minutes=minute)
        stage(database, *streams, at=at, day=day.date, status=status, interval_minutes=interval)
    Rollup(database, VirtualClock(day.ends_at), CALENDAR).redo(day.date)
    covered = rows(url, "select streamer_id, airtime_hours from daily_streamers")
    return {float(minute): round(hours * 60, 6) for minute, hours in covered}


def test_a_day_in_full(rollup: Rollup, database: Database, url: str, clock: VirtualClock) -> None:
    """48 polls half an hour apart; a streamer in one of them was live for half an hour."""
    for number in range(48):
        streams = [a_stream(1000, streamer="ada", game="chess")]
        if number == 10:
            streams.append(a_stream(600, streamer="bob", game="chess"))
        if number in (20, 21):
            streams.append(a_stream(90 + number, streamer="cyd", game="go"))
        stage(database, *streams, at=DAY_START + number * HALF_HOUR)
    assert rollup.daily() == [RolledUpDay(DAY, DAY_START, DAY_END, 48, 24.0, 1.0, 24_410.5, 25.5)]
    assert results(url, WATCH_TIME) == [
        [(DAY, DAY_START, DAY_END, 48, 24.0, 1.0, 24_410.5, 25.5)],
        [("chess", 24_300.0, 24.5, 24_300 / 24.5, 1600), ("go", 110.5, 1.0, 110.5, 111)],
        [("ada", 24_000.0, 24.0, 1000.0, 1000), ("bob", 300.0, 0.5, 600.0, 600), ("cyd", 110.5, 1.0, 110.5, 111)],
        [
            ("ada", "chess", 24_000.0, 24.0, 1000.0, 1000),
            ("bob", "chess", 300.0, 0.5, 600.0, 600),
            ("cyd", "go", 110.5, 1.0, 110.5, 111),
        ],
    ]
    assert rows(url, "select rolled_up_at from days") == [(clock.now(),)]


@pytest.mark.parametrize(
    ("polls", "minutes"),
    [
        pytest.param([0, 30, 60, 90], {0: 15, 30: 30, 60: 30, 90: 45}, id="from the day's start, each to the midpoint"),
        pytest.param([15, 45], {15: 30, 45: 45}, id="the first speaks for the time from the day's start"),
        pytest.param([1395, 1425], {1395: 45, 1425: 30}, id="the last speaks for the time to the day's end"),
        pytest.param([0, 30, 90, 120], {0: 15, 30: 45, 90: 45, 120: 45}, id="one missed is bridged by its neighbours"),
        pytest.param([0, 90], {0: 30, 90: 60}, id="of two missed in a row half an hour is nobody's"),
        pytest.param([100, 130], {100: 45, 130: 45}, id="a late first poll reaches back one interval"),
        pytest.param([20, 50], {20: 35, 50: 45}, id="or to the day's start, if that is nearer"),
        pytest.param([1380], {1380: 60}, id="an early last poll reaches on one interval"),
        pytest.param([1420], {1420: 50}, id="or to the day's end"),
        pytest.param([600], {600: 60}, id="a single poll speaks one interval each way"),
        pytest.param(
            [0, 300, 600, 1410], {0: 30, 300: 60, 600: 60, 1410: 60}, id="in a long outage nothing is made up"
        ),
        pytest.param([0, 10, 30], {0: 5, 10: 15, 30: 40}, id="one more in between takes from its neighbours"),
        pytest.param([0, 0.5, 30], {0: 0.25, 0.5: 15, 30: 44.75}, id="polls within the same minute"),
    ],
)
def test_span_of_a_poll(database: Database, url: str, polls: Sequence[float], minutes: dict[float, float]) -> None:
    assert minutes_covered(database, url, [(minute, C, 30) for minute in polls]) == minutes
    [(covered_hours, coverage)] = rows(url, "select covered_hours, coverage from days")
    assert covered_hours == pytest.approx(sum(minutes.values()) / 60)
    assert coverage == pytest.approx(sum(minutes.values()) / 1440)


@pytest.mark.parametrize(
    ("polls", "minutes"),
    [
        pytest.param([(0, C, 15), (15, C, 15), (30, C, 15)], {0: 7.5, 15: 15, 30: 22.5}, id="a quarter of an hour"),
        pytest.param([(0, C, 15), (60, C, 15)], {0: 15, 60: 30}, id="outage for the short interval"),
        pytest.param([(0, C, 60), (60, C, 60), (120, C, 60)], {0: 30, 60: 60, 120: 90}, id="an hour"),
        pytest.param([(60, C, 60)], {60: 120}, id="an hour each way"),
        pytest.param(
            [(0, C, 30), (30, C, 30), (60, C, 30), (75, C, 15), (90, C, 15)],
            {0: 15, 30: 30, 60: 22.5, 75: 15, 90: 22.5},
            id="changed within the day",
        ),
        pytest.param([(0, C, 30), (60, C, 15)], {0: 30, 60: 30}, id="each reaches as far as its own interval"),
    ],
)
def test_the_span_of_a_poll_is_limited_by_its_own_interval(
    database: Database, url: str, polls: Sequence[tuple[float, PollStatus, int]], minutes: dict[float, float]
) -> None:
    assert minutes_covered(database, url, polls) == minutes


@pytest.mark.parametrize(
    ("polls", "minutes"),
    [
        pytest.param([(0, C), (30, P), (60, C)], {0: 30, 60: 60}, id="a partial one between two is bridged"),
        pytest.param([(0, C), (30, P)], {0: 30}, id="one complete neighbour is enough"),
        pytest.param([(0, P), (45, C)], {45: 60}, id="near is one and a half intervals"),
        pytest.param([(0, P), (46, C)], {0: 23, 46: 53}, id="beyond it speaks"),
        pytest.param([(0, C), (45, P)], {0: 30}, id="near is the same in both directions"),
        pytest.param([(0, C), (46, P)], {0: 23, 46: 53}, id="and beyond it is too"),
        pytest.param([(600, P)], {600: 60}, id="alone it speaks"),
        pytest.param([(600, P), (630, P)], {600: 45, 630: 45}, id="among its like it speaks"),
        pytest.param([(0, C), (30, F), (60, C)], {0: 30, 60: 60}, id="a failed one is bridged"),
        pytest.param([(30, F), (60, P), (90, F)], {60: 60}, id="a failed one does not count as a neighbour"),
        pytest.param([(0, C), (30, F), (60, F), (90, C)], {0: 30, 90: 60}, id="two failed ones are an outage"),
    ],
)
def test_a_partial_poll_has_a_span_only_where_no_complete_one_is_near(
    database: Database, url: str, polls: Sequence[tuple[float, PollStatus]], minutes: dict[float, float]
) -> None:
    assert minutes_covered(database, url, [(minute, status, 30) for minute, status in polls]) == minutes
    assert rows(url, "select polls from days") == [(len(polls),)]


def test_a_day_with_only_failed_polls_has_no_coverage(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, status=F)
    assert rollup.daily() == [RolledUpDay(DAY, DAY_START, DAY_END, 1, 0.0, 0.0, 0.0, 0.0)]
    assert results(url)[1:] == [[]] * (len(RESULTS) - 1)
    assert rollup.daily() == []


@pytest.mark.parametrize(
    ("named", "starts_at", "hours"),
    [
        (date(2026, 3, 7), datetime(2026, 3, 7, 16, tzinfo=UTC), 23),
        (date(2026, 10, 31), datetime(2026, 10, 31, 15, tzinfo=UTC), 25),
        (date(2026, 11, 21), datetime(2026, 11, 21, 16, tzinfo=UTC), 24),
    ],
)
def test_a_day_on_which_the_clocks_change_has_23_or_25_hours(
    database: Database, url: str, named: date, starts_at: datetime, hours: int
) -> None:
    stage(database, a_stream(1000), at=starts_at, day=named, polls=2 * hours)
    ends_at = starts_at + timedelta(hours=hours)
    assert Rollup(database, VirtualClock(ends_at), CALENDAR).daily() == [
        RolledUpDay(named, starts_at, ends_at, 2 * hours, hours, 1.0, 1000.0 * hours, hours)
    ]
    assert rows(url, STREAMERS) == [("ada", 1000.0 * hours, hours, 1000.0, 1000)]


def test_a_streamer_who_changes_game_has_a_row_per_game_and_one_for_all(
    rollup: Rollup, database: Database, url: str
) -> None:
    stage(database, a_stream(400, game="chess"), at=DAY_START + HALF_HOUR)
    stage(database, a_stream(100, game="go"), at=DAY_START + 2 * HALF_HOUR)
    stage(database, a_stream(300, game=""), at=DAY_START + 3 * HALF_HOUR)
    rollup.daily()
    assert results(url, WATCH_TIME)[1:] == [
        [("", 225.0, 0.75, 300.0, 300), ("chess", 300.0, 0.75, 400.0, 400), ("go", 50.0, 0.5, 100.0, 100)],
        [("ada", 575.0, 2.0, 287.5, 400)],
        [
            ("ada", "", 225.0, 0.75, 300.0, 300),
            ("ada", "chess", 300.0, 0.75, 400.0, 400),
            ("ada", "go", 50.0, 0.5, 100.0, 100),
        ],
    ]


def test_the_peak_of_a_game_is_the_sum_of_its_streams_at_one_poll(rollup: Rollup, database: Database, url: str) -> None:
    """It is neither the sum of peaks at different times nor the largest stream."""
    stage(database, a_stream(100), a_stream(200, streamer="bob"), at=DAY_START)
    stage(database, a_stream(250), a_stream(40, streamer="bob"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    assert rows(url, "select game_id, peak_viewers from daily_games") == [("chess", 300)]
    assert rows(url, "select streamer_id, peak_viewers from daily_streamers order by 1") == [("ada", 250), ("bob", 200)]


def test_the_largest_viewer_count_for_a_whole_day_does_not_overflow(
    rollup: Rollup, database: Database, url: str
) -> None:
    most = 2**31 - 1
    stage(database, *(a_stream(most, streamer=str(one)) for one in range(3)), polls=48)
    rollup.daily()
    assert rows(url, GAMES) == [("chess", 3.0 * most * 24, 72.0, float(most), 3 * most)]


def test_a_day_is_rolled_up_from_its_own_polls_alone(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, a_stream(9999), at=DAY_START - HALF_HOUR, day=date(2026, 11, 20))
    stage(database, a_stream(100), at=DAY_START + HALF_HOUR)
    stage(database, a_stream(9999), at=DAY_END, day=NEXT_DAY)
    done = rollup.redo(DAY)
    assert (done.polls, done.watch_hours) == (1, 100.0)
    assert rows(url, "select distinct day from daily_streamers") == [(DAY,)]


def test_rolling_up_a_day_again_gives_the_same_rows(rollup: Rollup, database: Database, url: str) -> None:
    some_day(database)
    [done] = rollup.daily()
    before = results(url)
    assert rollup.redo(DAY) == done
    assert results(url) == before


def test_pairs_streamers_games_and_the_day_add_up_to_the_millisecond(
    rollup: Rollup, database: Database, url: str
) -> None:
    some_day(database)
    [done] = rollup.daily()
    sums = [
        rows(url, f"select round(sum(watch_hours * 3600000)), round(sum(airtime_hours * 3600000)) from {table}")
        for table in ("daily_streamer_games", "daily_streamers", "daily_games", "days")
    ]
    assert sums == [[(round(done.watch_hours * 3_600_000), round(done.airtime_hours * 3_600_000))]] * 4
    assert done.watch_hours > 0


def test_a_day_agrees_with_the_definition_written_a_second_time(rollup: Rollup, database: Database, url: str) -> None:
    """The second definition is Python code that adds up poll by poll."""
    polls = some_day(database)
    rollup.daily()
    complete = [poll for poll in polls if poll.status is C]
    speaking = [
        poll
        for poll in polls
        if poll.status is C or not any(abs(poll.started_at - near.started_at) <= 1.5 * HALF_HOUR for near in complete)
    ]
    assert len(speaking) < len(polls)
    watch_hours = covered_hours = 0.0
    for number, poll in enumerate(speaking):
        at = poll.started_at
        back = (at - speaking[number - 1].started_at) / 2 if number else at - DAY_START
        is_last = number == len(speaking) - 1
        forward = DAY_END - at if is_last else (speaking[number + 1].started_at - at) / 2
        hours = (min(back, HALF_HOUR) + min(forward, HALF_HOUR)) / timedelta(hours=1)
        covered_hours += hours
        watch_hours += poll.viewers * hours
    [(found_watch_hours, found_covered_hours)] = rows(url, "select watch_hours, covered_hours from days")
    assert found_watch_hours == pytest.approx(watch_hours, rel=1e-6)
    assert found_covered_hours == pytest.approx(covered_hours, rel=1e-6)


def test_a_poll_that_is_stored_later_makes_its_day_due_again(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, a_stream(100), at=DAY_START + HALF_HOUR)
    assert [day.watch_hours for day in rollup.daily()] == [100.0]
    assert rollup.daily() == []
    stage(database, a_stream(100), at=DAY_START + 3 * HALF_HOUR)
    assert [day.watch_hours for day in rollup.daily()] == [200.0]
    assert rollup.daily() == []


def test_rows_that_are_no_longer_in_staging_disappear_from_a_day_rolled_up_again(
    rollup: Rollup, database: Database, url: str
) -> None:
    """A poll was removed by hand, for example."""
    stage(database, a_stream(100), at=DAY_START + HALF_HOUR)
    wrong = stage(database, a_stream(100, streamer="bob", game="go"), at=DAY_START + 3 * HALF_HOUR)
    rollup.daily()
    execute(url, f"delete from staging.streams where poll_id = {wrong.poll_id}")
    execute(url, f"delete from staging.polls where poll_id = {wrong.poll_id}")
    assert [day.polls for day in rollup.daily()] == [1]
    assert rows(url, PAIRS) == [("ada", "chess", 100.0, 1.0, 100.0, 100)]
    assert rows(url, GAMES) == [("chess", 100.0, 1.0, 100.0, 100)]


def test_the_newest_rolled_up_day_and_the_days_around_one_are_found(rollup: Rollup, database: Database) -> None:
    """For the health of the bot, and for the links between the pages of days: a day without polls is passed over."""
    days = [DAY - timedelta(days=number) for number in (5, 3, 2)]
    for day in days:
        stage(database, a_stream(), at=CALENDAR.day(day).starts_at, day=day)
    rollup.daily()
    with database.transaction() as tx:
        assert tx.health.last_day().day == days[2]
        assert [tuple(tx.web.neighbours_of_day(day=day)) for day in days] == [
            (None, days[1]),
            (days[0], days[2]),
            (days[1], None),
        ]
