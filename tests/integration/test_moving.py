"""Backup, destroy, restore: all tables equal. And whatever goes wrong leaves what there was."""

import io
import itertools
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg2
import pytest

from bot import moving
from bot.daily.rollup import Rollup
from bot.days import Calendar
from helperfunctions import migrations, pg_tools
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import BackupFailed, Busy, SchemaMismatch
from helperfunctions.queries import Queries
from tests.conftest import database_url
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write
from tests.servers import SERVERS, server

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
_numbers = itertools.count()
NOW = datetime(2026, 12, 2, 17, tzinfo=UTC)
# One statement for each table that no job above has filled.
MORE = (
    "insert into staging.set_aside values (1, 1, 'no user_id', E'tab\\t, newline\\n, \\\\N, 👨‍👩‍👧')",
    "insert into draws (day, game_id, drawn_at) values ('2026-11-21', 'chess', now())",
    "insert into game_aliases values ('c', 'c', 'chess', 'Chess')",
    "insert into names values ('game', 'chess', 'chess', 'Chess', 'chess') on conflict do nothing",
    "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit,"
    " is_to_us, status) values ('7', '8', 'ボブ', now(), now(), '7', false, true, false, 'new')",
    "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at, chart)"
    " values ('games', '2026-11-21', 'Most watched', 'due', now(), now(), now(), '{\"a\": [1.5, null]}')",
    "insert into opt_outs values ('8', '7', now())",
    "insert into cursors values ('mentions', '7', now())",
    "insert into x_accounts values ('a hash', '1', 'watchtimebot', now())",
    "insert into x_charges (charged_at, kind, purpose, units, usd, status) values (now(), 'post', 'summaries', 1,"
    " 0.015, 'made')",
    "insert into x_lost_reads values ('mentions', now())",
    "insert into x_pauses values ('credits', now(), 'no credits')",
    "insert into x_reads values ('2026-11-21', 'post_read', '7')",
)


def nobody(_: int) -> None:
    """Shows no progress."""


@pytest.fixture
def full(database: Database, url: str) -> Database:
    """A database with something in every table."""
    for number in range(48):
        stage(
            database, a_stream(1000 + number), a_stream(70, streamer="bob", game=""), at=DAY_START + number * HALF_HOUR
        )
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    for statement in MORE:
        write(url, statement)
    empty = [table for table, (count, _) in database.fingerprints().items() if not count]
    # Those that this test fills by hand must be named above; a new table has to be added there.
    assert [table for table in empty if not table.startswith("staging.streams_")] == []
    return database


@pytest.fixture
def other_url(server_url: str) -> str:
    """An empty database beside the first."""
    name = f"other_{next(_numbers)}"
    run(server_url, f"create database {name}")
    return database_url(server_url, name)


def run(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture
def other(other_url: str, queries: Queries) -> Database:
    return Database(other_url, queries)


def sequences(url: str) -> list[tuple[object, ...]]:
    return rows(url, "select schemaname, sequencename, last_value from pg_sequences order by 1, 2")


def test_backup_destroy_restore_all_tables_equal(full: Database, url: str, tmp_path: Path) -> None:
    before, numbers = full.fingerprints(), sequences(url)
    done = moving.write_backup(full, tmp_path / "it.dump", nobody)
    assert (done.size, done.version) == ((tmp_path / "it.dump").stat().st_size, migrations.versions_in()[-1])
    assert (tmp_path / "it.dump").stat().st_mode & 0o777 == 0o600
    run(url, "drop schema staging cascade")
    run(url, "drop schema public cascade; create schema public")
    assert moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=False) == done.version
    assert full.fingerprints() == before
    assert sequences(url) == numbers
    migrations.check(full)


def test_what_is_restored_works_as_before(full: Database, other: Database, tmp_path: Path) -> None:
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    moving.restore_backup(other, tmp_path / "it.dump", nobody, replace=False)
    stage(other, a_stream(9), at=DAY_START + timedelta(minutes=10))
    assert [day.polls for day in Rollup(other, VirtualClock(NOW), CALENDAR).daily()] == [49]


