"""Backup, destroy, restore: all tables are equal. What fails changes nothing."""

import ast
import re
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from bot.cli.operations import LOCKS
from helperfunctions import backup, embedded_postgres, migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import BackupError, Busy, DatabaseError, SchemaMismatch
from helperfunctions.locks import COMMANDS_THAT_WRITE
from helperfunctions.queries import Queries
from tests.conftest import database_url
from tests.everything import destroy, everything_in, fill, tables_of
from tests.factories import DAY, HALF_HOUR, a_stream, rows, stage, write
from tests.schema_dump import dump
from tests.servers import SERVERS, server_of

ROOT = Path(__file__).resolve().parents[2]


def quietly(size: int) -> None:
    """Nobody looks at the progress."""


@pytest.fixture(scope="session")
def whole_dump(server_url: str, full_template: str, queries: Queries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a database with something in every table, made once."""
    path = tmp_path_factory.mktemp("backup") / "whole.dump"
    backup.backup(Database(database_url(server_url, full_template), queries), path, quietly)
    return path


@pytest.fixture
def file(full_url: str, whole_dump: Path, tmp_path: Path) -> Path:
    """A backup of a database like the one at `full_url`, for this test alone."""
    return Path(shutil.copy(whole_dump, tmp_path))


def restore(database: Database, file: Path, *, replace: bool = False) -> backup.Restored:
    return backup.restore(database, backup.inspect(file), LOCKS, quietly, replace=replace)


def test_there_is_something_in_every_table(full_url: str) -> None:
    """One that is new is given a row in tests/everything.py; else nobody would know that it is saved."""
    found = everything_in(full_url)
    assert len(tables_of(full_url)) > 25
    assert [table for table in tables_of(full_url) if not found[table]] == []


@pytest.mark.parametrize("version", sorted(SERVERS))
def test_backup_destroy_restore_and_all_tables_are_equal(
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


@pytest.mark.parametrize("version", sorted(SERVERS))
def test_a_copy_on_a_server_of_any_version_is_equal(full_url: str, version: int, queries: Queries) -> None:
    """From the embedded one, the newest."""
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


def test_with_replace_the_backup_takes_the_place_of_everything(
    file: Path, full_url: str, database: Database, clock: VirtualClock
) -> None:
    """Of what a newer version of the program would have made, too: it would be in the way of an upgrade."""
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


def test_a_database_in_use_is_left_alone_without_replace(file: Path, full_url: str, database: Database) -> None:
    write(full_url, "delete from opt_outs")
    before = everything_in(full_url)
    with pytest.raises(BackupError, match=r"the database is in use, it has \d+ rows: `--replace`"):
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
def test_a_database_of_something_else_is_left_alone(
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
    """What may be left of a backup."""
    yield "nothing", b""
    yield "something else", b"PK\x03\x04" * 100
    yield "a text", b"select 1;\n"
    for length in (4, 11, 200, len(whole) // 4, len(whole) // 2, len(whole) * 3 // 4, len(whole) - 200, len(whole) - 1):
        yield f"its first {length} bytes", whole[:length]
    for at in (len(whole) // 2, len(whole) - 300):
        yield f"a hole at {at}", whole[:at] + bytes(64) + whole[at + 64 :]


def test_what_is_no_whole_backup_is_one_line_and_changes_nothing(
    file: Path, full_url: str, database: Database, tmp_path: Path
) -> None:
    before, whole = everything_in(full_url), backup.inspect(file)
    for what, left in cut(file.read_bytes()):
        broken = tmp_path / "broken.dump"
        broken.write_bytes(left)
        with pytest.raises(BackupError) as caught:
            backup.inspect(broken)
        # Were it broken only after it was looked into, it would be found out before anything stays.
        with pytest.raises((BackupError, DatabaseError)):
            backup.restore(database, replace(whole, file=broken), LOCKS, quietly, replace=True)
        assert str(caught.value).startswith(f"{broken} cannot be read: "), what
        assert "\n" not in str(caught.value), what
    for none in (tmp_path / "none.dump", tmp_path):
        with pytest.raises(BackupError, match=r": there is no such file$"):
            restore(database, none, replace=True)
    assert everything_in(full_url) == before


def test_a_backup_of_something_else_is_refused(file: Path, empty_url: str, queries: Queries, tmp_path: Path) -> None:
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
    """The program as it once was, with that many migrations; or as it may be one day, with some more."""
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


def test_a_backup_of_a_newer_schema_is_refused_before_anything_is_touched(
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
    """Here at its very end, at a foreign key that a broken disk has left without its row."""
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


def test_a_copy_that_is_not_equal_is_not_kept(
    full_url: str, database: Database, empty_url: str, queries: Queries
) -> None:
    """Somebody's trigger on the other server, which changes what comes in."""
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


def test_a_copy_goes_only_where_nothing_is(
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


@pytest.mark.parametrize("job", LOCKS)
def test_nothing_is_put_into_a_database_on_which_the_bot_works(
    job: str, file: Path, full_url: str, database: Database, empty_url: str, queries: Queries
) -> None:
    before, other = everything_in(full_url), Database(empty_url, queries)
    with database.exclusive(job):
        with pytest.raises(Busy, match=job):
            restore(database, file, replace=True)
        with pytest.raises(Busy, match=job):
            backup.copy(database, other, LOCKS, quietly)
        backup.backup(database, file.with_name("meanwhile.dump"), quietly)
    with other.exclusive(job), pytest.raises(Busy, match=job):
        backup.copy(database, other, LOCKS, quietly)
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


def test_a_backup_is_of_one_moment_whatever_is_written_meanwhile(
    url: str, database: Database, empty_url: str, queries: Queries, tmp_path: Path
) -> None:
    """A poll and its streams are in two tables, and written in one transaction."""
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
        # Numbers are taken before and outside of transactions; none may be given twice.
        assert rows(
            empty_url, "select max(poll_id) <= nextval('staging.polls_poll_id_seq') - 1 from staging.polls"
        ) == [(True,)]
        assert rows(empty_url, "select count(*) from staging.polls") == [(one.contents.tables["staging.polls"].rows,)]
    polls = [one.contents.tables["staging.polls"].rows for one in made]
    assert polls == sorted(set(polls)), "polls were taken meanwhile"


def test_a_backup_is_for_its_owner_alone(file: Path) -> None:
    """It has what people wrote to the bot."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_that_exists_is_not_overwritten(file: Path, database: Database) -> None:
    before = file.read_bytes()
    with pytest.raises(BackupError, match=r"whole\.dump exists already; nothing was written"):
        backup.backup(database, file, quietly)
    assert file.read_bytes() == before


def test_a_backup_that_fails_leaves_no_file(database: Database, full_url: str, tmp_path: Path) -> None:
    def power_cut(size: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupError, match="the backup cannot be written: No space left on device"):
        backup.backup(database, tmp_path / "never.dump", power_cut)
    with pytest.raises(BackupError, match="cannot be written to"):
        backup.backup(database, tmp_path / "no such folder" / "never.dump", quietly)
    assert list(tmp_path.iterdir()) == []


# A pg_dump that is newer than any server, notes how it was called, and fails.
NOTES = """#!/bin/sh
if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 99.1"; exit; fi
echo "arguments $*" >{noted}
env >>{noted}
echo "pg_dump: detail: before it" >&2
echo "pg_dump: error: the disk is on fire" >&2
echo "pg_dump: hint: run" >&2
exit 1
"""


def test_a_password_is_on_no_command_line_and_in_no_error(
    full_url: str, queries: Queries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The programs in PATH are taken when they are new enough."""
    noted = tmp_path / "noted"
    (tmp_path / "pg_dump").write_text(NOTES.format(noted=noted))
    (tmp_path / "pg_restore").write_text("")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PGPASSWORD", "planted-and-of-another-server")
    database = Database(full_url.replace("postgres@", "postgres:planted-password@"), queries)
    with pytest.raises(DatabaseError) as caught:
        backup.backup(database, tmp_path / "never.dump", quietly)
    assert str(caught.value) == "the database was not backed up: the disk is on fire"
    arguments, *environment = noted.read_text().splitlines()
    assert "planted" not in arguments
    assert "PGPASSWORD=planted-password" in environment
    assert re.search(r"--snapshot=[0-9A-F-]+$", arguments)


def test_a_server_that_only_speaks_tls_needs_programs_that_do(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come with the embedded database have none of it."""
    said = subprocess.run(
        [embedded_postgres.programs() / "pg_dump"],
        env={"PGSSLMODE": "require", "PGHOST": "127.0.0.1", "PGPORT": "1"},
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    if "not compiled in" not in said:
        pytest.skip("on this machine they have it")
    (tmp_path / "pg_dump").write_text(NOTES.format(noted="/dev/null").replace("the disk is on fire", said.strip()))
    (tmp_path / "pg_restore").write_text("")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(DatabaseError, match=r"reached by TLS, for which PostgreSQL's own pg_dump has to be in PATH$"):
        backup.backup(database, tmp_path / "never.dump", quietly)


@pytest.mark.skipif(15 not in SERVERS, reason="needs a server with extensions")
def test_who_owns_the_database_needs_no_other_rights(
    file: Path, full_url: str, queries: Queries, tmp_path: Path
) -> None:
    """As on a server that others run; what belongs to an extension there stays."""
    with server_of(15) as url:
        connection = psycopg2.connect(url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("create role bot login")
            cursor.execute("create database theirs owner bot encoding 'UTF8' template template0")
        connection.close()
        by_the_host = url.replace("/postgres?", "/theirs?")
        write(by_the_host, "create extension pg_buffercache")
        theirs = by_the_host.replace("postgres@", "bot@")
        database = Database(theirs, queries)
        for _ in range(2):
            restore(database, file, replace=True)
            assert everything_in(theirs) == everything_in(full_url)
        backup.backup(database, tmp_path / "theirs.dump", quietly)
        destroy(theirs)
        restore(database, tmp_path / "theirs.dump")
        assert everything_in(theirs) == everything_in(full_url)
        assert rows(theirs, "select count(*) from pg_views where viewname = 'pg_buffercache'") == [(1,)]


def test_a_backup_is_named_after_its_moment() -> None:
    assert backup.default_name(datetime(2026, 11, 21, 16, 5, 9, tzinfo=UTC)) == "watchtime-2026-11-21T160509Z.dump"


def programs_that_spoil(folder: Path, filtered_by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs in PATH, whose pg_dump loses something on the way, and says that all is well."""
    own = embedded_postgres.programs()
    folder.mkdir()
    (folder / "pg_restore").symlink_to(own / "pg_restore")
    spoilt = f'if [ "$1" = --version ]; then exec "{own}/pg_dump" "$1"; fi\n"{own}/pg_dump" "$@" | {filtered_by}\n'
    (folder / "pg_dump").write_text(f"#!/bin/sh\n{spoilt}")
    (folder / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_backup_that_cannot_be_read_to_its_end_is_no_backup(
    full_url: str, queries: Queries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though pg_dump said nothing of it: a disk may lose what was written."""
    programs_that_spoil(tmp_path / "bin", "head -c 40000", monkeypatch)
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(BackupError, match="cannot be read"):
        backup.backup(Database(full_url, queries), into / "cut.dump", quietly)
    assert list(into.iterdir()) == []


def test_a_copy_whose_sequences_lag_is_not_kept(
    full_url: str, empty_url: str, queries: Queries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next poll would have the number of an old one."""
    programs_that_spoil(tmp_path / "bin", "sed '/setval(/d'", monkeypatch)
    with pytest.raises(DatabaseError, match=r"the copy of .*_seq.* is not equal; nothing of it was stored"):
        backup.copy(Database(full_url, queries), Database(empty_url, queries), LOCKS, quietly)
    assert everything_in(empty_url) == {}
