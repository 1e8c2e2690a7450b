"""`watchtime check` and problems of the database: its schema, its roles, its encoding."""

from pathlib import Path

import psycopg2
import pytest

from helperfunctions import migrations
from sandbox.x.server import XSandbox
from tests.acceptance.checks import Settings, check, good, leader, nobody, polled, x
from tests.acceptance.conftest import (
    Shell,
    nothing_runs_in,
)
from tests.conftest import database_url
from tests.factories import rows, write

__all__ = ["good", "leader", "nobody", "polled", "x"]


def test_an_embedded_database_is_checked_and_left_as_it_was(shell: Shell, folder: Path) -> None:
    assert shell.run("migrate").code == 0
    checked = check(shell, {}, "--offline")
    assert checked["database"]["verdict"] == "good"
    assert checked["database"]["message"].startswith("embedded PostgreSQL ")
    assert checked["schema"]["verdict"] == "good"
    assert checked["polls"]["message"] == "none yet"
    nothing_runs_in(folder)


def test_an_unavailable_database_hides_no_other_problem(shell: Shell, good: Settings, nobody: str, x: XSandbox) -> None:
    checked = check(shell, good | {"DATABASE_URL": f"postgresql://somebody:planted-password@{nobody}/watch"})
    assert checked.code == 75
    assert checked.named("bad") == {"database"}
    assert "DATABASE_URL" in checked["database"]["fix"]
    assert checked.named("skipped") == {"schema", "bot", "X", "budget", "polls", "days", "outbox"}
    assert "no database is available" in checked["X"]["message"]
    # X is not called when the charge cannot be recorded.
    assert x.requests == 0


def test_an_older_schema_is_reported_and_not_migrated(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], f"delete from schema_migrations where version = '{migrations.versions_in()[-1]}'")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "it lacks 1 migrations" in checked["schema"]["message"]
    assert "watchtime migrate" in checked["schema"]["fix"]
    assert checked.named("skipped") == {"bot", "X", "budget", "polls", "days", "outbox"}
    left = rows(good["DATABASE_URL"], "select count(*) from schema_migrations")
    assert left == [(len(migrations.versions_in()) - 1,)]


def test_a_newer_schema_is_reported(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], "insert into schema_migrations (version) values ('29990101000000')")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "29990101000000 is newer than this program's" in checked["schema"]["message"]
    assert "newer version of the program" in checked["schema"]["fix"]


def test_a_database_without_a_schema_gets_none(shell: Shell, good: Settings, empty_url: str) -> None:
    checked = check(shell, good | {"DATABASE_URL": empty_url})
    assert checked.code == 0
    assert checked["database"]["verdict"] == "good"
    assert "at the first start" in checked["schema"]["message"]
    assert rows(empty_url, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]


def as_role(url: str, *attributes: str) -> str:
    """The address of the same database for a new role with these attributes."""
    role = f"role_of_{url.split('@/')[1].split('?')[0]}"
    write(url, f"create role {role} login")
    for attribute in attributes:
        write(url, attribute.replace("ROLE", role))
    return url.replace("//postgres@", f"//{role}@")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            ["grant postgres to ROLE", "alter role ROLE set default_transaction_read_only = on"],
            "its transactions are read-only",
        ),
        (
            [
                "grant usage on schema staging to ROLE",
                "grant select on all tables in schema public, staging to ROLE",
            ],
            "the bot's role may not write to its tables",
        ),
        (
            [
                "grant usage, create on schema staging, chat to ROLE",
                "grant select, insert, update, delete on all tables in schema public, staging, chat to ROLE",
            ],
            "the bot's role may not create tables",
        ),
    ],
)
def test_a_role_without_write_access_is_reported(
    attributes: list[str], message: str, shell: Shell, good: Settings
) -> None:
    checked = check(shell, good | {"DATABASE_URL": as_role(good["DATABASE_URL"], *attributes)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert message in checked["database"]["message"]
    assert checked["Twitch"]["verdict"] == "good"
    assert checked["polls"]["verdict"] == "good"


def test_a_role_with_few_connections_is_reported(shell: Shell, good: Settings) -> None:
    narrow = as_role(good["DATABASE_URL"], "grant postgres to ROLE", "alter role ROLE connection limit 5")
    checked = check(shell, good | {"DATABASE_URL": narrow})
    assert checked.code == 0
    assert checked.named("warning") == {"database"}
    assert "4 connections are free, 8 may be needed" in checked["database"]["message"]


def test_an_encoding_that_cannot_store_names_is_reported(
    shell: Shell, good: Settings, server_url: str, empty_url: str
) -> None:
    name = f"latin_{empty_url.split('@/')[1].split('?')[0]}"
    execute_outside(server_url, f"create database {name} encoding 'LATIN1' template template0 locale 'C'")
    checked = check(shell, good | {"DATABASE_URL": database_url(server_url, name)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert "LATIN1 cannot store" in checked["database"]["message"]
    assert "ENCODING 'UTF8'" in checked["database"]["fix"]


def execute_outside(url: str, statement: str) -> None:
    """Execute a statement that cannot run inside a transaction."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