def test_it_replaces_our_tables_when_told_to_and_nobody_elses(full: Database, url: str, tmp_path: Path) -> None:
    before = full.fingerprints()
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    write(url, "create table of_somebody_else as select 1 as one")
    write(url, "delete from daily_games")
    stage(full, a_stream(5), at=DAY_START + timedelta(days=3), day=DAY + timedelta(days=3))
    with pytest.raises(BackupFailed, match="there is data in this database"):
        moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=False)
    moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=True)
    after = full.fingerprints()
    assert after.pop("public.of_somebody_else")[0] == 1
    assert after == before


def test_a_schema_without_data_is_as_good_as_none(full: Database, other: Database, tmp_path: Path) -> None:
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    migrations.migrate(other)
    moving.restore_backup(other, tmp_path / "it.dump", nobody, replace=False)
    assert other.fingerprints() == full.fingerprints()


def test_a_backup_goes_through_a_pipe(full: Database, other: Database, tmp_path: Path) -> None:
    pipe = io.BytesIO()
    moved: list[int] = []
    moving.stream_backup(full, pipe, moved.append)
    assert sum(moved) == len(pipe.getvalue())
    pipe.seek(0)
    with moving.as_file(pipe, tmp_path / "data") as path:
        moving.restore_backup(other, path, nobody, replace=False)
    assert other.fingerprints() == full.fingerprints()
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("torn", ["half", "empty", "text", "other format", "missing", "of something else"])
def test_what_is_no_whole_backup_changes_nothing(torn: str, full: Database, other_url: str, tmp_path: Path) -> None:
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    before = full.fingerprints()
    path = tmp_path / "torn.dump"
    match torn:
        case "half":
            content = (tmp_path / "it.dump").read_bytes()
            path.write_bytes(content[: len(content) * 9 // 10])
        case "empty":
            path.touch()
        case "text":
            path.write_text("create table x ();")
        case "other format":
            path.write_bytes(b"PGDMP" + b"\0" * 100)
        case "of something else":
            with path.open("wb") as file:
                pg_tools.dump(Database(other_url, Queries()).parameters(), file, nobody)
    with pytest.raises(BackupFailed) as failed:
        moving.restore_backup(full, path, nobody, replace=True)
    assert "\n" not in str(failed.value)
    assert full.fingerprints() == before


def test_a_restore_that_fails_half_way_changes_nothing(full: Database, url: str, tmp_path: Path) -> None:
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    write(url, "delete from daily_games")
    before = full.fingerprints()
    run(url, "create function public.refuse() returns event_trigger language plpgsql as $$ begin raise 'no'; end $$")
    run(url, "create event trigger refuse on ddl_command_end when tag in ('CREATE INDEX') execute function refuse()")
    with pytest.raises(BackupFailed, match="no"):
        moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=True)
    run(url, "drop event trigger refuse")
    assert full.fingerprints() == before


def test_a_backup_of_a_newer_version_is_refused_and_one_of_an_older_is_brought_up_to_date(
    full: Database, url: str, other_url: str, other: Database, tmp_path: Path
) -> None:
    write(url, "insert into schema_migrations (version) values ('29990101000000')")
    moving.write_backup(full, tmp_path / "newer.dump", nobody)
    with pytest.raises(SchemaMismatch, match="29990101000000, newer than"):
        moving.restore_backup(other, tmp_path / "newer.dump", nobody, replace=False)
    assert rows(other_url, "select 1 from pg_tables where schemaname in ('public', 'staging')") == []
    older = tmp_path / "migrations"
    older.mkdir()
    for path in sorted(migrations.MIGRATIONS_FOLDER.glob("*.sql"))[:1]:
        shutil.copy(path, older)
    migrations.migrate(other, older)
    moving.write_backup(other, tmp_path / "older.dump", nobody)
    run(other_url, "drop schema staging cascade; drop schema public cascade; create schema public")
    moving.restore_backup(other, tmp_path / "older.dump", nobody, replace=False)
    migrations.check(other)


@pytest.mark.parametrize("job", moving.LOCKS)
def test_nobody_else_may_work_on_it_meanwhile(job: str, full: Database, tmp_path: Path, queries: Queries) -> None:
    moving.write_backup(full, tmp_path / "it.dump", nobody)
    hold = full.hold(job)
    assert hold is not None
    with pytest.raises(Busy, match="stop it first"):
        moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=True)
    hold.release()
    moving.restore_backup(full, tmp_path / "it.dump", nobody, replace=True)


