"""When each job runs. The only file that touches apscheduler.

The timetable only wakes the jobs. What there is to do they find in the database, so a wake-up missed while the machine
slept, or a job that failed, is made up for at the next one.
"""

import logging
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from time import monotonic
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.lead import Lead, Standing
from helperfunctions.clock import Clock
from helperfunctions.errors import WatchTimeError
from helperfunctions.log import run_of

log = logging.getLogger(__name__)


class Job(StrEnum):
    """The jobs, in the order in which they are done when they are due at the same moment."""

    COLLECT = "collect"
    DAILY = "daily"
    PRUNE = "prune"
    POST = "post"
    REPLY = "reply"
    OUTBOX = "outbox"
    WATCH = "watch"


# What is done at once when the bot starts, to catch up.
AT_START = (Job.DAILY, Job.PRUNE, Job.COLLECT, Job.POST, Job.REPLY, Job.OUTBOX, Job.WATCH)
# What is done while the database is away.
WITHOUT_DATABASE = (Job.COLLECT, Job.WATCH)
# How often it is looked whether we lead, whether the database is there, and whether the clock was set.
LOOK_EVERY = timedelta(seconds=5)
# A clock that is corrected by less than this was not set: it drifts.
CLOCK_WAS_SET = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable."""

    job: Job
    trigger: BaseTrigger

    def next_after(self, instant: datetime) -> datetime:
        """The next moment, later than `instant`, at which the job is due."""
        # Without a time before it: from one an interval would be counted, and not from its own beginning.
        fires: datetime | None = self.trigger.get_next_fire_time(None, instant + timedelta(microseconds=1))
        if fires is None:
            raise ValueError(f"the timetable has no next time for {self.job}")
        return fires.astimezone(UTC)


def timetable(
    *,
    poll_every_minutes: int,
    timezone: ZoneInfo,
    day_starts_at: time,
    post_at: time,
    reply_every_seconds: int,
    send_every_seconds: int,
    watch_every_seconds: int,
) -> list[Entry]:
    """When each job is due.

    Polls follow UTC, so that their distance stays the same when the clocks change. The roll-up is due when the day
    starts, and is looked after four times an hour, should it have failed; so are the summaries, should the roll-up have
    been late.
    """
    every = "0" if poll_every_minutes == 60 else f"*/{poll_every_minutes}"
    return [
        Entry(Job.COLLECT, CronTrigger(minute=every, timezone=UTC)),
        Entry(
            Job.DAILY,
            OrTrigger([_daily(day_starts_at, timezone), CronTrigger(minute="7,22,37,52", timezone=UTC)]),
        ),
        Entry(Job.PRUNE, CronTrigger(minute=10, timezone=UTC)),
        Entry(
            Job.POST,
            OrTrigger([_daily(post_at, timezone), CronTrigger(minute="9,24,39,54", timezone=UTC)]),
        ),
        Entry(Job.REPLY, _every(reply_every_seconds)),
        Entry(Job.OUTBOX, _every(send_every_seconds)),
        Entry(Job.WATCH, _every(watch_every_seconds)),
    ]


def _daily(at: time, timezone: ZoneInfo) -> CronTrigger:
    return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timezone)


def _every(seconds: int) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)


class Told(Protocol):
    """Who wants to know how it goes."""

    def loop_is_alive(self) -> None:
        """The main loop has looked around, which it does every few seconds."""
        ...

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """A job took so long; the outcome is `done`, or the name of what went wrong."""
        ...


class Stop:
    """Ends the timetable: for good on SIGTERM and SIGINT, or for now, to be started anew."""

    def __init__(self) -> None:
        self.is_for_good = False
        self._event = threading.Event()

    def begin(self) -> None:
        """From now on both signals are listened to, and what ended the last round is forgotten."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.for_good())
        self._event.clear()

    def for_good(self) -> None:
        """End what is running, and begin nothing new."""
        self.is_for_good = True
        self._event.set()

    def for_now(self) -> None:
        """End what is running; whoever runs it goes on."""
        self._event.set()

    def wait(self, at_most: timedelta) -> bool:
        """Until there is a reason to end, or the time is up; whether there is a reason."""
        return self.is_for_good or self._event.wait(at_most.total_seconds())


def run_until_stopped(
    entries: Sequence[Entry],
    jobs: Mapping[Job, Callable[[], object]],
    lead: Lead,
    clock: Clock,
    told: Told,
    stop: Stop,
    forget_waits: Callable[[], object],
) -> None:
    """Do every job when it is due, each in a thread of its own, until told to stop; then finish what goes on.

    `forget_waits` is called when the clock was set: what waits does so by a clock that was wrong.
    Raises what keeps us from ever leading, such as SchemaMismatch.
    """
    stop.begin()
    runner = Runner([entry for entry in entries if entry.job in jobs], jobs, lead, clock, told, forget_waits)
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
        told: Told,
        forget_waits: Callable[[], object],
    ) -> None:
        self._entries = entries
        self._jobs = jobs
        self._lead = lead
        self._clock = clock
        self._told = told
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
        self._told.loop_is_alive()
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
            self._told.job_done(job, outcome, monotonic() - began)
