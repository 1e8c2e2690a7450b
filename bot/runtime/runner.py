"""Runs each job when it is due, each in a thread of its own."""

import logging
import threading
from datetime import timedelta
from time import monotonic
from typing import Protocol

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.health.record import outcome_of
from bot.jobs import AtStart
from bot.runtime.job_turns import ScheduledTurns, Turns
from bot.runtime.leader import Leadership, Role
from bot.runtime.run_plan import RunPlan
from bot.runtime.signals import Stop
from helperfunctions.clock import Clock, Counters
from helperfunctions.errors import TwitchRefused, TwitchUnavailable, WatchTimeError
from helperfunctions.log import run_of

log = logging.getLogger(__name__)

# How often leadership, the database and the clock are checked.
REFRESH_EVERY = timedelta(seconds=5)
# A clock that is corrected by less than this was not set: it drifts.
CLOCK_WAS_SET = timedelta(seconds=10)
# A poll to catch up is left out this short before a regular turn, which would find it running.
_NEXT_TURN_IS_NEAR = timedelta(seconds=10)


class RunObserver(Protocol):
    """Observes the main loop and the jobs."""

    def loop_is_alive(self) -> None:
        """Record a cycle of the main loop, which takes a few seconds."""
        ...

    def job_started(self, job: str) -> None:
        """Record the begin of an attempt of a job."""
        ...

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """Record the seconds of an attempt. `outcome`: `done`, or the name of the error."""
        ...


def run_until_stopped(plan: RunPlan, leadership: Leadership, clock: Clock, observer: RunObserver, stop: Stop) -> None:
    """Run every job when it is due, each in a thread of its own, until stopped; then wait for those that run.

    Raises SchemaMismatch: with the schema of another version this bot can never lead.
    """
    stop.begin()
    runner = Runner(plan, leadership, clock, observer, ScheduledTurns())
    try:
        runner.refresh()
        while not stop.wait(REFRESH_EVERY):
            runner.refresh()
        log.info("stopping; waiting for the jobs that run")
    finally:
        runner.stop()
        leadership.close()
    log.info("stopped")


