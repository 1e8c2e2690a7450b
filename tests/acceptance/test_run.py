"""`watchtime run` catches up at start, finishes its jobs when it is stopped, and recovers after it was killed."""

import json
import random
import signal
import subprocess
from datetime import time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil
import pytest
import requests

from bot.core.calendar import Calendar
from helperfunctions import embedded_postgres
from helperfunctions.clock import SystemClock
from helperfunctions.database import Database
from sandbox.server import TwitchSandbox
from tests.acceptance.conftest import LOCKS_HELD, Serve, Shell, eventually, nothing_runs_in, settings_for
from tests.factories import a_stream, rows, stage, write

POLLS_THAT_ARE_NOT_WHOLE = """
    select polls.poll_id
    from staging.polls
    left join staging.streams using (poll_id)
    group by polls.poll_id
    having count(stream_id) <> polls.streams or coalesce(sum(viewer_count), 0) <> polls.viewers
"""
STREAMS_OF_NO_POLL = "select distinct poll_id from staging.streams left join staging.polls using (poll_id) \
    where polls.poll_id is null"
# A start takes a poll only if the last good one is older than an interval.
AN_HOUR_OLDER = "update staging.polls set started_at = started_at - interval '1 hour'"
ROUNDS = 4


def half_hours() -> float:
    """The number of regular polls up to now, since some instant."""
    return SystemClock().now().timestamp() // 1800


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_bot_polls_at_start_and_finishes_the_poll_when_it_is_stopped(
    number: signal.Signals, shell: Shell, url: str, serve: Serve
) -> None:
    sandbox = serve(seconds_per_request=0.2)
    bot = shell.start("run", DATABASE_URL=url, POLL_EVERY_MINUTES="60", **settings_for(sandbox))
    eventually(lambda: sandbox.requests > 2, "the first poll is on its way")
    assert rows(url, "select count(*) from staging.polls") == [(0,)]
    bot.send_signal(number)
    ended = shell.end_of(bot)
    assert ended.code == 0, ended
    assert "Traceback" not in ended.err
    assert set(rows(url, "select status, streams > 0 from staging.polls")) == {("complete", True)}
    assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
    assert rows(url, LOCKS_HELD) == [(0,)]


def test_jobs_that_were_due_while_the_bot_was_down_run_at_start(
    shell: Shell, url: str, database: Database, twitch: dict[str, str]
) -> None:
    day = Calendar(ZoneInfo("America/Los_Angeles"), time(8)).last_finished(SystemClock().now())
    stage(database, a_stream(), at=day.starts_at, day=day.date, polls=40)
    bot = shell.start("run", DATABASE_URL=url, **twitch)
    eventually(lambda: rows(url, f"select 1 from days where day = '{day.date}'"), "the day is rolled up")
    eventually(lambda: rows(url, "select 1 from staging.polls where pages > 1"), "a poll is stored")
    bot.terminate()
    assert shell.end_of(bot).code == 0
    assert rows(url, "select day, polls from days") == [(day.date, 40)]


def test_a_new_database_gets_its_schema_at_start_and_wrong_credentials_do_not_end_the_bot(
    shell: Shell, empty_url: str, twitch: dict[str, str]
) -> None:
    bot = shell.start("run", DATABASE_URL=empty_url, **twitch | {"TWITCH_CLIENT_SECRET": "planted-but-wrong"})
    eventually(lambda: "poll stored" in shell.output_of(bot, "err"), "the first poll has failed")
    assert bot.poll() is None
    bot.terminate()
    ended = shell.end_of(bot)
    assert ended.code == 0
    assert "planted-but-wrong" not in ended.err + ended.out
    assert rows(empty_url, "select distinct status from staging.polls") == [("failed",)]


def test_a_bot_stopped_while_its_embedded_database_is_in_use_leaves_no_process(
    shell: Shell, folder: Path, serve: Serve
) -> None:
    sandbox = serve(seconds_per_request=0.1)
    bot = shell.start("run", DATA_DIR=str(folder / "data"), **settings_for(sandbox))
    eventually(lambda: sandbox.requests > 2, "the first poll is on its way")
    bot.terminate()
    assert shell.end_of(bot).code == 0
    nothing_runs_in(folder)


