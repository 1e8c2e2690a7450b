"""Presents the rules of health while the bot runs: /healthz, /readyz, /metrics, and the alert."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from bot.health import problem
from bot.health.alert import Alerter
from bot.health.causes import Cause, cause_of_error
from bot.health.common_causes import with_common_cause
from bot.health.consequences import consequences
from bot.health.health_facts import Facts
from bot.health.metrics import CONTENT_TYPE, Metrics, Snapshot
from bot.health.problem import Expected, Problem
from bot.health.record import RunRecord
from bot.health.rules import judge, judge_disk, judge_run, last_failures, lost_since, recent_losses
from helperfunctions import disk
from helperfunctions.clock import Clock
from helperfunctions.errors import DatabaseError, DatabaseUnavailable
from helperfunctions.health_server import Page

log = logging.getLogger(__name__)

# Facts are read from the database at most this often, however many requests there are.
FRESH_SECONDS: Final = 5.0
# The main loop completes a cycle every few seconds. A slower one hangs, and a restart helps; but a migration may take
# hours.
LOOP_MAY_TAKE: Final = timedelta(minutes=15)
PREPARATION_MAY_TAKE: Final = timedelta(hours=24)
# No job takes nearly this long: one that still runs hangs, and a restart helps.
JOB_MAY_TAKE: Final = timedelta(hours=3)


@dataclass(slots=True)
class Watch:
    """Health of the running bot. `read` gathers the facts, or raises DatabaseError; the other functions return the
    state of this process. Facts are read again after `fresh_seconds`, by `monotonic`, which never goes back.

    Safe to call from any thread.
    """

    clock: Clock
    read: Callable[[], Facts]
    expected: Expected
    data_dir: Path
    leads: Callable[[], bool]
    kept_polls: Callable[[], int]
    rate_limits: Callable[[], Mapping[str, float]]
    alerter: Alerter | None
    record: Callable[[], RunRecord] = RunRecord
    preparing_since: Callable[[], datetime | None] = lambda: None
    why_without_database: Callable[[], DatabaseError | None] = lambda: None
    monotonic: Callable[[], float] = monotonic
    fresh_seconds: float = FRESH_SECONDS
    metrics: Metrics = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _facts: tuple[float, Facts | None, DatabaseError | None] | None = None
    _good_at: datetime | None = None
    _lost_at: datetime | None = None
    _running: dict[str, float] = field(default_factory=dict)
    _running_lock: threading.Lock = field(default_factory=threading.Lock)
    _loop_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(self._snapshot)
        self._loop_at = self.monotonic()

    def loop_is_alive(self) -> None:
        """Record a cycle of the main loop."""
        self._loop_at = self.monotonic()

    def job_started(self, job: str) -> None:
        """Record that a job runs from now on."""
        with self._running_lock:
            self._running[job] = self.monotonic()

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """Record that a job ended."""
        with self._running_lock:
            self._running.pop(job, None)
        self.metrics.job_done(job, outcome, seconds)

    def check(self) -> list[Problem]:
        """All present problems, which are passed on to the alert, if there is one."""
        problems = self.problems()
        if self.alerter is not None:
            self.alerter.update(problems, self.clock.now())
        return problems

    def problems(self) -> list[Problem]:
        """All present problems."""
        record = self.record()
        found = [*judge_run(record, self.clock.now()), *judge_disk(disk.free_bytes_if_known(self.data_dir))]
        since = self.preparing_since()
        if since is not None:
            message = f"the database has been prepared since {since:%F %H:%M} UTC: its schema is brought up to date"
            return [Problem("database", message, since=since, cause=Cause.DATABASE_PREPARED), *found]
        facts, error = self._read()
        error = _more_precise(error, self.why_without_database())
        since = self._lost_since(record, is_lost=error is not None)
        of_database = [] if error is None else [problem.of_database(error, since=since)]
        problems = [*of_database, *(judge(facts, self.expected) if facts is not None else ()), *found]
        return with_common_cause(problems, last_failures(record))

    def _lost_since(self, record: RunRecord, *, is_lost: bool) -> datetime | None:
        """Since when the database has been lost, as far as is known; None while it is not."""
        with self._lock:
            self._lost_at = (self._lost_at or self.clock.now()) if is_lost else None
            return lost_since(record, self._lost_at, self._good_at) if is_lost else None

    def pages(self) -> dict[str, Callable[[], Page]]:
        """The functions that make the pages, by path."""
        return {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}

    def _healthz(self) -> Page:
        running = self._running_seconds()
        may_take = LOOP_MAY_TAKE if self.preparing_since() is None else PREPARATION_MAY_TAKE
        is_alive = self.monotonic() - self._loop_at < may_take.total_seconds() and all(
            age < JOB_MAY_TAKE.total_seconds() for age in running.values()
        )
        ages = {"running_seconds": {job: round(age) for job, age in running.items()}} if running else {}
        return _json(200 if is_alive else 503, {"alive": is_alive, **ages})

    def _readyz(self) -> Page:
        found = self.problems()
        caused_by = consequences(found)
        fixes = {one.name: one.fix for one in found}
        problems = [
            {
                "part": one.part,
                "message": one.message,
                "since": _iso(one.since),
                "last_good": _iso(one.last_good_at),
                "reason": one.reason,
                "fix": fixes[caused_by.get(one.name, one.name)],
                "caused_by": caused_by.get(one.name),
            }
            for one in found
        ]
        # A failed attempt is not a problem yet; it is noted, so that "ready" does not hide it.
        failures = [
            {"job": failure.subject, "message": failure.message, "since": _iso(failure.since)}
            for failure in last_failures(self.record())
            if failure.name not in {problem.name for problem in found}
        ]
        content = {"ready": not problems, "leading": self.leads(), "problems": problems, "last_failures": failures}
        return _json(503 if problems else 200, content)

    def _metrics(self) -> Page:
        return Page(200, CONTENT_TYPE, self.metrics.text())

    def _snapshot(self) -> Snapshot:
        run = self.record()
        return Snapshot(
            leads=self.leads(),
            poll_interval_seconds=self.expected.interval.total_seconds(),
            facts=self._read()[0],
            kept_polls=self.kept_polls(),
            free_bytes=disk.free_bytes_if_known(self.data_dir),
            rate_limits=self.rate_limits(),
            record=run,
            running=self._running_seconds(),
            losses=len(recent_losses(run, self.clock.now())),
            problems=self.problems(),
        )

    def _read(self) -> tuple[Facts | None, DatabaseError | None]:
        """The facts, or an error; read every few seconds at most, by one thread at a time."""
        with self._lock:
            if self._facts is None or self.monotonic() - self._facts[0] >= self.fresh_seconds:
                try:
                    self._facts = (self.monotonic(), self.read(), None)
                    self._good_at = self.clock.now()
                except DatabaseError as exc:
                    self._facts = (self.monotonic(), None, exc)
            return self._facts[1], self._facts[2]

    def _running_seconds(self) -> dict[str, float]:
        """The seconds for which each running job has been running, by its name."""
        now = self.monotonic()
        with self._running_lock:
            return {job: now - since for job, since in sorted(self._running.items())}


def _more_precise(error: DatabaseError | None, of_leader: DatabaseError | None) -> DatabaseError | None:
    """The error of reading the facts, or that of the leader.

    The leader may be refused something, such as the schema, that reading the facts does not need; and it starts an
    embedded server, which says why it does not start, while others only get no answer.
    """
    if error is None or of_leader is None:
        return error or of_leader
    is_vague = cause_of_error(error) is Cause.DATABASE and isinstance(of_leader, DatabaseUnavailable)
    return of_leader if is_vague else error


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _json(status: int, content: object) -> Page:
    return Page(status, "application/json", json.dumps(content).encode() + b"\n")
