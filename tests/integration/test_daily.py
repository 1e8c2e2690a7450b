"""Watch time: literal polls in, literal rows out."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.core.calendar import Calendar, Day
from bot.core.day_results import RolledUpDay
from bot.core.polls import Poll, PollStatus
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import (
    Busy,
    DatabaseConflict,
    DatabaseError,
    DatabaseTooSlow,
    DatabaseUnavailable,
    DayNotAvailable,
    SumsDisagree,
)
from tests.conftest import Switch
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage

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
STREAMERS = """
    select streamer_id, watch_hours, airtime_hours, average_viewers, peak_viewers
    from daily_streamers order by day, streamer_id
"""
PAIRS = """
    select streamer_id, game_id, watch_hours, airtime_hours, average_viewers, peak_viewers
    from daily_streamer_games order by day, streamer_id, game_id
"""
RESULTS = (DAYS, GAMES, STREAMERS, PAIRS)

Results = list[list[tuple[Any, ...]]]


@pytest.fixture
def clock() -> VirtualClock:
    """Stands at the end of the day."""
    return VirtualClock(DAY_END)


@pytest.fixture
def rollup(database: Database, clock: VirtualClock) -> Rollup:
    return Rollup(database, clock, CALENDAR)


def results(url: str) -> Results:
    return [rows(url, query) for query in RESULTS]


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def minutes_spoken_for(
    database: Database,
    url: str,
    polls: Sequence[tuple[float, PollStatus, int]],
    day: Day | None = None,
) -> dict[float, float]:
    """For how many minutes each poll of a day speaks: each sees one streamer of its own.

    A poll is given by its minute of the day, how it ended, and its interval. Those that do not speak are not there.
    """
    day = day or CALENDAR.day(DAY)
    for minute, status, interval in polls:
        streams = [] if status is F else [a_stream(60, streamer=str(minute))]
        at = day.starts_at + timedelta(minutes=minute)
        stage(database, *streams, at=at, day=day.date, status=status, interval_minutes=interval)
    Rollup(database, VirtualClock(day.ends_at), CALENDAR).redo(day.date)
    spoken = rows(url, "select streamer_id, airtime_hours from daily_streamers")
    return {float(minute): round(hours * 60, 6) for minute, hours in spoken}


def test_a_day_in_full(rollup: Rollup, database: Database, url: str, clock: VirtualClock) -> None:
    """48 polls half an hour apart; a streamer in one of them has half an hour."""
    for number in range(48):
        streams = [a_stream(1000, streamer="ada", game="chess")]
        if number == 10:
            streams.append(a_stream(600, streamer="bob", game="chess"))
        if number in (20, 21):
            streams.append(a_stream(90 + number, streamer="cyd", game="go"))
        stage(database, *streams, at=DAY_START + number * HALF_HOUR)
    assert rollup.daily() == [RolledUpDay(DAY, DAY_START, DAY_END, 48, 24.0, 1.0, 24_410.5, 25.5)]
    assert results(url) == [
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
    assert minutes_spoken_for(database, url, [(minute, C, 30) for minute in polls]) == minutes
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
    assert minutes_spoken_for(database, url, polls) == minutes


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
    assert minutes_spoken_for(database, url, [(minute, status, 30) for minute, status in polls]) == minutes
    assert rows(url, "select polls from days") == [(len(polls),)]


def test_a_day_of_nothing_but_failed_polls_is_a_day_without_coverage(
    rollup: Rollup, database: Database, url: str
) -> None:
    stage(database, status=F)
    assert rollup.daily() == [RolledUpDay(DAY, DAY_START, DAY_END, 1, 0.0, 0.0, 0.0, 0.0)]
    assert results(url)[1:] == [[], [], []]
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


def test_a_streamer_who_changes_game_has_a_row_for_each_and_one_for_all(
    rollup: Rollup, database: Database, url: str
) -> None:
    stage(database, a_stream(400, game="chess"), at=DAY_START + HALF_HOUR)
    stage(database, a_stream(100, game="go"), at=DAY_START + 2 * HALF_HOUR)
    stage(database, a_stream(300, game=""), at=DAY_START + 3 * HALF_HOUR)
    rollup.daily()
    assert results(url)[1:] == [
        [("", 225.0, 0.75, 300.0, 300), ("chess", 300.0, 0.75, 400.0, 400), ("go", 50.0, 0.5, 100.0, 100)],
        [("ada", 575.0, 2.0, 287.5, 400)],
        [
            ("ada", "", 225.0, 0.75, 300.0, 300),
            ("ada", "chess", 300.0, 0.75, 400.0, 400),
            ("ada", "go", 50.0, 0.5, 100.0, 100),
        ],
    ]


def test_the_peak_of_a_game_is_of_all_its_streams_at_one_poll(rollup: Rollup, database: Database, url: str) -> None:
    """Not the sum of peaks that came at different times, nor the largest stream."""
    stage(database, a_stream(100), a_stream(200, streamer="bob"), at=DAY_START)
    stage(database, a_stream(250), a_stream(40, streamer="bob"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    assert rows(url, "select game_id, peak_viewers from daily_games") == [("chess", 300)]
    assert rows(url, "select streamer_id, peak_viewers from daily_streamers order by 1") == [("ada", 250), ("bob", 200)]


def test_a_viewer_count_at_its_limit_all_day_long_does_not_overflow(
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


def some_day(database: Database) -> list[Poll]:
    """Polls at odd moments, some missed; streamers come, go and change their game."""
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
    """In Python, poll by poll."""
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
    """As when a poll was removed by hand."""
    stage(database, a_stream(100), at=DAY_START + HALF_HOUR)
    wrong = stage(database, a_stream(100, streamer="bob", game="go"), at=DAY_START + 3 * HALF_HOUR)
    rollup.daily()
    execute(url, f"delete from staging.streams where poll_id = {wrong.poll_id}")
    execute(url, f"delete from staging.polls where poll_id = {wrong.poll_id}")
    assert [day.polls for day in rollup.daily()] == [1]
    assert rows(url, PAIRS) == [("ada", "chess", 100.0, 1.0, 100.0, 100)]
    assert rows(url, GAMES) == [("chess", 100.0, 1.0, 100.0, 100)]


def test_every_finished_day_is_rolled_up_oldest_first_and_today_is_not(
    rollup: Rollup, database: Database, clock: VirtualClock
) -> None:
    for number in (2, 0, 1, 3):
        stage(database, a_stream(), at=DAY_START + timedelta(days=number), day=DAY + timedelta(days=number))
    clock.move_to(DAY_END + timedelta(days=2, seconds=-1))
    assert [day.date for day in rollup.daily()] == [DAY, NEXT_DAY]
    clock.advance(1)
    assert [day.date for day in rollup.daily()] == [date(2026, 11, 23)]


def test_a_day_that_is_not_over_is_refused(database: Database, url: str) -> None:
    stage(database, a_stream())
    a_second_early = Rollup(database, VirtualClock(DAY_END - timedelta(seconds=1)), CALENDAR)
    with pytest.raises(DayNotAvailable) as caught:
        a_second_early.redo(DAY)
    assert str(caught.value) == "the day 2026-11-21 is not over: it ends at 2026-11-22 16:00 UTC"
    assert a_second_early.daily() == []
    assert results(url) == [[]] * 4


def test_a_day_without_polls_is_refused(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, a_stream(), day=date(2026, 11, 20))
    with pytest.raises(DayNotAvailable, match="the day 2026-11-21 cannot be rolled up: it has no polls"):
        rollup.redo(DAY)
    assert results(url) == [[]] * 4


def test_a_day_whose_streams_are_gone_is_refused_and_its_tables_stay(
    rollup: Rollup, database: Database, url: str
) -> None:
    stage(database, a_stream())
    rollup.daily()
    before = results(url)
    with database.transaction() as tx:
        tx.collect.drop_partition(day=DAY)
    with pytest.raises(DayNotAvailable, match="its streams are no longer in staging"):
        rollup.redo(DAY)
    assert results(url) == before


def test_a_day_that_does_not_add_up_is_refused_and_nothing_of_it_is_stored(
    rollup: Rollup, database: Database, url: str
) -> None:
    """A stream has gone from staging since its poll was stored."""
    stage(database, a_stream(100), a_stream(60, streamer="bob"), at=DAY_START + HALF_HOUR)
    execute(url, "delete from staging.streams where streamer_id = 'bob'")
    with pytest.raises(SumsDisagree) as caught:
        rollup.daily()
    assert str(caught.value) == (
        "the watch hours of 2026-11-21 do not add up: pairs 100.0, streamers 100.0, games 160.0, polls 160.0; "
        "nothing of this roll-up was stored"
    )
    assert results(url) == [[]] * 4


@pytest.mark.parametrize(
    "tampering",
    [
        "update staging.streams set viewer_count = viewer_count + 1 where streamer_id = 'bob'",
        "insert into staging.streams select * from staging.streams where streamer_id = 'bob'",
        "update staging.games set viewers = viewers + 1",
        "update staging.games set streams = streams + 1",
        "update staging.polls set viewers = viewers + 1",
        "update staging.polls set streams = streams + 1",
    ],
)
def test_any_disagreement_is_reported_and_the_earlier_roll_up_stays(
    rollup: Rollup, database: Database, url: str, tampering: str
) -> None:
    stage(database, a_stream(1_000_000), a_stream(60, streamer="bob"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    before = results(url)
    execute(url, tampering)
    with pytest.raises(SumsDisagree):
        rollup.redo(DAY)
    assert results(url) == before


def test_one_bad_day_stops_no_other_roll_up(rollup: Rollup, database: Database, clock: VirtualClock, url: str) -> None:
    """One whose streams are gone before they were rolled up, one that does not add up, and a good one."""
    for number in range(3):
        stage(database, a_stream(), at=DAY_START + timedelta(days=number), day=DAY + timedelta(days=number))
    with database.transaction() as tx:
        tx.collect.drop_partition(day=DAY)
    execute(url, f"delete from staging.streams where day = '{NEXT_DAY}'")
    clock.advance(2 * 24 * 3600)
    with pytest.raises(DayNotAvailable, match="2026-11-21"):
        rollup.daily()
    assert rows(url, "select day from days") == [(date(2026, 11, 23),)]


# A day, or a month, that the server refuses to store: by an error of any kind.
REFUSES = """
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception 'not this one' using errcode = '{sqlstate}'; end $$;
    create trigger refuses before insert on {table} for each row when ({which}) execute function refuse();
