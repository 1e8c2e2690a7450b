"""DAY_STARTS_AT and TIMEZONE change while there is data: no hour is in two days, and finished days do not change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.collect.prune import Pruner
from bot.core.calendar import Calendar, effect_of_change
from bot.daily.rollup import Rollup
from bot.read.day_bounds import due_days
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DayNotAvailable, SumsDisagree
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write

PACIFIC, TOKYO = ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Tokyo")
EIGHT, MIDNIGHT, NOON = (Calendar(PACIFIC, time(hour)) for hour in (8, 0, 12))
AFTERNOON = Calendar(PACIFIC, time(14))
IN_TOKYO = Calendar(TOKYO, time(8))
BEGAN = datetime(2026, 11, 18, 8, tzinfo=UTC)
TABLES = ("days", "daily_games", "daily_streamers", "daily_streamer_games")
LONG = pytest.mark.long


def whole_rows(url: str) -> set[tuple[str, str]]:
    """Every column of every row of the daily tables, as text, but for the mark that later steps are done, too."""
    of_each = (f"select '{table}', (to_jsonb({table}) - 'has_leaders')::text from {table}" for table in TABLES)
    return set(rows(url, " union all ".join(of_each)))


def live(database: Database, url: str, settings: Sequence[tuple[float, Calendar]], hours: int) -> Iterator[datetime]:
    """Poll every four hours and roll up after each poll; the settings change after these numbers of hours."""
    for hour in range(0, hours, 4):
        now = BEGAN + timedelta(hours=hour)
        calendar = [calendar for since, calendar in settings if hour >= since][-1]
        stage(database, a_stream(100), at=now, day=calendar.day_of(now).date, interval_minutes=240)
        clock = VirtualClock(now + timedelta(minutes=1))
        Rollup(database, clock, calendar).daily()
        Pruner(database, clock, calendar, timedelta(hours=24)).prune()
        yield now


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param([(0, MIDNIGHT), (49, EIGHT)], id="from midnight to eight, just after a day was finished"),
        pytest.param([(0, MIDNIGHT), (44, EIGHT)], id="from midnight to eight, before a day was finished", marks=LONG),
        pytest.param([(0, EIGHT), (49, MIDNIGHT)], id="from eight to midnight, in the night", marks=LONG),
        pytest.param([(0, EIGHT), (58, MIDNIGHT)], id="from eight to midnight, just after a day was finished"),
        pytest.param(
            [(0, EIGHT), (50, MIDNIGHT), (60, EIGHT), (70, NOON), (72, EIGHT)], id="back and forth", marks=LONG
        ),
        pytest.param([(0, EIGHT), (60, IN_TOKYO)], id="to the other side of the world"),
        pytest.param([(0, IN_TOKYO), (60, EIGHT)], id="and from there", marks=LONG),
        pytest.param([(0, IN_TOKYO), (40, EIGHT), (50, IN_TOKYO), (90, EIGHT)], id="there and back, twice"),
    ],
)
def test_no_hour_belongs_to_two_days_and_a_finished_day_does_not_change(
    settings: list[tuple[float, Calendar]], database: Database, url: str
) -> None:
    finished = whole_rows(url)
    for now in live(database, url, settings, 120):
        after = whole_rows(url)
        assert finished <= after, now
        finished = after
    days = rows(url, "select day, starts_at, ends_at, covered_hours, coverage, watch_hours from days order by day")
    assert len(days) >= 4
    for one, following in pairwise(days):
        assert one[2] <= following[1], (one, following)
    for _, starts_at, ends_at, covered_hours, coverage, watch_hours in days:
        length = (ends_at - starts_at) / timedelta(hours=1)
        assert length <= 24
        assert covered_hours <= length
        assert coverage == pytest.approx(covered_hours / length)
        assert watch_hours == pytest.approx(100 * covered_hours)
    # All but the first, which began before the first poll, and the one in which the settings changed.
    assert sum(coverage > 0.99 for *_, coverage, _ in days) >= len(days) - len(settings) - 1
    assert rows(url, "select max(airtime_hours) <= 24 from daily_streamers") == [(True,)]


def test_a_day_with_an_earlier_start_begins_where_the_finished_one_ended(database: Database, url: str) -> None:
    for _ in live(database, url, [(0, EIGHT), (50, MIDNIGHT)], 80):
        pass
    assert rows(url, "select day, starts_at, ends_at, polls, covered_hours from days where day >= '2026-11-19'") == [
        (date(2026, 11, 19), at("2026-11-19T16"), at("2026-11-20T08"), 4, 16.0),
        (date(2026, 11, 20), at("2026-11-20T08"), at("2026-11-21T08"), 5, 24.0),
    ]


def test_today_starts_where_the_newest_finished_day_ended_but_not_before_its_time(database: Database, url: str) -> None:
    """Yesterday was finished with other settings, and ended three hours after today's start by the calendar."""
    ends = {DAY - timedelta(days=2): timedelta(days=-1), DAY - timedelta(days=1): timedelta(hours=3)}
    for day, end in ends.items():
        write(
            url,
            "insert into days values (%s, %s, %s, 1, 1, 0.04, 1, 1, %s)",
            *(day, DAY_START + end - timedelta(days=1), DAY_START + end, DAY_START),
        )
    with database.transaction() as tx:
        starts = [
            tx.daily.start_of_today(starts_at=DAY_START, now=DAY_START + timedelta(hours=hours)) for hours in (2, 3, 6)
        ]
    assert starts == [DAY_START, DAY_START + timedelta(hours=3), DAY_START + timedelta(hours=3)]


