"""Backup, restore and the move to a server, with the commands that a person types."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import psycopg2
import pytest

from helperfunctions import embedded_postgres, reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import PROGRAM, ROOT, Ran, Shell, eventually, nothing_runs_in
from tests.everything import everything_in, fill, tables_of
from tests.factories import rows, write

NAME = re.compile(r"watchtime-\d{4}-\d\d-\d\dT\d{6}Z\.dump")


@pytest.fixture
def file(full_url: str, shell: Shell) -> Path:
    ran = shell.run("backup", "whole.dump", DATABASE_URL=full_url)
    assert ran.code == 0, ran
    return shell.folder / "whole.dump"


def test_a_lost_embedded_database_is_restored_with_all_rows(
    shell: Shell, folder: Path, queries: Queries, clock: VirtualClock
) -> None:
    data = folder / "data"
    assert shell.run("migrate", DATA_DIR=str(data)).code == 0
    with embedded_postgres.running(data / "postgres") as url:
        fill(Database(url, queries), url, clock)
        before = everything_in(url)
    made = shell.run("backup", DATA_DIR=str(data))
    assert (made.code, made.err) == (0, ""), made
    [name] = [path.name for path in shell.folder.glob("*.dump")]
    assert NAME.fullmatch(name)
    assert re.fullmatch(rf"{name}: \d+\.\d kB, \d+ rows of \d+ tables\n", made.out), made.out
    nothing_runs_in(folder)
    shutil.rmtree(data)
    restored = shell.run("restore", name, DATA_DIR=str(data))
    assert restored.code == 0, restored
    assert re.fullmatch(r"Restored \d+ rows of \d+ tables\.\n", restored.out)
    with embedded_postgres.running(data / "postgres") as url:
        assert everything_in(url) == before
    again = shell.run("restore", name, DATA_DIR=str(data)).failed_with(65)
    assert "the database is in use" in again
    with embedded_postgres.running(data / "postgres") as url:
        # As a dashboard that goes on meanwhile.
        reading = reader.of_embedded(Database(url, queries), url)
        assert shell.run("restore", name, "--replace", "--yes", DATA_DIR=str(data)).code == 0
        assert rows(reading, "select count(*) from days") == rows(url, "select count(*) from days")
    nothing_runs_in(folder)


@pytest.mark.parametrize("replace", [(), ("--replace", "--yes")], ids=["into an empty database", "in place of data"])
def test_the_dashboards_role_can_read_what_was_restored(
    shell: Shell, file: Path, full_url: str, empty_url: str, replace: tuple[str, ...]
) -> None:
    """Its rights are those of tables, which a restore makes again; the bot may be started much later."""
    url = full_url if replace else empty_url
    reading = url.replace("postgres@", f"watchtime_restored:{'planted-' * 2}@")
    settings = {"DATABASE_URL": url, "WEB_DATABASE_URL": reading}
    if replace:
        assert shell.run("migrate", **settings).code == 0
    assert shell.run("restore", file.name, *replace, **settings).code == 0
    assert rows(reading, "select count(*) from days") == rows(url, "select count(*) from days")


def test_a_backup_into_a_folder_that_does_not_exist_is_refused(shell: Shell, full_url: str) -> None:
    """A file with the folder's name would make each later backup fail, because it exists already."""
    missing = shell.folder / "backups"
    refused = shell.run("backup", f"{missing}/", DATABASE_URL=full_url)
    assert (refused.code, refused.out) == (2, "")
    assert f"there is no folder {missing}: create it" in refused.err
    missing.mkdir()
    assert shell.run("backup", f"{missing}/", DATABASE_URL=full_url).code == 0
    [made] = missing.iterdir()
    assert NAME.fullmatch(made.name)


