"""Restores that are refused or fail leave the database as it was."""

import ast
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cli.operations import LOCKS
from helperfunctions import backup, migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import BackupError, Busy, DatabaseError, SchemaMismatch
from helperfunctions.locks import COMMANDS_THAT_WRITE
from helperfunctions.queries import Queries
from tests.everything import destroy, everything_in, tables_of
from tests.factories import a_stream, rows, stage, write
from tests.integration.backups import file, quietly, restore, whole_dump
from tests.schema_dump import dump

__all__ = ["file", "whole_dump"]

ROOT = Path(__file__).resolve().parents[2]


def test_with_replace_the_backup_replaces_all_tables(
    file: Path, full_url: str, database: Database, clock: VirtualClock
) -> None:
    """This includes tables of a newer version of the program, which would block an upgrade."""
    before, schema = everything_in(full_url), dump(full_url)
    stage(database, a_stream(), day=clock.now().date() + timedelta(days=1), at=clock.now())
    write(full_url, "delete from opt_outs")
    write(full_url, "update streamers set login = 'other'")
    write(full_url, "create type mood as enum ('good', 'bad')")
    write(full_url, "create table more (id bigint generated always as identity, mood mood)")
    write(full_url, "create view more_still as select * from more")
    write(full_url, "create function half(float8) returns float8 language sql as 'select $1 / 2'")
    write(full_url, "create sequence alone")
    write(full_url, "insert into schema_migrations values ('29990101000000')")
    restore(database, file, replace=True)
    assert everything_in(full_url) == before
    assert dump(full_url) == schema


def test_a_database_in_use_is_not_changed_without_replace(file: Path, full_url: str, database: Database) -> None:
    write(full_url, "delete from opt_outs")
    before = everything_in(full_url)
    with pytest.raises(BackupError, match=r"the database is in use, with \d+ rows: `--replace` deletes them"):
        restore(database, file)
    assert everything_in(full_url) == before


def test_a_new_database_with_the_schema_is_not_in_use(
    file: Path, full_url: str, empty_url: str, queries: Queries
) -> None:
    """A migration that fills another table is listed in the query `counting` of sql/database/operations.sql."""
    new = Database(empty_url, queries)
    migrations.migrate(new)
    assert backup.contents_of(new).rows > 0
    restore(new, file)
    assert everything_in(empty_url) == everything_in(full_url)


@pytest.mark.parametrize("replace", [False, True])
def test_a_database_of_another_program_is_not_changed(
    file: Path, database: Database, empty_url: str, queries: Queries, replace: bool
) -> None:
    write(empty_url, "create table customers (name text)")
    for attempt in (
        lambda: restore(Database(empty_url, queries), file, replace=replace),
        lambda: backup.copy(database, Database(empty_url, queries), LOCKS, quietly),
    ):
        with pytest.raises(BackupError, match=r"belongs to something else, it has public\.customers"):
            attempt()
    assert tables_of(empty_url) == ["public.customers"]


