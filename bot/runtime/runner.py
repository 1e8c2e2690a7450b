"""Runs each job when it is due, each in a thread of its own."""

import logging
import threading
from datetime import UTC, timedelta
from time import monotonic
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.runtime.leader import Lead, Standing
from bot.runtime.schedule import AT_START, NEVER_DELAYED, WITHOUT_DATABASE, Job
from bot.runtime.signals import Stop
from bot.runtime.work import Work
from helperfunctions.clock import Clock, Counters
from helperfunctions.errors import TwitchRefused, TwitchUnavailable, WatchTimeError
from helperfunctions.log import run_of

log = logging.getLogger(__name__)

# How often leadership, the database and the clock are checked.
LOOK_EVERY = timedelta(seconds=5)
# A clock that is corrected by less than this was not set: it drifts.
CLOCK_WAS_SET = timedelta(seconds=10)
# A poll to catch up is left out this short before a regular turn, which would find it running.
_NEXT_TURN_IS_NEAR = timedelta(seconds=10)
_POLL_TO_CATCH_UP = "poll to catch up"


class RunObserver(Protocol):
    """Receives what the main loop and the jobs do."""

    def loop_is_alive(self) -> None:
        """The main loop has completed a cycle, which it does every few seconds."""
        ...

    def job_started(self, job: str) -> None:
        """An attempt of a job begins."""
        ...

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """An attempt took this long; the outcome is `done`, or the name of the error."""
        ...


