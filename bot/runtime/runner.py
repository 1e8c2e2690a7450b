"""Runs each job when it is due, each in a thread of its own."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, timedelta
from time import monotonic
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from bot.runtime.leader import Lead, Standing
from bot.runtime.schedule import AT_START, WITHOUT_DATABASE, Entry, Job
from bot.runtime.signals import Stop
from helperfunctions.clock import Clock
from helperfunctions.errors import WatchTimeError
from helperfunctions.log import run_of

log = logging.getLogger(__name__)

# How often it is looked whether we lead, whether the database is there, and whether the clock was set.
LOOK_EVERY = timedelta(seconds=5)
# A clock that is corrected by less than this was not set: it drifts.
CLOCK_WAS_SET = timedelta(seconds=10)


class RunObserver(Protocol):
    """Receives what the main loop and the jobs do."""

    def loop_is_alive(self) -> None:
        """The main loop has looked around, which it does every few seconds."""
        ...

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """A job took so long; the outcome is `done`, or the name of what went wrong."""
        ...


def run_until_stopped(
    entries: Sequence[Entry],
    jobs: Mapping[Job, Callable[[], object]],
    lead: Lead,
    clock: Clock,
    observer: RunObserver,
    stop: Stop,
    forget_waits: Callable[[], object],
) -> None:
    """Do every job when it is due, each in a thread of its own, until told to stop; then finish what goes on.

    `forget_waits` is called when the clock was set: what waits does so by a clock that was wrong.
    Raises what keeps us from ever leading, such as SchemaMismatch.
    """
    stop.begin()
    runner = Runner([entry for entry in entries if entry.job in jobs], jobs, lead, clock, observer, forget_waits)
    try:
        runner.look()
        while not stop.wait(LOOK_EVERY):
            runner.look()
        log.info("stopping; finishing what is going on")
    finally:
        runner.stop()
        lead.close()
    log.info("stopped")


class Runner:
    """Wakes the jobs while we lead. Without a database only polls are taken, which are kept on disk."""

    def __init__(
        self,
        entries: Sequence[Entry],
        jobs: Mapping[Job, Callable[[], object]],
        lead: Lead,
        clock: Clock,
        observer: RunObserver,
        forget_waits: Callable[[], object],
    ) -> None:
        self._entries = entries
        self._jobs = jobs
        self._lead = lead
        self._clock = clock
        self._observer = observer
        self._forget_waits = forget_waits
        self._clock_runs_ahead = self._ahead()
        self._terms = 0
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(entries))},
            # apscheduler would drop a job that starts more than a second late: ours are always worth doing late, once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        for entry in entries:
            self._scheduler.add_job(self._do, entry.trigger, args=(entry.job,), id=entry.job)
        self._scheduler.start()

    def look(self) -> None:
        """One look at our standing and at the clock."""
        self._observer.loop_is_alive()
        self._lead.look()
        if self._lead.terms != self._terms:
            # Also when the lock was lost and got again at once: the database was restarted, and jobs with it.
            self._terms = self._lead.terms
            log.info("running jobs=%s", ",".join(entry.job for entry in self._entries))
            self._catch_up()
        ahead = self._ahead()
        if abs(ahead - self._clock_runs_ahead) > CLOCK_WAS_SET:
            # Each job is then planned by the clock as it is: one set back by an hour would leave all idle for an hour,
            # and X alone for that hour and as long as it was to be anyway.
            log.warning("the clock was set by %.0f s; planning anew", (ahead - self._clock_runs_ahead).total_seconds())
            self._plan_anew()
        self._clock_runs_ahead = ahead

    def stop(self) -> None:
        """Finish what goes on, and begin nothing."""
        self._scheduler.shutdown(wait=True)

    def _ahead(self) -> timedelta:
        """The clock against the machine's own count of seconds, which nobody sets."""
        return timedelta(seconds=self._clock.now().timestamp() - monotonic())

    def _plan_anew(self) -> None:
        if self._lead.standing is Standing.LEADING:
            try:
                self._forget_waits()
            except WatchTimeError as exc:
                log.error("what waits goes on waiting by the clock as it was: %s", exc)
        self._catch_up()

    def _catch_up(self) -> None:
        """Wake every job: what there is to do they find in the database."""
        now = self._clock.now()
        for job in AT_START:
            if job in self._jobs:
                self._scheduler.modify_job(job, next_run_time=now)

    def _do(self, job: Job) -> None:
        """Do a job; whatever happens, the timetable goes on."""
        standing = self._lead.standing
        if standing is not Standing.LEADING and not (standing is Standing.WITHOUT_DATABASE and job in WITHOUT_DATABASE):
            return
        began, outcome = monotonic(), "failed"
        try:
            with run_of(job):
                self._jobs[job]()
            outcome = "done"
        except WatchTimeError as exc:
            outcome = type(exc).__name__
            log.error("job=%s failed: %s", job, exc)
        except Exception:
            log.exception("job=%s failed unexpectedly", job)
        finally:
            self._observer.job_done(job, outcome, monotonic() - began)
