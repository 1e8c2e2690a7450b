"""backup, restore and copy-to, as a person uses them."""

import subprocess
from pathlib import Path

import pytest

from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import Serve, Shell, eventually, settings_for
from tests.factories import DAY_START, a_stream, rows, stage, write


@pytest.fixture
def full(database: Database, url: str) -> dict[str, str]:
    """Settings for a database with a poll in it."""
    stage(database, a_stream(1000), at=DAY_START)
    return {"DATABASE_URL": url}


def test_backup_destroy_restore(shell: Shell, full: dict[str, str], database: Database, url: str) -> None:
    before = database.fingerprints()
    ran = shell.run("backup", "it.dump", **full)
    assert (ran.code, ran.out.split(":")[0]) == (0, "it.dump"), ran
    assert "is there already" in shell.run("backup", "it.dump", **full).failed_with(74)
    write(url, "drop schema staging cascade")
    assert "there is data" in shell.run("restore", "it.dump", **full).failed_with(74)
    assert "say --yes as well" in shell.run("restore", "it.dump", "--replace", **full).err
    ran = shell.run("restore", "it.dump", "--replace", "--yes", **full)
    assert ran.code == 0, ran
    assert database.fingerprints() == before


def test_without_a_name_the_file_bears_the_date(shell: Shell, full: dict[str, str]) -> None:
    assert shell.run("backup", **full).code == 0
    [path] = shell.folder.glob("watchtime-20??-??-??T??????Z.dump")
    assert path.stat().st_mode & 0o777 == 0o600


def test_through_pipes(
    shell: Shell, full: dict[str, str], empty_url: str, database: Database, queries: Queries
) -> None:
    def piped(*arguments: str, settings: dict[str, str], given: bytes = b"") -> bytes:
        done = subprocess.run(
            [*shell.program, *arguments],
            cwd=shell.folder,
            env=shell.environment | settings,
            input=given,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    backup = piped("backup", "-", settings=full)
    assert backup.startswith(b"PGDMP")
    assert piped("restore", "-", settings={"DATABASE_URL": empty_url}, given=backup).startswith(b"Restored")
    assert Database(empty_url, queries).fingerprints() == database.fingerprints()


def test_from_the_embedded_database_to_a_server(shell: Shell, folder: Path, empty_url: str, serve: Serve) -> None:
    embedded = {"DATA_DIR": str(folder / "data")}
    assert shell.run("collect", **embedded, **settings_for(serve())).code == 0
    ran = shell.run("copy-to", **embedded, COPY_TO_URL=empty_url)
    assert ran.code == 0, ran
    assert "each table is the same there" in ran.out
    assert rows(empty_url, "select status, streams > 0 from staging.polls") == [("complete", True)]
    again = shell.run("copy-to", empty_url, **embedded)
    assert "there is data in this database" in again.failed_with(74)


def test_while_the_bot_runs_it_can_be_backed_up_and_not_replaced(
    shell: Shell, full: dict[str, str], twitch: dict[str, str]
) -> None:
    bot = shell.start("run", **full, **twitch)
    eventually(lambda: "poll stored" in shell.said(bot, "err"), "the bot is at work")
    assert shell.run("backup", "it.dump", **full).code == 0
    assert "stop it first" in shell.run("restore", "it.dump", "--replace", "--yes", **full).failed_with(75)
    bot.terminate()
    assert shell.end_of(bot).code == 0
    assert shell.run("restore", "it.dump", "--replace", "--yes", **full).code == 0


@pytest.mark.parametrize("arguments", [["backup", "it.dump"], ["restore", "it.dump"], ["copy-to"]])
def test_no_password_is_shown(arguments: list[str], shell: Shell) -> None:
    (shell.folder / "it.dump").write_bytes(b"PGDMP")
    secret = "planted-7c1e"
    url = f"postgresql://me:{secret}@127.0.0.1:1/watch"
    ran = shell.run("-v", *arguments, DATABASE_URL=url, COPY_TO_URL=url)
    assert ran.code in (74, 75)
    assert secret not in ran.out + ran.err
