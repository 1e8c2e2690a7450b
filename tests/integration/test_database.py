"""Transactions, locks and COPY on a real PostgreSQL, also when it goes away in the middle."""

import threading
from collections.abc import Sequence
from datetime import timedelta

import psycopg2
import psycopg2.extensions
import pytest

from bot.health.findings import from_error
from helperfunctions.database import CopyRows, Database, ReadPool, Transactions, url_without_password, without_password
from helperfunctions.database.errors import translated
from helperfunctions.errors import (
    Busy,
    DatabaseConflict,
    DatabaseError,
    DatabaseSettingsWrong,
    DatabaseTooSlow,
    DatabaseUnavailable,
    ValueRefused,
)
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.acceptance.conftest import eventually
from tests.conftest import execute
from tests.factories import DAY, DAY_START, a_stream, rows, stage

SECRET = "hunter2-planted-f00d"
PARTITIONS = "select relname from pg_class join pg_inherits on inhrelid = pg_class.oid order by relname"


class Oops(Exception):
    """A failure of the code inside a transaction."""


def kill_others(url: str) -> int:
    """End every connection to this database but the one that does it; how many there were."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        killed = cursor.fetchall()
    connection.close()
    assert all(done for (done,) in killed)
    return len(killed)


def test_what_a_transaction_did_is_there_after_it(database: Database, url: str) -> None:
    with database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
    assert rows(url, PARTITIONS) == [("streams_2026_11_21",)]


def test_a_transaction_that_fails_leaves_nothing(database: Database, url: str) -> None:
    """Whether the database refuses or our own code fails."""

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


def test_what_the_database_refuses_is_one_line(database: Database) -> None:
    with pytest.raises(DatabaseError) as caught, database.transaction() as tx:
        tx.post.store_draw(day=DAY, game_id="chess", drawn_at="2026-11-21T16:00Z")
    assert not isinstance(caught.value, DatabaseUnavailable)
    assert "violates foreign key constraint" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg2.Error)


def test_a_connection_killed_in_mid_transaction_is_told_as_such_and_leaves_nothing(
    database: Database, url: str
) -> None:

    def be_killed() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            assert kill_others(url) == 1
            tx.collect.next_poll_id()

    with pytest.raises(DatabaseUnavailable, match="cannot be reached or went away") as caught:
        be_killed()
    assert caught.value.can_retry
    assert rows(url, PARTITIONS) == []


def test_a_connection_killed_before_the_commit_is_told_as_such_and_leaves_nothing(database: Database, url: str) -> None:
    """And the next transaction works."""

    def be_killed() -> None:
        with database.transaction() as tx:
            tx.collect.make_partition(day=DAY)
            kill_others(url)

    with pytest.raises(DatabaseUnavailable):
        be_killed()
    assert rows(url, PARTITIONS) == []
    stage(database, a_stream())
    assert rows(url, "select count(*) from staging.streams") == [(1,)]


@pytest.mark.parametrize(
    "url_to_nowhere",
    [
        f"postgresql://bot:{SECRET}@127.0.0.1:1/watchtime",
        f"postgresql://bot:{SECRET}@no-such-host.invalid/watchtime",
        f"postgresql://bot:{SECRET}@/watchtime?host=/no/such/folder",
        f"postgresql://bot:100%{SECRET}@127.0.0.1:1/watchtime",
    ],
)
def test_a_server_that_cannot_be_reached_is_told_without_the_password(queries: Queries, url_to_nowhere: str) -> None:
    database = Database(url_to_nowhere, queries)
    for what in (database.transaction(), database.exclusive("collect")):
        with pytest.raises(DatabaseError) as caught, what:
            pass
        assert SECRET not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_database_that_does_not_exist_is_unavailable(server_url: str, queries: Queries) -> None:
    nowhere = server_url.replace("/postgres?", "/no_such_database?")
    with pytest.raises(DatabaseUnavailable, match="no_such_database"), Database(nowhere, queries).transaction():
        pass


def test_only_one_at_a_time_does_a_job(database: Database) -> None:
    with database.exclusive("collect"):
        with pytest.raises(Busy, match="another process is doing 'collect'"), database.exclusive("collect"):
            pass
        with database.exclusive("daily"):
            pass
    with database.exclusive("collect"):
        pass


def test_a_job_is_free_again_after_it_failed(database: Database) -> None:
    with pytest.raises(Oops), database.exclusive("collect"):
        raise Oops
    with database.exclusive("collect"):
        pass


def test_a_job_is_free_again_when_its_holder_loses_its_connection(database: Database, url: str) -> None:
    """As it does when the process dies, however it dies. The holder itself does not stumble over it."""
    with database.exclusive("collect"):
        assert kill_others(url) == 1
        with database.exclusive("collect"):
            pass


def test_the_same_job_on_another_database_is_another_job(database: Database, empty_url: str, queries: Queries) -> None:
    with database.exclusive("collect"), Database(empty_url, queries).exclusive("collect"):
        pass


def test_of_many_that_want_a_job_at_once_one_gets_it(database: Database) -> None:
    """Each waits with giving it back until all have tried."""
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


NAMES = [
    "plain",
    "",
    "tab\tin\tit",
    "line\nbreak\r\nand\rreturn",
    "back\\slash \\t \\n \\\\",
    r"\N",
    r"\.",
    "'single' and \"double\" quotes",
    "comma, semicolon; %s %(x)s {} $1",
    "😀 👨‍👩‍👧‍👦 原神 שלום",
    "\x01\x1b\x7f\u0085\u2028",
    " spaces around ",
    "x" * 100_000,
]


def copied(
    database: Database, url: str, table_rows: Sequence[tuple[str, str]], at_once: int = 100
) -> list[tuple[str, str]]:
    """What comes out of the database when streamers' names went in by COPY, written down so many at once."""
    incoming = CopyRows()
    numbered = [(f"{number:03}", login, name) for number, (login, name) in enumerate(table_rows)]
    for start in range(0, len(numbered), at_once):
        incoming.add(numbered[start : start + at_once])
    with database.transaction() as tx:
        tx.collect.create_incoming_streamers()
        assert tx.copy(tx.collect.text_of("copy_incoming_streamers"), incoming) == len(table_rows)
        tx.collect.store_streamers(day=DAY, seen_later=[])
    return rows(url, "select login, streamer_name from streamers order by streamer_id")


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_any_name_comes_back_from_copy_as_it_went_in(database: Database, url: str, at_once: int) -> None:
    pairs = [(name, NAMES[-1 - number]) for number, name in enumerate(NAMES)]
    assert copied(database, url, pairs, at_once) == pairs


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_among_plain_ones_comes_back_as_it_went_in(database: Database, url: str, name: str) -> None:
    """Plain rows are written together, in another way than those that need escaping."""
    pairs = [("one", "two"), ("three", name), ("four", "five")]
    assert copied(database, url, pairs) == pairs


