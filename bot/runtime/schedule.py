"""The schedule of the jobs: the triggers of the table of jobs, as triggers of APScheduler.

They only start the jobs, each of which finds its work in the database. So the next turn makes up for one that failed,
or that was missed while the machine was suspended.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.jobs import JOBS, Daily, Interval, Job, Minutes, Trigger

if TYPE_CHECKING:
    from helperfunctions.settings import Settings

# From when intervals are counted. In the past, so that the next turn does not depend on when the bot was started.
_INTERVALS_FROM: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A job with its trigger."""

    job: Job
    trigger: BaseTrigger

    def next_after(self, instant: datetime) -> datetime:
        """The next instant, later than `instant`, at which the job is due."""
        # Without a time before it: from one an interval would be counted, and not from its own beginning.
        fires: datetime | None = self.trigger.get_next_fire_time(None, instant + timedelta(microseconds=1))
        if fires is None:
            raise ValueError(f"the schedule has no next time for {self.job.name}")
        return fires.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """An instant at which a job is due."""

    at: datetime
    job: Job


def schedule(
    settings: "Settings", jobs: Sequence[Job] = JOBS, *, shortest_interval: timedelta = timedelta(0)
) -> list[Entry]:
    """The jobs with their triggers under these settings, without those that JOBS_ELSEWHERE leaves to another scheduler.

    `shortest_interval`: jobs with a shorter interval are due at this one instead. It is for a clock that is stepped: a
    day of ten-second steps takes long.
    """
    return [
        Entry(job, _any_of(job.due(settings), shortest_interval))
        for job in jobs
        if job.name not in settings.external_jobs
    ]


def moments(entries: Sequence[Entry], start: datetime, end: datetime) -> list[Due]:
    """Every instant at which a job is due after `start` and up to `end`, in order; jobs due together in their order."""
    found: list[tuple[datetime, int, Due]] = []
    for place, entry in enumerate(entries):
        at = entry.next_after(start)
        while at <= end:
            found.append((at, place, Due(at, entry.job)))
            at = entry.next_after(at)
    return [due for _, _, due in sorted(found, key=lambda one: one[:2])]


def _any_of(triggers: Sequence[Trigger], shortest_interval: timedelta) -> BaseTrigger:
    made = [_made(trigger, shortest_interval) for trigger in triggers]
    return made[0] if len(made) == 1 else OrTrigger(made)


def _made(trigger: Trigger, shortest_interval: timedelta) -> BaseTrigger:
    match trigger:
        case Interval(seconds):
            seconds = max(seconds, int(shortest_interval.total_seconds()))
            return IntervalTrigger(seconds=seconds, start_date=_INTERVALS_FROM, timezone=UTC)
        case Minutes(crontab):
            return CronTrigger(minute=crontab, timezone=UTC)
        case Daily(at, timezone):
            return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=timezone)
