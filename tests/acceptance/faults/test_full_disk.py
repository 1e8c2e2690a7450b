"""The disk of the database is full, or the one of the data folder."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import Life, Server, a_server, a_template, execute, last_failure
from tests.conftest import database_url


@contextmanager
def a_small_disk(size: str) -> Iterator[Path]:
    """A folder on a file system of limited size."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip(f"a small disk needs the right to mount one: {mounted.stderr.strip()}")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)  # noqa: S607


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """Room for a small database and little more."""
    with a_small_disk("128m") as folder:
        yield folder


@pytest.fixture(scope="module")
def on_small_disk(small_disk: Path) -> Iterator[Server]:
    """A server with its data on the small disk."""
    with a_server(small_disk / "pg") as server:
        yield server


@pytest.fixture(scope="module")
def small_template(on_small_disk: Server, queries: Queries) -> str:
    return a_template(on_small_disk, queries)


def fill(disk: Path) -> Path:
    """Fill the rest of the disk with another file while the server goes on writing."""
    ballast = disk / "ballast"
    piece = 1 << 20
    with ballast.open("ab") as file:
        while piece >= 4096:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, piece)
            except OSError:
                piece //= 2
    return ballast


def write_for_ever(url: str) -> None:
    """Write until the server has no room left, which ends it."""
    while True:
        execute(url, "select pg_logical_emit_message(false, 'x', repeat('x', 1000000))")


@pytest.mark.parametrize(
    "dies", [pytest.param(False, marks=pytest.mark.long, id="tables"), pytest.param(True, id="wal")]
)
def test_with_a_full_disk_of_the_database_nothing_is_lost_and_afterwards_the_bot_goes_on(
    dies: bool, life: Life, small_disk: Path, on_small_disk: Server, small_template: str, queries: Queries
) -> None:
    """PostgreSQL refuses rows that need room in a table. It stops when there is no room for its commit log.

    Its automatic restart is turned off: sometimes there is just enough room for it, and it would go on before
    the bot has noticed.
    """
    execute(on_small_disk.url, f"alter system set restart_after_crash = {not dies}")
    execute(on_small_disk.url, "select pg_reload_conf()")
    name = f"small_{dies}".lower()
    execute(on_small_disk.url, f"create database {name} template {small_template}")
    life.url = database_url(on_small_disk.url, name)
    life.database = Database(life.url, queries)
    bot = life.started()
    polls = life.polls()
    ballast = fill(small_disk)
    life.ask("ann")
    if dies:
        with pytest.raises(psycopg2.OperationalError):
            write_for_ever(on_small_disk.url)
        # It is noticed by a job or by the leader election, whichever is first.
        eventually(lambda: "connection to server on socket" in life.log(bot), "it has noticed")
    else:
        life.clock.until(14, 10)
        eventually(lambda: "the database has no room left" in last_failure(life.log(bot), "collect"), "it has noticed")
    ballast.unlink()
    if dies:
        on_small_disk.restart(signal.SIGQUIT)
    life.clock.until(14, 20)
    eventually(life.is_answered, "the question is answered")
    eventually(lambda: len(life.polls()) > len(polls), "the next poll is stored")
    assert life.polls()[: len(polls)] == polls
    life.ends_well(bot)


def test_a_full_disk_of_the_data_folder_does_not_stop_the_bot(life: Life) -> None:
    """The data folder has the Twitch token, and the polls that wait for the database."""
    with a_small_disk("1m") as disk:
        fill(disk)
        bot = life.started(DATA_DIR=str(disk))
        life.ask("ann")
        eventually(life.is_answered, "the question is answered")
        life.clock.until(14, 10)
        eventually(lambda: len(life.polls()) == 2, "the next poll is stored")
        assert "the Twitch token cannot be stored" in life.log(bot)
        life.ends_well(bot)
