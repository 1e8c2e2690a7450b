"""The summaries of a day are made from its tables, with a game that is drawn once."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.core.calendar import Calendar
from bot.core.day_results import RankedEntry, RolledUpDay
from bot.core.polls import PollStatus, Stream
from bot.core.posts import DaySummaries, SummaryKind
from bot.daily.rollup import Rollup
from bot.post.compose import summary
from bot.post.plan import Planner
from bot.post.ranking import Ranking
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DayNotAvailable
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage

DAY_END = DAY_START + timedelta(hours=24)
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
POST_AT = time(14)
POSTED_AT = datetime(2026, 11, 22, 22, tzinfo=UTC)
Summaries = Callable[[float], DaySummaries]


@pytest.fixture
def planned(database: Database) -> Summaries:
    """The summaries of the day with this random number."""

    def summaries(number: float) -> DaySummaries:
        return Planner(database, VirtualClock(POSTED_AT), lambda: number, CALENDAR, POST_AT).summaries(DAY)

    return summaries


def live_through(database: Database, *streams: Stream, polls: int = 48) -> None:
    """Stage a day of these streams from its start on, and roll it up."""
    stage(database, *streams, polls=polls)
    Rollup(database, VirtualClock(DAY_END), CALENDAR).daily()


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def texts(summaries: DaySummaries) -> list[str]:
    return [summary.text for summary in summaries.summaries]


def test_a_day_has_three_summaries(database: Database, planned: Summaries) -> None:
    """Each has the top five of six; the random number selects the drawn game."""
    live_through(
        database,
        a_stream(600, streamer="ada", game="chess"),
        a_stream(500, streamer="bob", game="go"),
        a_stream(400, streamer="cyd", game="poker"),
        a_stream(300, streamer="dan", game="tetris"),
        a_stream(200, streamer="eve", game="doom"),
        a_stream(100, streamer="fay", game="myst"),
        a_stream(99, streamer="gus", game="chess"),
    )
    summaries = planned(0.0)
    assert (summaries.date, summaries.skipped_because) == (DAY, None)
    assert [summary.kind for summary in summaries.summaries] == list(SummaryKind)
    assert texts(summaries) == [
        "Most watched games on Twitch · Sat, Nov 21, 2026\n\n"
        "1. Chess – 17K hours\n2. Go – 12K\n3. Poker – 9.6K\n4. Tetris – 7.2K\n5. Doom – 4.8K",
        "Most watched streamers on Twitch · Sat, Nov 21, 2026\n\n"
        "1. Ada – 14K hours\n2. Bob – 12K\n3. Cyd – 9.6K\n4. Dan – 7.2K\n5. Eve – 4.8K",
        "Most watched streamers of Chess · Sat, Nov 21, 2026\n\n1. Ada – 14K hours\n2. Gus – 2.4K",
    ]


def test_the_game_of_a_day_is_drawn_once(database: Database, planned: Summaries, url: str) -> None:
    live_through(database, a_stream(500, streamer="ada", game="a"), a_stream(500, streamer="bob", game="b"))
    first = planned(0.9)
    assert planned(0.1) == first
    assert "streamers of B" in texts(first)[2]
    assert rows(url, "select day, game_id, drawn_at from draws") == [(DAY, "b", POSTED_AT)]


def test_a_second_roll_up_does_not_change_the_drawn_game(database: Database, planned: Summaries) -> None:
    live_through(database, a_stream(500, streamer="ada", game="a"), a_stream(500, streamer="bob", game="b"))
    first = planned(0.9)
    Rollup(database, VirtualClock(POSTED_AT), CALENDAR).redo(DAY)
    assert planned(0.1) == first


def test_of_two_draws_at_once_the_first_is_stored(database: Database) -> None:
    """Another process draws a game between our read and our draw."""
    live_through(database, a_stream(500, streamer="ada", game="a"), a_stream(500, streamer="bob", game="b"))
    clock = VirtualClock(POSTED_AT)
    others: list[DaySummaries] = []

    def while_the_other_draws() -> float:
        others.append(Planner(database, clock, lambda: 0.1, CALENDAR, POST_AT).summaries(DAY))
        return 0.9

    ours = Planner(database, clock, while_the_other_draws, CALENDAR, POST_AT).summaries(DAY)
    assert [ours] == others
    assert "streamers of A" in texts(ours)[2]


@pytest.mark.parametrize(("number", "game"), [(0.0, "A"), (0.249, "A"), (0.25, "B"), (0.999, "B")])
def test_a_game_is_drawn_with_a_weight_equal_to_its_watch_time(
    database: Database, planned: Summaries, number: float, game: str
) -> None:
    live_through(database, a_stream(100, streamer="ada", game="a"), a_stream(300, streamer="bob", game="b"), polls=30)
    assert f"streamers of {game} " in texts(planned(number))[2]


@pytest.mark.parametrize("number", [0.0, 0.5, 0.999])
def test_streams_without_a_game_are_not_ranked_and_never_drawn(
    database: Database, planned: Summaries, number: float
) -> None:
    """Their streamers are counted like all others."""
    live_through(database, a_stream(900, streamer="ada", game=""), a_stream(100, streamer="bob", game="go"))
    games, streamers, of_game = texts(planned(number))
    assert games.split("\n")[2:] == ["1. Go – 2.4K hours"]
    assert streamers.split("\n")[2:] == ["1. Ada – 22K hours", "2. Bob – 2.4K"]
    assert of_game.split("\n")[2:] == ["1. Bob – 2.4K hours"]


def test_ties_are_ranked_in_a_stable_order(database: Database, planned: Summaries, url: str) -> None:
    """The order does not depend on the place of rows: an update moves a row to the end of its table."""
    names = ["eve", "ada", "Zoe", "cyd", "10", "9"]
    live_through(database, *(a_stream(100, streamer=name, game=f"g-{name}") for name in names))
    for table in ("daily_streamers", "daily_games", "streamers"):
        execute(url, f"alter table {table} drop constraint {table}_pkey")
    for first in ("10", "9", "Zoe"):
        execute(url, f"update streamers set login = '' where streamer_id = '{first}'")
        execute(url, f"update daily_streamers set peak_viewers = 1 where streamer_id = '{first}'")
        execute(url, f"update daily_games set peak_viewers = 1 where game_id = 'g-{first}'")
    games, streamers, _ = texts(planned(0.0))
    assert [line.split(" ")[1] for line in streamers.split("\n")[2:]] == ["10", "9", "Zoe", "Ada", "Cyd"]
    assert [line.split(" ")[1] for line in games.split("\n")[2:]] == ["G-10", "G-9", "G-Zoe", "G-Ada", "G-Cyd"]


def test_summaries_use_the_latest_names(database: Database, planned: Summaries) -> None:
    live_through(database, a_stream(100, streamer_name="Ada", game_name="Old"))
    stage(database, a_stream(100, streamer_name="Countess", game_name="New"), at=DAY_END, day=date(2026, 11, 22))
    games, streamers, of_game = texts(planned(0.0))
    assert "1. New – " in games
    assert "1. Countess – " in streamers
    assert "streamers of New " in of_game


def test_a_day_that_is_not_rolled_up_has_no_summaries(database: Database, planned: Summaries) -> None:
    stage(database, a_stream())
    with pytest.raises(DayNotAvailable, match="the day 2026-11-21 is not rolled up"):
        planned(0.0)


def test_a_day_measured_for_less_than_half_is_skipped_and_no_game_is_drawn(
    database: Database, planned: Summaries, url: str
) -> None:
    """From 08:00 to 19:30: eleven and a half hours of 24."""
    live_through(database, a_stream(), polls=23)
    assert planned(0.0) == DaySummaries(DAY, [], "only 48% of 2026-11-21 was measured, less than half")
    assert rows(url, "select count(*) from draws") == [(0,)]


def test_a_summary_of_a_day_measured_for_half_states_the_measured_hours(database: Database, planned: Summaries) -> None:
    live_through(database, a_stream(), polls=24)
    for text in texts(planned(0.0)):
        assert text.endswith("\n\nMeasured: 12.0 of 24 hours")


def test_a_day_on_which_no_stream_was_seen_is_skipped(database: Database, planned: Summaries) -> None:
    live_through(database)
    assert planned(0.0) == DaySummaries(DAY, [], "no stream was seen on 2026-11-21")


def test_a_day_of_streams_without_a_game_does_not_fail(database: Database, planned: Summaries) -> None:
    """No game can be drawn, but streamers are ranked."""
    live_through(database, a_stream(900, streamer="ada", game=""))
    summaries = planned(0.5)
    assert summaries.skipped_because or SummaryKind.STREAMERS in [summary.kind for summary in summaries.summaries]


def planner_at(database: Database, instant: datetime, calendar: Calendar = CALENDAR) -> Planner:
    return Planner(database, VirtualClock(instant), lambda: 0.0, calendar, POST_AT)


def test_summary_whose_chart_cannot_be_composed_has_only_a_text(caplog: pytest.LogCaptureFixture) -> None:
    day = RolledUpDay(DAY, DAY_START, DAY_END, 48, 24.0, 1.0, 1.0, 1.0)
    not_a_name: Any = 5
    made = summary(Ranking(SummaryKind.GAMES, day, [RankedEntry("原神", 1.0, plain_name=not_a_name)]))
    assert "1. 原神 – 1 hours" in made.text
    assert made.chart is None
    assert [(entry.levelname, entry.getMessage()) for entry in caplog.records] == [
        ("WARNING", "no chart day=2026-11-21 kind=games")
    ]


def test_a_game_name_without_glyphs_in_the_font_is_only_in_the_texts(database: Database, planned: Summaries) -> None:
    live_through(database, a_stream(600, streamer="ada", streamer_name="아다", game_name="原神"))
    chart = planned(0.0).summaries[2].chart
    assert chart is not None
    assert chart.spec["title"]["text"] == "Most watched streamers of the day's game"
    assert "Most watched streamers of 原神" in chart.alt_text
    assert "1. 아다: 14K hours" in chart.alt_text
    assert '"1. ada"' in json.dumps(chart.spec)


def outbox(url: str) -> list[tuple[Any, ...]]:
    return rows(
        url, "select kind, day, status, reason, text <> '', chart is not null, expires_at from posts order by 1"
    )


MIDNIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # in Los Angeles


def test_three_posts_are_put_into_the_outbox_once(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    live_through(database, a_stream(600, streamer="ada"))
    caplog.set_level("INFO")
    planner = planner_at(database, POSTED_AT)
    for _ in range(2):
        planner.plan(DAY, expires_at=MIDNIGHT)
    assert [line for line in caplog.messages if line.startswith("planned")] == [f"planned day={DAY} posts=3"]
    assert outbox(url) == [
        ("games", DAY, "due", None, True, True, MIDNIGHT),
        ("streamers", DAY, "due", None, True, True, MIDNIGHT),
        ("streamers_of_game", DAY, "due", None, True, True, MIDNIGHT),
    ]
    ((text, alt_text),) = rows(url, "select text, alt_text from posts where kind = 'streamers'")
    assert "1. Ada – 14K hours" in text
    assert "1. Ada: 14K hours" in alt_text
    assert "Hours watched · Sat, Nov 21, 2026 · 24.0 of 24 hours measured" in alt_text


def test_a_day_not_worth_a_summary_is_stored_as_skipped(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    live_through(database, a_stream(), polls=23)
    planner_at(database, POSTED_AT).plan(DAY, expires_at=MIDNIGHT)
    reason = "only 48% of 2026-11-21 was measured, less than half"
    assert caplog.messages[-1] == f"planned day={DAY} posts=3 skipped: {reason}"
    assert outbox(url) == [
        (kind, DAY, "skipped", reason, False, False, MIDNIGHT) for kind in ("games", "streamers", "streamers_of_game")
    ]


def test_a_day_is_due_from_the_posting_hour_until_midnight(database: Database, url: str) -> None:
    live_through(database, a_stream(600, streamer="ada"))
    assert planner_at(database, POSTED_AT - timedelta(seconds=1)).plan_if_due() is None
    assert outbox(url) == []
    assert planner_at(database, MIDNIGHT - timedelta(seconds=1)).plan_if_due() is not None
    assert [row[-1] for row in outbox(url)] == [MIDNIGHT] * 3
    assert planner_at(database, MIDNIGHT - timedelta(seconds=1)).plan_if_due() is None


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=4), timedelta(hours=20)])
def test_the_day_before_yesterday_is_never_posted(database: Database, url: str, late: timedelta) -> None:
    """If the bot was down or the roll-up was late until midnight, no summary of that day is posted."""
    live_through(database, a_stream(600, streamer="ada"))
    assert planner_at(database, MIDNIGHT + late).plan_if_due() is None
    assert outbox(url) == []


def test_a_day_before_the_first_poll_is_logged_with_the_date_of_the_first_summaries(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """A poll that found no stream is none."""
    caplog.set_level("INFO")
    stage(database, status=PollStatus.FAILED)
    assert planner_at(database, POSTED_AT).plan_if_due() is None
    assert "no summaries are due yet: no poll has been taken" in caplog.text
    stage(database, a_stream(600, streamer="ada"), at=POSTED_AT, day=DAY + timedelta(days=1))
    assert planner_at(database, POSTED_AT).plan_if_due() is None
    assert "The first summaries, those of 2026-11-22, are due on Mon, Nov 23, 14:00 PST" in caplog.text
    assert "wait for its roll-up" not in caplog.text


def test_summaries_wait_for_a_late_roll_up(database: Database, url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    stage(database, a_stream(600, streamer="ada"), polls=48)
    assert planner_at(database, POSTED_AT).plan_if_due() is None
    assert "wait for its roll-up" in caplog.text
    Rollup(database, VirtualClock(POSTED_AT), CALENDAR).daily()
    assert planner_at(database, POSTED_AT + timedelta(minutes=15)).plan_if_due() is not None
    assert len(outbox(url)) == 3


@pytest.mark.parametrize(
    ("named", "posted_at", "midnight"),
    [
        # The day before the clocks go forward, and the short day itself.
        (date(2026, 3, 7), datetime(2026, 3, 8, 21, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        (date(2026, 10, 31), datetime(2026, 11, 1, 22, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
    ],
)
def test_summaries_are_due_at_the_same_hour_when_the_clocks_change(
    database: Database, url: str, named: date, posted_at: datetime, midnight: datetime
) -> None:
    day = CALENDAR.day(named)
    stage(database, a_stream(600, streamer="ada"), at=day.starts_at, day=named, polls=day.length // HALF_HOUR)
    Rollup(database, VirtualClock(day.ends_at), CALENDAR).daily()
    assert planner_at(database, posted_at - timedelta(seconds=1)).plan_if_due() is None
    assert planner_at(database, posted_at).plan_if_due() is not None
    assert {row[-1] for row in outbox(url)} == {midnight}


def test_changes_are_relative_to_the_day_before_if_it_is_known(database: Database) -> None:
    """Ranks are among all games of the day before, not only among the listed ones."""
    names = ["ada", "bob", "cyd", "dan", "eve", "fay", "gus"]
    stage(
        database,
        *(a_stream(700 - 100 * place, streamer=name, game=f"g{place}") for place, name in enumerate(names)),
        at=DAY_START - timedelta(hours=24),
        day=DAY - timedelta(days=1),
        polls=48,
    )
    stage(
        database,
        a_stream(1400, streamer="gus", game="g6"),
        a_stream(1050, streamer="bob", game="g1"),
        a_stream(900, streamer="new", game="g9"),
        a_stream(480, streamer="dan", game="g3"),
        a_stream(200, streamer="ada", game="g6"),
        polls=48,
    )
    Rollup(database, VirtualClock(DAY_END), CALENDAR).daily()
    games, streamers, of_game = planner_at(database, POSTED_AT).summaries(DAY).summaries
    assert streamers.text.split("\n")[2:] == [
        "1. Gus – 34K hours ▲6",
        "2. Bob – 25K +75%",
        "3. New – 22K new",
        "4. Dan – 12K +20%",
        "5. Ada – 4.8K ▼4",
    ]
    assert games.text.split("\n")[2] == "1. G6 – 38K hours ▲6"
    assert of_game.chart is not None
    assert streamers.chart is not None
    assert "1. Gus: 34K hours (up 6)" in streamers.chart.alt_text


def test_the_rank_within_a_game_is_among_the_streamers_of_the_game(database: Database) -> None:
    stage(
        database,
        a_stream(100, streamer="ada", game="chess"),
        a_stream(300, streamer="bob", game="chess"),
        a_stream(900, streamer="cyd", game="go"),
        at=DAY_START - timedelta(hours=24),
        day=DAY - timedelta(days=1),
        polls=48,
    )
    stage(database, a_stream(500, streamer="ada", game="chess"), a_stream(400, streamer="bob", game="chess"), polls=48)
    Rollup(database, VirtualClock(DAY_END), CALENDAR).daily()
    of_game = planner_at(database, POSTED_AT).summaries(DAY).summaries[2]
    assert of_game.text.split("\n")[2:] == ["1. Ada – 12K hours ▲1", "2. Bob – 9.6K ▼1"]


def test_a_day_is_not_compared_with_a_barely_measured_one(database: Database) -> None:
    before = DAY_START - timedelta(hours=24)
    stage(database, a_stream(100, streamer="ada"), at=before, day=DAY - timedelta(days=1), polls=20)
    live_through(database, a_stream(500, streamer="ada"))
    assert "1. Ada – 12K hours\n" in planner_at(database, POSTED_AT).summaries(DAY).summaries[1].text + "\n"
