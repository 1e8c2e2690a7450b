"""Days that are not rolled up: unfinished ones, those without polls, and those whose sums disagree."""

from datetime import UTC, date, datetime, timedelta

import pytest

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
from tests.integration.literal_days import CALENDAR, DAY_END, NEXT_DAY, RESULTS, clock, execute, results, rollup

__all__ = ["clock", "rollup"]


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
    assert results(url) == [[]] * len(RESULTS)


def test_a_day_without_polls_is_refused(rollup: Rollup, database: Database, url: str) -> None:
    stage(database, a_stream(), day=date(2026, 11, 20))
    with pytest.raises(DayNotAvailable, match="the day 2026-11-21 cannot be rolled up: it has no polls"):
        rollup.redo(DAY)
    assert results(url) == [[]] * len(RESULTS)


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
    """A stream was deleted from staging after its poll was stored."""
    stage(database, a_stream(100), a_stream(60, streamer="bob"), at=DAY_START + HALF_HOUR)
    execute(url, "delete from staging.streams where streamer_id = 'bob'")
    with pytest.raises(SumsDisagree) as caught:
        rollup.daily()
    assert str(caught.value) == (
        "the watch hours of 2026-11-21 do not add up: pairs 100.0, streamers 100.0, streams 100.0, games 160.0, "
        "languages of games 100.0, languages 160.0, polls 160.0; nothing of this roll-up was stored"
    )
    assert results(url) == [[]] * len(RESULTS)


@pytest.mark.parametrize(
    "tampering",
    [
        "update staging.streams set viewer_count = viewer_count + 1 where streamer_id = 'bob'",
        "insert into staging.streams select * from staging.streams where streamer_id = 'bob'",
        "update staging.games set viewers = viewers + 1",
        "update staging.games set streams = streams + 1",
        "update staging.languages set viewers = viewers + 1",
        "update staging.languages set streams = streams + 1",
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
    """One day lost its streams before its roll-up, one does not add up, and one is good."""
    for number in range(3):
        stage(database, a_stream(), at=DAY_START + timedelta(days=number), day=DAY + timedelta(days=number))
    with database.transaction() as tx:
        tx.collect.drop_partition(day=DAY)
    execute(url, f"delete from staging.streams where day = '{NEXT_DAY}'")
    clock.advance(2 * 24 * 3600)
    with pytest.raises(DayNotAvailable, match="2026-11-21"):
        rollup.daily()
    assert rows(url, "select day from days") == [(date(2026, 11, 23),)]


# The server refuses to store a day or a month, with an error of any kind.
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
    """The roll-up waits for it once, for half a minute."""
    for number in range(3):
        stage(database, a_stream(), at=DAY_START + timedelta(days=number), day=DAY + timedelta(days=number))
    clock.advance(2 * 24 * 3600)
    execute(url, REFUSES.format(sqlstate="53200", table="daily_games", which="new.day = '2026-11-21'"))
    began = clock.now()

    class Slept(VirtualClock):
        """A clock that makes the database unavailable as soon as the roll-up waits for it."""

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
    assert results(url) == [[]] * len(RESULTS)
