"""Backups and the rights they need: file modes, passwords, TLS, owners of the database."""

import re
import stat
import subprocess
from pathlib import Path

import psycopg2
import pytest

from helperfunctions import backup, embedded_postgres
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import Queries
from tests.everything import destroy, everything_in
from tests.factories import rows, write
from tests.integration.backups import file, quietly, restore, whole_dump
from tests.servers import SERVERS, server_of

__all__ = ["file", "whole_dump"]


def test_only_its_owner_can_read_a_backup(file: Path) -> None:
    """It contains the texts of mentions."""
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


# A pg_dump that is newer than any server, writes its arguments down, and fails.
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
    """The programs in PATH are used when they are new enough."""
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


def test_a_server_that_requires_tls_needs_programs_with_tls(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The programs of the embedded database have no TLS."""
    error = subprocess.run(
        [embedded_postgres.programs() / "pg_dump"],
        env={"PGSSLMODE": "require", "PGHOST": "127.0.0.1", "PGPORT": "1"},
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    if "not compiled in" not in error:
        pytest.skip("on this machine they have it")
    (tmp_path / "pg_dump").write_text(NOTES.format(noted="/dev/null").replace("the disk is on fire", error.strip()))
    (tmp_path / "pg_restore").write_text("")
    (tmp_path / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(DatabaseError, match=r"reached by TLS, for which PostgreSQL's own pg_dump has to be in PATH$"):
        backup.backup(database, tmp_path / "never.dump", quietly)


@pytest.mark.skipif(15 not in SERVERS, reason="needs a server with extensions")
def test_the_owner_of_the_database_needs_no_other_rights(
    file: Path, full_url: str, queries: Queries, tmp_path: Path
) -> None:
    """As on a managed server; objects that belong to an extension stay."""
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
