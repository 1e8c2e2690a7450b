"""When each job runs. The only file that touches apscheduler.

The timetable only wakes the jobs. What there is to do they find in the database, so a wake-up missed while the machine
slept, or a job that failed, is made up for at the next one.
"""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)


class Job(StrEnum):
    """The jobs, in the order in which they are done when they are due at the same moment."""

    COLLECT = "collect"
    DAILY = "daily"
    PRUNE = "prune"
    POST = "post"
    REPLY = "reply"
    OUTBOX = "outbox"


# What is done at once when the bot starts, to catch up.
AT_START = (Job.DAILY, Job.PRUNE, Job.COLLECT, Job.POST, Job.REPLY, Job.OUTBOX)


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
    ]


def _daily(at: time, timezone: ZoneInfo) -> CronTrigger:
    return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timezone)


def _every(seconds: int) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)


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

    def wait(self, at_most: timedelta | None = None) -> bool:
        """Until there is a reason to end, or the time is up; whether there is one."""
        return self.is_for_good or self._event.wait(at_most.total_seconds() if at_most is not None else None)


def run_until_stopped(entries: list[Entry], jobs: Mapping[Job, Callable[[], object]], stop: Stop | None = None) -> None:
    """Do every job when it is due, each in a thread of its own, until SIGTERM or SIGINT; then finish what goes on."""
    stop = stop or Stop()
    stop.begin()
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(entries))},
        # apscheduler would drop a job that starts more than a second late: ours are always worth doing late, once.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
    )
    entries = [entry for entry in entries if entry.job in jobs]
    for entry in entries:
        at_once = {"next_run_time": datetime.now(UTC)} if entry.job in AT_START else {}
        scheduler.add_job(_guarded, entry.trigger, args=(entry.job, jobs[entry.job]), id=entry.job, **at_once)
    scheduler.start()
    log.info("running jobs=%s", ",".join(entry.job for entry in entries))
    stop.wait()
    log.info("stopping; finishing what is going on")
    scheduler.shutdown(wait=True)
    log.info("stopped")


def _guarded(job: Job, do: Callable[[], object]) -> None:
    """Do a job; whatever happens, the timetable goes on."""
    try:
        do()
    except WatchTimeError as exc:
        log.error("job=%s failed: %s", job, exc)
    except Exception:
        log.exception("job=%s failed unexpectedly", job)
