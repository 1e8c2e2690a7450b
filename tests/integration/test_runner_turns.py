"""Missed polls are made up for by one poll, and turns of a job do not overlap."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest

from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import Runner
from helperfunctions.clock import Counters
from tests.conftest import Switch
from tests.integration.leading import Leads, Prepared
from tests.integration.runs import Jobs, SettableClock, jobs, only, plan, run, wait_until, wall

__all__ = ["jobs", "plan", "run", "wall"]


@pytest.mark.parametrize(
    ("age", "is_taken"),
    [
        (None, True),
        (timedelta(minutes=29, seconds=30), False),
        (timedelta(minutes=30, seconds=1), True),
        (-timedelta(hours=1), True),
    ],
    ids=["no poll ever", "younger than an interval", "older than an interval", "taken by a clock that was wrong"],
)
@pytest.mark.parametrize("has_database", [True, False], ids=["leading", "database away"])
def test_at_start_a_poll_is_taken_only_if_the_last_good_one_is_older_than_an_interval(
    has_database: bool,
    age: timedelta | None,
    is_taken: bool,
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    wall: SettableClock,
    switch: Switch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    if not has_database:
        switch.off()
    runner = run(
        leads(Prepared()),
        replace(
            only(plan, wall, collect=lambda: jobs.note("collect")),
            last_good_poll=lambda: None if age is None else wall.now() - age,
        ),
    )
    runner.refresh()
    wait_until(lambda: bool(jobs.done) or "no poll to catch up" in caplog.text)
    assert bool(jobs.done) == is_taken


def test_repeated_elections_take_no_new_poll(
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    wall: SettableClock,
    switch: Switch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ours = only(plan, wall, collect=lambda: jobs.note("collect"))
    runner = run(leads(Prepared()), replace(ours, last_good_poll=lambda: wall.now() - timedelta(minutes=5)))
    for times in range(1, 6):
        switch.off()
        switch.on()
        runner.refresh()
        wait_until(lambda times=times: caplog.text.count("no poll to catch up") == times)  # type: ignore[misc]
    assert jobs.done == []


@pytest.mark.parametrize("knows_sleep", [True, False], ids=["Linux", "a system that does not count it"])
def test_a_suspended_machine_catches_up_and_its_clock_was_not_set(
    knows_sleep: bool,
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A laptop was suspended for eight hours."""
    caplog.set_level(logging.INFO)
    wall.set_by = -timedelta(hours=12)
    slept = timedelta(0)

    def counters() -> Counters:
        awake = timedelta(seconds=monotonic())
        return Counters(awake + slept, slept, knows_sleep=True) if knows_sleep else Counters(awake, timedelta(0), False)

    ours = only(plan, wall, prune=lambda: jobs.note("prune"))
    runner = run(leads(Prepared()), replace(ours, counters=counters))
    runner.refresh()
    jobs.wait_for({"prune"})
    slept = timedelta(hours=8)
    wall.set_by += slept
    runner.refresh()
    jobs.wait_for({"prune"}, times=2)
    runner.refresh()
    assert ("the machine was suspended for 28800 s" in caplog.text) == knows_sleep
    assert ("the clock was set by 28800 s, or the machine was suspended" in caplog.text) != knows_sleep
    assert jobs.x_resumed == (0 if knows_sleep else 1)
    assert jobs.done == ["prune"] * 2


class RecordedTurns:
    """Records the turns that are added, and runs none."""

    def __init__(self) -> None:
        self.added: list[str] = []

    def start(self, *_: object) -> None: ...

    def stop(self) -> None: ...

    def add(self, job: str, at: datetime) -> None:
        self.added.append(job)

    def add_catch_up(self, at: datetime) -> None:
        self.added.append("the catch-up")


def test_a_poll_to_catch_up_leaves_the_regular_turns_as_they_are(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, jobs: Jobs, wall: SettableClock
) -> None:
    """At the moment of a regular turn it would replace that turn, and skip the poll because the last one is recent."""
    leadership = leads(Prepared())
    ours = only(plan, wall, collect=lambda: jobs.note("collect"))
    turns = RecordedTurns()
    runner = run(leadership, replace(ours, last_good_poll=lambda: wall.now() - timedelta(minutes=29)), turns)
    runner.refresh()
    assert turns.added == ["the catch-up"]
    runner.run_turn("collect")
    assert jobs.done == ["collect"]


def test_no_second_poll_begins_during_a_poll(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, wall: SettableClock
) -> None:
    """A regular turn that comes during a catch-up is skipped."""
    began, goes_on = threading.Semaphore(0), threading.Event()

    def poll() -> None:
        began.release()
        goes_on.wait(60)

    runner = run(leads(Prepared()), only(plan, wall, collect=poll))
    runner.refresh()
    assert began.acquire(timeout=60)
    runner.run_turn("collect")
    goes_on.set()
    assert not began.acquire(blocking=False)


def test_a_turn_that_is_added_while_the_job_runs_starts_after_it(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, wall: SettableClock, switch: Switch
) -> None:
    """The database may come back while the job still fails because of the outage."""
    began, goes_on, running, most = threading.Semaphore(0), threading.Event(), 0, 0

    def prune() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        began.release()
        goes_on.wait(60)
        running -= 1

    runner = run(leads(Prepared()), only(plan, wall, prune=prune))
    runner.refresh()
    assert began.acquire(timeout=60)
    switch.off()
    switch.on()
    runner.refresh()
    goes_on.set()
    assert began.acquire(timeout=60)
    assert most == 1
