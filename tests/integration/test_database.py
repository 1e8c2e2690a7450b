"""Transactions and locks on a real PostgreSQL, also when a connection is lost in the middle."""

import threading

import pytest

from helperfunctions.database import Database, ReadPool
from helperfunctions.errors import (
    Busy,
    DatabaseError,
    DatabaseUnavailable,
)
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import DAY, a_stream, rows, stage
from tests.integration.sessions import Oops, kill_others


@pytest.fixture
def database(url: str, queries: Queries) -> Database:
    """As the program uses it: no connection is kept."""
    return Database(url, queries)


PARTITIONS = "select relname from pg_class join pg_inherits on inhrelid = pg_class.oid order by relname"


def test_changes_of_a_transaction_are_stored_at_its_end(database: Database, url: str) -> None:
    with database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",)]


def test_a_transaction_that_fails_leaves_nothing(database: Database, url: str) -> None:
    """The error may be of the database or of our code."""

    def fail_by_ourselves() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            raise Oops

    def be_refused() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            tx.collect.make_partition(day="no date")

    with pytest.raises(Oops):
        fail_by_ourselves()
    with pytest.raises(DatabaseError, match="the database refused: "):
        be_refused()
    assert rows(url, PARTITIONS) == []


def test_connections_that_are_kept_are_used_again_with_the_first_settings(database: Database, url: str) -> None:
    """By transactions and by locks, but for one that was lost."""
    backends = set()

    def note() -> None:
        with database.transaction() as tx:
            [(backend, timeout)] = tx.run("select pg_backend_pid(), current_setting('statement_timeout')")
            backends.add(backend)
            assert timeout == "30min"
            tx.run("set statement_timeout = 1000")

    def fail() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            raise Oops

    def be_killed() -> None:
        with database.transaction() as tx:
            kill_others(url)
            tx.run("select 1")

    with database.keeping_connections():
        note()
        with database.exclusive("collect"):
            note()
        with Database(url, Queries()).exclusive("collect"):
            note()
        assert len(backends) == 1
        with pytest.raises(Oops):
            fail()
        note()
        assert len(backends) == 1
        with pytest.raises(DatabaseUnavailable):
            be_killed()
        note()
    assert len(backends) == 2
    assert rows(url, PARTITIONS) == []
    assert kill_others(url) == 0


def test_a_connection_killed_during_a_transaction_is_reported_and_leaves_nothing(database: Database, url: str) -> None:

    def be_killed() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            assert kill_others(url) == 1
            tx.collect.next_poll_id()

    with pytest.raises(DatabaseUnavailable, match="cannot be reached or went away") as caught:
        be_killed()
    assert caught.value.can_retry
    assert rows(url, PARTITIONS) == []


def test_a_connection_killed_before_the_commit_is_reported_and_leaves_nothing(database: Database, url: str) -> None:
    """The next transaction works."""

    def be_killed() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            kill_others(url)

    with pytest.raises(DatabaseUnavailable):
        be_killed()
    assert rows(url, PARTITIONS) == []
    stage(database, a_stream())
    assert rows(url, "select count(*) from staging.streams") == [(1,)]


def test_a_job_runs_once_at_a_time(database: Database) -> None:
    with database.exclusive("collect"):
        with pytest.raises(Busy, match="another process is doing 'collect'"), database.exclusive("collect"):
            pass
        with database.exclusive("daily"):
            pass
    with database.exclusive("collect"):
        pass


def test_the_lock_of_a_job_is_released_after_a_failure(database: Database) -> None:
    with pytest.raises(Oops), database.exclusive("collect"):
        raise Oops
    with database.exclusive("collect"):
        pass


def test_the_lock_of_a_job_is_released_when_its_holder_loses_the_connection(database: Database, url: str) -> None:
    """This happens also when the process is killed. The holder raises no other error."""
    with database.exclusive("collect"):
        assert kill_others(url) == 1
        with database.exclusive("collect"):
            pass


