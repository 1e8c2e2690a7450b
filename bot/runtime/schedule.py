"""When each job is due.

The triggers only wake the jobs. What there is to do they find in the database, so a wake-up missed while the machine
slept, or a job that failed, is made up for at the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


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
# What keeps to its turns however often it fails: a poll not taken is lost, and the watch reports what fails.
NEVER_DELAYED = (Job.COLLECT, Job.WATCH)


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


@dataclass(frozen=True, slots=True)
class Due:
    """One moment of the timetable."""

    at: datetime
    job: Job


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


def moments(entries: Sequence[Entry], start: datetime, end: datetime) -> list[Due]:
    """Every moment of a timetable after `start` and up to `end`, in order: for a clock that is stepped along them."""
    found: list[Due] = []
    for entry in entries:
        at = entry.next_after(start)
        while at <= end:
            found.append(Due(at, entry.job))
            at = entry.next_after(at)
    order = list(Job)
    return sorted(found, key=lambda due: (due.at, order.index(due.job)))


def _daily(at: time, timezone: ZoneInfo) -> CronTrigger:
    return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timezone)


def _every(seconds: int) -> IntervalTrigger:
    return IntervalTrigger(seconds=seconds, start_date=datetime(2026, 1, 1, tzinfo=UTC), timezone=UTC)
