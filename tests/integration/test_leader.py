"""Which of several bots does the jobs, and what is done while the database is away."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest

from bot.runtime.leader import Lead, Standing
from bot.runtime.runner import CLOCK_WAS_SET, Runner
from bot.runtime.schedule import AT_START, Entry, Job, timetable
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseUnavailable, SchemaMismatch
from tests.conftest import Switch

ENTRIES = timetable(
    poll_every_minutes=30,
    timezone=ZoneInfo("America/Los_Angeles"),
    day_starts_at=time(8),
    post_at=time(14),
    reply_every_seconds=3600,
    send_every_seconds=3600,
    watch_every_seconds=3600,
)


class Prepared:
    """Counts what a lead does before and after the database is there; raises what it is told to."""

    def __init__(self) -> None:
        self.times = 0
        self.revived = 0
        self.error: Exception | None = None

    def prepare(self) -> None:
        self.times += 1
        if self.error is not None:
            raise self.error

    def revive(self) -> None:
        self.revived += 1


@pytest.fixture
def leads(database: Database, clock: VirtualClock) -> Iterator[Callable[[Prepared], Lead]]:
    made: list[Lead] = []

    def make(prepared: Prepared) -> Lead:
        made.append(Lead(database, clock, prepare=prepared.prepare, revive=prepared.revive))
        return made[-1]

    yield make
    for lead in made:
        lead.close()


def test_the_first_leads_and_the_second_stands_by_until_it_is_gone(leads: Callable[[Prepared], Lead]) -> None:
    ours, theirs = Prepared(), Prepared()
    first, second = leads(ours), leads(theirs)
    assert [first.look(), second.look(), first.look(), second.look()] == [
        Standing.LEADING,
        Standing.STANDING_BY,
        Standing.LEADING,
        Standing.STANDING_BY,
    ]
    assert (ours.times, theirs.times) == (1, 0)
    first.close()
    assert (second.look(), theirs.times) == (Standing.LEADING, 1)
    assert first.look() is Standing.STANDING_BY


def test_who_lost_its_connection_leads_again_and_prepares_again(
    leads: Callable[[Prepared], Lead], switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ours = Prepared()
    lead = leads(ours)
    lead.look()
    switch.off()
    assert [lead.look() for _ in range(3)] == [Standing.WITHOUT_DATABASE] * 3
    assert caplog.text.count("waiting for the database") == 1
    assert "not currently accepting connections" in caplog.text
    assert ours.revived == 3
    switch.on()
    assert (lead.look(), ours.times) == (Standing.LEADING, 2)
    assert "leading again" in caplog.text


def test_a_lock_lost_to_another_is_noticed(leads: Callable[[Prepared], Lead], switch: Switch) -> None:
    first, second = leads(Prepared()), leads(Prepared())
    first.look()
    switch.off()
    switch.on()
    assert second.look() is Standing.LEADING
    assert first.look() is Standing.STANDING_BY


def test_what_a_person_must_mend_is_raised_and_the_lock_is_free(leads: Callable[[Prepared], Lead]) -> None:
    ours = Prepared()
    ours.error = SchemaMismatch("the database has a newer schema")
    with pytest.raises(SchemaMismatch):
        leads(ours).look()
    assert leads(Prepared()).look() is Standing.LEADING


def test_a_database_that_goes_away_while_all_is_prepared_is_waited_for(leads: Callable[[Prepared], Lead]) -> None:
    ours = Prepared()
    ours.error = DatabaseUnavailable("it restarts")
    lead = leads(ours)
    assert lead.look() is Standing.WITHOUT_DATABASE
    ours.error = None
    assert lead.look() is Standing.LEADING


class Nobody:
    """Wants to know how it goes, and only counts."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, str]] = []

    def loop_is_alive(self) -> None:
        """It is."""

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        self.outcomes.append((job, outcome))


class Jobs:
    """Jobs that note their names."""

    def __init__(self) -> None:
        self.done: list[Job] = []
        self.waits_forgotten = 0
        self._lock = threading.Lock()

    def all(self) -> dict[Job, Callable[[], object]]:
        return {job: lambda job=job: self.note(job) for job in Job}  # type: ignore[misc]

    def note(self, job: Job) -> None:
        with self._lock:
            self.done.append(job)

    def forget_waits(self) -> None:
        self.waits_forgotten += 1
        raise DatabaseUnavailable("it restarts")

    def wait_for(self, jobs: set[Job], times: int = 1) -> None:
        """Until each was done so often; fails after a while."""
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
def run(jobs: Jobs, wall: SettableClock) -> Iterator[Callable[[Lead], Runner]]:
    runners: list[Runner] = []

    def start(lead: Lead) -> Runner:
        runners.append(Runner(ENTRIES, jobs.all(), lead, wall, Nobody(), jobs.forget_waits))
        return runners[-1]

    yield start
    for runner in runners:
        runner.stop()


