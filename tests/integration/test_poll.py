"""A poll of a scripted Twitch is stored in staging as a whole, recorded as partial or failed, or not stored at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.collect.keep import KeptPolls
from bot.collect.poll import Collector
from bot.core.calendar import Calendar
from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.core.ports import LiveStreams
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseError, InvalidCursor, TwitchError, TwitchRefused, TwitchUnavailable
from tests.factories import DAY, DAY_START, HALF_HOUR, a_raw_stream, a_stream, rows, stage
from tests.unit.live_streams import LAST, Page, Script, ScriptedStreams, raw_streams

MakeCollector = Callable[[LiveStreams], Collector]
Row = tuple[Any, ...]
ONE_DAY = timedelta(days=1)

POLLS = """
    select poll_id, day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages,
        streams, viewers, duplicates, set_aside, error
    from staging.polls order by poll_id
"""
STREAMS = """
    select day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id
    from staging.streams order by poll_id, stream_id
"""
GAMES = "select poll_id, game_id, viewers, streams from staging.games order by poll_id, game_id"
SET_ASIDE = "select poll_id, position, reason, raw from staging.set_aside order by poll_id, position"
STREAMERS = (
    "select streamer_id, login, streamer_name, first_seen_day, last_seen_day from streamers order by streamer_id"
)
GAME_NAMES = "select game_id, game_name, first_seen_day, last_seen_day from games order by game_id"
EVERYTHING = (POLLS, STREAMS, GAMES, SET_ASIDE, STREAMERS, GAME_NAMES)
PARTITIONS = "select relname from pg_class join pg_inherits on inhrelid = pg_class.oid order by relname"

THREE_O_CLOCK = datetime(2026, 11, 21, 15, tzinfo=UTC)


@pytest.fixture
def collecting(database: Database, clock: VirtualClock, kept: KeptPolls) -> MakeCollector:
    """Makes a collector of a given list."""

    def make(live: LiveStreams) -> Collector:
        return Collector(
            live=live,
            database=database,
            clock=clock,
            calendar=Calendar(ZoneInfo("America/Los_Angeles"), time(8)),
            more_than_viewers=50,
            interval_minutes=30,
            kept=kept,
        )

    return make


def page(*streams: Any) -> ScriptedStreams:
    """A list of one page, read to its end."""
    return ScriptedStreams({None: [Page([*streams, LAST])]})


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


class Doing:
    """A list of one page, and an event while it is requested."""

    def __init__(self, do: Callable[[], object], *streams: Any) -> None:
        self._do = do
        self._streams = streams

    def get_streams(self, after: str | None = None) -> Page:
        self._do()
        return Page([*self._streams, LAST])


def test_a_poll_leaves_its_row_its_streams_its_games_and_its_names(collecting: MakeCollector, url: str) -> None:
    poll = collecting(
        page(
            a_raw_stream(id="1", user_id="70", user_login="ada", user_name="Ada", viewer_count=300),
            a_raw_stream(id="2", user_id="71", user_login="bob", user_name="ボブ", viewer_count=200),
            a_raw_stream(id="3", user_id="72", user_login="cyd", user_name="Cyd", viewer_count=100, game_id=""),
            a_raw_stream(id="1", viewer_count=299),
            a_raw_stream(id="5", user_id="", viewer_count=70, title=None),
            a_raw_stream(id="4", viewer_count=50),
        )
    ).collect()
    row = (1, DAY, DAY_START, DAY_START, "complete", "end_of_list", 30, 50, 1, 3, 600, 1, 1, None)
    assert rows(url, POLLS) == [row]
    assert poll == Poll(1, DAY, DAY_START, DAY_START, PollStatus.COMPLETE, CrawlEnd.END_OF_LIST, 1, 3, 600, 1, 1, None)
    assert rows(url, STREAMS) == [
        (DAY, 1, 300, THREE_O_CLOCK, "1", "70", "509658"),
        (DAY, 1, 200, THREE_O_CLOCK, "2", "71", "509658"),
        (DAY, 1, 100, THREE_O_CLOCK, "3", "72", ""),
    ]
    assert rows(url, GAMES) == [(1, "", 100, 1), (1, "509658", 500, 2)]
    [(poll_id, position, reason, raw)] = rows(url, SET_ASIDE)
    assert (poll_id, position, reason) == (1, 1, "no user_id")
    assert raw.startswith("{'id': '5', 'user_id': ''")
    assert rows(url, STREAMERS) == [
        ("70", "ada", "Ada", DAY, DAY),
        ("71", "bob", "ボブ", DAY, DAY),
        ("72", "cyd", "Cyd", DAY, DAY),
    ]
    assert rows(url, GAME_NAMES) == [("", "", DAY, DAY), ("509658", "Just Chatting", DAY, DAY)]


def test_the_latest_names_are_stored_with_the_days_of_the_first_and_last_stream(database: Database, url: str) -> None:
    friday, sunday = date(2026, 11, 20), date(2026, 11, 22)
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="1", game_name="Old"), day=friday)
    stage(database, a_stream(streamer="bob", game="2", game_name="Go"), day=DAY)
    stage(database, a_stream(streamer="ada", streamer_name="Countess", game="1", game_name="New"), day=sunday)
    assert rows(url, STREAMERS) == [("ada", "ada", "Countess", friday, sunday), ("bob", "bob", "Bob", DAY, DAY)]
    assert rows(url, GAME_NAMES) == [("1", "New", friday, sunday), ("2", "Go", DAY, DAY)]


@pytest.mark.parametrize("day_before", [False, True], ids=["of the same day", "of the day before"])
def test_a_poll_stored_after_a_newer_one_does_not_restore_older_names(
    day_before: bool, database: Database, url: str
) -> None:
    """The day of the last stream does not go back; streamers of the older poll alone have the name of that poll."""
    late_day = DAY - timedelta(days=1) if day_before else DAY
    before = a_stream(streamer="ada", streamer_name="Ada", login="lovelace", game="1", game_name="Old")
    renamed = replace(before, streamer_name="Countess", login="countess", game_name="New")
    only_before = a_stream(streamer="bob", streamer_name="Bob", game="2", game_name="Go")
    stage(database, a_stream(streamer="bob", streamer_name="Bobby", game="2", game_name="Baduk"), day=DAY - 2 * ONE_DAY)
    stage(database, renamed, at=DAY_START + HALF_HOUR)
    stage(database, before, only_before, at=DAY_START, day=late_day)
    assert rows(url, STREAMERS) == [
        ("ada", "countess", "Countess", late_day, DAY),
        ("bob", "bob", "Bob", DAY - 2 * ONE_DAY, late_day),
    ]
    assert rows(url, GAME_NAMES) == [("1", "New", late_day, DAY), ("2", "Go", DAY - 2 * ONE_DAY, late_day)]


def test_a_poll_stored_after_a_newer_one_adds_names_that_the_newer_one_lacks(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="ada", streamer_name="ada", game="1", game_name="1"), at=DAY_START + HALF_HOUR)
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="1", game_name="Chess"))
    assert rows(url, STREAMERS) == [("ada", "ada", "Ada", DAY, DAY)]
    assert rows(url, GAME_NAMES) == [("1", "Chess", DAY, DAY)]


def test_a_newer_login_is_stored_within_a_day_and_the_streamer_stays_the_same(
    collecting: MakeCollector, url: str
) -> None:
    for login, game_name in (("ada", "Chess"), ("countess", "Chess 2")):
        collecting(page(a_raw_stream(user_login=login, user_name=login.title(), game_name=game_name))).collect()
    assert rows(url, STREAMERS) == [("70001", "countess", "Countess", DAY, DAY)]
    assert rows(url, GAME_NAMES) == [("509658", "Chess 2", DAY, DAY)]


def test_names_change_within_a_day_too(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="1", game_name="Old"))
    stage(database, a_stream(streamer="ada", streamer_name="Countess", game="1", game_name="New"))
    assert rows(url, STREAMERS) == [("ada", "ada", "Countess", DAY, DAY)]
    assert rows(url, GAME_NAMES) == [("1", "New", DAY, DAY)]


def test_a_streamer_without_a_name_keeps_the_known_name(collecting: MakeCollector, url: str) -> None:
    """Within a poll, in either order of the streams, and from one poll to the next."""
    nameless = a_raw_stream(id="2", user_id="70002", user_login="bob", user_name="Bob", game_name="")
    known = [("509658", "Just Chatting")], [("70001", "ada", "Ada"), ("70002", "bob", "Bob")]
    for streams in (
        [nameless, a_raw_stream()],
        [a_raw_stream(user_login="", user_name="", game_name=""), nameless],
    ):
        collecting(page(*streams)).collect()
        assert rows(url, "select game_id, game_name from games") == known[0]
        assert rows(url, "select streamer_id, login, streamer_name from streamers order by 1") == known[1]


@pytest.mark.parametrize("names", [("", "Chess"), ("Chess", "")], ids=["the second has it", "the first has it"])
def test_new_game_has_the_name_of_any_of_its_streams(names: list[str], collecting: MakeCollector, url: str) -> None:
    """Twitch sends no name for some streams of a game."""
    streams = [a_raw_stream(id=str(n), user_id=str(n), game_id="9", game_name=name) for n, name in enumerate(names)]
    collecting(page(*streams)).collect()
    assert rows(url, "select game_id, game_name from games") == [("9", "Chess")]


@pytest.mark.parametrize("is_one_page", [True, False], ids=["on one page", "on two pages"])
def test_of_two_streams_of_one_streamer_one_is_stored(is_one_page: bool, collecting: MakeCollector, url: str) -> None:
    """The other one leaves no viewers, no game and no row."""
    old = a_raw_stream(id="1", game_id="8", game_name="Back\\slash", user_name="Old", viewer_count=10_000)
    new = a_raw_stream(
        id="2", game_id="9", game_name="Chess", user_name="New", viewer_count=9_000, started_at="2026-11-21T15:30:00Z"
    )
    other = a_raw_stream(id="3", user_id="7", user_login="bob", user_name="Bob", viewer_count=100)
    script: Script = {None: [Page([old, other, new, LAST])]}
    if not is_one_page:
        script = {None: [Page([old, other], "a")], "a": [Page([new, LAST])]}
    collecting(ScriptedStreams(script)).collect()
    assert rows(url, "select status, streams, viewers, duplicates from staging.polls") == [("complete", 2, 9_100, 1)]
    assert [(row[2], *row[4:]) for row in rows(url, STREAMS)] == [(9_000, "2", "70001", "9"), (100, "3", "7", "509658")]
    assert rows(url, GAMES) == [(1, "509658", 100, 1), (1, "9", 9_000, 1)]
    assert [row[1:3] for row in rows(url, STREAMERS)] == [("bob", "Bob"), ("ada", "New")]
    assert [row[0] for row in rows(url, GAME_NAMES)] == ["509658", "9"]


def test_names_that_break_naive_code_are_stored(collecting: MakeCollector, url: str) -> None:
    names = ["tab\tname", "back\\slash", r"\N", r"\.", "line\nbreak", "'; drop table games; --", "👨‍👩‍👧", "%s {} :day"]
    collecting(
        page(*(a_raw_stream(id=name, user_id=name, user_name=name, game_id=name, game_name=name) for name in names))
    ).collect()
    assert {row[4:] for row in rows(url, STREAMS)} == {(name, name, name) for name in names}
    assert {(row[0], row[2]) for row in rows(url, STREAMERS)} == {(name, name) for name in names}
    assert {row[:2] for row in rows(url, GAME_NAMES)} == {(name, name) for name in names}


def test_a_sample_of_the_streams_set_aside_is_stored_and_all_are_counted(collecting: MakeCollector, url: str) -> None:
    collecting(page(a_raw_stream(), *[None] * 30, *[{"id": "\x00\ud800"}] * 10)).collect()
    assert rows(url, "select set_aside from staging.polls") == [(40,)]
    assert [row[:3] for row in rows(url, SET_ASIDE)] == [(1, number, "not an object") for number in range(1, 21)]


@pytest.mark.parametrize(
    ("error", "ended_because"),
    [
        (TwitchUnavailable("Twitch does not answer"), CrawlEnd.TWITCH_UNAVAILABLE),
        (InvalidCursor("Twitch refuses the cursor"), CrawlEnd.INVALID_CURSOR),
        (TwitchRefused("Twitch refuses the credentials"), CrawlEnd.TWITCH_REFUSED),
    ],
)
def test_a_partial_poll_has_its_streams_and_the_reason(
    collecting: MakeCollector, url: str, error: TwitchError, ended_because: CrawlEnd
) -> None:
    collecting(ScriptedStreams({None: [Page(raw_streams(0, 100), "a")], "a": [error]})).collect()
    assert rows(url, POLLS) == [
        (1, DAY, DAY_START, DAY_START, "partial", ended_because, 30, 50, 1, 100, 100_000, 0, 0, str(error))
    ]
    assert rows(url, "select count(*) from staging.streams") == [(100,)]
    assert rows(url, "select count(*) from streamers") == [(100,)]


def test_a_poll_that_fails_leaves_its_row_and_nothing_else(collecting: MakeCollector, url: str) -> None:
    error = TwitchUnavailable("Twitch does not answer")
    collecting(ScriptedStreams({None: [error]})).collect()
    assert [rows(url, query) for query in EVERYTHING] == [
        [(1, DAY, DAY_START, DAY_START, "failed", "twitch_unavailable", 30, 50, 0, 0, 0, 0, 0, str(error))],
        *[[]] * 5,
    ]


@pytest.mark.parametrize("pages_before", [0, 1])
def test_a_poll_leaves_its_row_after_an_unexpected_refusal_of_twitch(
    collecting: MakeCollector, url: str, pages_before: int
) -> None:
    refused = TwitchError("Twitch refuses our request with 403: Forbidden")
    script: Script = {None: [Page(raw_streams(0, 100), "a")], "a": [refused]} if pages_before else {None: [refused]}
    collecting(ScriptedStreams(script)).collect()
    assert rows(url, "select status, pages, streams, error from staging.polls") == [
        ("partial" if pages_before else "failed", pages_before, 100 * pages_before, str(refused))
    ]


def test_a_partition_dropped_during_the_crawl_is_made_again(
    collecting: MakeCollector, database: Database, url: str
) -> None:
    """A prune may run after the end of a day whose only poll is still being taken."""

    def drop() -> None:
        with database.transaction() as tx:
            tx.collect.drop_partition(day=DAY)

    assert collecting(Doing(drop, a_raw_stream(), None)).collect().status is PollStatus.COMPLETE
    assert rows(url, "select count(*) from staging.streams") == [(1,)]


def test_nothing_of_a_poll_is_stored_when_a_statement_fails_half_way(collecting: MakeCollector, url: str) -> None:
    """Its row and streams are written by then; the games fail."""
    execute(url, "alter table staging.games add check (viewers < 0)")
    with pytest.raises(DatabaseError, match="violates check constraint"):
        collecting(page(a_raw_stream())).collect()
    assert [rows(url, query) for query in EVERYTHING] == [[]] * 6


def test_nothing_of_a_poll_is_stored_when_its_last_statement_fails(collecting: MakeCollector, url: str) -> None:
    """The names of games are written last."""
    execute(url, "alter table games add check (game_name <> 'Chess')")
    with pytest.raises(DatabaseError, match="violates check constraint"):
        collecting(page(a_raw_stream(), a_raw_stream(id="2", user_id="7", game_id="9", game_name="Chess"))).collect()
    assert [rows(url, query) for query in EVERYTHING] == [[]] * 6


def test_the_next_poll_works_after_one_that_could_not_be_stored(collecting: MakeCollector, url: str) -> None:
    execute(url, "alter table staging.games add constraint none check (viewers < 0)")
    with pytest.raises(DatabaseError):
        collecting(page(a_raw_stream())).collect()
    execute(url, "alter table staging.games drop constraint none")
    assert collecting(page(a_raw_stream())).collect().status is PollStatus.COMPLETE
    # the one before is stored as well
    assert rows(url, "select poll_id from staging.streams order by poll_id") == [(1,), (2,)]


def test_of_two_collectors_at_once_one_works_and_the_other_raises_busy(collecting: MakeCollector, url: str) -> None:
    second = collecting(page(a_raw_stream(id="2")))

    def try_as_well() -> None:
        with pytest.raises(Busy, match="another process is doing 'collect'"):
            second.collect()

    collecting(Doing(try_as_well, a_raw_stream(id="1"))).collect()
    assert [row[4] for row in rows(url, STREAMS)] == ["1"]
    assert rows(url, "select count(*) from staging.polls") == [(1,)]


class Releasing(VirtualClock):
    """A clock that releases a lock while another thread waits."""

    def __init__(self, start: datetime, release: Callable[[], None]) -> None:
        super().__init__(start)
        self._release = release

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._release()


def test_a_poll_waits_until_kept_polls_are_stored(database: Database, kept: KeptPolls, url: str) -> None:
    hold = database.try_lock("collect")
    assert hold is not None
    clock = Releasing(DAY_START, hold.release)
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    collector = Collector(page(a_raw_stream()), database, clock, calendar, 50, 30, kept)
    poll = collector.collect(wait_for_lock=timedelta(seconds=15))
    assert (poll.started_at, poll.status) == (DAY_START, PollStatus.COMPLETE)
    assert rows(url, "select count(*) from staging.polls") == [(1,)]


def test_a_poll_waits_for_a_limited_time(collecting: MakeCollector, clock: VirtualClock, database: Database) -> None:
    began_at = clock.now()
    with database.exclusive("collect"), pytest.raises(Busy):
        collecting(page(a_raw_stream())).collect(wait_for_lock=timedelta(seconds=15))
    assert clock.now() == began_at + timedelta(seconds=15)


@pytest.mark.parametrize(
    ("before_the_hour", "day"), [(timedelta(0), DAY), (timedelta(microseconds=1), date(2026, 11, 20))]
)
def test_a_poll_at_exactly_eight_belongs_to_the_new_day(
    database: Database, url: str, kept: KeptPolls, before_the_hour: timedelta, day: date
) -> None:
    started_at = DAY_START - before_the_hour
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    poll = Collector(page(a_raw_stream()), database, VirtualClock(started_at), calendar, 50, 30, kept).collect()
    assert (poll.day, poll.started_at) == (day, started_at)
    assert rows(url, "select day from staging.polls") == rows(url, "select day from staging.streams") == [(day,)]


def test_a_poll_belongs_to_the_day_on_which_it_began(database: Database, kept: KeptPolls, url: str) -> None:
    """Its end may be on the next day."""
    clock = VirtualClock(DAY_START - timedelta(minutes=1))
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    live = Doing(lambda: clock.advance(120), a_raw_stream())
    Collector(live, database, clock, calendar, 50, 30, kept).collect()
    assert rows(url, "select day, started_at, ended_at from staging.polls") == [
        (date(2026, 11, 20), DAY_START - timedelta(minutes=1), DAY_START + timedelta(minutes=1))
    ]


def test_a_poll_creates_the_partitions_of_its_day_and_the_next(
    collecting: MakeCollector, clock: VirtualClock, url: str
) -> None:
    collecting(page(a_raw_stream())).collect()
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",), ("streams_2026_11_22",)]
    clock.advance(24 * 3600)
    collecting(page(a_raw_stream())).collect()
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",), ("streams_2026_11_22",), ("streams_2026_11_23",)]


def test_a_poll_gives_up_after_half_its_interval_and_keeps_what_it_has(
    collecting: MakeCollector, clock: VirtualClock, url: str
) -> None:
    """Otherwise it would delay the next poll."""

    class Slow:
        def __init__(self) -> None:
            self._asked = 0

        def get_streams(self, after: str | None = None) -> Page:
            clock.advance(300)
            self._asked += 1
            return Page(raw_streams(self._asked * 100, 100), f"cursor {self._asked}")

    poll = collecting(Slow()).collect()
    assert (poll.status, poll.ended_because) == (PollStatus.PARTIAL, CrawlEnd.OUT_OF_TIME)
    assert HALF_HOUR / 2 < poll.ended_at - poll.started_at < HALF_HOUR
    assert rows(url, "select count(*) from staging.streams") == [(poll.streams,)] == [(400,)]
