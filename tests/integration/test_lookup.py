"""Answers to questions are read from the daily tables and the newest poll, on a real PostgreSQL."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.core.polls import PollStatus
from bot.core.questions import Question, Subject, SubjectKind, Window, WindowKind
from bot.daily.rollup import Rollup
from bot.read.measurements import newest_poll
from bot.reply.answer_facts import LiveFacts, Ranked, SpanFacts
from bot.reply.lookup import Lookup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
CHESS = Subject(SubjectKind.GAME, "chess", "Chess")
ADA = Subject(SubjectKind.STREAMER, "ada", "Ada")
NEXT_DAY = DAY_START + timedelta(hours=24)


def facts(
    database: Database, subject: Subject, first: date, last: date, kind: WindowKind = WindowKind.DAYS, *, now: datetime
) -> SpanFacts | LiveFacts:
    return Lookup(database, CALENDAR, VirtualClock(now)).facts(Question(subject, Window(kind, first, last)))


def over_days(
    database: Database, subject: Subject, first: date = DAY, last: date = DAY, now: datetime = NEXT_DAY
) -> SpanFacts:
    found = facts(database, subject, first, last, now=now)
    assert isinstance(found, SpanFacts)
    return found


def a_rolled_up_day(database: Database, now: datetime = NEXT_DAY) -> None:
    """Ada plays chess with 1,000 for half the day and Go with 500 in the other half; Bob and five others play chess."""
    others = [
        a_stream(800, streamer="bob", game="chess"),
        *(a_stream(100 + place, streamer=f"p{place}", game="chess") for place in range(5)),
    ]
    stage(database, a_stream(1000, streamer="ada", game="chess"), *others, polls=24)
    noon = DAY_START + 24 * HALF_HOUR
    stage(database, a_stream(500, streamer="ada", game="go"), *others, at=noon, polls=24)
    Rollup(database, VirtualClock(now), CALENDAR).daily()


def test_a_game_on_a_day(database: Database) -> None:
    a_rolled_up_day(database)
    found = over_days(database, CHESS)
    assert (found.days_measured, found.days, found.covered_hours, found.hours) == (1, 1, 24.0, 24.0)
    # The last poll with 1,000 covers the time until the midpoint before the first with 500: 11:45.
    assert found.watch_hours == pytest.approx(1000 * 11.75 + 800 * 24 + 510 * 24)
    assert found.peak_viewers == 2310
    assert [entry.name for entry in found.ranked] == ["Bob", "Ada", "P4", "P3", "P2"]
    assert found.ranked[0].value == pytest.approx(800 * 24)
    assert found.more_than_viewers == 50


def test_a_streamer_on_a_day(database: Database) -> None:
    a_rolled_up_day(database)
    found = over_days(database, ADA)
    assert found.watch_hours == pytest.approx(1000 * 11.75 + 500 * 12.25)
    assert found.airtime_hours == pytest.approx(24.0)
    assert found.peak_viewers == 1000
    assert found.average_viewers == pytest.approx(17_875 / 24)
    assert [entry.name for entry in found.ranked] == ["Chess", "Go"]
    assert [entry.value for entry in found.ranked] == pytest.approx([11_750, 6_125])


def test_subject_that_was_not_seen_on_a_day_has_no_hours(database: Database) -> None:
    a_rolled_up_day(database)
    found = over_days(database, Subject(SubjectKind.STREAMER, "nobody", "Nobody"))
    assert (found.days_measured, found.watch_hours, found.ranked, found.average_viewers) == (1, 0.0, (), 0.0)
    before = over_days(database, CHESS, DAY - timedelta(days=9), DAY - timedelta(days=3))
    assert (before.days_measured, before.days, before.covered_hours, before.hours) == (0, 7, 0.0, 168.0)


@pytest.mark.parametrize(("hours_after_its_end", "day"), [(0, date(2026, 11, 21)), (24, date(2026, 11, 22))])
def test_before_yesterday_is_rolled_up_the_day_before_is_the_newest(
    database: Database, hours_after_its_end: int, day: date
) -> None:
    """A question about yesterday in the minute after the end of a day; a day later there is no such exception."""
    a_rolled_up_day(database)
    yesterday = DAY + timedelta(days=1 + hours_after_its_end // 24)
    now = NEXT_DAY + timedelta(hours=24 + hours_after_its_end)
    found = over_days(database, CHESS, yesterday, yesterday, now)
    assert found.window.last == (day if hours_after_its_end == 0 else yesterday)
    assert found.days_measured == (1 if hours_after_its_end == 0 else 0)


def insert_days(url: str, first: date, last: date) -> None:
    """Daily rows without polls: each day Ada has as many hours of chess as the day of the month, Bob always 16."""
    write(
        url,
        "insert into days select day, day + time '16:00', day + time '16:00' + interval '1 day', 48, 24, 1, 1, 1, day"
        " from generate_series(%s::date, %s::date, '1 day') as day",
        first,
        last,
    )
    for streamer, hours in (("ada", "extract(day from day)"), ("bob", "16")):
        write(
            url,
            "insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)"
            f" select day, '{streamer}', 'chess', {hours}, 1, 100"
            " from generate_series(%s::date, %s::date, '1 day') as day",
            first,
            last,
        )
    write(
        url,
        "insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)"
        " select day, 'chess', 16 + extract(day from day), 2, 100 + extract(day from day)"
        " from generate_series(%s::date, %s::date, '1 day') as day",
        first,
        last,
    )


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 1, 2), date(2026, 3, 31)),
        (date(2026, 1, 1), date(2026, 3, 30)),
        (date(2026, 1, 31), date(2026, 3, 1)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 2, 2), date(2026, 2, 27)),
        (date(2025, 6, 30), date(2026, 4, 5)),
    ],
)
def test_whole_months_and_single_days_add_up_to_the_same(database: Database, url: str, first: date, last: date) -> None:
    insert_days(url, date(2025, 6, 1), date(2026, 4, 5))
    now = datetime(2026, 4, 6, 16, tzinfo=UTC)
    without_months = over_days(database, CHESS, first, last, now)
    Rollup(database, VirtualClock(now), CALENDAR).daily()
    assert [month for (month,) in rows(url, "select month from months order by 1")][-3:] == [
        date(2026, 1, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]
    with_months = over_days(database, CHESS, first, last, now)
    assert with_months == without_months
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert with_months.watch_hours == sum(16 + day.day for day in days)
    assert {entry.name: entry.value for entry in with_months.ranked} == {
        "ada": sum(day.day for day in days),
        "bob": 16 * len(days),
    }


def test_month_is_summed_up_again_when_one_of_its_days_changes(database: Database, url: str) -> None:
    """The day that is rolled up again is the last of a month; it has 25 hours because the clocks change."""
    named = date(2026, 10, 31)
    day = CALENDAR.day(named)
    rollup = Rollup(database, VirtualClock(day.ends_at), CALENDAR)
    ada = a_stream(1000, streamer="ada", game="chess")
    stage(database, ada, at=day.starts_at, day=named, polls=day.length // HALF_HOUR)
    assert [done.date for done in rollup.daily()] == [named]
    hours = "select sum(watch_hours) from monthly_streamer_games"
    (once,) = rows(url, hours)
    assert once == (pytest.approx(25_000),)
    write(url, "update staging.streams set viewer_count = 2000")
    write(url, "update staging.games set viewers = 2000")
    write(url, "update staging.languages set viewers = 2000")
    write(url, "update staging.polls set viewers = 2000")
    rollup.redo(named)
    assert rows(url, "select * from months") == []
    assert over_days(database, CHESS, date(2026, 10, 1), named, day.ends_at).watch_hours == pytest.approx(50_000)
    rollup.daily()
    assert rows(url, hours) == [(pytest.approx(50_000),)]


def test_an_unfinished_month_is_not_summed_up(database: Database, url: str) -> None:
    insert_days(url, date(2026, 3, 1), date(2026, 3, 31))
    Rollup(database, VirtualClock(datetime(2026, 4, 1, 14, tzinfo=UTC)), CALENDAR).daily()
    assert rows(url, "select * from months") == []
    Rollup(database, VirtualClock(datetime(2026, 4, 1, 15, tzinfo=UTC)), CALENDAR).daily()
    assert rows(url, "select month from months") == [(date(2026, 3, 1),)]


def test_current_day_so_far_equals_its_roll_up(database: Database) -> None:
    for number in range(11):
        stage(
            database,
            a_stream(1000, streamer="ada", game="chess"),
            a_stream(300, streamer="bob", game="chess" if number < 6 else ""),
            at=DAY_START + number * HALF_HOUR,
        )
    now = DAY_START + timedelta(hours=5)
    today = (DAY, DAY, WindowKind.TODAY)
    chess, ada, bob, nobody = (
        facts(database, subject, *today, now=now)
        for subject in (
            CHESS,
            ADA,
            Subject(SubjectKind.STREAMER, "bob", "Bob"),
            Subject(SubjectKind.GAME, "nothing", "Nothing"),
        )
    )
    assert isinstance(chess, SpanFacts)
    assert isinstance(ada, SpanFacts)
    assert isinstance(bob, SpanFacts)
    assert isinstance(nobody, SpanFacts)
    assert [chess.covered_hours, chess.hours, chess.days_measured] == pytest.approx([5.0, 5.0, 1])
    assert [ada.watch_hours, ada.airtime_hours, ada.peak_viewers] == pytest.approx([5000, 5.0, 1000])
    assert [entry.name for entry in chess.ranked] == ["Ada", "Bob"]
    assert chess.watch_hours == pytest.approx(5000 + bob.ranked[0].value)
    assert [entry.name for entry in bob.ranked] == ["Chess", ""]
    assert (nobody.watch_hours, nobody.ranked) == (0.0, ())


def test_before_the_first_poll_of_the_day_nothing_is_measured(database: Database) -> None:
    found = facts(database, CHESS, DAY, DAY, WindowKind.TODAY, now=DAY_START + timedelta(seconds=5))
    assert isinstance(found, SpanFacts)
    assert (found.days_measured, found.covered_hours, found.more_than_viewers) == (0, 0.0, 0)


def live(database: Database, subject: Subject, now: datetime) -> LiveFacts:
    found = facts(database, subject, DAY, DAY, WindowKind.LIVE, now=now)
    assert isinstance(found, LiveFacts)
    return found


def test_live_is_the_newest_poll(database: Database) -> None:
    stage(database, a_stream(900, streamer="ada", game="go"), at=DAY_START)
    streams = [a_stream(100 * place, streamer=f"p{place}", game="chess") for place in range(1, 8)]
    stage(database, a_stream(1000, streamer="ada", game="chess"), *streams, at=DAY_START + HALF_HOUR)
    now = DAY_START + timedelta(minutes=40)
    chess = live(database, CHESS, now)
    assert (chess.viewers, chess.streams, chess.polled_at) == (3800, 8, DAY_START + HALF_HOUR)
    assert chess.ranked[:2] == (Ranked("Ada", 1000.0), Ranked("P7", 700.0))
    assert len(chess.ranked) == 5
    ada = live(database, ADA, now)
    assert (ada.viewers, ada.streams, ada.game_name, ada.is_whole) == (1000, 1, "Chess", True)
    gone = live(database, Subject(SubjectKind.GAME, "go", "Go"), now)
    assert (gone.viewers, gone.streams, gone.ranked) == (0, 0, ())


def test_complete_poll_is_preferred_to_a_newer_partial_one(database: Database, url: str) -> None:
    stage(database, a_stream(1000, streamer="ada", game="chess"), at=DAY_START)
    stage(database, a_stream(50, streamer="bob", game="chess"), at=DAY_START + HALF_HOUR)
    write(url, "update staging.polls set status = 'partial', error = 'x' where started_at > %s", DAY_START)
    assert live(database, ADA, DAY_START + timedelta(minutes=40)).viewers == 1000
    later = live(database, ADA, DAY_START + timedelta(minutes=75))
    assert (later.viewers, later.is_whole) == (0, False)


@pytest.mark.parametrize("dates_before", [0, 1, 2], ids=["the date of the poll", "the date before", "two dates before"])
def test_complete_poll_is_preferred_whatever_the_date_of_its_day(database: Database, dates_before: int) -> None:
    """A day has the date of its start in its time zone: up to two before the UTC date of a poll."""
    now = datetime(2026, 11, 22, 1, tzinfo=UTC)
    day = now.date() - timedelta(days=dates_before)
    whole = stage(database, a_stream(), at=now - HALF_HOUR, day=day)
    stage(database, a_stream(), at=now, day=day, status=PollStatus.PARTIAL)
    with database.transaction() as tx:
        shown = newest_poll(tx, whole_since=now - timedelta(hours=1))
    assert shown is not None
    assert (shown.poll_id, shown.is_whole) == (whole.poll_id, True)


def test_old_poll_is_not_shown_as_live(database: Database) -> None:
    stage(database, a_stream(1000, streamer="ada", game="chess"), at=DAY_START)
    assert live(database, ADA, DAY_START + timedelta(hours=1)).polled_at == DAY_START
    assert live(database, ADA, DAY_START + timedelta(hours=1, seconds=1)).polled_at is None
