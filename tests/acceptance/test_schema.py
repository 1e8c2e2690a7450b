"""The schema of the database fits the program, or one line explains the fix."""

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from tests.acceptance.conftest import PROGRAM, ROOT, Shell, eventually
from tests.factories import rows

VERSION = "20261101000000"
# Compiled modules are copied, which saves seconds, but not those that another process writes at this moment.
BEING_WRITTEN = shutil.ignore_patterns("*.pyc.*")


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def test_a_second_migration_changes_nothing(shell: Shell, empty_url: str) -> None:
    first, second = (shell.run("migrate", DATABASE_URL=empty_url) for _ in range(2))
    assert (first.code, second.code) == (0, 0)
    assert first.out.startswith(f"Applied {VERSION}")
    assert second.out == "The schema is up to date.\n"


def test_two_migrations_at_once_are_done_once(shell: Shell, empty_url: str) -> None:
    both = [shell.start("migrate", DATABASE_URL=empty_url) for _ in range(2)]
    ended = [shell.end_of(one) for one in both]
    assert [one.code for one in ended] == [0, 0], ended
    assert rows(empty_url, "select count(distinct version) = count(*) from schema_migrations") == [(True,)]


@pytest.mark.parametrize(
    "arguments",
    [["collect"], ["run"], ["daily"], ["prune"], ["post", "--dry-run"], ["reply"], ["ask", "xQc"], ["migrate"]],
    ids=" ".join,
)
def test_a_schema_newer_than_the_program_is_refused(
    arguments: list[str], shell: Shell, url: str, twitch: dict[str, str]
) -> None:
    execute(url, "insert into schema_migrations (version) values ('29990101000000')")
    ran = shell.run(*arguments, DATABASE_URL=url, **twitch)
    assert "29990101000000, newer than this program's" in ran.failed_with(78)
    assert len([line for line in ran.err.splitlines() if " INFO " not in line]) == 1
    assert rows(url, "select count(*) from staging.polls") == [(0,)]


@pytest.fixture
def next_version(folder: Path) -> Path:
    """A later version of the program, with one more migration."""
    program = folder / "next"
    for package in ("bot", "helperfunctions", "sandbox", "sql"):
        shutil.copytree(ROOT / package, program / package, ignore=BEING_WRITTEN)
    (program / "sql" / "migrations" / "29981231000000_more.sql").write_text(
        "-- migrate:up\ncreate table more (id int);\n-- migrate:down\ndrop table more;\n"
    )
    return program


def of_version(program: Path, shell: Shell) -> Shell:
    """The command line of another version of the program."""
    return replace(shell, program=PROGRAM, environment=shell.environment | {"PYTHONPATH": str(program)})


def test_a_schema_older_than_the_program_is_refused_and_fixed_by_migrate(
    shell: Shell, url: str, twitch: dict[str, str], next_version: Path
) -> None:
    shell = of_version(next_version, shell)
    for arguments in (["collect"], ["daily"], ["prune"], ["post", "--dry-run"]):
        line = shell.run(*arguments, DATABASE_URL=url, **twitch).failed_with(78)
        assert "older than this program's 29981231000000" in line
        assert "run `watchtime migrate`" in line
    assert rows(url, "select count(*) from staging.polls") == [(0,)]
    assert shell.run("migrate", DATABASE_URL=url).out == "Applied 29981231000000.\n"
    ran = shell.run("collect", DATABASE_URL=url, **twitch)
    assert ran.code == 0, ran


def test_a_newer_program_migrates_before_it_runs(
    shell: Shell, url: str, twitch: dict[str, str], next_version: Path
) -> None:
    """The older program then refuses the schema: the way back is a backup."""
    backup = shell.run("backup", "before.dump", DATABASE_URL=url)
    assert backup.code == 0, backup
    newer = of_version(next_version, shell)
    bot = newer.start("run", DATABASE_URL=url, **twitch)
    eventually(lambda: rows(url, "select count(*) from staging.polls") == [(1,)], "a poll is taken")
    bot.terminate()
    assert newer.end_of(bot).code == 0
    assert rows(url, "select count(*) from more") == [(0,)]
    assert "29981231000000, newer than" in shell.run("run", DATABASE_URL=url, **twitch).failed_with(78)
    back = shell.run("restore", "before.dump", "--replace", "--yes", DATABASE_URL=url)
    assert back.code == 0, back
    assert rows(url, "select to_regclass('public.more')") == [(None,)]
    assert shell.run("collect", DATABASE_URL=url, **twitch).code == 0
