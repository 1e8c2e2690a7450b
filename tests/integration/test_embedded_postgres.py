"""The embedded PostgreSQL is started on demand, shared, stopped by its last user, and recovers after kill -9."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg2
import pytest

from helperfunctions import embedded_postgres
from helperfunctions.errors import DatabaseUnavailable, EmbeddedDatabaseBroken
from tests.factories import rows
from tests.servers import kill

ROOT = Path(__file__).resolve().parents[2]

# Another user of the same folder: prints a line when the server runs, and ends with its input.
USER = """
import sys
from pathlib import Path
from helperfunctions import embedded_postgres
with embedded_postgres.running(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""

User = subprocess.Popen[str]

# A copy of /etc without PostgreSQL's user, which no other process sees. Six processes start with it at once.
NEW_MACHINE = """
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/etc"
cp -a /etc/. "$1/etc"
mount --bind "$1/etc" /etc
userdel "$2" 2>/dev/null || true
shift 2
for number in 1 2 3 4 5 6; do "$@" "$PWD/$number/pg" </dev/null & done
wait
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path (a socket's name has about a hundred characters); its server ends with the test."""
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        data = Path(name) / "pg"
        yield data
        process = server(data)
        if process is not None:
            kill(process)
            pytest.fail("the server was left running")


@pytest.fixture
def enter(folder: Path) -> Iterator[Callable[[], User]]:
    """Lets another process use the server."""
    with ExitStack() as stack:

        def start() -> User:
            command = [sys.executable, "-c", USER, str(folder)]
            user = stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            # this ends a user that a failed test has left
            stack.callback(leave, user)
            assert user.stdout is not None
            assert user.stdout.readline() == "in\n"
            return user

        yield start


def leave(user: User) -> None:
    assert user.stdin is not None
    user.stdin.close()
    user.wait()


def server(folder: Path) -> psutil.Process | None:
    """The process of the server of that folder, if it runs."""
    try:
        process = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
        return process if process.is_running() and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, psutil.Error):
        return None


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def dead_number() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_server_runs_for_as_long_as_its_block_and_keeps_its_rows(folder: Path) -> None:
    with embedded_postgres.running(folder) as url:
        execute(url, "create table kept as select 42 as answer")
        assert server(folder) is not None
    assert server(folder) is None
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select * from kept") == [(42,)]


def test_two_users_share_a_server_and_the_last_one_stops_it(folder: Path, enter: Callable[[], User]) -> None:
    """The first user leaves first; for the other nothing changes."""
    first = enter()
    with embedded_postgres.running(folder) as url:
        one = server(folder)
        connection = psycopg2.connect(url)
        leave(first)
        assert server(folder) == one
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        connection.close()
    assert server(folder) is None


def test_the_last_user_stops_a_server_that_another_user_started_again(folder: Path, enter: Callable[[], User]) -> None:
    last = enter()
    with embedded_postgres.running(folder):
        killed = server(folder)
        assert killed is not None
        kill(killed)
        embedded_postgres.revive(folder)
    assert server(folder) is not None
    leave(last)
    assert server(folder) is None


def test_a_process_that_uses_a_server_twice_keeps_it_until_its_last_use_ends(folder: Path) -> None:
    with embedded_postgres.running(folder) as url:
        with embedded_postgres.running(folder) as again:
            assert again == url
        assert rows(url, "select 1") == [(1,)]
    assert server(folder) is None


def test_a_user_that_was_killed_does_not_keep_the_server_running(folder: Path, enter: Callable[[], User]) -> None:
    """The server runs until the next user has come and gone, and is used by it."""
    killed = enter()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    left_running = server(folder)
    assert left_running is not None
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select 1") == [(1,)]
        assert server(folder) == left_running
    assert server(folder) is None


def test_a_user_that_stays_removes_a_killed_one_from_the_list(folder: Path, enter: Callable[[], User]) -> None:
    with embedded_postgres.running(folder):
        killed = enter()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert server(folder) is None


def test_committed_rows_survive_a_kill_of_the_server(folder: Path) -> None:
    with embedded_postgres.running(folder) as url:
        execute(url, "create table kept as select generate_series(1, 1000) as number")
        half_way = psycopg2.connect(url)
        half_way.cursor().execute("delete from kept")
        one = server(folder)
        assert one is not None
        kill(one)
        half_way.close()
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select count(*) from kept") == [(1000,)]


