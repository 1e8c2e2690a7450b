"""Polls that the database could not take: on disk, in the database later, each exactly once."""

import os
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot.collect.keep import KeptPolls, store_kept
from bot.collect.poll import Collector
from bot.collect.prune import Pruner
from bot.core.calendar import Calendar
from bot.core.polls import PollStatus
from bot.core.ports import LiveStreams
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseError, DatabaseUnavailable, TwitchUnavailable
from helperfunctions.queries import Queries
from tests.conftest import Switch
from tests.factories import DAY, DAY_START, a_raw_stream, rows, write
from tests.unit.live_streams import LAST, Page, ScriptedStreams

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
EVERYTHING = (
    "select day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, \
     viewers, duplicates, set_aside, error from staging.polls order by started_at",
    "select day, viewer_count, started_at, stream_id, streamer_id, game_id from staging.streams order by 1, 2, 3, 4",
    "select game_id, viewers, streams from staging.games order by 1, 2",
    "select position, reason, raw from staging.set_aside order by 1",
    "select * from streamers order by 1",
    "select * from games order by 1",
)
NAMES = ("tab\tname", "back\\slash", r"\N", "line\nbreak", "ボブ", "👨‍👩‍👧")
MakeCollector = Callable[..., Collector]


@pytest.fixture
def collecting(database: Database, clock: VirtualClock, kept: KeptPolls) -> MakeCollector:
    """A collector of a given list; on another database, or with another folder, if one is named."""

    def make(live: LiveStreams, **other: Any) -> Collector:
        given: dict[str, Any] = {"database": database, "kept": kept} | other
        return Collector(live=live, clock=clock, calendar=CALENDAR, more_than_viewers=50, interval_minutes=30, **given)

    return make


class During:
    """A list of one page, and something that happens while it is asked for."""

    def __init__(self, happens: Callable[[], object], *streams: Any) -> None:
        self._happens = happens
        self._streams = streams

    def get_streams(self, after: str | None = None) -> Page:
        self._happens()
        return Page([*self._streams, LAST])


def page(*streams: Any) -> ScriptedStreams:
    """A list of one page, read to its end."""
    return ScriptedStreams({None: [Page([*streams, LAST])]})


def odd_streams() -> list[Any]:
    """Streams that leave a row in every table."""
    named = [
        a_raw_stream(id=f"i{name}", user_id=f"u{name}", user_name=name, game_id=f"g{name}", game_name=name)
        for name in NAMES
    ]
    return [*named, a_raw_stream(game_id="", started_at=None), {"id": "nobody"}, None]


def stored(collector: Collector) -> int:
    """Store the kept polls in the collector's database. Returns the number of polls."""
    return store_kept(collector.kept, collector.database)


def everything(url: str) -> list[list[tuple[Any, ...]]]:
    return [rows(url, query) for query in EVERYTHING]


def test_a_poll_taken_without_a_database_is_in_the_end_as_any_other(
    collecting: MakeCollector, switch: Switch, url: str, kept: KeptPolls
) -> None:
    collecting(page(*odd_streams())).collect()
    as_ever = everything(url)
    for table in ("staging.polls", "staging.streams", "staging.games", "streamers", "games"):
        write(url, f"delete from {table}")
    switch.off()
    with pytest.raises(DatabaseUnavailable, match=r"the poll is kept in .* and stored when"):
        collecting(page(*odd_streams())).collect()
    switch.on()
    assert everything(url) == [[]] * 6
    assert stored(collecting(page())) == 1
    assert everything(url) == as_ever
    assert kept.waiting() == []


@pytest.mark.parametrize("how", ["away", "read-only"])
def test_polls_taken_without_the_database_are_stored_before_the_next_poll(
    how: str, collecting: MakeCollector, switch: Switch, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    if how == "away":
        switch.off()
    else:
        switch.only_read(True)
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream())).collect()
        clock.advance(1800)
    assert len(kept.waiting()) == 2
    if how == "away":
        switch.on()
    else:
        switch.only_read(False)
    collecting(page(a_raw_stream())).collect()
    assert kept.waiting() == []
    assert rows(url, "select started_at, status, streams from staging.polls order by started_at") == [
        (DAY_START + number * timedelta(minutes=30), "complete", 1) for number in range(3)
    ]
    assert rows(url, "select count(*) from staging.streams") == [(3,)]


