"""Failed jobs are retried after growing waits; a failed poll is retried at its next turn."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.health.record import FILE_NAME
from bot.runtime.job_attempts import Attempts
from bot.runtime.job_turns import ScheduledTurns
from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import Runner
from tests.conftest import Switch
from tests.integration.leading import Leads, Prepared
from tests.integration.runs import (
    Failing,
    Jobs,
    Observed,
    SettableClock,
    failing,
    jobs,
    only,
    plan,
    run,
    wait_until,
    wall,
)

__all__ = ["failing", "jobs", "plan", "run", "wall"]


def test_a_failing_job_backs_off_although_the_database_comes_back_again_and_again(
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    failing: Failing,
    wall: SettableClock,
    switch: Switch,
) -> None:
    """The job ends the database every five seconds: it runs twice, then after a minute; the others run each time."""
    ours = only(plan, wall, daily=failing, prune=lambda: jobs.note("prune"))
    runner = run(leads(Prepared()), ours)
    for times in range(1, 13):
        switch.off()
        switch.on()
        runner.refresh()
        wait_until(lambda times=times: jobs.done.count("prune") == times)  # type: ignore[misc]
        wait_until(lambda: not ours.attempts.record.jobs["daily"].is_running)
        wall.set_by += timedelta(seconds=5)
    assert len(failing.tried_at) == 2
    wall.set_by += timedelta(seconds=10)
    runner.refresh()
    wait_until(lambda: len(failing.tried_at) == 3)


def test_retries_wait_from_one_minute_to_one_hour_and_a_success_resets_the_wait(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, failing: Failing, wall: SettableClock
) -> None:
    """Its regular turns come every ten seconds."""
    leadership = leads(Prepared())
    leadership.refresh()
    ours = only(plan, wall, outbox=failing)
    runner = run(leadership, ours)

    def live(seconds: int) -> None:
        for _ in range(0, seconds, 10):
            runner.run_turn("outbox")
            wall.set_by += timedelta(seconds=10)

    live(4 * 3600)
    waited = [round((after - before).total_seconds() / 10) * 10 for before, after in pairwise(failing.tried_at)]
    assert waited == [10, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    failing.is_fixed = True
    live(3600)
    failing.is_fixed = False
    failing.tried_at.clear()
    live(30)
    assert len(failing.tried_at) == 2
    assert ours.attempts.record.jobs["outbox"].failures == 2


def test_a_restart_of_the_process_does_not_reset_the_wait(
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    failing: Failing,
    wall: SettableClock,
    tmp_path: Path,
) -> None:
    """Ten processes, each of which becomes the leader and starts every job."""
    leadership = leads(Prepared())
    for times in range(1, 11):
        leadership.close()
        attempts = Attempts(tmp_path / FILE_NAME, wall)
        ours = replace(only(plan, wall, daily=failing, prune=lambda: jobs.note("prune")), attempts=attempts)
        runner = Runner(ours, leadership, wall, Observed(), ScheduledTurns())
        runner.refresh()
        wait_until(lambda times=times: jobs.done.count("prune") == times)  # type: ignore[misc]
        runner.stop()
    assert len(failing.tried_at) == 2


def test_the_log_after_a_restart_has_the_time_at_which_a_failed_poll_is_taken_again(
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    failing: Failing,
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Polls keep their schedule; the wait after failures is that of other jobs."""
    caplog.set_level(logging.INFO)
    ours = only(plan, wall, collect=failing)
    leadership = leads(Prepared())
    leadership.refresh()
    before = run(leadership, ours)
    for _ in range(4):
        before.run_turn("collect")
    leadership.close()
    caplog.clear()
    run(leadership, ours).refresh()
    [entry] = [entry for entry in ours.entries if entry.job.name == "collect"]
    waits_until = ours.attempts.record.jobs["collect"].retry_at
    assert waits_until is not None
    assert f"job=collect failed before; next attempt {entry.next_after(wall.now()):%F %H:%M:%S} UTC" in caplog.text
    assert f"{waits_until:%H:%M:%S} UTC" not in caplog.text


def test_a_failed_poll_is_retried_at_every_turn(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, failing: Failing, wall: SettableClock
) -> None:
    leadership = leads(Prepared())
    leadership.refresh()
    runner = run(leadership, only(plan, wall, collect=failing))
    for _ in range(8):
        runner.run_turn("collect")
    assert len(failing.tried_at) == 8


def a_poll(status: PollStatus, started_at: datetime) -> Poll:
    """A poll as the collector returns it."""
    ended = CrawlEnd.TWITCH_UNAVAILABLE if status is PollStatus.FAILED else CrawlEnd.BELOW_THRESHOLD
    return Poll(1, date(2026, 11, 21), started_at, started_at, status, ended, 0, 0, 0, 0, 0, error="status 503")


def test_a_poll_without_streams_from_twitch_is_a_failed_attempt(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, wall: SettableClock
) -> None:
    leadership = leads(Prepared())
    leadership.refresh()
    polls = iter([a_poll(PollStatus.PARTIAL, wall.now()), a_poll(PollStatus.FAILED, wall.now())])
    ours = only(plan, wall, collect=lambda: next(polls))
    runner = run(leadership, ours)
    runner.run_turn("collect")
    good = ours.attempts.record
    runner.run_turn("collect")
    assert (good.jobs["collect"].outcome, good.jobs["collect"].failures) == ("done", 0)
    failed = ours.attempts.record
    assert (failed.jobs["collect"].outcome, failed.jobs["collect"].failures) == ("TwitchUnavailable", 1)
    assert failed.last_good_poll_at == good.last_good_poll_at is not None
