"""Runners whose jobs record their turns, on a clock that a test can set."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.health.record import FILE_NAME
from bot.jobs import JOBS
from bot.runtime.job_attempts import Attempts
from bot.runtime.job_turns import ScheduledTurns
from bot.runtime.leader import Leadership
from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import Runner
from bot.runtime.schedule import Entry, schedule
from helperfunctions.clock import Counters, SystemClock
from helperfunctions.errors import DatabaseError, DatabaseUnavailable
from helperfunctions.settings import Settings

ENTRIES = schedule(Settings(), shortest_interval=timedelta(hours=1))
ROWS = {job.name: job for job in JOBS}
ALL = set(ROWS)


class Observed:
    """An observer that stores what it receives."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.outcomes: list[tuple[str, str]] = []

    def loop_is_alive(self) -> None:
        """Nothing to store."""

    def job_started(self, job: str) -> None:
        self.started.append(job)

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        self.outcomes.append((job, outcome))


class Jobs:
    """Jobs that store their names when they run."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.x_resumed = 0
        self._lock = threading.Lock()

    def all(self) -> dict[str, Callable[[], object]]:
        return {job: partial(self.note, job) for job in ROWS}

    def note(self, job: str) -> None:
        with self._lock:
            self.done.append(job)

    def resume_x(self) -> None:
        self.x_resumed += 1
        raise DatabaseUnavailable("it restarts")

    def wait_for(self, jobs: set[str], times: int = 1) -> None:
        """Wait until each of the jobs ran this many times; fails after two minutes."""
        end = monotonic() + 120
        while not all(self.done.count(job) >= times for job in jobs):
            assert monotonic() < end, self.done
            sleep(0.01)


class SettableClock(SystemClock):
    """A clock that a person or a time server sets."""

    set_by = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.set_by


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def wall() -> SettableClock:
    return SettableClock()


@pytest.fixture
def plan(jobs: Jobs, wall: SettableClock, tmp_path: Path) -> RunPlan:
    """Every job, none of which fails; the last good poll is two intervals old."""
    return RunPlan(
        entries=ENTRIES,
        tasks=jobs.all(),
        attempts=Attempts(tmp_path / FILE_NAME, wall),
        poll_every=timedelta(minutes=30),
        last_good_poll=lambda: wall.now() - timedelta(hours=1),
        resume_x=jobs.resume_x,
        counters=lambda: Counters(timedelta(seconds=monotonic()), timedelta(0), knows_sleep=True),
    )


@pytest.fixture
def run(plan: RunPlan, wall: SettableClock) -> Iterator[Callable[..., Runner]]:
    """Starts a runner, of `plan` unless another is given."""
    runners: list[Runner] = []

    def start(leadership: Leadership, other: RunPlan | None = None, turns: ScheduledTurns | None = None) -> Runner:
        runners.append(Runner(other or plan, leadership, wall, Observed(), turns or ScheduledTurns()))
        return runners[-1]

    yield start
    for runner in runners:
        runner.stop()


class Failing:
    """A job that fails until `is_fixed`, and stores when it was tried."""

    def __init__(self, wall: SettableClock, error: Exception | None = None) -> None:
        self.wall = wall
        self.error = error or DatabaseError("the month is too much for it")
        self.is_fixed = False
        self.tried_at: list[datetime] = []

    def __call__(self) -> None:
        self.tried_at.append(self.wall.now())
        if not self.is_fixed:
            raise self.error


@pytest.fixture
def failing(wall: SettableClock) -> Failing:
    """A failing job on a clock that is half a day behind, so a wait that a test skips is over for the scheduler too."""
    wall.set_by = -timedelta(hours=12)
    return Failing(wall)


def once_a_year(*jobs: str) -> list[Entry]:
    """Entries of jobs whose regular turns are far away."""
    return [Entry(ROWS[job], CronTrigger(month=1, day=1, timezone=UTC)) for job in jobs]


def only(plan: RunPlan, wall: SettableClock, **jobs: Callable[[], object]) -> RunPlan:
    """A plan of these jobs without regular turns. The monotonic count follows the clock, so the clock was not set."""
    return replace(
        plan,
        entries=once_a_year(*jobs),
        tasks=jobs,
        counters=lambda: Counters(timedelta(seconds=wall.now().timestamp()), timedelta(0), knows_sleep=True),
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds; fails after two minutes."""
    end = monotonic() + 120
    while not is_so():
        assert monotonic() < end
        sleep(0.01)