def test_a_backup_can_be_piped(shell: Shell, full_url: str, empty_url: str, folder: Path) -> None:
    """Containers need it."""
    piped = folder / "piped.dump"
    with piped.open("wb") as out:
        made = subprocess.run(
            [*PROGRAM, "backup", "-"],
            env=shell.environment | {"DATABASE_URL": full_url},
            cwd=shell.folder,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    assert re.fullmatch(r"\d+\.\d kB, \d+ rows of \d+ tables\n", made.stderr)
    for whole, code in ((False, 65), (True, 0)):
        put_in = piped.read_bytes() if whole else piped.read_bytes()[:-1000]
        done = subprocess.run(
            [*PROGRAM, "restore", "-"],
            env=shell.environment | {"DATABASE_URL": empty_url, "DATA_DIR": str(folder / "data")},
            cwd=shell.folder,
            input=put_in,
            capture_output=True,
            check=False,
        )
        assert done.returncode == code, done
        assert tables_of(empty_url) == (tables_of(full_url) if whole else [])
    assert everything_in(empty_url) == everything_in(full_url)
    assert list((folder / "data").iterdir()) == [], "temporary files are deleted"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_pipe_is_one_message(shell: Shell, full_url: str) -> None:
    with Path("/dev/full").open("wb") as full:
        failed = subprocess.run(
            [*PROGRAM, "backup", "-"],
            env=shell.environment | {"DATABASE_URL": full_url},
            cwd=shell.folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    message = "watchtime: the backup cannot be written: No space left on device\n"
    assert (failed.returncode, failed.stderr) == (65, message)


def test_a_backup_into_a_folder_is_a_new_file_in_it(shell: Shell, full_url: str, folder: Path) -> None:
    """So a line in a crontab needs no file name."""
    backups = folder / "backups"
    backups.mkdir()
    ran = shell.run("backup", str(backups), DATABASE_URL=full_url)
    assert ran.code == 0, ran
    assert [bool(NAME.fullmatch(path.name)) for path in backups.iterdir()] == [True]


def test_impossible_backups_and_restores_are_one_message(shell: Shell, full_url: str, file: Path) -> None:
    before = everything_in(full_url)
    assert "whole.dump exists already" in shell.run("backup", "whole.dump", DATABASE_URL=full_url).failed_with(65)
    (shell.folder / "cut.dump").write_bytes(file.read_bytes()[:-500])
    for name, complaint in (("cut.dump", "cut.dump cannot be read"), ("none.dump", "there is no such file")):
        ran = shell.run("restore", name, "--replace", "--yes", DATABASE_URL=full_url)
        assert complaint in ran.failed_with(65)
    asked = shell.run("restore", "whole.dump", "--replace", DATABASE_URL=full_url)
    assert asked.code == 2
    assert "add --yes" in asked.err
    write(full_url, "insert into schema_migrations values ('29990101000000')")
    assert shell.run("backup", "newer.dump", DATABASE_URL=full_url).code == 0
    write(full_url, "delete from schema_migrations where version = '29990101000000'")
    ran = shell.run("restore", "newer.dump", "--replace", "--yes", DATABASE_URL=full_url)
    assert "newer than this program's" in ran.failed_with(78)
    assert everything_in(full_url) == before


def on_a_terminal(shell: Shell, answer: str, *arguments: str, **settings: str) -> Ran:
    """The output of a command on a terminal on which a person answers its question."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "w") as person:
        person.write(f"{answer}\n")
        person.flush()
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=shell.folder,
            env=shell.environment | settings,
            stdin=theirs,
            capture_output=True,
            text=True,
            check=False,
        )
        os.close(theirs)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_a_confirmation_is_required_before_a_database_is_replaced(shell: Shell, full_url: str, file: Path) -> None:
    write(full_url, "delete from opt_outs")
    no = on_a_terminal(shell, "n", "restore", file.name, "--replace", DATABASE_URL=full_url)
    assert no.code == 0
    assert re.search(r"Delete the \d+ rows of this database.*Nothing was changed\.\n$", no.out, re.DOTALL), no
    assert rows(full_url, "select count(*) from opt_outs") == [(0,)]
    yes = on_a_terminal(shell, "y", "restore", file.name, "--replace", DATABASE_URL=full_url)
    assert yes.code == 0, yes
    assert rows(full_url, "select count(*) from opt_outs") == [(1,)]


def test_a_killed_backup_leaves_no_file_that_looks_like_a_backup(shell: Shell, full_url: str) -> None:
    """It is killed while it waits for a locked table."""
    connection = psycopg2.connect(full_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("lock table x_reads in access exclusive mode")
        for how in (signal.SIGTERM, signal.SIGKILL):
            going = shell.start("backup", "killed.dump", DATABASE_URL=full_url)
            eventually(lambda: list(shell.folder.glob(".killed.dump.*.part")), "it has begun")
            going.send_signal(how)
            assert going.wait(10) != 0
            assert [path.name for path in shell.folder.glob("*.dump")] == []
            for left in shell.folder.glob(".killed.dump.*.part"):
                left.unlink()
    connection.close()
    assert shell.run("backup", "killed.dump", DATABASE_URL=full_url).code == 0


def test_everything_moves_to_a_server(shell: Shell, full_url: str, empty_url: str, file: Path) -> None:
    """The address is in a file with a line break at its end; no process shows its password."""
    secret = empty_url.replace("postgres@", "postgres:planted-password@")
    (shell.folder / "address").write_text(f"\ufeff{secret}\r\n", encoding="utf-8")
    moving = replace(shell, program=PROGRAM).start("copy-to", "--url-file", "address", DATABASE_URL=full_url)
    shown: set[str] = set()
    while moving.poll() is None:
        time.sleep(0.01)
        for process in [psutil.Process(moving.pid), *psutil.Process(moving.pid).children(recursive=True)]:
            try:
                shown.add(" ".join(process.cmdline()))
            except psutil.NoSuchProcess:
                continue
    ran = shell.end_of(moving)
    assert ran.code == 0, ran
    assert everything_in(empty_url) == everything_in(full_url)
    first, second = ran.out.splitlines()
    assert re.fullmatch(r"Copied \d+ rows of \d+ tables; every table and sequence is equal there\.", first)
    assert second.startswith(f"Now put DATABASE_URL_FILE={shell.folder / 'address'} into .env")
    assert "planted" not in ran.out + ran.err + " ".join(shown)
    assert shown
    again = shell.run("copy-to", DATABASE_URL=full_url, COPY_TO_URL=secret)
    assert "the other database is in use" in again.failed_with(65)
    assert "planted" not in again.out + again.err


def test_a_password_on_the_command_line_is_refused(shell: Shell, full_url: str, empty_url: str) -> None:
    secret = empty_url.replace("postgres@", "postgres:planted-password@")
    ran = shell.run("copy-to", secret, DATABASE_URL=full_url)
    assert ran.code == 2
    assert "planted" not in ran.out + ran.err
    assert tables_of(empty_url) == []
    # Without a password in the address, libpq searches for one.
    copied = shell.run("copy-to", empty_url, DATABASE_URL=full_url, PGPASSWORD="planted-password")
    assert copied.code == 0
    [address] = re.findall(r"Now put this address as DATABASE_URL into \.env, and start the bot: (\S+)$", copied.out)
    assert shell.run("migrate", DATABASE_URL=address).out == "The schema is up to date.\n"
    unreachable = "postgresql://somebody:planted-password@127.0.0.1:1/watchtime"
    ran = shell.run("-v", "copy-to", DATABASE_URL=full_url, COPY_TO_URL=unreachable)
    assert ran.code == 75
    assert "planted" not in ran.out + ran.err


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_backs_up_and_restores(shell: Shell, full_url: str, empty_url: str) -> None:
    file = shell.folder / "it's made, with $HOME.dump"

    def make(verb: str, url: str) -> subprocess.CompletedProcess[str]:
        # .venv is replaced by the environment of this test.
        variables = [f"VENV={sys.prefix}", "FILE=" + str(file).replace("$", "$$")]
        return subprocess.run(
            ["make", "-s", "-o", f"{Path(sys.prefix)}/.runtime", verb, *variables],  # noqa: S607
            cwd=ROOT,
            env=shell.environment | {"DATABASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )

    made = make("backup", full_url)
    assert made.returncode == 0, made
    restored = make("restore", empty_url)
    assert restored.returncode == 0, restored
    assert everything_in(empty_url) == everything_in(full_url)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_restore_without_a_file_shows_its_usage() -> None:
    command = ["make", "-s", "-o", f"{sys.prefix}/.runtime", "restore", f"VENV={sys.prefix}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("usage: make restore FILE=")