def test_locks_of_one_job_on_two_databases_are_independent(
    database: Database, empty_url: str, queries: Queries
) -> None:
    with database.exclusive("collect"), Database(empty_url, queries).exclusive("collect"):
        pass


def test_of_many_that_try_the_lock_of_a_job_at_once_one_gets_it(database: Database) -> None:
    """Each holds the lock until all have tried."""
    tried = threading.Barrier(5)
    outcomes: list[str] = []

    def try_once() -> None:
        try:
            with database.exclusive("collect"):
                outcomes.append("done")
                tried.wait()
        except Busy:
            outcomes.append("busy")
            tried.wait()

    threads = [threading.Thread(target=try_once) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy"] * 4 + ["done"]


def backends(url: str) -> set[int]:
    """The server processes of our sessions on this database, without those of the test's own queries, which may be
    about to end."""
    query = "select pid from pg_stat_activity where datname = current_database() and application_name = 'watchtime'"
    return {pid for (pid,) in rows(url, query)}


def test_only_transactions_of_a_job_use_the_connection_of_its_lock(database: Database, url: str) -> None:
    seen: list[set[int]] = []
    with database.exclusive("reply"):
        for _ in range(2):
            with database.transaction() as tx:
                tx.database.has_migrations()
            seen.append(backends(url))
    assert seen[0] == seen[1]
    assert len(seen[0]) == 1
    eventually(lambda: backends(url) == set(), "none is left")
    with database.transaction() as tx:
        tx.database.has_migrations()
    eventually(lambda: backends(url) == set(), "none is left")


def test_a_transaction_within_another_has_a_connection_of_its_own(database: Database, url: str) -> None:
    with database.exclusive("reply"), pytest.raises(Oops), database.transaction() as outer:  # noqa: PT012 - the end of the block matters
        outer.reply.opt_out(author_id="1", mention_id="1", since=DAY)
        with database.transaction() as inner:
            inner.reply.opt_out(author_id="2", mention_id="2", since=DAY)
        raise Oops
    assert rows(url, "select author_id from opt_outs") == [("2",)]


def test_a_job_that_loses_its_connection_continues_on_another(database: Database, url: str) -> None:
    with database.exclusive("reply"):
        with pytest.raises(DatabaseUnavailable), database.transaction() as tx:  # noqa: PT012
            for pid in backends(url):
                rows(url, f"select pg_terminate_backend({pid}, 5000)")
            tx.database.has_migrations()
        with database.transaction() as tx:
            assert tx.database.has_migrations()


def test_a_failed_transaction_of_a_job_is_rolled_back(database: Database, url: str) -> None:
    with database.exclusive("reply"):
        with pytest.raises(Oops), database.transaction() as tx:  # noqa: PT012
            tx.reply.opt_out(author_id="1", mention_id="1", since=DAY)
            raise Oops
        with database.transaction() as tx:
            tx.reply.opt_out(author_id="2", mention_id="2", since=DAY)
    assert rows(url, "select author_id from opt_outs") == [("2",)]


def test_another_thread_does_not_use_the_connection_of_the_lock(database: Database, url: str) -> None:
    with database.exclusive("reply"):
        with database.transaction() as tx:
            tx.database.has_migrations()
        during: list[int] = []

        def transaction_of_another_thread() -> None:
            with database.transaction() as tx:
                tx.database.has_migrations()
                during.append(len(backends(url)))

        thread = threading.Thread(target=transaction_of_another_thread)
        thread.start()
        thread.join()
        # One connection of the lock and one of the other thread.
        assert during == [2]
        eventually(lambda: len(backends(url)) == 1, "the connection of the other thread is closed")


def test_a_session_of_the_dashboard_gives_up_before_its_visitors_do(
    database: Database, url: str, queries: Queries
) -> None:
    """One of the bot has the time that the roll-up of a month takes."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    pool = ReadPool(url, queries)
    found = []
    for reads in (pool, database):
        with reads.transaction() as tx:
            found.append([value for name in names for (value,) in tx.run(f"show {name}")])
    pool.close()
    assert found == [["15s", "5s", "1min"], ["30min", "2min", "5min"]]
