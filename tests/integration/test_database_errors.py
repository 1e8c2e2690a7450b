"""Errors of the server, and which of them a retry can help."""

import threading

import psycopg2
import psycopg2.extensions
import pytest

from bot.health.causes import Cause, cause_of_error
from helperfunctions.database import Database, Transactions
from helperfunctions.errors import (
    DatabaseConflict,
    DatabaseError,
    DatabaseTooSlow,
    DatabaseUnavailable,
    ValueRefused,
)
from helperfunctions.queries import Queries
from tests.conftest import execute
from tests.factories import DAY


def test_an_error_of_the_database_is_one_line(database: Database) -> None:
    with pytest.raises(DatabaseError) as caught, database.transaction() as tx:
        tx.post.store_draw(day=DAY, game_id="chess", drawn_at="2026-11-21T16:00Z")
    assert not isinstance(caught.value, DatabaseUnavailable)
    assert "violates foreign key constraint" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg2.Error)


def refuse(reads: Transactions, sqlstate: str) -> DatabaseError:
    """The error of ours that an error of the server with this code is translated to."""
    with pytest.raises(DatabaseError) as caught, reads.transaction() as tx:
        tx.run(f"do $$ begin raise exception 'the reason' using errcode = '{sqlstate}'; end $$")
    return caught.value


@pytest.mark.parametrize(
    ("sqlstate", "kind", "message"),
    [
        pytest.param("55P03", DatabaseConflict, "another transaction holds a lock", id="lock time-out"),
        pytest.param("40P01", DatabaseConflict, "changed the same rows", id="deadlock"),
        pytest.param("40001", DatabaseConflict, "changed the same rows", id="serialization failure"),
        pytest.param("57014", DatabaseTooSlow, "the database took too long", id="statement time-out"),
        pytest.param("53100", DatabaseUnavailable, "no room left on its disk", id="disk full"),
        pytest.param("53200", DatabaseUnavailable, "no memory left", id="out of memory"),
        pytest.param("53300", DatabaseUnavailable, "cannot be reached", id="too many connections"),
        pytest.param("57P01", DatabaseUnavailable, "cannot be reached or went away", id="administrator shuts down"),
        pytest.param("57P02", DatabaseUnavailable, "cannot be reached or went away", id="crash of another session"),
        pytest.param("57P03", DatabaseUnavailable, "cannot be reached or went away", id="starting up"),
        pytest.param("25P03", DatabaseUnavailable, "cannot be reached or went away", id="idle in transaction"),
        pytest.param("25006", DatabaseUnavailable, "the database is read-only", id="read-only"),
        pytest.param("22P02", ValueRefused, "the database refused", id="not a number"),
        pytest.param("53400", DatabaseError, "the database refused", id="limit of temporary files"),
        pytest.param("54000", DatabaseError, "the database refused", id="too complex"),
        pytest.param("55000", DatabaseError, "the database refused", id="wrong state"),
        pytest.param("42501", DatabaseError, "the database refused", id="right revoked"),
    ],
)
def test_an_error_of_the_server_shows_whether_a_retry_can_help(
    database: Database, sqlstate: str, kind: type[DatabaseError], message: str
) -> None:
    error = refuse(database, sqlstate)
    assert type(error) is kind
    assert message in str(error)
    assert "the reason" in str(error) or sqlstate == "25006"
    assert error.can_retry is (kind not in (DatabaseError, ValueRefused))


@pytest.mark.parametrize(
    ("sqlstate", "cause"),
    [
        ("53100", Cause.DATABASE_FULL),
        ("25006", Cause.DATABASE_READ_ONLY),
        ("57P03", Cause.DATABASE),
        ("57014", Cause.DATABASE_SLOW),
        ("42501", Cause.DATABASE_REFUSED),
    ],
    ids=["disk full", "read-only", "starting up", "statement time-out", "right revoked"],
)
def test_an_error_of_the_server_has_a_cause_in_plain_words(database: Database, sqlstate: str, cause: Cause) -> None:
    assert cause_of_error(refuse(database, sqlstate)) is cause


def test_a_lock_time_out_is_not_reported_as_an_unavailable_database(url: str, queries: Queries) -> None:
    impatient = Database(f"{url}&options=-c%20lock_timeout%3D100", queries)
    with Database(url, queries).transaction() as holder:
        holder.run("lock table days")
        with pytest.raises(DatabaseConflict, match="holds a lock that this one needs"), impatient.transaction() as tx:
            tx.run("select * from days")


def test_of_two_deadlocked_transactions_one_is_reported_as_a_conflict(database: Database, url: str) -> None:
    """It leaves nothing, and the other one is committed."""
    execute(url, f"alter database {url.split('/')[3].split('?')[0]} set deadlock_timeout = '50ms'")
    both_hold_one = threading.Barrier(2, timeout=60)
    ended: list[str] = []

    def lock(first: str, second: str) -> None:
        try:
            with database.transaction() as tx:
                tx.run(f"lock table {first}")
                both_hold_one.wait()
                tx.run(f"lock table {second}")
            ended.append("done")
        except DatabaseConflict:
            ended.append("conflict")

    threads = [threading.Thread(target=lock, args=order) for order in (("days", "games"), ("games", "days"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["conflict", "done"]
