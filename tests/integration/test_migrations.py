"""The schema is migrated once by several processes; a schema of another version is refused."""

import re
import threading
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import psycopg2
import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions import dbmate, migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseConflict, DatabaseError, DatabaseUnavailable, SchemaMismatch
from helperfunctions.migrations import Patience
from helperfunctions.queries import Queries
from tests.conftest import database_url, execute
from tests.factories import DAY_START, HALF_HOUR, a_stream, rows, stage

OURS = migrations.versions_in()
CHAT = (
    "broadcasts channels choice cursors daily_chats daily_emote_counts emote_lists emote_names emotes "
    "hour_emote_counts hours minute_counts moments nodes opt_outs requests"
)
TABLES = """
    select schemaname || '.' || tablename from pg_tables
    where schemaname in ('public', 'staging', 'chat') order by 1
"""


@pytest.fixture
def new(empty_url: str, queries: Queries) -> Database:
    """A database without a schema."""
    return Database(empty_url, queries)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for migrations of the test."""
    path = tmp_path / "migrations"
    path.mkdir()
    return path


def write(folder: Path, version: str, up: str, down: str = "select 1;") -> None:
    (folder / f"{version}_test.sql").write_text(f"-- migrate:up\n{up}\n\n-- migrate:down\n{down}\n")


def test_a_new_database_gets_the_schema(new: Database, empty_url: str) -> None:
    assert migrations.applied_versions(new) == []
    assert migrations.migrate(new) == OURS
    assert migrations.applied_versions(new) == OURS
    public = (
        "addresses cursors daily_game_languages daily_game_modes daily_games daily_genres daily_languages "
        "daily_leaders daily_release_ages daily_streamer_games daily_streamers daily_streams daily_themes days draws "
        "game_aliases "
        "game_matches games genre_days hourly_games hourly_genres hours igdb_game_modes igdb_games "
        "igdb_games_game_modes igdb_games_genres igdb_games_themes igdb_genres igdb_themes "
        "lake_forgotten lake_objects lake_owner mention_gaps mentions "
        "monthly_games monthly_streamer_games monthly_streamers months names opt_outs pictures posts "
        "schema_migrations streamer_ranks streamers x_accounts x_charges x_pauses x_prices x_reads x_uncertain_reads"
    )
    staging = "games languages polls set_aside streams"
    assert [name for (name,) in rows(empty_url, TABLES)] == [
        *(f"chat.{name}" for name in CHAT.split()),
        *(f"public.{name}" for name in public.split()),
        *(f"staging.{name}" for name in staging.split()),
    ]
    migrations.check(new)


def test_migrating_twice_changes_nothing(new: Database) -> None:
    migrations.migrate(new)
    assert migrations.migrate(new) == []
    assert migrations.applied_versions(new) == OURS


def test_four_processes_that_migrate_at_once_all_end_with_the_schema(empty_url: str, queries: Queries) -> None:
    """Each waits for the one before, and none fails."""
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def migrate() -> None:
        try:
            together.wait()
            migrations.migrate(Database(empty_url, queries))
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrations.applied_versions(Database(empty_url, queries)) == OURS


def test_a_newer_version_of_the_code_applies_only_missing_migrations(
    new: Database, folder: Path, empty_url: str
) -> None:
    write(folder, "20270101000000", "create table first (name text);")
    assert migrations.migrate(new, folder) == ["20270101000000"]
    write(folder, "20270202000000", "create table second (name text);")
    assert migrations.migrate(new, folder) == ["20270202000000"]
    assert rows(empty_url, TABLES) == [("public.first",), ("public.schema_migrations",), ("public.second",)]


def test_a_database_without_a_schema_is_refused_with_the_fix(new: Database) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        migrations.check(new)
    assert str(caught.value) == (
        f"the database has schema none, older than this program's {OURS[-1]}: run `watchtime migrate`"
    )


def test_an_older_schema_is_refused_with_the_fix(database: Database) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        migrations.check(database, [*OURS, "20991231000000"])
    assert str(caught.value) == (
        f"the database has schema {OURS[-1]}, older than this program's 20991231000000: run `watchtime migrate`"
    )


def test_a_newer_schema_is_refused_and_not_changed(new: Database, folder: Path) -> None:
    """The check and an attempt to migrate both refuse it."""
    write(folder, "20270101000000", "create table first (name text);")
    write(folder, "20270202000000", "create table second (name text);")
    migrations.migrate(new, folder)
    (folder / "20270202000000_test.sql").unlink()
    write(folder, "20270101000001", "create table never (name text);")
    for attempt in (
        lambda: migrations.check(new, migrations.versions_in(folder)),
        lambda: migrations.migrate(new, folder),
    ):
        with pytest.raises(SchemaMismatch, match="has schema 20270202000000, newer than this program's 20270101000001"):
            attempt()
    assert migrations.applied_versions(new) == ["20270101000000", "20270202000000"]


def test_a_failed_migration_is_one_message_and_leaves_no_change(new: Database, folder: Path, empty_url: str) -> None:
    """The migration before it stays, and the next attempt begins with the failed one."""
    write(folder, "20270101000000", "create table first (name text);")
    write(folder, "20270202000000", "create table half (name text);\ncreate tabel other_half (name text);")
    with pytest.raises(DatabaseError) as caught:
        migrations.migrate(new, folder)
    assert not isinstance(caught.value, SchemaMismatch)
    assert re.fullmatch(r'the migration failed: Error: .*syntax error at or near "tabel"[^\n\]]*', str(caught.value))
    assert rows(empty_url, TABLES) == [("public.first",), ("public.schema_migrations",)]
    write(folder, "20270202000000", "create table half (name text);\ncreate table other_half (name text);")
    assert migrations.migrate(new, folder) == ["20270202000000"]


def test_every_migration_can_be_undone(new: Database, folder: Path, empty_url: str) -> None:
    """The down part of every migration is run by hand, newest first."""
    migrations.migrate(new)
    with new.transaction() as tx:
        assert tx.database.has_migrations()
    for number, path in enumerate(sorted(migrations.MIGRATIONS_FOLDER.glob("*.sql"), reverse=True)):
        write(folder, f"2100010100{number:04}", path.read_text().split("-- migrate:down")[1])
    # dbmate takes it for a migration of a newer version
    for path in migrations.MIGRATIONS_FOLDER.glob("*.sql"):
        (folder / path.name).write_text(path.read_text())
    migrations.migrate(new, folder)
    assert rows(empty_url, TABLES) == [("public.schema_migrations",)]


def migrate_until(version: str, database: Database, folder: Path) -> None:
    """Apply the migrations before a version."""
    for path in migrations.MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < version:
            (folder / path.name).write_text(path.read_text())
    migrations.migrate(database, folder)


def test_rows_of_the_release_before_plain_names_are_found_under_the_new_names(
    new: Database, folder: Path, empty_url: str
) -> None:
    migrate_until("20261126008000", new, folder)
    for statement in (
        "insert into x_lost_reads (purpose, lost_at) values ('mentions', '2026-11-21 12:00+00')",
        "insert into x_pauses (cause, until, because) values ('credits', '2026-12-01 00:00+00', 'none left')",
        "insert into x_accounts (credentials, user_id, username, asked_at)"
        " values ('a hash', '9', 'bot', '2026-11-21 12:00+00')",
        "insert into mentions (mention_id, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us, status,"
        " asked, decided_at) values ('18', '2026-11-21 12:00+00', '2026-11-21 12:00+00', '18', false, true, true,"
        " 'answered', 'help', '2026-11-21 12:00+00')",
        "insert into posts (kind, mention_id, text, status, created_at, next_try_at, expires_at, is_out)"
        " select 'reply', '18', 'hello', 'unknown', at, at, at, true from (values (now())) as given (at)",
    ):
        execute(empty_url, statement)
    migrations.migrate(new)
    for query, row in (
        ("select purpose, extract(hour from lost_at) from x_uncertain_reads", ("mentions", 12)),
        ("select cause, reason from x_pauses", ("credits", "none left")),
        ("select credentials_hash, extract(hour from fetched_at) from x_accounts", ("a hash", 12)),
        ("select question from mentions", ("help",)),
        ("select was_duplicate from posts", (True,)),
        ("select meaning from x_prices where kind = 'reply'", ("an answer to a mention",)),
    ):
        assert rows(empty_url, query) == [row], query


def test_a_day_that_began_before_languages_were_stored_is_rolled_up(
    new: Database, folder: Path, empty_url: str
) -> None:
    migrate_until("20261127", new, folder)
    for statement in (
        "select staging.make_partition('2026-11-21')",
        "insert into staging.polls (day, started_at, ended_at, status, ended_because, interval_minutes,"
        " more_than_viewers, pages, streams, viewers, duplicates, set_aside)"
        " values ('2026-11-21', '2026-11-21 16:00+00', '2026-11-21 16:01+00',"
        " 'complete', 'below_threshold', 30, 50, 1, 1, 1000, 0, 0)",
        "insert into staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id)"
        " values ('2026-11-21', 1, 1000, '2026-11-21 15:00+00', 'stream-of-ada', 'ada', 'chess')",
        "insert into staging.games (poll_id, game_id, viewers, streams) values (1, 'chess', 1000, 1)",
        "insert into months (month, summed_up_at) values ('2026-10-01', now())",
    ):
        execute(empty_url, statement)
    migrations.migrate(new)
    stage(new, a_stream(500), at=DAY_START + HALF_HOUR)
    Rollup(new, VirtualClock(DAY_START + timedelta(days=1)), Calendar(ZoneInfo("America/Los_Angeles"), time(8))).daily()
    assert rows(empty_url, "select language, watch_hours, airtime_hours from daily_languages order by language") == [
        ("", 250.0, 0.25),
        ("en", 375.0, 0.75),
    ]
    assert rows(empty_url, "select stream_id, language, airtime_hours from daily_streams") == [
        ("stream-of-ada", "en", 1.0)
    ]
    assert rows(empty_url, "select top_watch_hours from daily_games") == [(None,)]
    assert rows(empty_url, "select * from months") == []


CHAT_VIEWS = ("minutes", "counted_minutes", "hour_emotes", "daily_emotes")


def chat_rows(url: str) -> dict[str, object]:
    """The rows of the views of chat, and what their columns are said to mean."""
    found: dict[str, object] = {view: rows(url, f"select * from chat.{view} order by 1, 2, 3") for view in CHAT_VIEWS}
    for view in CHAT_VIEWS:
        found[f"meanings of {view}"] = rows(
            url,
            "select attname, col_description(attrelid, attnum), obj_description(attrelid, 'pg_class')"
            f" from pg_attribute where attrelid = cast('chat.{view}' as regclass) and attnum > 0 order by attnum",
        )
    return found


def test_minutes_and_emotes_of_chat_keep_their_columns_with_less_disk_and_back(
    new: Database, folder: Path, empty_url: str
) -> None:
    version = "20261204000000"
    migrate_until(version, new, folder)
    for statement in (
        "select chat.make_partition(day) from (values (date '2026-11-21'), ('2026-11-22')) as days (day)",
        "insert into chat.minutes values"
        " ('2026-11-21 12:00+00', '11', 20, 2, 9, 3, 1, 4, 5, 6, 700, 8, 9, 10, 11, 12, 13, 60,"
        " '{emotesv2_1,25,1902}', '{4,3,2}', true, 100, '9'),"
        " ('2026-11-22 12:00+00', '11', 7, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 59,"
        " '{}', '{}', false, null, null)",
        "insert into chat.hour_emotes values"
        " ('11', '2026-11-21 12:00+00', '25', 4, 2), ('11', '2026-11-21 12:00+00', 'x', 3, 3)",
        "insert into chat.daily_emotes values ('2026-11-20', '11', '1902', 5, 1, 'twitch')",
    ):
        execute(empty_url, statement)
    before = chat_rows(empty_url)
    migrations.migrate(new)
    assert chat_rows(empty_url) == before
    assert rows(empty_url, "select * from chat.days_of_minutes() order by day") == [
        (date(2026, 11, 21), True),
        (date(2026, 11, 22), False),
    ]
    path = next(migrations.MIGRATIONS_FOLDER.glob(f"{version}*"))
    execute(empty_url, path.read_text().split("-- migrate:down")[1])
    assert chat_rows(empty_url) == before


def test_a_database_with_a_wrong_encoding_is_refused_with_the_fix(server_url: str, queries: Queries) -> None:
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database ascii_only encoding 'SQL_ASCII' locale 'C' template template0")
    connection.close()
    with pytest.raises(SchemaMismatch, match=r"SQL_ASCII.*ENCODING 'UTF8'"):
        migrations.migrate(Database(database_url(server_url, "ascii_only"), queries))


def test_variables_of_libpq_do_not_redirect_a_migration(
    new: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver of dbmate fails on some variables of libpq and uses others."""
    write(folder, "20270101000000", "create table first (name text);")
    parameters = new.parameters()
    with monkeypatch.context() as environment:
        for name, value in (("PGSERVICE", "elsewhere"), ("PGREALM", "x"), ("PGOPTIONS", "-c no_such_setting=1")):
            environment.setenv(name, value)
        dbmate.apply(folder, parameters, lock_seconds=30, report=lambda: None, report_seconds=60)
    assert migrations.applied_versions(new) == ["20270101000000"]