def test_a_bot_killed_at_any_moment_loses_no_committed_row(shell: Shell, folder: Path, serve: Serve) -> None:
    """It is killed between its start and the end of its first poll; usually while the poll is stored."""
    moments = random.Random(8)
    sandbox = serve(seconds_per_request=0.12)
    data = folder / "data"
    settings = settings_for(sandbox) | {"DATA_DIR": str(data)}
    assert shell.run("collect", **settings).code == 0
    pages = sandbox.requests - 1
    with embedded_postgres.running(data / "postgres") as url:
        write(url, AN_HOUR_OLDER)
    committed: list[tuple[int, int]] = []
    for _ in range(ROUNDS):
        asked = sandbox.requests
        bot = shell.start("run", **settings)
        page = moments.choice([0, moments.randrange(pages), pages, pages])
        if page:
            eventually(partial(has_asked, sandbox, asked + page), f"page {page} is asked for")
        with pytest.raises(subprocess.TimeoutExpired):
            bot.wait(moments.uniform(0, 0.5))
        bot.kill()
        bot.wait()
        with embedded_postgres.running(data / "postgres") as url:
            assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
            assert rows(url, STREAMS_OF_NO_POLL) == []
            now = rows(url, "select poll_id, streams from staging.polls order by poll_id")
            write(url, AN_HOUR_OLDER)
        # No start ended because of a poll, so the next poll need not wait.
        (data / "jobs.json").unlink(missing_ok=True)
        assert now[: len(committed)] == committed
        committed = now
    assert len(committed) >= 1
    last = shell.run("collect", **settings)
    assert last.code == 0, last
    with embedded_postgres.running(data / "postgres") as url:
        assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
        assert len(rows(url, "select 1 from staging.polls")) == len(committed) + 1
    nothing_runs_in(folder)


def has_asked(sandbox: TwitchSandbox, requests: int) -> bool:
    return sandbox.requests >= requests


@pytest.mark.parametrize("seconds", [pytest.param(0.0, marks=pytest.mark.long), 0.4])
def test_a_bot_killed_while_it_creates_its_database_starts_the_next_time(
    seconds: float, shell: Shell, folder: Path, twitch: dict[str, str]
) -> None:
    settings = twitch | {"DATA_DIR": str(folder / "data")}
    bot = shell.start("run", **settings)
    eventually(lambda: (folder / "data" / "postgres").exists(), "the folder of the database is being made")
    with pytest.raises(subprocess.TimeoutExpired):
        bot.wait(seconds)
    bot.kill()
    bot.wait()
    ran = shell.run("collect", **settings)
    assert ran.code == 0, ran
    nothing_runs_in(folder)


def test_an_embedded_database_that_ends_is_started_again(shell: Shell, folder: Path, twitch: dict[str, str]) -> None:
    """This happens when the machine runs out of memory."""
    data = folder / "data"
    began = half_hours()
    bot = shell.start("run", DATA_DIR=str(data), **twitch)
    eventually(lambda: "poll stored" in shell.output_of(bot, "err"), "the first poll is stored")
    postmaster = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    psutil.Process(postmaster).kill()
    eventually(lambda: shell.output_of(bot, "err").count("running jobs=") == 2, "it goes on on the new server")
    # Just before a half hour, the bot waits for its regular poll instead.
    eventually(
        lambda: "no poll to catch up" in shell.output_of(bot, "err") or half_hours() > began,
        "the last poll is younger than an interval",
    )
    assert "lost the database" in shell.output_of(bot, "err")
    bot.terminate()
    assert shell.end_of(bot).code == 0
    regular = half_hours() - began
    assert shell.output_of(bot, "err").count("poll stored") <= 1 + regular
    nothing_runs_in(folder)


def test_health_is_served_over_http_and_the_log_can_be_json(shell: Shell, url: str, twitch: dict[str, str]) -> None:
    bot = shell.start("run", DATABASE_URL=url, HEALTH_PORT="0", LOG_FORMAT="json", **twitch)
    eventually(lambda: "poll stored" in shell.output_of(bot, "err"), "the first poll is stored")
    lines = [json.loads(line) for line in shell.output_of(bot, "err").splitlines()]
    [endpoints] = [line["message"] for line in lines if line["message"].startswith("health endpoints at ")]
    address = endpoints.removeprefix("health endpoints at ").removesuffix("/readyz")
    assert requests.get(f"{address}/healthz", timeout=10).json()["alive"] is True
    eventually(
        lambda: (
            'watchtime_job_seconds_count{job="collect",outcome="done"} 1.0'
            in requests.get(f"{address}/metrics", timeout=10).text
        ),
        "the poll is measured",
    )
    assert requests.get(f"{address}/readyz", timeout=10).json()["leading"] is True
    assert "watchtime_rate_limit_remaining{api=" in requests.get(f"{address}/metrics", timeout=10).text
    bot.terminate()
    assert shell.end_of(bot).code == 0
    assert {line["run"].rsplit("-", 1)[0] for line in lines} >= {"process", "collect"}