def cut(whole: bytes) -> Iterator[tuple[str, bytes]]:
    """Parts and variants of a backup that cannot be restored."""
    yield "nothing", b""
    yield "something else", b"PK\x03\x04" * 100
    yield "a text", b"select 1;\n"
    for length in (4, 11, 200, len(whole) // 4, len(whole) // 2, len(whole) * 3 // 4, len(whole) - 200, len(whole) - 1):
        yield f"its first {length} bytes", whole[:length]
    # In the rows, which follow a table of contents without a checksum.
    for at in (len(whole) - 3000, len(whole) - 300):
        yield f"a hole at {at}", whole[:at] + bytes(64) + whole[at + 64 :]


def test_an_incomplete_backup_is_one_message_and_changes_nothing(
    file: Path, full_url: str, database: Database, tmp_path: Path
) -> None:
    before, whole = everything_in(full_url), backup.inspect(file)
    for what, left in cut(file.read_bytes()):
        broken = tmp_path / "broken.dump"
        broken.write_bytes(left)
        with pytest.raises(BackupError) as caught:
            backup.inspect(broken)
        # A file that breaks after it was inspected is noticed before the transaction ends.
        with pytest.raises((BackupError, DatabaseError)):
            backup.restore(database, replace(whole, file=broken), LOCKS, quietly, replace=True)
        assert str(caught.value).startswith(f"{broken} cannot be read: "), what
        assert "\n" not in str(caught.value), what
    for none in (tmp_path / "none.dump", tmp_path):
        with pytest.raises(BackupError, match=r": there is no such file$"):
            restore(database, none, replace=True)
    assert everything_in(full_url) == before


def test_a_backup_of_another_program_is_refused(file: Path, empty_url: str, queries: Queries, tmp_path: Path) -> None:
    write(empty_url, "create schema staging")
    other = tmp_path / "other.dump"
    with pytest.raises(BackupError, match="nothing to save"):
        backup.backup(Database(empty_url, queries), other, quietly)
    migrations.migrate(Database(empty_url, queries), _first_migrations(tmp_path, 0, "create table t (id int);"))
    write(empty_url, "delete from schema_migrations")
    backup.backup(Database(empty_url, queries), other, quietly)
    with pytest.raises(BackupError, match=r"other\.dump is a backup of something else"):
        backup.inspect(other)


def _first_migrations(tmp_path: Path, how_many: int, *more: str) -> Path:
    """An older version of the program with the first migrations, or a later one with some more."""
    folder = tmp_path / f"migrations-{how_many}-{len(more)}"
    folder.mkdir()
    for path in sorted(migrations.MIGRATIONS_FOLDER.glob("*.sql"))[:how_many]:
        shutil.copy(path, folder)
    for number, statement in enumerate(more):
        text = f"-- migrate:up\n{statement}\n-- migrate:down\nselect 1;\n"
        (folder / f"2999010100000{number}_more.sql").write_text(text)
    return folder


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    empty_url: str, url: str, queries: Queries, tmp_path: Path
) -> None:
    old = Database(empty_url, queries)
    applied = migrations.migrate(old, _first_migrations(tmp_path, 1))
    write(empty_url, "insert into games values ('chess', 'Chess', '2026-11-20', '2026-11-21')")
    backup.backup(old, tmp_path / "old.dump", quietly)
    restored = restore(Database(url, queries), tmp_path / "old.dump")
    assert applied + restored.migrated == migrations.versions_in()
    assert len(applied) == 1
    migrations.check(Database(url, queries))
    assert rows(url, "select game_name from games") == [("Chess",)]
    assert rows(url, "select count(*) > 0 from x_prices") == [(True,)]


def test_a_backup_of_a_newer_schema_is_refused_before_anything_is_changed(
    full_url: str, database: Database, empty_url: str, queries: Queries, tmp_path: Path
) -> None:
    newer = Database(empty_url, queries)
    migrations.migrate(newer, _first_migrations(tmp_path, 99, "create table more (id int);"))
    backup.backup(newer, tmp_path / "new.dump", quietly)
    before = everything_in(full_url)
    with pytest.raises(SchemaMismatch, match=r"the backup has schema 29990101000000, newer than this program's \d+"):
        restore(database, tmp_path / "new.dump", replace=True)
    assert everything_in(full_url) == before


def test_a_restore_or_copy_that_fails_half_way_leaves_everything_as_it_was(
    file: Path, full_url: str, database: Database, empty_url: str, queries: Queries, tmp_path: Path
) -> None:
    """It fails at its end, at a foreign key whose row was lost on a broken disk."""
    broken = Database(empty_url, queries)
    restore(broken, file)
    write(empty_url, "set session_replication_role = replica; delete from x_prices")
    backup.backup(broken, tmp_path / "broken.dump", quietly)
    before = everything_in(full_url)
    with pytest.raises(DatabaseError, match="violates foreign key constraint"):
        restore(database, tmp_path / "broken.dump", replace=True)
    assert everything_in(full_url) == before
    destroy(full_url)
    with pytest.raises(DatabaseError, match="violates foreign key constraint"):
        backup.copy(broken, database, LOCKS, quietly)
    assert everything_in(full_url) == {}


def test_nothing_is_restored_into_a_database_that_the_bot_uses(
    file: Path, full_url: str, database: Database, empty_url: str, queries: Queries
) -> None:
    before, other = everything_in(full_url), Database(empty_url, queries)
    for job in LOCKS:
        with database.exclusive(job):
            with pytest.raises(Busy, match=f"{job}.*stop every program that writes"):
                restore(database, file, replace=True)
            with pytest.raises(Busy, match=f"{job}.*stop every program that writes"):
                backup.copy(database, other, LOCKS, quietly)
        with other.exclusive(job), pytest.raises(Busy, match=job):
            backup.copy(database, other, LOCKS, quietly)
    with ExitStack() as all_jobs:
        for job in LOCKS:
            all_jobs.enter_context(database.exclusive(job))
        backup.backup(database, file.with_name("meanwhile.dump"), quietly)
    assert everything_in(full_url) == before
    assert tables_of(empty_url) == []


def test_a_restore_takes_every_lock_that_the_bot_and_its_commands_take() -> None:
    held = {
        node.args[0].value
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"exclusive", "try_lock"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert held | {COMMANDS_THAT_WRITE} <= set(LOCKS)