def test_a_backup_shows_one_moment_however_much_is_written_meanwhile(
    full: Database, other: Database, tmp_path: Path
) -> None:
    at_first = full.fingerprints()["staging.polls"][0]
    written = 0

    def write_on(_: int) -> None:
        nonlocal written
        written += 1
        stage(full, a_stream(5), at=DAY_START + timedelta(days=1, seconds=written), day=DAY)

    moving.write_backup(full, tmp_path / "it.dump", write_on)
    assert written
    moving.restore_backup(other, tmp_path / "it.dump", nobody, replace=False)
    polls, streams = (rows_of(other, table) for table in ("staging.polls", "staging.streams_2026_11_21"))
    assert streams == 2 * at_first + (polls - at_first)


def rows_of(database: Database, table: str) -> int:
    return database.fingerprints()[table][0]


def test_nothing_is_overwritten_and_nothing_half_written_is_left(full: Database, tmp_path: Path) -> None:
    (tmp_path / "it.dump").write_text("precious")
    with pytest.raises(BackupFailed, match="is there already"):
        moving.write_backup(full, tmp_path / "it.dump", nobody)
    assert (tmp_path / "it.dump").read_text() == "precious"
    with pytest.raises(BackupFailed, match="cannot be written"):
        moving.write_backup(full, tmp_path / "missing" / "it.dump", nobody)

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupFailed, match="No space left on device"):
        moving.write_backup(full, tmp_path / "other.dump", full_disk)
    assert [path.name for path in tmp_path.iterdir()] == ["it.dump"]


KILLED = """
import os, signal, sys
from pathlib import Path
from bot import moving
from helperfunctions.database import Database
from helperfunctions.queries import Queries
moving.write_backup(Database(sys.argv[1], Queries()), Path(sys.argv[2]), lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_backup_that_was_killed_leaves_no_file_that_looks_like_one(full: Database, url: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url, str(tmp_path / "it.dump")], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "it.dump").exists()
    assert [path for path in tmp_path.iterdir() if not path.name.startswith(".")] == []


def test_all_is_copied_to_another_database_and_compared(
    full: Database, url: str, other_url: str, tmp_path: Path
) -> None:
    other = Database(other_url, Queries())
    tables = moving.copy_to(full, other, tmp_path / "data", nobody)
    assert other.fingerprints() == full.fingerprints()
    assert sequences(other_url) == sequences(url)
    assert tables == {table: count for table, (count, _) in full.fingerprints().items()}
    assert list((tmp_path / "data").iterdir()) == []
    with pytest.raises(BackupFailed, match="there is data in this database"):
        moving.copy_to(full, other, tmp_path / "data", nobody)


@pytest.mark.parametrize("version", sorted(SERVERS))
def test_every_version_of_postgresql_can_be_copied_to_and_backed_up(
    version: int, full: Database, queries: Queries, tmp_path: Path
) -> None:
    with server(SERVERS[version]) as url:
        there = Database(url, queries)
        moving.copy_to(full, there, tmp_path, nobody)
        moving.write_backup(there, tmp_path / "there.dump", nobody)
        moving.restore_backup(there, tmp_path / "there.dump", nobody, replace=True)
        assert there.fingerprints() == full.fingerprints()


def test_a_copy_that_is_not_the_same_is_told(full: Database, other_url: str, tmp_path: Path) -> None:
    other = Database(other_url, Queries())
    migrations.migrate(other)
    run(other_url, "create table extra as select 1 as one where false")
    with pytest.raises(BackupFailed, match=r"not the same after copying: public\.extra"):
        moving.copy_to(full, other, tmp_path, nobody)


def test_equal_fingerprints_mean_equal_rows_in_whatever_order(url: str, database: Database) -> None:
    write(url, "create table t (a text, b int)")
    write(url, "insert into t values ('x', 1), ('y', 2), ('y', 2)")
    before = database.fingerprints()["public.t"]
    write(url, "truncate t")
    write(url, "insert into t values ('y', 2), ('x', 1), ('y', 2)")
    assert database.fingerprints()["public.t"] == before
    write(url, "update t set b = 3 where a = 'x'")
    assert database.fingerprints()["public.t"] != before