def test_no_value_is_null_beside_a_text_that_looks_like_it(database: Database, url: str) -> None:
    stage(database, a_stream(streamer=r"\N", started_at=None))
    assert rows(url, "select streamer_id, started_at from staging.streams") == [(r"\N", None)]


def test_a_copy_of_nothing_is_nothing(database: Database, url: str) -> None:
    assert copied(database, url, []) == []


@pytest.mark.parametrize(
    ("url_with_secret", "shown"),
    [
        (f"postgresql://bot:{SECRET}@db:5433/watchtime", "dbname=watchtime host=db password=*** port=5433 user=bot"),
        (f"host=db user=bot password={SECRET}", "host=db password=*** user=bot"),
        (f"postgresql://db/watchtime?password={SECRET}", "dbname=watchtime host=db password=***"),
        ("postgresql://bot@db/watchtime", "dbname=watchtime host=db user=bot"),
        (f"mysql://bot:{SECRET}@db/watchtime", "(not understood)"),
    ],
)
def test_an_address_is_shown_without_its_password(url_with_secret: str, shown: str) -> None:
    assert sorted(without_password(url_with_secret).split()) == sorted(shown.split())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgres://b%40t:{SECRET}@db:5433/watch%2Ftime", "postgresql://b%40t@db:5433/watch%2Ftime"),
        (f"postgresql:///x?host=/run/pg%20sql&user=bot&password={SECRET}", "postgresql://bot@/x?host=/run/pg%20sql"),
        (f"postgresql://bot:{SECRET}@a:1,b:2/x?sslmode=require", None),
        ("postgresql://bot@[2001:db8::1]/x", "postgresql://bot@[2001:db8::1]/x"),
        (f"postgresql://bot:{SECRET}@db/x?options=-c%20work_mem%3D8MB%20-c%20jit%3Doff", None),
        ("postgresql://", "postgresql:///"),
    ],
    ids=["signs to escape", "a socket", "two servers", "IPv6", "options", "nothing at all"],
)
def test_an_address_without_its_password_is_a_setting_again(url: str, shown: str | None) -> None:
    again = url_without_password(url)
    assert shown in (None, again)
    assert SECRET not in again
    password = {"password"}
    parts, parts_again = (psycopg2.extensions.parse_dsn(one) for one in (url, again))
    assert {name: parts[name] for name in parts.keys() - password} == parts_again
    assert Settings.model_validate({"data_dir": "/data", "database_url": again})


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("/postgres?", "/nowhere?", "create it, or fix the name of the database in DATABASE_URL"),
        ("//postgres:", "//nobody:", "create it, or fix the user in DATABASE_URL"),
    ],
    ids=["database", "role"],
)
def test_an_address_that_names_what_is_not_there_is_for_a_person_to_fix(
    server_url: str, queries: Queries, old: str, new: str, advice: str
) -> None:
    assert old in server_url
    with pytest.raises(DatabaseSettingsWrong) as caught, Database(server_url.replace(old, new), queries).transaction():
        pass
    finding = from_error("database", caught.value)
    assert (caught.value.exit_code, finding.fix, finding.is_temporary) == (78, advice, False)
    assert finding.message.endswith("does not exist")


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("127.0.0.1:70000/x", "fix the port in DATABASE_URL"),
        ("127.0.0.1:1/x?sslmode=maybe", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?target_session_attrs=best", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?keepalives=often", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?service=nobody", "fix service in DATABASE_URL"),
    ],
    ids=["port", "TLS", "kind of server", "number", "service"],
)
def test_an_address_that_the_driver_rejects_is_for_a_person_to_fix(queries: Queries, address: str, advice: str) -> None:
    with pytest.raises(DatabaseSettingsWrong) as caught, Database(f"postgresql://{address}", queries).transaction():
        pass
    assert str(caught.value).endswith(f": {advice}")


