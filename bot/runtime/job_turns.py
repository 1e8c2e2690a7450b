"""A scheduler that runs each turn of a job in a thread of a pool. A turn is one start of a job at its due time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.runtime.schedule import Entry

_CATCH_UP: Final = "catch up with a poll"


class Turns(Protocol):
    """Calls a function for each turn of a job."""

    def start(self, entries: Sequence[Entry], run: Callable[[str], None], catch_up: Callable[[], None]) -> None:
        """Start to call `run` with the name of each job when it is due."""
        ...

    def add(self, job: str, at: datetime) -> None:
        """Add a turn of a job at once. `at`: the present instant."""
        ...

    def add_catch_up(self, at: datetime) -> None:
        """Call `catch_up` at once. `at`: the present instant."""
        ...

    def stop(self) -> None:
        """Wait for the jobs that run, and start no others."""
        ...


class ScheduledTurns:
    """Turns by the machine's clock, each in a thread of a pool."""

    def start(self, entries: Sequence[Entry], run: Callable[[str], None], catch_up: Callable[[], None]) -> None:
        """Start the scheduler."""
        self._scheduler = BackgroundScheduler(
            # Of each job one that runs and one that was added meanwhile; and the catch-up.
            executors={"default": ThreadPoolExecutor(2 * len(entries) + 1)},
            # apscheduler would drop a turn that starts more than a second late: ours are worth taking late, once.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 2},
            timezone=UTC,
        )
        for entry in entries:
            self._scheduler.add_job(run, entry.trigger, args=(entry.job.name,), id=entry.job.name, name=entry.job.name)
        # A job of its own that stays: one that is added to run once is removed by the scheduler's thread, which fails
        # if the scheduler is being shut down at that moment.
        self._scheduler.add_job(catch_up, IntervalTrigger(weeks=5200), id=_CATCH_UP)
        self._scheduler.start()

    def add(self, job: str, at: datetime) -> None:
        """Add a turn of a job at once: its next turn begins now."""
        self._scheduler.modify_job(job, next_run_time=at)

    def add_catch_up(self, at: datetime) -> None:
        """Call `catch_up` in a thread."""
        self._scheduler.modify_job(_CATCH_UP, next_run_time=at)

    def stop(self) -> None:
        """Wait for the jobs that run, and start no others."""
        self._scheduler.shutdown(wait=True)
