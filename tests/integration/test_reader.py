"""The read-only role, and the connections of the dashboard."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from bot.wiring import open_reading
from helperfunctions import migrations, reader
from helperfunctions.database import Database, ReadPool
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, SettingsError
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.conftest import Switch, execute
from tests.factories import a_stream, rows, stage
from tests.servers import logs_in_with_password

READABLE = (
    "games", "streamers", "days", "daily_games", "daily_streamers", "daily_streamer_games", "monthly_streamer_games",
    "months", "hours", "hourly_games", "addresses", "names", "game_aliases", "staging.polls", "staging.streams",
    "staging.games", "schema_migrations", "monthly_games", "pictures", "daily_leaders", "streamer_ranks",
    "draws",
)  # fmt: skip
LIMITS_MIGRATION = (migrations.MIGRATIONS_FOLDER / "20261126001000_reader_limits.sql").read_text()
PICTURES_MIGRATION = (migrations.MIGRATIONS_FOLDER / "20261127040000_pictures.sql").read_text()
HIDDEN = (
    "mentions", "opt_outs", "x_charges", "x_accounts", "x_prices", "x_reads", "x_uncertain_reads",
    "staging.set_aside",
)  # fmt: skip


def address_of(url: str, role: str, password: str = "") -> str:
    place = url.split("@")[1]
    return f"postgresql://{role}:{quote(password, safe='')}@{place}" if password else f"postgresql://{role}@{place}"


@pytest.fixture
def pool(url: str, queries: Queries) -> Iterator[ReadPool]:
    pool = ReadPool(url, queries, at_most=2)
    yield pool
    pool.close()


def test_the_role_can_read_the_tables_of_the_dashboard_and_nothing_else(database: Database, url: str) -> None:
    reading = address_of(url, "watchtime_reader", "it's % a/pass:word@")
    assert reader.prepare(database, reading) == "watchtime_reader"
    stage(database, a_stream())
    for table in READABLE:
        rows(reading, f"select * from {table} limit 1")
    rows(reading, "select text, status, chart from posts")
    rows(reading, "select name, x_id from cursors")
    rows(reading, "select cause, until, since from x_pauses")
    for query in (
        *(f"select 1 from {table}" for table in HIDDEN),
        "select mention_id from posts",
        "select * from posts",
        "select * from cursors",
        "select reason from x_pauses",
    ):
        with pytest.raises(Exception, match="permission denied"):
            rows(reading, query)
    # It cannot write even in a transaction that is not read-only.
    for statement in (
        "delete from games",
        "insert into days select * from days",
        "update posts set text = ''",
        "create table mine (a int)",
        "create role another",
        "select staging.drop_partition('2026-11-21')",
    ):
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            rows(reading, f"set transaction read write; {statement}")
    with pytest.raises(Exception, match="read-only"):
        rows(reading, "create table mine (a int)")


@pytest.mark.parametrize("is_made_before", [False, True], ids=["made now", "made by an older version"])
def test_every_session_of_the_role_is_limited_in_memory(database: Database, url: str, is_made_before: bool) -> None:
    reading = address_of(url, f"watchtime_limited_{is_made_before}".lower(), "one")
    role = reader.prepare(database, reading)
    if is_made_before:
        execute(url, f"alter role {role} reset all")
        execute(url, LIMITS_MIGRATION.split("-- migrate:down")[1])
        execute(url, LIMITS_MIGRATION.split("-- migrate:down")[0])
    assert [
        rows(reading, f"show {setting}")[0][0]
        for setting in ("jit", "work_mem", "hash_mem_multiplier", "max_parallel_workers_per_gather")
    ] == ["off", "4MB", "1", "0"]


def test_a_role_that_an_older_version_made_can_read_pictures(database: Database, url: str) -> None:
    reading = address_of(url, "watchtime_older", "one")
    reader.prepare(database, reading)
    execute(url, PICTURES_MIGRATION.split("-- migrate:down")[1])
    execute(url, PICTURES_MIGRATION.split("-- migrate:down")[0])
    assert rows(reading, "select count(*) from pictures") == [(0,)]


PASSWORDS = {
    "signs of an address": "it's % a/pass:word@",
    "other scripts": "пароль 한동숙 é",
    "soft hyphen": "I\u00adX",
    "Roman numeral": "\u2168",
    "no-break space": "a\u00a0b",
    "right to left": "\u0627\u0628",
    "both directions": "\u0627a",
    "nothing but a soft hyphen": "\u00ad",
    "emoji": "\U0001f600\u2168",
    "a verifier": "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy",
    "long": "x" * 300,
}


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_the_role_logs_in_with_its_password_and_with_no_other(
    database: Database, url: str, server_url: str, password: str
) -> None:
    """The server gets a verifier of the password, as from its own client, and not the password."""
    logs_in_with_password("watchtime_known", server_url)
    reading = address_of(url, "watchtime_known", password)
    reader.prepare(database, reading)
    assert rows(reading, "select current_user") == [("watchtime_known",)]
    in_query = f"{address_of(url, 'watchtime_known')}&password={quote(password, safe='')}"
    reader.prepare(database, in_query)
    assert rows(in_query, "select current_user") == [("watchtime_known",)]
    [(kept,)] = rows(url, "select rolpassword from pg_authid where rolname = 'watchtime_known'")
    assert kept.startswith("SCRAM-SHA-256$4096:")
    for wrong in (f"{password}x", kept):
        with pytest.raises(Exception, match="password authentication failed"):
            rows(address_of(url, "watchtime_known", wrong), "select 1")


def test_the_role_is_fixed_by_the_next_migration_also_by_two_at_once(database: Database, url: str) -> None:
    reading = address_of(url, "watchtime_fixed", "one")
    reader.prepare(database, reading)
    execute(url, "grant select on mentions to watchtime_fixed")
    execute(url, "alter role watchtime_fixed createdb")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: reader.prepare(database, reading), range(4)))
    assert rows(url, "select rolcreatedb from pg_roles where rolname = 'watchtime_fixed'") == [(False,)]
    with pytest.raises(Exception, match="permission denied"):
        rows(reading, "select * from mentions")


def test_a_role_that_cannot_be_created_is_reported_with_advice(url: str, database: Database, queries: Queries) -> None:
    with pytest.raises(SettingsError, match="name another role than the bot's"):
        reader.prepare(database, url)
    execute(url, "create role watchtime_modest login")
    modest = Database(address_of(url, "watchtime_modest"), queries)
    with pytest.raises(DatabaseError, match=r"cannot be created: .* grant CREATEROLE to the bot's role"):
        reader.prepare(modest, address_of(url, "watchtime_other"))


def test_without_a_role_of_its_own_a_session_still_cannot_write(url: str) -> None:
    settings = Settings.model_validate({"database_url": url})
    refused = pytest.raises(DatabaseError, match="the database is read-only")
    with open_reading(settings) as pool, refused, pool.transaction() as tx:
        tx.run("delete from games")


def test_a_limited_number_of_readers_read_at_once_and_the_others_wait(pool: ReadPool) -> None:
    inside, most = [0], [0]
    lock = threading.Lock()

    def read(_: int) -> None:
        with pool.transaction() as tx:
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            tx.run("select pg_sleep(0.01)")
            with lock:
                inside[0] -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(read, range(24)))
    assert most[0] == 2


def test_a_connection_that_broke_while_idle_is_replaced(pool: ReadPool, switch: Switch) -> None:
    with pool.transaction() as tx:
        assert tx.run("select 1") == [(1,)]
    switch.off()
    with pytest.raises(DatabaseUnavailable), pool.transaction():
        pass
    switch.on()
    with pool.transaction() as tx:
        assert tx.run("select 1") == [(1,)]


def test_a_connection_can_be_used_again_after_an_error(pool: ReadPool) -> None:
    for _ in range(3):
        with pytest.raises(DatabaseError), pool.transaction() as tx:
            tx.run("select nonsense")
    with pool.transaction() as tx:
        assert tx.run("select 1") == [(1,)]