def test_a_poll_is_kept_when_the_database_goes_away_during_the_crawl(
    collecting: MakeCollector, switch: Switch, url: str, kept: KeptPolls
) -> None:
    with pytest.raises(DatabaseUnavailable, match="is kept in"):
        collecting(During(switch.off, a_raw_stream())).collect()
    switch.on()
    assert rows(url, "select count(*) from staging.polls") == [(0,)]
    assert stored(collecting(page())) == 1
    assert rows(url, "select poll_id, streams from staging.polls") == [(1, 1)]
    assert kept.waiting() == []


def test_a_poll_that_failed_while_the_database_is_away_is_recorded_too(
    collecting: MakeCollector, switch: Switch, url: str
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(ScriptedStreams({None: [TwitchUnavailable("Twitch does not answer")]})).collect()
    switch.on()
    stored(collecting(page()))
    assert rows(url, "select status, error from staging.polls") == [("failed", "Twitch does not answer")]


def test_a_poll_whose_commit_got_no_response_is_stored_once(
    collecting: MakeCollector, switch: Switch, url: str, kept: KeptPolls
) -> None:
    """Killed after the commit and before the file was removed, or cut off during the response of the server."""
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    (path,) = kept.waiting()
    content = path.read_bytes()
    assert stored(collecting(page())) == 1
    path.write_bytes(content)
    assert stored(collecting(page())) == 0
    assert kept.waiting() == []
    assert rows(url, "select count(*) from staging.polls") == [(1,)]


def test_kept_polls_stay_while_the_database_is_unavailable(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    with pytest.raises(DatabaseUnavailable):
        stored(collecting(page()))
    assert len(kept.waiting()) == 1


def test_a_day_rolled_up_before_the_kept_poll_came_is_rolled_up_again(
    collecting: MakeCollector, switch: Switch, database: Database, clock: VirtualClock, url: str
) -> None:
    collecting(page(a_raw_stream())).collect()
    clock.advance(1800)
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    clock.advance(24 * 3600)
    rollup = Rollup(database, clock, CALENDAR)
    rollup.daily()
    stored(collecting(page()))
    assert [(day.date, day.polls) for day in rollup.daily()] == [(DAY, 2)]


def test_a_kept_poll_of_a_day_whose_streams_are_gone_changes_nothing(
    collecting: MakeCollector, switch: Switch, database: Database, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    """With its streams alone, the day would be rolled up to a fraction of itself."""
    collecting(page(a_raw_stream())).collect()
    clock.advance(1800)
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    clock.advance(72 * 3600)
    rollup = Rollup(database, clock, CALENDAR)
    rollup.daily()
    assert Pruner(database, clock, CALENDAR, timedelta(hours=24)).prune()[0] == DAY
    assert stored(collecting(page())) == 0
    assert rollup.daily() == []
    assert kept.waiting() == []
    assert rows(url, "select polls from days") == [(1,)]


def test_a_refused_poll_stays_on_disk_and_blocks_no_other(
    collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    """However often it is refused; it goes in when the reason is gone."""
    write(url, "alter table staging.games add constraint none check (viewers < 1000000)")
    with pytest.raises(DatabaseError, match=r"violates check constraint.*the poll is kept in"):
        collecting(page(a_raw_stream(viewer_count=2_000_000))).collect()
    for _ in range(4):
        clock.advance(1800)
        assert collecting(page(a_raw_stream())).collect().status is PollStatus.COMPLETE
    assert rows(url, "select viewers from staging.polls") == [(1000,)] * 4
    assert len(kept.waiting()) == 1
    write(url, "alter table staging.games drop constraint none")
    clock.advance(3600)
    assert stored(collecting(page())) == 1
    assert rows(url, "select max(viewers), count(*) from staging.polls") == [(2_000_000, 5)]
    assert list(kept.folder.iterdir()) == []


def test_a_refused_poll_is_tried_again_after_longer_and_longer_waits_of_at_most_an_hour_and_each_is_reported(
    collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    write(url, "alter table staging.games add constraint none check (viewers < 0)")
    with pytest.raises(DatabaseError):
        collecting(page(a_raw_stream())).collect()
    attempts = []
    for minute in range(300):
        caplog.clear()
        stored(collecting(page()))
        if caplog.messages:
            assert "stays on disk" in caplog.text
            assert "violates check constraint" in caplog.text
            attempts.append(minute)
        clock.advance(60)
    assert attempts == [0, 1, 16, 46, 106, 166, 226, 286]


def test_a_poll_that_waits_for_a_lock_does_not_block_the_next(
    collecting: MakeCollector, clock: VirtualClock, switch: Switch, url: str, kept: KeptPolls, queries: Queries
) -> None:
    """The partition of the first poll's day is locked, that of the second is not."""
    switch.off()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream())).collect()
        clock.advance(24 * 3600)
    switch.on()
    impatient = Database(f"{url}&options=-c%20lock_timeout%3D200", queries)
    with impatient.transaction() as tx:
        tx.collect.make_partition(day=DAY)
    holder = psycopg2.connect(url)
    with holder.cursor() as cursor:
        cursor.execute("lock table staging.streams_2026_11_21")
    for _ in range(2):
        with suppress(DatabaseError):
            stored(collecting(page(), database=impatient))
    holder.close()
    assert [path.name[:8] for path in kept.waiting()] == ["20261121"]


@pytest.mark.parametrize("taken_away", ["insert on staging.polls", "usage on schema staging"])
def test_a_right_that_is_revoked_costs_no_poll(
    taken_away: str, collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls, queries: Queries
) -> None:
    """Twitch is polled all the same; the polls are stored when the right is granted again."""
    write(url, "drop role if exists collects")
    write(url, "create role collects login")
    for schema in ("public", "staging"):
        write(url, f"grant all on schema {schema} to collects")
        write(url, f"grant all on all tables in schema {schema} to collects")
        write(url, f"grant all on all sequences in schema {schema} to collects")
    with Database(url, queries).transaction() as tx:
        for day in range(2):
            tx.collect.make_partition(day=DAY + timedelta(days=day))
    write(url, "grant all on all tables in schema staging to collects")
    limited = Database(url.replace("postgres@", "collects@"), queries)
    write(url, f"revoke {taken_away} from collects")
    for _ in range(3):
        live = page(a_raw_stream())
        with pytest.raises(DatabaseError, match=r"permission denied.*the poll is kept in"):
            collecting(live, database=limited).collect()
        assert live.asked == [None]
        clock.advance(1800)
    assert len(kept.waiting()) == 3
    write(url, f"grant {taken_away} to collects")
    clock.advance(3600)
    collecting(page(a_raw_stream()), database=limited).collect()
    assert rows(url, "select status, streams from staging.polls") == [("complete", 1)] * 4
    assert kept.waiting() == []
    write(url, "drop owned by collects")
    write(url, "drop role collects")


def change_file(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    """Rewrite a kept poll with one of its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(("10", "2026-11-21T14:00:00+00:00", "9", "2026-11-21T14:00:00+00:00"), id="the higher id"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", "2026-11-21T14:00:00+00:00"), id="the later start"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", r"\N"), id="the known start"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", "2026-11-22T15:00:00+00:00"), id="the possible start"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
def test_of_a_file_of_the_first_format_one_stream_of_a_streamer_is_stored(
    counts: tuple[str, str, str, str],
    is_first: bool,
    collecting: MakeCollector,
    switch: Switch,
    database: Database,
    clock: VirtualClock,
    url: str,
    kept: KeptPolls,
) -> None:
    """That version kept every stream, and the roll-up refuses a day with two of one streamer at once."""
    counted, since, other, other_since = counts
    switch.off()
    pair = [
        a_raw_stream(id=counted, viewer_count=300),
        a_raw_stream(id=other, user_id="70002", viewer_count=200, game_id="2", game_name="Go"),
    ]
    with pytest.raises(DatabaseUnavailable):
        collecting(page(*(pair if is_first else pair[::-1]), a_raw_stream(id="7", user_id="70003"))).collect()
    switch.on()
    (path,) = kept.waiting()
    change_file(path, "poll.json", lambda content: content.replace(b'"format": 2', b'"format": 1'))

    def as_before(content: bytes) -> bytes:
        starts = {counted: since, other: other_since}
        rows_ = [line.split("\t") for line in content.decode().splitlines()]
        return "".join(
            "\t".join([*row[:3], starts.get(row[4], row[3]), row[4], row[5].replace("70002", "70001"), row[6]]) + "\n"
            for row in rows_
        ).encode()

    change_file(path, "streams", as_before)
    assert stored(collecting(page())) == 1
    assert rows(url, "select stream_id, viewer_count from staging.streams order by streamer_id") == [
        (counted, 300),
        ("7", 1000),
    ]
    assert rows(url, "select viewers, streams, duplicates from staging.polls") == [(1300, 2, 1)]
    assert rows(url, "select game_id, viewers, streams from staging.games") == [("509658", 1300, 2)]
    clock.advance(24 * 3600)
    [day] = Rollup(database, clock, CALENDAR).daily()
    assert (day.date, day.watch_hours) == (DAY, 650)


def test_kept_polls_that_wait_for_their_next_attempt_leave_the_lock_to_the_poll(
    collecting: MakeCollector, clock: VirtualClock, url: str, database: Database
) -> None:
    write(url, "alter table staging.games add constraint none check (viewers < 0)")
    collector = collecting(page(a_raw_stream()))
    with pytest.raises(DatabaseError):
        collector.collect()
    for _ in range(2):
        stored(collector)
    with database.exclusive("collect"):
        assert stored(collector) == 0
        clock.advance(3600)
        with pytest.raises(Busy):
            stored(collector)


def test_a_file_of_a_newer_version_stays_for_that_version(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    (path,) = kept.waiting()
    change_file(path, "poll.json", lambda content: content.replace(b'"format": 2', b'"format": 3'))
    assert stored(collecting(page())) == 0
    assert kept.waiting() == [path]
    assert "its format 3 is of a newer version" in caplog.text


@pytest.mark.parametrize(
    "torn", [b"", b"PK", b"not a poll at all", None], ids=["empty", "two bytes", "other words", "half"]
)
def test_a_torn_file_is_put_aside_and_stops_nothing(
    torn: bytes | None, collecting: MakeCollector, switch: Switch, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    switch.off()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream())).collect()
        clock.advance(1800)
    switch.on()
    first = kept.waiting()[0]
    content = first.read_bytes()
    first.write_bytes(content[: len(content) // 2] if torn is None else torn)
    assert stored(collecting(page())) == 1
    assert rows(url, "select count(*) from staging.polls") == [(1,)]
    assert [path.name for path in kept.folder.iterdir()] == [first.with_suffix(".refused").name]


def test_without_room_the_oldest_polls_are_dropped(
    collecting: MakeCollector, switch: Switch, clock: VirtualClock, kept: KeptPolls
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    (first,) = kept.waiting()
    little = KeptPolls(kept.folder, 2 * first.stat().st_size + 20)
    for _ in range(3):
        clock.advance(1800)
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream()), kept=little).collect()
    names = [path.name[:16] for path in kept.waiting()]
    assert names == ["20261121T170000Z", "20261121T173000Z"]


def test_the_draft_of_a_process_that_was_killed_is_removed_with_the_next_poll_and_one_at_work_is_not(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls
) -> None:
    kept.folder.mkdir()
    old, new = (kept.folder / f".{name}.poll.x.part" for name in ("old", "new"))
    for draft in (old, new):
        draft.write_bytes(b"half a poll")
    os.utime(old, (0, 0))
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    assert (old.exists(), new.exists()) == (False, True)


def test_without_database_and_without_room_the_poll_is_lost_and_both_reasons_are_logged(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    switch.off()
    kept.folder.parent.mkdir(exist_ok=True)
    kept.folder.write_text("a file where the folder should be")
    with pytest.raises(DatabaseUnavailable, match="not currently accepting connections"):
        collecting(page(a_raw_stream())).collect()
    assert "cannot be kept on disk: File exists" in caplog.text


def test_a_poll_is_kept_when_the_database_is_too_slow(
    collecting: MakeCollector, url: str, kept: KeptPolls, queries: Queries, clock: VirtualClock
) -> None:
    """Another session never releases a lock. Time-outs in the address take precedence over ours."""
    impatient = Database(f"{url}&options=-c%20lock_timeout%3D200", queries)
    holder = psycopg2.connect(url)
    with holder.cursor() as cursor:
        cursor.execute("lock table staging.polls")
    with pytest.raises(DatabaseError, match="lock timeout"):
        collecting(page(a_raw_stream()), database=impatient).collect()
    holder.close()
    assert len(kept.waiting()) == 1
    clock.advance(1800)
    collecting(page(a_raw_stream()), database=impatient).collect()
    assert rows(url, "select count(*) from staging.polls") == [(2,)]


def test_no_session_of_ours_waits_for_ever(url: str, database: Database) -> None:
    with database.transaction() as tx, tx._connection.cursor() as cursor:
        for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"show {setting}")
            assert cursor.fetchone()[0] in {"2min", "30min", "5min"}