def stop_without_a_trace_in(folder: Path) -> list[str]:
    """Start a server, kill it and its users. The lines of the postmaster.pid that it left."""
    with embedded_postgres.running(folder):
        one = server(folder)
        assert one is not None
        kill(one)
    mark = folder / "postmaster.pid"
    lines = mark.read_text().splitlines()
    assert len(lines) == 8
    return lines


def test_the_process_number_of_a_dead_server_may_belong_to_another_program(folder: Path) -> None:
    """Usual in containers, where numbers start again at 1. The other program, here this one, is not touched."""
    lines = stop_without_a_trace_in(folder)
    (folder / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select 1") == [(1,)]


@pytest.mark.parametrize("lines_written", [0, pytest.param(5, marks=pytest.mark.long)])
def test_an_incomplete_pid_file_after_a_kill_does_not_block_the_next_start(folder: Path, lines_written: int) -> None:
    """PostgreSQL writes the lines of postmaster.pid one after the other while it starts."""
    lines = stop_without_a_trace_in(folder)
    half = [str(dead_number()), *lines[1:]][:lines_written]
    (folder / "postmaster.pid").write_text("".join(f"{line}\n" for line in half))
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select 1") == [(1,)]


@pytest.mark.parametrize("written", ["[12", pytest.param("", marks=pytest.mark.long)])
def test_an_incomplete_list_of_users_after_a_kill_does_not_block_the_next_start(folder: Path, written: str) -> None:
    stop_without_a_trace_in(folder)
    (folder / ".handle_pids.json").write_text(written)
    with embedded_postgres.running(folder) as url:
        assert rows(url, "select 1") == [(1,)]
    assert json.loads((folder / ".handle_pids.json").read_text()) == []


def test_an_unusable_folder_is_reported_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DatabaseUnavailable, match=str(tmp_path / "file")) as caught,
        embedded_postgres.running(tmp_path / "file" / "pg"),
    ):
        pass
    assert "\n" not in str(caught.value)


def test_a_folder_with_other_files_is_reported_with_its_name_and_not_changed(folder: Path) -> None:
    """A folder of pictures must not become a database."""
    folder.mkdir()
    (folder / "picture.jpg").write_text("a beach")
    with (
        pytest.raises(DatabaseUnavailable, match=f"{folder} cannot be created: .*exists but is not empty"),
        embedded_postgres.running(folder),
    ):
        pass
    assert (folder / "picture.jpg").read_text() == "a beach"


def test_a_server_that_does_not_start_is_reported_with_its_reason_and_its_log_file(folder: Path) -> None:
    folder = folder.with_name("it's")
    with embedded_postgres.running(folder) as url:
        [(collation, character_type, provider, messages)] = rows(
            url,
            "select datcollate, datctype, datlocprovider, current_setting('lc_messages') from pg_database"
            " where datname = 'postgres'",
        )
    # No locale of the machine.
    assert (collation, character_type, provider, messages) == ("C", "C", "b", "C")
    with (folder / "postgresql.conf").open("a") as file:
        file.write("nonsense = 1\n")
    with pytest.raises(DatabaseUnavailable) as caught, embedded_postgres.running(folder):
        pass
    assert 'postgresql.conf" contains errors' in str(caught.value)
    assert "\n" not in str(caught.value)
    log = Path(str(caught.value).rpartition("; its log is ")[2])
    assert "nonsense" in log.read_text()


def test_a_server_whose_files_are_gone_never_starts_and_says_so_in_one_sentence(folder: Path) -> None:
    with embedded_postgres.running(folder):
        pass
    control = folder / "global" / "pg_control"
    control.rename(control.with_name("away"))
    with pytest.raises(EmbeddedDatabaseBroken) as caught, embedded_postgres.running(folder):
        pass
    assert "does not start: could not find the database system: Expected to find it in" in str(caught.value)
    assert "global/pg_control" in str(caught.value)
    assert caught.value.exit_code == 78
    control.with_name("away").rename(control)
    with embedded_postgres.running(folder):
        pass


def test_six_first_servers_of_a_new_machine_at_once_all_start(tmp_path: Path) -> None:
    """As root, each of them needs a system user that does not exist yet."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False).returncode:  # noqa: S607
        pytest.skip("needs the right to mount an /etc of its own")
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        new = ["unshare", "--mount", "sh", "-c", NEW_MACHINE, "sh", str(tmp_path), embedded_postgres.SYSTEM_USER]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*new, sys.executable, "-c", USER], cwd=name, env=environment, capture_output=True, text=True, check=False
        )
    # They write into one pipe at the same time.
    assert (done.returncode, done.stdout.count("in")) == (0, 6), done.stderr