"""


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        pytest.param("23514", DatabaseError, id="refused by a constraint"),
        pytest.param("55P03", DatabaseConflict, id="lock time-out"),
        pytest.param("57014", DatabaseTooSlow, id="statement time-out"),
        pytest.param("53200", DatabaseUnavailable, id="out of memory"),
    ],
)
def test_any_error_of_a_day_or_month_stops_no_other_roll_up(
    rollup: Rollup, database: Database, clock: VirtualClock, url: str, sqlstate: str, kind: type[DatabaseError]
) -> None:
    """Two days at the end of November, one at the end of December; the first day and the first month fail."""
    days = [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 31)]
    for day in days:
        stage(database, a_stream(), at=CALENDAR.day(day).starts_at, day=day)
    execute(url, REFUSES.format(sqlstate=sqlstate, table="daily_games", which="new.day = '2026-11-29'"))
    clock.move_to(datetime(2027, 1, 1, 17, tzinfo=UTC))
    with pytest.raises(DatabaseError, match="not this one") as caught:
        rollup.daily()
    assert type(caught.value) is kind
    assert rows(url, "select day from days order by day") == [(day,) for day in days[1:]]
    assert rows(url, "select month from months order by month") == [(date(2026, 11, 1),), (date(2026, 12, 1),)]
    execute(url, "drop trigger refuses on daily_games; drop function refuse()")
    execute(url, "delete from months")
    which = "new.month = '2026-11-01'"
    execute(url, REFUSES.format(sqlstate=sqlstate, table="monthly_streamer_games", which=which))
    with pytest.raises(DatabaseError, match="not this one") as caught:
        rollup.daily()
    assert type(caught.value) is kind
    assert rows(url, "select day from days order by day") == [(day,) for day in days]
    assert rows(url, "select month from months") == [(date(2026, 12, 1),)]


def test_the_roll_up_ends_when_the_database_stays_unavailable(
    rollup: Rollup, database: Database, clock: VirtualClock, url: str, switch: Switch
) -> None:
    """It is given half a minute to come back, once."""
    for number in range(3):
        stage(database, a_stream(), at=DAY_START + timedelta(days=number), day=DAY + timedelta(days=number))
    clock.advance(2 * 24 * 3600)
    execute(url, REFUSES.format(sqlstate="53200", table="daily_games", which="new.day = '2026-11-21'"))
    began = clock.now()

    class Slept(VirtualClock):
        """Takes the database away as soon as somebody waits for it."""

        def sleep(self, seconds: float) -> None:
            switch.off()
            super().sleep(seconds)

    waiting = Slept(began)
    with pytest.raises(DatabaseUnavailable, match="not this one"):
        Rollup(database, waiting, CALENDAR).daily()
    switch.on()
    assert waiting.now() - began == timedelta(seconds=32)
    assert rows(url, "select day from days") == []


def test_one_rollup_at_a_time(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, a_stream())
    with database.exclusive("daily"):
        for attempt in (rollup.daily, lambda: rollup.redo(DAY)):
            with pytest.raises(Busy):
                attempt()
    assert results(url) == [[]] * 4
