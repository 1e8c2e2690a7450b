"""`kill -9` of `watchtime run`, and no clean-up before the next command."""

import random
import subprocess
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from helperfunctions import embedded_postgres
from tests.acceptance.conftest import Serve, Shell, eventually, nothing_runs_in, settings_for
from tests.factories import rows
from tests.servers import kill

POLLS_THAT_ARE_NOT_WHOLE = """
    select polls.poll_id
    from staging.polls
    left join (
        select poll_id, count(*) as streams, sum(viewer_count) as viewers from staging.streams group by poll_id
    ) as staged using (poll_id)
    where coalesce(staged.streams, 0) <> polls.streams or coalesce(staged.viewers, 0) <> polls.viewers
"""
ROUNDS = 3


def kill_at(moment: float, shell: Shell, settings: dict[str, str]) -> None:
    """Start the bot and kill only its process, this many seconds later."""
    bot = shell.start("run", **settings)
    with pytest.raises(subprocess.TimeoutExpired):
        bot.wait(moment)
    bot.kill()
    bot.wait()


def test_after_every_kill_the_next_command_works_and_no_poll_is_incomplete(
    shell: Shell, folder: Path, serve: Serve
) -> None:
    moments = random.Random(2026)
    settings = settings_for(serve(seconds_per_request=0.1)) | {"DATA_DIR": str(folder / "data")}
    made = shell.run("collect", **settings)
    assert made.code == 0, made
    numbers = [1]
    for _ in range(ROUNDS):
        kill_at(moments.uniform(0.2, 3.0), shell, settings)
        ran = shell.run("collect", **settings)
        assert ran.code == 0, ran
        numbers.append(int(ran.out.split()[1]))
    assert numbers == sorted(set(numbers))
    nothing_runs_in(folder)
    with embedded_postgres.running(folder / "data" / "postgres") as url:
        assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
        stored = rows(url, "select poll_id, status from staging.polls")
    assert {(number, "complete") for number in numbers} <= set(stored)
    nothing_runs_in(folder)


def test_the_bot_recovers_when_its_database_server_is_killed_too(
    shell: Shell, folder: Path, twitch: dict[str, str]
) -> None:
    """As after a power cut: neither the bot nor its server was shut down."""
    settings = twitch | {"DATA_DIR": str(folder / "data")}
    first = shell.run("collect", **settings)
    assert first.code == 0, first
    with embedded_postgres.running(folder / "data" / "postgres"):
        server = psutil.Process(int((folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
        kill(server)
    second = shell.run("collect", **settings)
    assert second.code == 0, second
    with embedded_postgres.running(folder / "data" / "postgres") as url:
        assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
        assert rows(url, "select status, count(*) from staging.polls group by 1") == [("complete", 2)]
    nothing_runs_in(folder)


def test_the_pid_file_of_an_unfinished_database_does_not_block_the_next_start(shell: Shell, folder: Path) -> None:
    """Until initdb is done, postmaster.pid has a negative number; initdb outlives a killed bot."""
    data = folder / "data"
    made = shell.run("migrate", DATA_DIR=str(data))
    assert made.code == 0, made
    (data / "postgres" / "postmaster.pid").write_text(f"-4194000\n{data / 'postgres'}\n1\n5432\n\n\n\n\n")
    again = shell.run("migrate", DATA_DIR=str(data))
    assert (again.code, again.out) == (0, "The schema is up to date.\n"), again


def test_the_next_start_works_after_a_power_cut_while_the_database_is_created(shell: Shell, folder: Path) -> None:
    data = folder / "data"
    first = shell.start("migrate", DATA_DIR=str(data))
    eventually(lambda: (data / "postgres" / "PG_VERSION").exists(), "initdb is at work")
    everything = [*psutil.Process(first.pid).children(recursive=True), psutil.Process(first.pid)]
    for process in everything:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    first.wait()
    nothing_runs_in(data)
    again = shell.run("migrate", DATA_DIR=str(data))
    assert again.code == 0, (again, (data / "postgres" / "log").read_text())
