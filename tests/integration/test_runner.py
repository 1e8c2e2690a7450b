"""Jobs run on the leader alone, and are planned again after changes of the database or of the clock."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic, sleep

import pytest

from bot.runtime.job_turns import ScheduledTurns
from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import CLOCK_WAS_SET, Runner
from helperfunctions.errors import DatabaseError, DatabaseUnavailable
from tests.conftest import Switch
from tests.integration.leading import Leads, Prepared
from tests.integration.runs import ALL, ROWS, Jobs, Observed, SettableClock, jobs, once_a_year, plan, run, wall

__all__ = ["jobs", "plan", "run", "wall"]


def test_only_the_leader_runs_jobs(leads: Leads, run: Callable[..., Runner], jobs: Jobs) -> None:
    first, second = leads(Prepared()), leads(Prepared())
    first.refresh()
    runner = run(second)
    runner.refresh()
    for job in ROWS:
        runner.run_turn(job)
    assert jobs.done == []
    first.close()
    runner.refresh()
    jobs.wait_for(ALL)


def test_without_a_database_only_the_poll_and_the_watch_run(
    leads: Leads, run: Callable[..., Runner], jobs: Jobs, switch: Switch
) -> None:
    switch.off()
    runner = run(leads(Prepared()))
    runner.refresh()
    for job in ROWS:
        runner.run_turn(job)
    jobs.wait_for({"collect"})
    assert set(jobs.done) == {"collect", "watch"}


def test_while_the_database_cannot_be_prepared_only_the_poll_and_the_watch_run(
    leads: Leads, run: Callable[..., Runner], jobs: Jobs
) -> None:
    ours = Prepared()
    ours.error = DatabaseError("the database refused: permission denied for table schema_migrations")
    runner = run(leads(ours))
    runner.refresh()
    for job in ROWS:
        runner.run_turn(job)
    jobs.wait_for({"collect"})
    assert set(jobs.done) == {"collect", "watch"}
    ours.error = None
    runner.refresh()
    jobs.wait_for(ALL)


def test_while_the_database_is_being_prepared_only_the_poll_and_the_watch_run(
    leads: Leads, run: Callable[..., Runner], jobs: Jobs
) -> None:
    """A migration can take longer than the time between two polls."""
    done_meanwhile: list[str] = []

    class Slow(Prepared):
        """A preparation during which every job has its turn."""

        def prepare(self) -> None:
            super().prepare()
            for job in ROWS:
                runner.run_turn(job)
            done_meanwhile.extend(jobs.done)

    runner = run(leads(Slow()))
    runner.refresh()
    assert sorted(done_meanwhile) == ["collect", "watch"]
    jobs.wait_for(ALL)


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed while away", "back before the next refresh"])
def test_every_job_runs_at_once_when_the_database_is_back(
    noticed: bool, leads: Leads, run: Callable[..., Runner], jobs: Jobs, plan: RunPlan, switch: Switch
) -> None:
    """Also after a short outage. No job has its regular turn meanwhile."""
    runner = run(leads(Prepared()), replace(plan, entries=once_a_year(*ALL)))
    runner.refresh()
    jobs.wait_for(ALL)
    switch.off()
    if noticed:
        runner.refresh()
    switch.on()
    runner.refresh()
    jobs.wait_for(ALL, times=2)
    runner.refresh()
    assert Counter(jobs.done) == dict.fromkeys(ALL, 2)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)], ids=["an hour forward", "an hour back"])
def test_after_a_clock_change_all_jobs_are_planned_again(
    by: timedelta,
    leads: Leads,
    run: Callable[..., Runner],
    jobs: Jobs,
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runner = run(leads(Prepared()))
    runner.refresh()
    jobs.wait_for(ALL)
    wall.set_by = by
    runner.refresh()
    runner.refresh()
    assert caplog.text.count("the clock was set by") == 1
    assert jobs.x_resumed == 1
    assert "could not resume X after the clock change: it restarts" in caplog.text
    if by < timedelta(0):
        # In the other direction the scheduler, whose clock is not set here, would have to wait for an hour.
        jobs.wait_for(ALL, times=2)


def test_a_bot_on_standby_does_not_resume_x_after_a_clock_change(
    leads: Leads, run: Callable[..., Runner], jobs: Jobs, wall: SettableClock
) -> None:
    leads(Prepared()).refresh()
    runner = run(leads(Prepared()))
    runner.refresh()
    wall.set_by = timedelta(hours=1)
    runner.refresh()
    assert jobs.x_resumed == 0


def test_a_drift_of_the_clock_is_not_taken_for_a_clock_change(
    leads: Leads,
    run: Callable[..., Runner],
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runner = run(leads(Prepared()))
    for number in range(4):
        wall.set_by = CLOCK_WAS_SET / 2 * number
        runner.refresh()
    assert "the clock was set" not in caplog.text


def test_a_failing_job_stops_no_other_job_and_not_the_runner(
    leads: Leads, plan: RunPlan, wall: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    def expected() -> None:
        raise DatabaseUnavailable("it restarts")

    leadership, observed = leads(Prepared()), Observed()
    runner = Runner(
        replace(plan, tasks={"prune": expected, "daily": lambda: 1 / 0}), leadership, wall, observed, ScheduledTurns()
    )
    runner.refresh()
    end = monotonic() + 120
    while not ("job=prune failed: it restarts" in caplog.text and "ZeroDivisionError" in caplog.text):
        assert monotonic() < end, caplog.text
        sleep(0.01)
    runner.stop()
    assert "job=daily failed unexpectedly" in caplog.text
    assert sorted(observed.started) == ["daily", "prune"]
    assert sorted(observed.outcomes) == [("daily", "ZeroDivisionError"), ("prune", "DatabaseUnavailable")]