class Runner:
    """Runs the jobs while this bot leads; without a database, only those that can do without."""

    def __init__(
        self, plan: RunPlan, leadership: Leadership, clock: Clock, observer: RunObserver, turns: Turns
    ) -> None:
        self._entries = {entry.job.name: entry for entry in plan.entries if entry.job.name in plan.tasks}
        self._plan = plan
        self._attempts = plan.attempts
        self._attempts.limit_to(self._entries)
        self._leadership = leadership
        self._clock = clock
        self._observer = observer
        self._counters = plan.counters()
        self._clock_runs_ahead = self._ahead(self._counters)
        self._elections = 0
        self._role: Role | None = None
        self._is_stopping = False
        # One attempt of a job at a time.
        self._running = {job: threading.Lock() for job in self._entries}
        self._turns = turns
        turns.start(list(self._entries.values()), self.run_turn, self._catch_up_if_due)

    def refresh(self) -> None:
        """Check the role, the clock, and the jobs that wait for a retry, once."""
        self._observer.loop_is_alive()
        role = self._leadership.refresh()
        if role is not self._role:
            self._changed(role)
        if self._leadership.elections != self._elections:
            # Also when the lock was lost and got again at once: the database was restarted, and jobs with it.
            self._elections = self._leadership.elections
            log.info("running jobs=%s", ",".join(self._entries))
            self._catch_up()
        self._check_clock()
        if role is Role.LEADING:
            delayed = [name for name, entry in self._entries.items() if not entry.job.never_delayed]
            for job in self._attempts.to_retry(delayed):
                self._turns.add(job, self._clock.now())
        if self._records():
            self._attempts.save()

    def stop(self) -> None:
        """Wait for the jobs that run, and start no others."""
        self._is_stopping = True
        self._turns.stop()
        if self._records():
            self._attempts.save(at_once=True)

    def _changed(self, role: Role) -> None:
        """Handle a change of the role: from now on, other jobs may run and are expected."""
        if self._role is Role.STANDBY:
            # The bot that led may have written into the same folder.
            self._attempts.load()
            self._attempts.limit_to(self._entries)
        elif self._role is None and role is Role.WITHOUT_DATABASE:
            self._catch_up(AtStart.IF_POLL_IS_DUE)
        self._role = role
        self._expect()

    def _expect(self) -> None:
        """Record when each job that may run is due next."""
        now = self._clock.now()
        self._attempts.expect(
            {job: entry.next_after(now) if self._may_run(job) else None for job, entry in self._entries.items()}
        )

    def _records(self) -> bool:
        """True if this bot writes the record of its jobs; another one may use the same folder."""
        return self._role in (Role.LEADING, Role.WITHOUT_DATABASE)

    def _check_clock(self) -> None:
        before, self._counters = self._counters, self._plan.counters()
        ahead = self._ahead(self._counters)
        off = ahead - self._clock_runs_ahead
        self._clock_runs_ahead = ahead
        slept = self._counters.slept - before.slept
        if slept > CLOCK_WAS_SET:
            log.info("the machine was suspended for %.0f s; catching up", slept.total_seconds())
            self._catch_up()
        if abs(off) <= CLOCK_WAS_SET:
            return
        # Otherwise, after a clock was set back by an hour, no job would run for that hour, and pauses of X would last
        # an hour longer.
        if self._counters.knows_sleep:
            log.warning("the clock was set by %.0f s; planning all jobs again", off.total_seconds())
        else:
            log.warning(
                "the clock was set by %.0f s, or the machine was suspended; planning all jobs again",
                off.total_seconds(),
            )
        self._plan_again()

    def _ahead(self, counters: Counters) -> timedelta:
        """The difference of the clock to the machine's own count of seconds, which cannot be set."""
        return timedelta(seconds=self._clock.now().timestamp()) - counters.since_boot

    def _plan_again(self) -> None:
        self._attempts.forget_waits()
        self._expect()
        if self._leadership.role is Role.LEADING:
            try:
                self._plan.resume_x()
            except WatchTimeError as exc:
                log.error("could not resume X after the clock change: %s", exc)
        self._catch_up()

    def _catch_up(self, *kinds: AtStart) -> None:
        """Run the jobs of these kinds, by default of all, unless they back off."""
        for name, entry in self._entries.items():
            if kinds and entry.job.at_start not in kinds:
                continue
            if (until := self._attempts.waits_until(name)) is not None:
                if entry.job.never_delayed:
                    # It keeps its schedule, whatever failed before.
                    until = entry.next_after(self._clock.now())
                log.info("job=%s failed before; next attempt %s UTC", name, f"{until:%F %H:%M:%S}")
            elif entry.job.at_start is AtStart.ALWAYS:
                self._turns.add(name, self._clock.now())
            elif entry.next_after(self._clock.now()) - self._clock.now() > _NEXT_TURN_IS_NEAR:
                # In a thread, because the check whether a poll is due may take long. Not by adding a turn: that would
                # replace a regular turn that is just due.
                self._turns.add_catch_up(self._clock.now())

    def _catch_up_if_due(self) -> None:
        for name, entry in self._entries.items():
            if entry.job.at_start is not AtStart.IF_POLL_IS_DUE or not self._may_run(name):
                continue
            if self._is_poll_due():
                self.run_turn(name)
            else:
                log.info("no poll to catch up: the last good one is younger than an interval")

    def _is_poll_due(self) -> bool:
        last = self._plan.last_good_poll()
        # One in the future was taken by a clock that was wrong.
        return last is None or not timedelta(0) <= self._clock.now() - last < self._plan.poll_every

    def _may_run(self, job: str) -> bool:
        if self._is_stopping:
            return False
        role = self._leadership.role
        return role is Role.LEADING or (
            role in (Role.WITHOUT_DATABASE, Role.PREPARING) and self._entries[job].job.without_database
        )

    def run_turn(self, job: str) -> None:
        """One turn of a job, in this thread: an attempt, unless the job may not run or backs off."""
        row = self._entries[job].job
        # A job that was started again while it runs runs once more: the reason may have come too late for the first.
        if not self._running[job].acquire(blocking=not row.skips_while_running):
            return
        try:
            if self._may_run(job) and (row.never_delayed or self._attempts.waits_until(job) is None):
                self._attempt(job)
        finally:
            self._running[job].release()

    def _attempt(self, job: str) -> None:
        """Run a job. An error is logged and does not stop the other jobs."""
        began = monotonic()
        result: object = None
        error: BaseException | None = None
        self._attempts.started(job, self._entries[job].next_after(self._clock.now()))
        self._observer.job_started(job)
        try:
            with run_of(job):
                result = self._plan.tasks[job]()
                error = self._failure_of(result)
        except WatchTimeError as exc:
            error = exc
            log.error("job=%s failed: %s", job, exc)
        except Exception as exc:
            error = exc
            log.exception("job=%s failed unexpectedly", job)
        finally:
            self._attempts.ended(job, error, self._entries[job].next_after(self._clock.now()))
            self._observer.job_done(job, outcome_of(error), monotonic() - began)
            self._log_wait(job)
        self._plan.after_attempt(job, result, error)

    def _log_wait(self, job: str) -> None:
        until = self._attempts.waits_until(job)
        if until is not None and not self._entries[job].job.never_delayed:
            failures = self._attempts.record.jobs[job].failures
            log.warning("job=%s failed %d times in a row; next attempt %s", job, failures, f"{until:%F %H:%M:%S} UTC")

    def _failure_of(self, result: object) -> WatchTimeError | None:
        """The error of a poll that brought nothing: its row is stored, but the attempt has failed. None otherwise."""
        if not isinstance(result, Poll):
            return None
        if result.status is not PollStatus.FAILED:
            self._attempts.good_poll(result.started_at)
            return None
        refused = result.ended_because is CrawlEnd.TWITCH_REFUSED
        return (TwitchRefused if refused else TwitchUnavailable)(result.error or "the poll brought nothing")
