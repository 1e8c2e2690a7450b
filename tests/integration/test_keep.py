"""Polls taken without the database are stored on disk and later in the database, each exactly once."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import psycopg2
import pytest

from bot.collect.keep import KeptPolls, store_kept
from bot.collect.prune import Pruner
from bot.daily.job import DailyJob
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseError, DatabaseUnavailable, TwitchUnavailable
from helperfunctions.queries import Queries
from tests.conftest import Switch
from tests.factories import DAY, DAY_START, a_raw_stream, rows, write
from tests.integration.kept_polls import (
    CALENDAR,
    EVERYTHING,
    During,
    MakeCollector,
    collecting,
    everything,
    odd_streams,
    page,
    stored,
)
from tests.unit.live_streams import ScriptedStreams

__all__ = ["collecting"]


def test_a_poll_taken_without_a_database_is_stored_like_any_other(
    collecting: MakeCollector, switch: Switch, url: str, kept: KeptPolls
) -> None:
    collecting(page(*odd_streams())).collect()
    as_ever = everything(url)
    for table in ("staging.polls", "staging.streams", "staging.games", "staging.languages", "streamers", "games"):
        write(url, f"delete from {table}")
    switch.off()
    with pytest.raises(DatabaseUnavailable, match=r"the poll is kept in .* and stored when"):
        collecting(page(*odd_streams())).collect()
    switch.on()
    assert everything(url) == [[]] * len(EVERYTHING)
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


def test_a_day_is_rolled_up_although_a_poll_is_being_taken_and_again_with_the_kept_polls_after_it(
    collecting: MakeCollector, switch: Switch, database: Database, clock: VirtualClock, kept: KeptPolls
) -> None:
    collecting(page(a_raw_stream())).collect()
    clock.advance(1800)
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    clock.advance(24 * 3600)
    job = DailyJob(partial(store_kept, kept, database), Rollup(database, clock, CALENDAR))
    with database.exclusive("collect"):
        assert [(day.date, day.polls) for day in job.run()] == [(DAY, 1)]
    assert len(kept.waiting()) == 1
    assert [(day.date, day.polls) for day in job.run()] == [(DAY, 2)]
    assert kept.waiting() == []


def test_a_kept_poll_of_a_day_whose_streams_are_gone_changes_nothing(
    collecting: MakeCollector, switch: Switch, database: Database, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    """The day would be rolled up with the streams of this poll alone."""
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
    """Twitch is polled nevertheless; the polls are stored when the right is granted again."""
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


def test_every_session_of_ours_has_time_outs(url: str, database: Database) -> None:
    with database.transaction() as tx, tx._connection.cursor() as cursor:
        for setting in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"show {setting}")
            assert cursor.fetchone()[0] in {"2min", "30min", "5min"}