@pytest.mark.parametrize("option", ["work_mem%3Dmuch", "memory%3D1"], ids=["value", "name"])
def test_a_setting_in_the_address_that_the_server_rejects_is_for_a_person_to_fix(
    server_url: str, queries: Queries, option: str
) -> None:
    url = f"{server_url}&options=-c%20{option}"
    with pytest.raises(DatabaseSettingsWrong, match="fix the parameters"), Database(url, queries).transaction():
        pass


def test_encryption_that_the_server_does_not_have_is_for_a_person_to_fix() -> None:
    says = 'connection to server at "db", port 5432 failed: server does not support SSL, but SSL was required'
    with pytest.raises(DatabaseSettingsWrong, match="sslmode in DATABASE_URL"), translated():
        raise psycopg2.OperationalError(says)


def backends(url: str) -> set[int]:
    """The server's processes that work for us on this database; not those of this test's own looks, which may still be
    on their way out."""
    query = "select pid from pg_stat_activity where datname = current_database() and application_name = 'watchtime'"
    return {pid for (pid,) in rows(url, query)}


def test_transactions_of_a_job_use_the_connection_of_its_lock_and_others_do_not(database: Database, url: str) -> None:
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


def test_what_a_transaction_of_a_turn_did_is_undone_when_it_fails(database: Database, url: str) -> None:
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
        # The lock's and the other thread's.
        assert during == [2]
        eventually(lambda: len(backends(url)) == 1, "the connection of the other thread is closed")