def run_until_stopped(work: Work, lead: Lead, clock: Clock, observer: RunObserver, stop: Stop) -> None:
    """Run every job when it is due, each in a thread of its own, until stopped; then finish what is running.

    Raises SchemaMismatch, which keeps us from ever leading.
    """
    stop.begin()
    runner = Runner(work, lead, clock, observer)
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

    def __init__(self, work: Work, lead: Lead, clock: Clock, observer: RunObserver) -> None:
        self._entries = {entry.job: entry for entry in work.entries if entry.job in work.jobs}
        self._work = work
        self._attempts = work.attempts
        self._lead = lead
        self._clock = clock
        self._observer = observer
        self._counters = work.counters()
        self._clock_runs_ahead = self._ahead(self._counters)
        self._terms = 0
        self._standing: Standing | None = None
        self._is_stopping = False
        # One attempt of a job at a time.
        self._turns = {job: threading.Lock() for job in self._entries}
        self._scheduler = BackgroundScheduler(
            # Of each job one that runs and one that was woken meanwhile; and the poll to catch up.
            executors={"default": ThreadPoolExecutor(2 * len(self._entries) + 1)},
            # apscheduler would drop a job that starts more than a second late: ours are always worth doing late, once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
            timezone=UTC,
        )
        for entry in self._entries.values():
            self._scheduler.add_job(self._do, entry.trigger, args=(entry.job,), id=entry.job)
        # A job of its own that stays and is woken: one that is added to run once is removed by the scheduler's thread,
        # which fails if the scheduler is being shut down at that moment.
        self._scheduler.add_job(self._poll_if_due, IntervalTrigger(weeks=5200), id=_POLL_TO_CATCH_UP)
        self._scheduler.start()

    def look(self) -> None:
        """One check of our standing, of the clock, and of the jobs that wait for their retry."""
        self._observer.loop_is_alive()
        standing = self._lead.look()
        if standing is not self._standing:
            self._changed(standing)
        if self._lead.terms != self._terms:
            # Also when the lock was lost and got again at once: the database was restarted, and jobs with it.
            self._terms = self._lead.terms
            log.info("running jobs=%s", ",".join(self._entries))
            self._catch_up()
        self._check_clock()
        if standing is Standing.LEADING:
            for job in self._attempts.to_retry([job for job in self._entries if job not in NEVER_DELAYED]):
                self._wake(Job(job))
        if self._records():
            self._attempts.save()

    def stop(self) -> None:
        """Finish what is running, and begin nothing."""
        self._is_stopping = True
        self._scheduler.shutdown(wait=True)
        if self._records():
            self._attempts.save(at_once=True)

    def _changed(self, standing: Standing) -> None:
        """Our standing changed: other jobs are allowed, and expected, from now on."""
        if self._standing is Standing.STANDING_BY:
            # The bot that led may have written into the same folder.
            self._attempts.load()
        elif self._standing is None and standing is Standing.WITHOUT_DATABASE:
            self._catch_up_with_poll()
        self._standing = standing
        self._expect()

    def _expect(self) -> None:
        """Record when each job that may run is due next."""
        now = self._clock.now()
        self._attempts.expect(
            {job: entry.next_after(now) if self._may_run(job) else None for job, entry in self._entries.items()}
        )

    def _records(self) -> bool:
        """Whether the record is ours to write: another bot may use the same folder."""
        return self._standing in (Standing.LEADING, Standing.WITHOUT_DATABASE)

    def _check_clock(self) -> None:
        before, self._counters = self._counters, self._work.counters()
        ahead = self._ahead(self._counters)
        off = ahead - self._clock_runs_ahead
        self._clock_runs_ahead = ahead
        slept = self._counters.slept - before.slept
        if slept > CLOCK_WAS_SET:
            log.info("the machine was suspended for %.0f s; catching up", slept.total_seconds())
            self._catch_up()
        if abs(off) <= CLOCK_WAS_SET:
            return
        # Each job is then planned by the clock as it is: one set back by an hour would leave all idle for an hour,
        # and X alone for that hour and as long as it was to be anyway.
        if self._counters.knows_sleep:
            log.warning("the clock was set by %.0f s; planning again", off.total_seconds())
        else:
            log.warning(
                "the clock was set by %.0f s, or the machine was suspended; planning again", off.total_seconds()
            )
        self._plan_again()

    def _ahead(self, counters: Counters) -> timedelta:
        """The clock against the machine's own count of seconds, which cannot be set."""
        return timedelta(seconds=self._clock.now().timestamp()) - counters.since_boot

    def _plan_again(self) -> None:
        self._attempts.forget_waits()
        self._expect()
        if self._lead.standing is Standing.LEADING:
            try:
                self._work.forget_waits()
            except WatchTimeError as exc:
                log.error("what waits goes on waiting by the clock as it was: %s", exc)
        self._catch_up()

    def _catch_up(self) -> None:
        """Wake every job that does not back off: what there is to do they find in the database."""
        for job in AT_START:
            if job not in self._entries:
                continue
            if (until := self._attempts.waits_until(job)) is not None:
                log.info("job=%s failed before and waits until %s UTC", job, f"{until:%F %H:%M:%S}")
            elif job is Job.COLLECT:
                self._catch_up_with_poll()
            else:
                self._wake(job)

    def _catch_up_with_poll(self) -> None:
        """Take a poll if the last good one is older than an interval, which is found out in a thread: it may take long.

        Not by waking the job: that would take the place of a regular turn that is just due.
        """
        now = self._clock.now()
        if Job.COLLECT not in self._entries or self._attempts.waits_until(Job.COLLECT) is not None:
            return
        if self._entries[Job.COLLECT].next_after(now) - now > _NEXT_TURN_IS_NEAR:
            self._scheduler.modify_job(_POLL_TO_CATCH_UP, next_run_time=now)

    def _poll_if_due(self) -> None:
        if not self._may_run(Job.COLLECT):
            return
        if self._is_poll_due():
            self._poll()
        else:
            log.info("no poll to catch up: the last good one is younger than an interval")

    def _poll(self) -> None:
        """Take a poll, unless one is just being taken."""
        if self._turns[Job.COLLECT].acquire(blocking=False):
            try:
                self._attempt(Job.COLLECT)
            finally:
                self._turns[Job.COLLECT].release()

    def _is_poll_due(self) -> bool:
        last = self._work.last_good_poll()
        # One in the future was taken by a clock that was wrong.
        return last is None or not timedelta(0) <= self._clock.now() - last < self._work.poll_every

    def _wake(self, job: Job) -> None:
        self._scheduler.modify_job(job, next_run_time=self._clock.now())

    def _may_run(self, job: Job) -> bool:
        if self._is_stopping:
            return False
        standing = self._lead.standing
        return standing is Standing.LEADING or (
            standing in (Standing.WITHOUT_DATABASE, Standing.PREPARING) and job in WITHOUT_DATABASE
        )

    def _do(self, job: Job) -> None:
        """One turn of a job."""
        if job is Job.COLLECT:
            if self._may_run(job):
                self._poll()
            return
        # What was woken while it runs runs once more: what it was woken for may have come too late for the first.
        with self._turns[job]:
            if self._may_run(job) and (job in NEVER_DELAYED or self._attempts.waits_until(job) is None):
                self._attempt(job)

    def _attempt(self, job: Job) -> None:
        """Run a job; whatever happens, the others go on."""
        began = monotonic()
        error: BaseException | None = None
        self._attempts.started(job, self._entries[job].next_after(self._clock.now()))
        self._observer.job_started(job)
        try:
            with run_of(job):
                error = self._outcome(self._work.jobs[job]())
        except WatchTimeError as exc:
            error = exc
            log.error("job=%s failed: %s", job, exc)
        except Exception as exc:
            error = exc
            log.exception("job=%s failed unexpectedly", job)
        finally:
            now = self._clock.now()
            self._attempts.ended(job, error, self._entries[job].next_after(now))
            self._observer.job_done(job, "done" if error is None else _name_of(error), monotonic() - began)
            if (until := self._attempts.waits_until(job)) is not None and job not in NEVER_DELAYED:
                failures = self._attempts.record.jobs[job].failures
                log.warning(
                    "job=%s failed %d times in a row; next attempt %s", job, failures, f"{until:%F %H:%M:%S} UTC"
                )

    def _outcome(self, result: object) -> WatchTimeError | None:
        """A poll that brought nothing returns, for its row is stored; it is a failed attempt all the same."""
        if not isinstance(result, Poll):
            return None
        if result.status is not PollStatus.FAILED:
            self._attempts.good_poll(result.started_at)
            return None
        refused = result.ended_because is CrawlEnd.TWITCH_REFUSED
        return (TwitchRefused if refused else TwitchUnavailable)(result.error or "the poll brought nothing")


def _name_of(error: BaseException) -> str:
    return type(error).__name__ if isinstance(error, WatchTimeError) else "failed"