def test_jobs_are_done_by_who_leads_and_by_nobody_else(
    leads: Callable[[Prepared], Lead], run: Callable[[Lead], Runner], jobs: Jobs
) -> None:
    first, second = leads(Prepared()), leads(Prepared())
    first.look()
    runner = run(second)
    runner.look()
    for job in Job:
        runner._do(job)
    assert jobs.done == []
    first.close()
    runner.look()
    jobs.wait_for(set(AT_START))


def test_without_a_database_polls_are_taken_and_nothing_else(
    leads: Callable[[Prepared], Lead], run: Callable[[Lead], Runner], jobs: Jobs, switch: Switch
) -> None:
    switch.off()
    runner = run(leads(Prepared()))
    runner.look()
    for job in Job:
        runner._do(job)
    assert jobs.done == [Job.COLLECT, Job.WATCH]


@pytest.mark.parametrize("noticed", [True, False])
def test_everything_is_caught_up_on_when_the_database_is_back(
    noticed: bool, leads: Callable[[Prepared], Lead], run: Callable[[Lead], Runner], jobs: Jobs, switch: Switch
) -> None:
    """However short it was away."""
    runner = run(leads(Prepared()))
    runner.look()
    jobs.wait_for(set(AT_START))
    switch.off()
    if noticed:
        runner.look()
    switch.on()
    runner.look()
    jobs.wait_for(set(AT_START), times=2)
    runner.look()
    assert Counter(jobs.done) == dict.fromkeys(AT_START, 2)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_was_set_has_everything_planned_anew(
    by: timedelta,
    leads: Callable[[Prepared], Lead],
    run: Callable[[Lead], Runner],
    jobs: Jobs,
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runner = run(leads(Prepared()))
    runner.look()
    jobs.wait_for(set(AT_START))
    wall.set_by = by
    runner.look()
    runner.look()
    assert caplog.text.count("the clock was set by") == 1
    assert jobs.waits_forgotten == 1
    assert "goes on waiting by the clock as it was: it restarts" in caplog.text
    if by < timedelta(0):
        # The other way round the scheduler, whose own clock was not set here, would have to wait for an hour.
        jobs.wait_for(set(AT_START), times=2)


def test_who_does_not_lead_leaves_what_waits_to_who_does(
    leads: Callable[[Prepared], Lead], run: Callable[[Lead], Runner], jobs: Jobs, wall: SettableClock
) -> None:
    leads(Prepared()).look()
    runner = run(leads(Prepared()))
    runner.look()
    wall.set_by = timedelta(hours=1)
    runner.look()
    assert jobs.waits_forgotten == 0


def test_a_clock_that_drifts_was_not_set(
    leads: Callable[[Prepared], Lead],
    run: Callable[[Lead], Runner],
    wall: SettableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    runner = run(leads(Prepared()))
    for number in range(4):
        wall.set_by = CLOCK_WAS_SET / 2 * number
        runner.look()
    assert "the clock was set" not in caplog.text


def test_a_job_that_fails_in_whatever_way_stops_nothing(
    leads: Callable[[Prepared], Lead], wall: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    def expected() -> None:
        raise DatabaseUnavailable("it restarts")

    lead, nobody = leads(Prepared()), Nobody()
    runner = Runner(
        [Entry(entry.job, entry.trigger) for entry in ENTRIES if entry.job in (Job.PRUNE, Job.DAILY)],
        {Job.PRUNE: expected, Job.DAILY: lambda: 1 / 0},
        lead,
        wall,
        nobody,
        forget_waits=lambda: None,
    )
    runner.look()
    end = monotonic() + 120
    while not ("job=prune failed: it restarts" in caplog.text and "ZeroDivisionError" in caplog.text):
        assert monotonic() < end, caplog.text
        sleep(0.01)
    runner.stop()
    assert "job=daily failed unexpectedly" in caplog.text
    assert sorted(nobody.outcomes) == [("daily", "failed"), ("prune", "DatabaseUnavailable")]
