"""When jobs run: on the leader alone, later after failures, and at once after turns that were missed."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import monotonic, sleep

import pytest
from apscheduler.triggers.cron import CronTrigger

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.health.record import FILE_NAME
from bot.jobs import JOBS
from bot.runtime.attempts import Attempts
from bot.runtime.leader import Leadership
from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import CLOCK_WAS_SET, Runner
from bot.runtime.schedule import Entry, schedule
from bot.runtime.turns import ScheduledTurns
from helperfunctions.clock import Counters, SystemClock
from helperfunctions.errors import DatabaseError, DatabaseUnavailable
from helperfunctions.settings import Settings
from tests.conftest import Switch
from tests.integration.leading import Leads, Prepared

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
    """A clock that a person, or a time server, sets."""

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


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed while away", "back before the next refresh"])
def test_every_job_runs_at_once_when_the_database_is_back(
    noticed: bool, leads: Leads, run: Callable[..., Runner], jobs: Jobs, switch: Switch
) -> None:
    """However briefly it was away."""
    runner = run(leads(Prepared()))
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
        # The other way round the scheduler, whose own clock was not set here, would have to wait for an hour.
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


def test_a_drift_of_the_clock_is_no_clock_change(
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


def test_a_failing_job_stops_neither_the_others_nor_the_runner(
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
    assert sorted(observed.outcomes) == [("daily", "failed"), ("prune", "DatabaseUnavailable")]


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
    """On a clock that is half a day behind: each wait that a test lets pass is over for the scheduler too."""
    wall.set_by = -timedelta(hours=12)
    return Failing(wall)


def once_a_year(*jobs: str) -> list[Entry]:
    """No regular turn comes in between."""
    return [Entry(ROWS[job], CronTrigger(month=1, day=1, timezone=UTC)) for job in jobs]


def only(plan: RunPlan, wall: SettableClock, **jobs: Callable[[], object]) -> RunPlan:
    """These jobs, without regular turns; the machine's own count goes with the clock, so it was not set."""
    return replace(
        plan,
        entries=once_a_year(*jobs),
        tasks=jobs,
        counters=lambda: Counters(timedelta(seconds=wall.now().timestamp()), timedelta(0), knows_sleep=True),
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    """Fails after a while."""
    end = monotonic() + 120
    while not is_so():
        assert monotonic() < end
        sleep(0.01)


def test_a_failing_job_backs_off_although_the_database_comes_back_again_and_again(
    leads: Leads,
    run: Callable[..., Runner],
    plan: RunPlan,
    jobs: Jobs,
    failing: Failing,
    wall: SettableClock,
    switch: Switch,
) -> None:
    """Every five seconds, as one that is killed by the job: twice, then after a minute; the others run each time."""
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


def test_a_failing_poll_is_tried_at_every_turn(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, failing: Failing, wall: SettableClock
) -> None:
    leadership = leads(Prepared())
    leadership.refresh()
    runner = run(leadership, only(plan, wall, collect=failing))
    for _ in range(8):
        runner.run_turn("collect")
    assert len(failing.tried_at) == 8


def a_poll(status: PollStatus, started_at: datetime) -> Poll:
    """As a collect returns it."""
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
    """The lid of a laptop is closed for eight hours."""
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


def test_a_poll_to_catch_up_leaves_the_regular_turns_as_they_are(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, jobs: Jobs, wall: SettableClock
) -> None:
    """At the very moment of a regular turn it would replace it, and find that the last poll is young."""
    leadership = leads(Prepared())
    ours = only(plan, wall, collect=lambda: jobs.note("collect"))
    turns = ScheduledTurns()
    runner = run(leadership, replace(ours, last_good_poll=lambda: wall.now() - timedelta(minutes=29)), turns)
    before = turns.next_turn("collect")
    runner.refresh()
    assert turns.next_turn("collect") == before
    runner.run_turn("collect")
    assert jobs.done == ["collect"]


def test_while_a_poll_is_taken_no_second_one_begins(
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


def test_a_turn_that_is_added_while_the_job_runs_follows_it(
    leads: Leads, run: Callable[..., Runner], plan: RunPlan, wall: SettableClock, switch: Switch
) -> None:
    """As when the database comes back while it still fails on the one that went away."""
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