OFTEN = Patience(report_seconds=0.1)


def test_a_long_migration_has_no_time_limit_and_the_log_reports_its_progress(
    new: Database, folder: Path, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for setting in ("statement_timeout", "idle_in_transaction_session_timeout", "lock_timeout"):
        execute(empty_url, f"alter database {empty_url.split('@/')[1].split('?')[0]} set {setting} = '300ms'")
    write(folder, "20270101000000", "create table first (name text);")
    write(folder, "20270202000000", "create table second (name text);\nselect pg_sleep(1.5);")
    assert migrations.migrate(new, folder, OFTEN) == ["20270101000000", "20270202000000"]
    going_on = [line for line in caplog.messages if line.startswith("migrating the schema")]
    assert any("version=20270202000000 left=1" in line for line in going_on), caplog.messages
    assert caplog.messages[-1] == "schema migrated versions=20270101000000,20270202000000"


def test_a_migration_waits_briefly_for_a_lock_and_the_log_names_its_holder(
    new: Database, folder: Path, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Other sessions queue behind a waiting migration. It is retried later."""
    caplog.set_level("INFO")
    write(folder, "20270101000000", "create table first (name text);")
    migrations.migrate(new, folder)
    write(folder, "20270202000000", "alter table first add column more text;")
    with new.transaction() as reader:
        reader.run("select * from first")
        with pytest.raises(DatabaseConflict, match="waited too long for a lock and was not applied"):
            migrations.migrate(new, folder, Patience(report_seconds=0.1, lock_seconds=1.5))
    assert any("waiting for a lock held by watchtime (process " in line for line in caplog.messages)
    assert migrations.applied_versions(new) == ["20270101000000"]
    assert migrations.migrate(new, folder) == ["20270202000000"]


def test_a_migration_waits_for_another_process_logs_it_and_gives_up_after_a_while(
    new: Database, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    write(folder, "20270101000000", "create table first (name text);")
    hold = new.try_lock("migrate")
    assert hold is not None
    with pytest.raises(DatabaseConflict, match="another process has been migrating the schema for"):
        migrations.migrate(new, folder, Patience(others_seconds=0.5, report_seconds=0.1))
    assert any(line.startswith("waiting for another process") for line in caplog.messages)
    hold.release()
    assert migrations.migrate(new, folder) == ["20270101000000"]


def test_a_server_that_goes_away_during_a_migration_is_unavailable(new: Database, folder: Path, empty_url: str) -> None:
    """The migration is rolled back and retried later."""
    write(folder, "20270101000000", "create table first (name text);\nselect pg_sleep(60);")
    killed = threading.Event()

    def kill() -> None:
        query = """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and application_name = 'watchtime migrate' and query like '%pg_sleep%'
        """
        while not killed.wait(0.1):
            if rows(empty_url, query):
                killed.set()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(DatabaseUnavailable, match="was lost during the migration"):
        migrations.migrate(new, folder)
    killer.join()
    assert migrations.applied_versions(new) == []


def test_an_interrupted_migration_leaves_no_process_behind(new: Database, folder: Path) -> None:
    class Interrupted(Exception):
        pass

    def interrupt() -> None:
        raise Interrupted

    write(folder, "20270101000000", "select pg_sleep(60);")
    with pytest.raises(Interrupted):
        dbmate.apply(folder, new.parameters(), lock_seconds=1, report=interrupt, report_seconds=0.5)
    assert [child for child in psutil.Process().children() if child.name() == "dbmate"] == []