def test_instants_come_in_utc_whatever_the_servers_time_zone(database: Database, url: str, queries: Queries) -> None:
    """Half an hour off, an hour would no longer begin where it begins."""
    name = url.split("/")[3].split("?")[0]
    execute(url, f"alter database {name} set timezone to 'Asia/Kolkata'")
    stage(database, a_stream(), at=DAY_START)
    pool = ReadPool(url, queries)
    for reads in (database, pool):
        with reads.transaction() as tx:
            started_at = tx.read.last_good_poll()
        assert (started_at, started_at.utcoffset()) == (DAY_START, timedelta(0))
    pool.close()


LIMITS = {
    "hash_mem_multiplier": "1",
    "jit": "off",
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "4MB",
}


def settings_of(reads: Transactions, *names: str) -> dict[str, str]:
    """What a session has for some settings."""
    with reads.transaction() as tx:
        return {name: tx.run(f"show {name}")[0][0] for name in names}


def test_a_session_limits_its_memory_whatever_the_server_is_set_to(
    database: Database, url: str, queries: Queries
) -> None:
    """One that works as well as one that reads: two readers of a year were enough to have a small server killed."""
    name = url.split("/")[3].split("?")[0]
    for setting, value in (("jit", "on"), ("work_mem", "'64MB'"), ("max_parallel_workers_per_gather", "4")):
        execute(url, f"alter database {name} set {setting} = {value}")
    pool = ReadPool(url, queries)
    assert settings_of(database, *LIMITS) == LIMITS
    assert settings_of(pool, *LIMITS) == LIMITS
    pool.close()


def test_options_of_the_address_take_precedence_except_for_the_time_zone(url: str, queries: Queries) -> None:
    """A large server can be used as one; hours and days begin where they begin."""
    mine = f"{url}&options=-c%20work_mem%3D32MB%20-c%20jit%3Don%20-c%20TimeZone%3DAsia/Kolkata"
    pool = ReadPool(mine, queries)
    for reads in (Database(mine, queries), pool):
        assert settings_of(reads, "work_mem", "jit", "hash_mem_multiplier", "timezone") == {
            "work_mem": "32MB",
            "jit": "on",
            "hash_mem_multiplier": "1",
            "timezone": "UTC",
        }
    pool.close()


def test_a_roll_up_limits_its_memory_whatever_the_address_says(url: str, queries: Queries) -> None:
    generous = Database(f"{url}&options=-c%20work_mem%3D512MB%20-c%20hash_mem_multiplier%3D8%20-c%20jit%3Don", queries)
    with generous.transaction() as tx:
        tx.daily.allow_memory()
        assert [tx.run(f"show {name}")[0][0] for name in sorted(LIMITS)] == ["1", "off", "0", "0", "16MB"]
    assert settings_of(generous, "work_mem") == {"work_mem": "512MB"}


def refuse(reads: Transactions, sqlstate: str) -> DatabaseError:
    """What an error of the server with this code becomes."""
    with pytest.raises(DatabaseError) as caught, reads.transaction() as tx:
        tx.run(f"do $$ begin raise exception 'it says why' using errcode = '{sqlstate}'; end $$")
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
def test_an_error_of_the_server_says_whether_trying_again_helps(
    database: Database, sqlstate: str, kind: type[DatabaseError], message: str
) -> None:
    error = refuse(database, sqlstate)
    assert type(error) is kind
    assert message in str(error)
    assert "it says why" in str(error) or sqlstate == "25006"
    assert error.can_retry is (kind not in (DatabaseError, ValueRefused))


def test_a_lock_time_out_is_no_database_that_is_away(url: str, queries: Queries) -> None:
    impatient = Database(f"{url}&options=-c%20lock_timeout%3D100", queries)
    with Database(url, queries).transaction() as holder:
        holder.run("lock table days")
        with pytest.raises(DatabaseConflict, match="holds a lock that this one needs"), impatient.transaction() as tx:
            tx.run("select * from days")


def test_of_two_that_wait_for_each_other_one_is_reported_as_a_conflict(database: Database, url: str) -> None:
    """And leaves nothing; the other goes through."""
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
