"""Backup and restore: all tables are equal afterwards. A failed backup or copy leaves nothing behind."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from bot.cli.operations import LOCKS
from helperfunctions import backup, embedded_postgres, migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import BackupError, DatabaseError
from helperfunctions.queries import Queries
from tests.conftest import database_url
from tests.everything import destroy, everything_in, fill, tables_of
from tests.factories import DAY, HALF_HOUR, a_stream, rows, stage, write
from tests.integration.backups import file, quietly, restore, whole_dump
from tests.schema_dump import dump
from tests.servers import SERVERS, VERSIONS, server_of

__all__ = ["file", "whole_dump"]


def test_the_full_database_has_rows_in_every_table(full_url: str) -> None:
    """A new table needs a row in tests/everything.py; without one its backup would not be tested."""
    found = everything_in(full_url)
    assert len(tables_of(full_url)) > 25
    assert [table for table in tables_of(full_url) if not found[table]] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_after_backup_destruction_and_restore_all_tables_are_equal(
    version: int, queries: Queries, clock: VirtualClock, tmp_path: Path
) -> None:
    with server_of(version) as url:
        database, file = Database(url, queries), tmp_path / "whole.dump"
        migrations.migrate(database)
        fill(database, url, clock)
        before, schema = everything_in(url), dump(url)
        made = backup.backup(database, file, quietly)
        destroy(url)
        assert everything_in(url) == {}
        restored = restore(database, file)
        assert everything_in(url) == before
        assert dump(url) == schema
        assert restored == backup.Restored(made.contents, [])
        assert made.size == file.stat().st_size
        assert made.contents.rows == sum(len(before[table]) for table in tables_of(url) if "_2026_" not in table)


def test_pictures_are_in_no_backup_and_no_copy(
    full_url: str, empty_url: str, whole_dump: Path, queries: Queries
) -> None:
    """They may be stored for a day only."""
    assert rows(full_url, "select count(*) from pictures") == [(1,)]
    restored = restore(Database(full_url, queries), whole_dump, replace=True)
    assert rows(full_url, "select count(*) from pictures") == [(0,)]
    assert "public.pictures" not in restored.contents.tables
    write(full_url, "insert into pictures (kind, id, tried_at, refused) values ('game', '1', '2026-11-21', 'none')")
    backup.copy(Database(full_url, queries), Database(empty_url, queries), LOCKS, quietly)
    assert rows(empty_url, "select count(*) from pictures") == [(0,)]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_copy_on_a_server_of_any_version_is_equal(full_url: str, version: int, queries: Queries) -> None:
    """The copy is made from the embedded server, which is the newest version."""
    before = everything_in(full_url)
    with server_of(version) as target:
        copied = backup.copy(Database(full_url, queries), Database(target, queries), LOCKS, quietly)
        assert everything_in(target) == before == everything_in(full_url)
        assert copied.tables.keys() == {table for table in tables_of(target) if "_2026_" not in table}
        write(
            target,
            "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at)"
            " select 'games', '2026-11-21', 'next', 'due', created_at, created_at, expires_at from posts",
        )
        [(last,)] = rows(full_url, "select last_value from posts_post_id_seq")
        assert rows(target, "select max(post_id) from posts") == [(last + 1,)]


def test_a_backup_of_the_newest_server_is_restored_on_the_oldest(file: Path, full_url: str, queries: Queries) -> None:
    with server_of(min(SERVERS)) as url:
        restore(Database(url, queries), file)
        assert everything_in(url) == everything_in(full_url)


def test_a_copy_that_is_not_equal_is_rolled_back(
    full_url: str, database: Database, empty_url: str, queries: Queries
) -> None:
    """A trigger on the other server changes the rows that are copied."""
    write(empty_url, "create schema elsewhere")
    write(
        empty_url,
        "create function elsewhere.meddle() returns event_trigger language plpgsql as $$ begin"
        " if to_regclass('public.opt_outs') is not null and not exists (select from pg_trigger where tgname = 'm') then"
        " create trigger m before insert on public.opt_outs for each row execute function elsewhere.drop_it();"
        " end if; end $$",
    )
    write(
        empty_url,
        "create function elsewhere.drop_it() returns trigger language plpgsql as $$ begin"
        " new.author_id := '7'; return new; end $$",
    )
    write(
        empty_url,
        "create event trigger meddles on ddl_command_end when tag in ('CREATE TABLE')"
        " execute function elsewhere.meddle()",
    )
    with pytest.raises(DatabaseError, match=r"the copy of public\.opt_outs is not equal; nothing of it was stored"):
        backup.copy(database, Database(empty_url, queries), LOCKS, quietly)
    assert tables_of(empty_url) == []
    assert rows(full_url, "select author_id from opt_outs") == [("6",)]


def test_a_copy_is_made_only_into_an_empty_database(
    full_url: str, database: Database, file: Path, empty_url: str, server_url: str, queries: Queries
) -> None:
    used = Database(empty_url, queries)
    restore(used, file)
    before = everything_in(empty_url)
    with pytest.raises(BackupError, match=r"the other database is in use, it has \d+ rows"):
        backup.copy(database, used, LOCKS, quietly)
    with pytest.raises(BackupError, match="the other database is in use"):
        backup.copy(database, database, LOCKS, quietly)
    assert everything_in(empty_url) == before == everything_in(full_url)
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("create database ascii_target encoding 'SQL_ASCII' locale 'C' template template0")
    connection.close()
    ascii_url = database_url(server_url, "ascii_target")
    for attempt in (
        lambda: backup.copy(database, Database(ascii_url, queries), LOCKS, quietly),
        lambda: restore(Database(ascii_url, queries), file),
    ):
        with pytest.raises(DatabaseError, match=r"SQL_ASCII.*ENCODING 'UTF8'"):
            attempt()
    assert tables_of(ascii_url) == []


def test_a_backup_is_of_one_moment_while_rows_are_written(
    url: str, database: Database, empty_url: str, queries: Queries, tmp_path: Path
) -> None:
    """A poll and its streams are in two tables and are written in one transaction."""
    is_over, failures = threading.Event(), list[BaseException]()

    def collect() -> None:
        try:
            number = 0
            while not is_over.is_set():
                number += 1
                streams = [a_stream(100 + one, streamer=f"s{one}") for one in range(20)]
                stage(database, *streams, at=datetime(2026, 11, 21, 16, tzinfo=UTC) + number * HALF_HOUR)
        except BaseException as exc:
            failures.append(exc)

    stage(database, a_stream(), day=DAY)
    writer = threading.Thread(target=collect)
    writer.start()
    try:
        made = [backup.backup(database, tmp_path / f"{number}.dump", quietly) for number in range(3)]
    finally:
        is_over.set()
        writer.join()
    assert failures == []
    for number, one in enumerate(made):
        restore(Database(empty_url, queries), tmp_path / f"{number}.dump", replace=True)
        assert rows(empty_url, "select sum(streams) = (select count(*) from staging.streams) from staging.polls") == [
            (True,)
        ]
        # Numbers of sequences are taken outside of transactions; none may be used twice.
        assert rows(
            empty_url, "select max(poll_id) <= nextval('staging.polls_poll_id_seq') - 1 from staging.polls"
        ) == [(True,)]
        assert rows(empty_url, "select count(*) from staging.polls") == [(one.contents.tables["staging.polls"].rows,)]
    polls = [one.contents.tables["staging.polls"].rows for one in made]
    assert polls == sorted(set(polls)), "polls were taken meanwhile"


def test_a_file_that_exists_is_not_overwritten(file: Path, database: Database) -> None:
    before = file.read_bytes()
    with pytest.raises(BackupError, match=r"whole\.dump exists already; nothing was written"):
        backup.backup(database, file, quietly)
    assert file.read_bytes() == before


def test_a_file_that_appears_during_the_backup_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    """Another backup may be made at the same moment."""
    file = tmp_path / "both.dump"

    def write_another(size: int) -> None:
        file.write_text("the other one")

    with pytest.raises(BackupError, match=r"both\.dump exists already; nothing was written"):
        backup.backup(database, file, write_another)
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("both.dump", "the other one")]


def test_a_backup_that_fails_leaves_no_file(database: Database, full_url: str, tmp_path: Path) -> None:
    def power_cut(size: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupError, match="the backup cannot be written: No space left on device"):
        backup.backup(database, tmp_path / "never.dump", power_cut)
    with pytest.raises(BackupError, match="cannot be written to"):
        backup.backup(database, tmp_path / "no such folder" / "never.dump", quietly)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_named_after_its_moment() -> None:
    assert backup.default_name(datetime(2026, 11, 21, 16, 5, 9, tzinfo=UTC)) == "watchtime-2026-11-21T160509Z.dump"


def programs_that_spoil(folder: Path, filtered_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of PostgreSQL in PATH, with a pg_dump that loses rows and still returns 0."""
    own = embedded_postgres.programs()
    folder.mkdir()
    (folder / "pg_restore").symlink_to(own / "pg_restore")
    spoilt = f'if [ "$1" = --version ]; then exec "{own}/pg_dump" "$1"; fi\n"{own}/pg_dump" "$@" | {filtered_by}\n'
    (folder / "pg_dump").write_text(f"#!/bin/sh\n{spoilt}")
    (folder / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_backup_that_cannot_be_read_to_its_end_is_refused(
    full_url: str, queries: Queries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pg_dump reported no error, but a disk can lose data that was written."""
    programs_that_spoil(tmp_path / "bin", "head -c 40000", monkeypatch)
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(BackupError, match="cannot be read"):
        backup.backup(Database(full_url, queries), into / "cut.dump", quietly)
    assert list(into.iterdir()) == []


def test_a_copy_whose_sequences_lag_is_rolled_back(
    full_url: str, empty_url: str, queries: Queries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next poll would get the number of an old poll."""
    programs_that_spoil(tmp_path / "bin", "sed '/setval(/d'", monkeypatch)
    with pytest.raises(DatabaseError, match=r"the copy of .*_seq.* is not equal; nothing of it was stored"):
        backup.copy(Database(full_url, queries), Database(empty_url, queries), LOCKS, quietly)
    assert everything_in(empty_url) == {}
