"""The record of the attempts of jobs: the outcome of each, and the earliest time of the next one.

A failing job backs off: the first retry is its next turn, then a minute later, then two, up to an hour. The record
outlives the process, so that a restart, or a database that comes back every few seconds, does not start over.
"""

import logging
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.health.record import INTERRUPTED, Loss, RunRecord, dumps, outcome_of, read
from helperfunctions import atomic_file
from helperfunctions.clock import Clock
from helperfunctions.errors import (
    Busy,
    OverBudget,
    TwitchError,
    WatchTimeError,
    XCredentialsWrong,
    XError,
    XNotYet,
    XOutOfCredits,
)

log = logging.getLogger(__name__)

_LONGEST_WAIT: Final = timedelta(hours=1)
# A request to a vendor that is away costs nothing, and people wait for their answers.
_LONGEST_WAIT_FOR_VENDOR: Final = timedelta(minutes=10)
# A rate limit of X is over within a quarter of an hour; until then each attempt would fail.
_LONGEST_WAIT_FOR_LIMIT: Final = timedelta(minutes=15)
# Neither a failure nor a success: expected, or a pause of the ledger, which the rules of health report by themselves.
_PUT_OFF: Final = (Busy, OverBudget, XOutOfCredits, XCredentialsWrong)
# The greatest age of the file while no job fails.
_WRITE_EVERY: Final = timedelta(minutes=1)
# How long a loss of the database is remembered.
REMEMBERED: Final = timedelta(hours=1)
# The length of a stored message; the log has all of it.
_MOST_CHARACTERS: Final = 300


def wait_after(failures: int, error: BaseException | None = None) -> timedelta:
    """The wait of a job after a number of consecutive failures; zero after the first, which its next turn retries."""
    if failures < 2:
        return timedelta(0)
    longest = _LONGEST_WAIT_FOR_VENDOR if isinstance(error, XError | TwitchError) else _LONGEST_WAIT
    return min(timedelta(minutes=2 ** min(failures - 2, 10)), longest)