def test_hours_between_a_finished_day_and_a_day_with_a_later_start_belong_to_no_day(
    database: Database, url: str
) -> None:
    for _ in live(database, url, [(0, MIDNIGHT), (49, EIGHT)], 84):
        pass
    assert rows(url, "select day, starts_at, ends_at, polls, covered_hours from days where day >= '2026-11-19'") == [
        (date(2026, 11, 19), at("2026-11-19T08"), at("2026-11-20T08"), 6, 24.0),
        (date(2026, 11, 20), at("2026-11-20T16"), at("2026-11-21T16"), 6, 24.0),
    ]


def test_polls_of_hours_that_belong_to_no_day_are_pruned_with_the_rest(database: Database, url: str) -> None:
    for _ in live(database, url, [(0, MIDNIGHT), (49, EIGHT)], 144):
        pass
    [(oldest,)] = rows(url, "select min(day) from staging.streams")
    assert oldest >= date(2026, 11, 22)


def test_a_poll_named_after_a_finished_day_but_outside_of_its_bounds_does_not_make_it_due(
    database: Database, url: str
) -> None:
    stage(database, a_stream(100))
    rollup = Rollup(database, VirtualClock(DAY_START + timedelta(hours=24)), EIGHT)
    assert len(rollup.daily()) == 1
    before = whole_rows(url)
    for at_ in (DAY_START - timedelta(seconds=1), DAY_START + timedelta(hours=24)):
        stage(database, a_stream(5000), at=at_)
    assert rollup.daily() == []
    assert rollup.redo(DAY).watch_hours == 50
    assert whole_rows(url) == before


def test_a_day_rolled_up_again_under_other_settings_keeps_its_bounds(database: Database, url: str) -> None:
    stage(database, a_stream(100), polls=48)
    clock = VirtualClock(DAY_START + timedelta(hours=40))
    [done] = Rollup(database, clock, EIGHT).daily()
    before = whole_rows(url)
    assert Rollup(database, clock, MIDNIGHT).redo(DAY) == done
    assert Rollup(database, clock, IN_TOKYO).redo(DAY) == done
    assert whole_rows(url) == before


def test_a_day_of_which_every_hour_belongs_to_finished_days_is_refused(database: Database, url: str) -> None:
    write(
        url,
        "insert into days values ('2026-11-20', %s, %s, 48, 24, 1, 1, 1, %s)",
        *(DAY_START, DAY_START + timedelta(days=1), DAY_START),
    )
    stage(database, a_stream(100))
    rollup = Rollup(database, VirtualClock(DAY_START + timedelta(days=3)), EIGHT)
    assert rollup.daily() == []
    with pytest.raises(DayNotAvailable, match="2026-11-21 has no hours of its own"):
        rollup.redo(DAY)


@dataclass
class Changed:
    """Three polls of a morning under one calendar, then the bot under another; it may have been stopped in between."""

    database: Database
    before: Calendar
    after: Calendar
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(DAY_START + HALF_HOUR))
    day: date = field(init=False)

    def __post_init__(self) -> None:
        self.day = self.before.day_of(self.clock.now()).date
        self.poll(self.before, 3)

    def poll(self, calendar: Calendar, polls: int) -> None:
        """Take a number of polls, half an hour apart."""
        began = self.clock.now()
        instants = [began + number * HALF_HOUR for number in range(polls)]
        for day, of_day in groupby(instants, key=lambda instant: calendar.day_of(instant).date):
            first, *others = of_day
            stage(self.database, a_stream(100), at=first, day=day, polls=1 + len(others))
        self.clock.advance(1800 * polls)

    def rollup(self, calendar: Calendar | None = None) -> Rollup:
        return Rollup(self.database, self.clock, calendar or self.after)

    def due(self) -> list[date]:
        """The due days in the health facts and on the dashboard."""
        with self.database.transaction() as tx:
            return list(due_days(tx, self.after, self.clock.now()).due)

    def prune(self) -> list[date]:
        return Pruner(self.database, self.clock, self.after, timedelta(hours=24)).prune()