class Attempts:
    """The record of this bot's jobs, stored in a file. Safe to share between threads."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        self._record = RunRecord()
        self._cannot_write = False
        # The running jobs as of the file.
        self._written_as_running: set[tuple[str, datetime | None]] = set()
        self.load()

    @property
    def record(self) -> RunRecord:
        """The present state of the record."""
        with self._lock:
            return self._record

    def load(self) -> None:
        """Read the record of an earlier process. A job that ran when it ended was interrupted: a failure.

        Jobs that run in this process, which may have written the file itself, go on.
        """
        now = self._clock.now()
        with self._lock:
            ours = {name: job for name, job in self._record.jobs.items() if job.is_running}
            record = replace(read(self._path), began_at=now)
            for name, job in record.jobs.items():
                if job.is_running and name in ours and job.started_at == ours[name].started_at:
                    continue
                if job.is_running:
                    began = job.started_at or now
                    record = _failed(record, name, now, INTERRUPTED, "the process ended in the middle of it", began)
                elif job.retry_at is not None and job.retry_at > now + _LONGEST_WAIT:
                    # The clock was set back since.
                    record = record.with_job(name, retry_at=None)
            for name, job in ours.items():
                record = record.with_job(
                    name, is_running=True, started_at=job.started_at, due_at=job.due_at, retry_at=None
                )
            self._record = record

    def limit_to(self, jobs: Collection[str]) -> None:
        """Drop the records of all other jobs: a job that never runs again would be reported as failing for ever."""
        with self._lock:
            kept = {name: job for name, job in self._record.jobs.items() if name in jobs}
            self._record = replace(self._record, jobs=kept)

    def started(self, job: str, next_turn: datetime) -> None:
        """Record the begin of an attempt, which should have ended by the job's next turn."""
        now = self._clock.now()
        with self._lock:
            self._record = self._record.with_job(job, started_at=now, is_running=True, retry_at=None, due_at=next_turn)

    def ended(self, job: str, error: BaseException | None, next_turn: datetime) -> None:
        """Record the end of an attempt. `next_turn`: when the job would run next if nothing had failed.

        Busy, and a pause for the budget, credits or credentials, are neither a failure nor a success. An X that cannot
        be reached, or refuses for now, is a failure.
        """
        now = self._clock.now()
        with self._lock:
            was_failing = self.record.jobs[job].failures > 0
            outcome = outcome_of(error)
            record = self._record.with_job(job, is_running=False, ended_at=now, outcome=outcome, due_at=next_turn)
            if error is None:
                record = record.with_job(
                    job, error="", failures=0, failing_since=None, error_since=None, succeeded_at=now
                )
            elif isinstance(error, _PUT_OFF):
                record = record.with_job(job, error=_one_line(error))
            else:
                began = record.jobs[job].started_at or now
                record = _failed(record, job, now, outcome, _one_line(error), began, error)
                retry_at = _retry_at(record.jobs[job].retry_at, error, now, next_turn)
                record = record.with_job(job, retry_at=retry_at)
                record = record.with_job(job, due_at=max(next_turn, retry_at) if retry_at else next_turn)
            self._record = record
            if was_failing or record.jobs[job].failures:
                self._write()

    def good_poll(self, started_at: datetime) -> None:
        """Record a poll that brought streams, wherever it is stored."""
        with self._lock:
            self._record = replace(self._record, last_good_poll_at=started_at)

    def expect(self, due: Mapping[str, datetime | None]) -> None:
        """Record when each job is due next; None for a job that is not expected to run."""
        with self._lock:
            for job, due_at in due.items():
                self._record = self._record.with_job(job, due_at=due_at)

    def waits_until(self, job: str) -> datetime | None:
        """The instant before which a job may not begin; None if it may."""
        retry_at = self._waits(job)
        return retry_at if retry_at is not None and retry_at > self._clock.now() else None

    def to_retry(self, jobs: Iterable[str]) -> list[str]:
        """The jobs whose wait after a failure is over; each is returned once."""
        now, due = self._clock.now(), []
        with self._lock:
            for job in jobs:
                retry_at = self._waits(job)
                if retry_at is not None and retry_at <= now:
                    self._record = self._record.with_job(job, retry_at=None)
                    due.append(job)
        return due

    def forget_waits(self) -> None:
        """Let every job begin at its next turn: the reason for its wait is gone."""
        with self._lock:
            for job in self._record.jobs:
                self._record = self._record.with_job(job, retry_at=None)

    def database_lost(self) -> None:
        """Record that the connection to the database was lost while this bot was the leader."""
        self._lost(was_restart=False)

    def database_restarted(self) -> None:
        """Record that the newest loss was a restart of the database server."""
        with self._lock:
            if self._record.losses:
                self._record = replace(self._record, losses=self._record.losses[:-1])
            self._lost(was_restart=True)

    def save(self, *, at_once: bool = False) -> None:
        """Write the file if it is a minute old, or if a job has begun since.

        So the next process knows which job ran when this one was killed.
        """
        now = self._clock.now()
        with self._lock:
            written_at = self._record.written_at
            is_old = written_at is None or not timedelta(0) <= now - written_at < _WRITE_EVERY
            if at_once or is_old or not _running(self._record) <= self._written_as_running:
                self._write()

    def _lost(self, *, was_restart: bool) -> None:
        now = self._clock.now()
        with self._lock:
            recent = [loss for loss in self._record.losses if timedelta(0) <= now - loss.at < REMEMBERED]
            self._record = replace(self._record, losses=[*recent, Loss(now, was_restart)])
            self._write()

    def _waits(self, job: str) -> datetime | None:
        with self._lock:
            record = self._record.jobs.get(job)
            return record.retry_at if record is not None and not record.is_running else None

    def _write(self) -> None:
        self._record = replace(self._record, written_at=self._clock.now())
        self._written_as_running = _running(self._record)
        try:
            atomic_file.write(self._path, dumps(self._record))
        except OSError as exc:
            if not self._cannot_write:
                log.warning("how jobs end cannot be recorded path=%s: %s", self._path, exc.strerror)
            self._cannot_write = True
        else:
            self._cannot_write = False


def _running(record: RunRecord) -> set[tuple[str, datetime | None]]:
    """The attempts that have begun and not ended."""
    return {(name, job.started_at) for name, job in record.jobs.items() if job.is_running}


def _failed(
    record: RunRecord,
    job: str,
    now: datetime,
    outcome: str,
    message: str,
    began: datetime,
    error: BaseException | None = None,
) -> RunRecord:
    before = record.jobs[job]
    failures = before.failures + 1
    wait = wait_after(failures, error)
    return record.with_job(
        job,
        is_running=False,
        ended_at=now,
        outcome=outcome,
        error=message,
        failures=failures,
        failing_since=before.failing_since or began,
        error_since=(before.error_since if before.failures and before.outcome == outcome else None) or began,
        retry_at=now + wait if wait else None,
    )


def _retry_at(after_wait: datetime | None, error: BaseException, now: datetime, next_turn: datetime) -> datetime | None:
    """The earliest time of the next attempt of a failed job; later while a rate limit of X lasts beyond its wait."""
    if not isinstance(error, XNotYet):
        return after_wait
    limit_ends_at = min(error.not_before, now + _LONGEST_WAIT_FOR_LIMIT)
    return limit_ends_at if limit_ends_at > max(after_wait or now, next_turn) else after_wait


def _one_line(error: BaseException) -> str:
    # Only our own errors are known to hold no secret.
    message = str(error) if isinstance(error, WatchTimeError) else type(error).__name__
    return " ".join(message.split())[:_MOST_CHARACTERS]