@pytest.mark.parametrize(
    ("before", "after", "began_at", "hours_off"),
    [
        pytest.param(EIGHT, AFTERNOON, "2026-11-21T17", 48, id="a later start, and off until the next day"),
        pytest.param(EIGHT, AFTERNOON, "2026-11-21T17", 24 * 40, id="a later start, and off for forty days"),
        pytest.param(EIGHT, IN_TOKYO, "2026-11-22T01", 0, id="to the other side of the world after the first evening"),
        pytest.param(NOON, MIDNIGHT, "2026-11-22T09", 0, id="an earlier start, after the first night"),
    ],
)
def test_a_day_whose_polls_are_all_outside_of_its_bounds_is_skipped_and_pruned(
    before: Calendar,
    after: Calendar,
    began_at: str,
    hours_off: int,
    database: Database,
    url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    bot = Changed(database, before, after, VirtualClock(at(began_at)))
    bot.clock.advance(3600 * hours_off)
    rollup, done, pruned = bot.rollup(), [], []
    for _ in range(5):
        bot.poll(after, 24)
        assert bot.day not in bot.due()
        done += [day.date for day in rollup.daily()]
        assert bot.due() == []
        pruned += bot.prune()
        bot.clock.advance(12 * 3600)
    assert bot.day not in done
    assert len(done) >= 3
    assert bot.day in pruned
    assert caplog.text.count("day skipped") == 1


def test_polls_of_a_skipped_day_stay_until_they_are_past_retention_and_count_if_the_settings_change_back(
    database: Database,
) -> None:
    bot = Changed(database, EIGHT, AFTERNOON)
    bot.clock.move_to(DAY_START + timedelta(hours=25))
    assert (bot.rollup().daily(), bot.due(), bot.prune()) == ([], [], [])
    assert [(day.date, day.polls) for day in bot.rollup(EIGHT).daily()] == [(DAY, 3)]


def test_a_skipped_day_that_was_pruned_is_not_due_when_the_settings_change_back(database: Database) -> None:
    bot = Changed(database, EIGHT, AFTERNOON)
    bot.clock.advance(48 * 3600)
    assert (bot.rollup().daily(), bot.prune()) == ([], [DAY])
    bot.after = EIGHT
    assert (bot.rollup().daily(), bot.due()) == ([], [])


def test_a_day_that_lost_its_streams_before_it_was_rolled_up_is_reported(database: Database, url: str) -> None:
    bot = Changed(database, EIGHT, EIGHT)
    bot.clock.advance(24 * 3600)
    write(url, "drop table staging.streams_2026_11_21")
    assert bot.due() == [DAY]
    with pytest.raises(DayNotAvailable, match="cannot be rolled up: its streams are not in staging"):
        bot.rollup().daily()


def test_late_polls_change_every_column_that_depends_on_them(database: Database, url: str) -> None:
    """A day that is rolled up twice has the same rows as a day that is rolled up once."""
    clock = VirtualClock(DAY_START + timedelta(hours=24))
    rollup = Rollup(database, clock, EIGHT)
    stage(database, a_stream(100), a_stream(60, streamer="bob", game="go"), at=DAY_START)
    rollup.daily()
    clock.advance(60)
    stage(database, a_stream(300), a_stream(90, streamer="cyd"), at=DAY_START + HALF_HOUR)
    rollup.daily()
    # the first poll counts for its quarter of an hour, the second for three
    assert rows(url, "select * from days") == [
        (DAY, DAY_START, DAY_START + timedelta(hours=24), 2, 1.0, 1 / 24, 332.5, 2.0, clock.now(), True)
    ]
    assert rows(url, "select * from daily_games order by game_id") == [
        (DAY, "chess", 317.5, 1.75, 317.5 / 1.75, 390, 250.0, 317.5, None),
        (DAY, "go", 15.0, 0.25, 60.0, 60, 15.0, 15.0, None),
    ]
    assert rows(url, "select * from daily_languages") == [(DAY, "en", 332.5, 2.0, 390)]
    assert rows(url, "select * from daily_game_languages order by game_id") == [
        (DAY, "chess", "en", 317.5, 1.75),
        (DAY, "go", "en", 15.0, 0.25),
    ]
    later, hours = DAY_START + HALF_HOUR, [(250.0, 1.0, 300), (15.0, 0.25, 60), (67.5, 0.75, 90)]
    assert rows(url, "select * from daily_streams order by streamer_id") == [
        (DAY, DAY_START, seen, *numbers, name, f"stream-of-{name}", "en", [game])
        for name, seen, numbers, game in zip(
            ("ada", "bob", "cyd"), (later, DAY_START, later), hours, ("chess", "go", "chess"), strict=True
        )
    ]
    assert rows(url, "select * from daily_streamers order by streamer_id") == [
        (DAY, "ada", 250.0, 1.0, 250.0, 300, "en"),
        (DAY, "bob", 15.0, 0.25, 60.0, 60, "en"),
        (DAY, "cyd", 67.5, 0.75, 90.0, 90, "en"),
    ]
    assert rows(url, "select * from daily_streamer_games order by streamer_id") == [
        (DAY, "ada", "chess", 250.0, 1.0, 250.0, 300),
        (DAY, "bob", "go", 15.0, 0.25, 60.0, 60),
        (DAY, "cyd", "chess", 67.5, 0.75, 90.0, 90),
    ]


def test_a_streamer_on_the_air_for_longer_than_was_measured_fails_the_day_and_is_named(
    database: Database, url: str
) -> None:
    """Other days are rolled up."""
    stage(database, a_stream(100, stream_id="1"), a_stream(90, stream_id="2", game="go"), a_stream(streamer="bob"))
    stage(database, a_stream(100), at=DAY_START + timedelta(days=1), day=DAY + timedelta(days=1))
    with pytest.raises(SumsDisagree, match=r"longer than the 0\.500 hours measured of 2026-11-21: ada 1\.000; nothing"):
        Rollup(database, VirtualClock(DAY_START + timedelta(days=2)), EIGHT).daily()
    assert rows(url, "select day from days") == [(DAY + timedelta(days=1),)]
    assert rows(url, f"select count(*) from daily_streamers where day = '{DAY}'") == [(0,)]


def test_a_day_that_covers_more_hours_than_it_has_cannot_be_stored(url: str) -> None:
    with pytest.raises(psycopg2.errors.CheckViolation, match="covered_hours"):
        write(
            url,
            "insert into days values (%s, %s, %s, 48, 24.01, 1, 1, 1, %s)",
            *(DAY, DAY_START, DAY_START + timedelta(days=1), DAY_START),
        )


def test_after_an_upgrade_days_with_a_streamer_twice_can_be_rolled_up_and_finished_days_are_unchanged(
    database: Database, url: str
) -> None:
    """The older release counted both streams, and polls outside the bounds of a day."""
    stage(
        database,
        a_stream(100, stream_id="9"),
        a_stream(90, stream_id="10", started_at=DAY_START + HALF_HOUR, game="go"),
        a_stream(70, stream_id="11", started_at=None, game="go"),
        a_stream(5, streamer="bob"),
    )
    stage(database, a_stream(60), at=DAY_START - timedelta(hours=25), day=DAY - timedelta(days=1))
    write(
        url,
        "insert into days values (%s, %s, %s, 1, 1, 0.04, 1, 1, %s)",
        *(DAY - timedelta(days=1), DAY_START - timedelta(days=1), DAY_START, DAY_START),
    )
    (path,) = migrations.MIGRATIONS_FOLDER.glob("*_day_bounds.sql")
    up, down = path.read_text().split("-- migrate:down")
    # What later migrations added was not there yet.
    write(url, "update staging.games set top_viewers = null, top3_viewers = null")
    write(url, "delete from staging.languages")
    for statements in (down, up):
        write(url, statements)
    write(url, "insert into staging.languages select poll_id, '', viewers, streams from staging.polls")
    rollup = Rollup(database, VirtualClock(DAY_START + timedelta(days=1)), EIGHT)
    assert [(day.date, day.watch_hours, day.airtime_hours) for day in rollup.daily()] == [(DAY, 47.5, 1.0)]
    assert rows(url, "select viewers, streams, duplicates from staging.polls order by started_at") == [
        (60, 1, 0),
        (95, 2, 2),
    ]
    assert rows(url, "select game_id, viewers, streams from staging.games order by poll_id, game_id") == [
        ("chess", 5, 1),
        ("go", 90, 1),
        ("chess", 60, 1),
    ]


@pytest.mark.parametrize(
    ("calendar", "effect"),
    [
        pytest.param(EIGHT, None, id="nothing changed"),
        pytest.param(MIDNIGHT, "2026-11-22 has 16.0 hours", id="earlier"),
        pytest.param(NOON, "4.0 hours from 2026-11-22 16:00 UTC on belong to no day", id="later"),
        pytest.param(IN_TOKYO, "2026-11-22 has 7.0 hours", id="another zone"),
    ],
)
def test_effect_of_a_change_is_described(calendar: Calendar, effect: str | None) -> None:
    assert effect_of_change(calendar, DAY, DAY_START + timedelta(days=1)) == effect


def at(hour: str) -> datetime:
    return datetime.fromisoformat(f"{hour}:00:00+00:00")
