"""Looks whether all is well, for whoever asks: /healthz, /readyz, /metrics, and the alert."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from bot.health import metrics
from bot.health.alert import Alerter
from bot.health.facts import Facts
from bot.health.record import RunRecord
from bot.health.rules import Expected, Trouble, judge, judge_disk, judge_run, recent_losses
from helperfunctions import disk
from helperfunctions.clock import Clock
from helperfunctions.errors import DatabaseError
from helperfunctions.http_door import Page
from helperfunctions.prometheus import CONTENT_TYPE, Exposition, Measured

log = logging.getLogger(__name__)

# Who asks more often than this gets the same again.
FRESH_SECONDS = 5.0
# The loop completes a cycle every few seconds. What is slower hangs, and a restart helps; a migration may take hours.
LOOP_MAY_TAKE = timedelta(minutes=15)
PREPARATION_MAY_TAKE = timedelta(hours=24)
# No job is near this: one that still runs hangs, and a restart helps.
JOB_MAY_TAKE = timedelta(hours=3)


@dataclass(slots=True)
class Watch:
    """`read` gathers the facts, or raises DatabaseError; the other functions tell what this process knows.

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
    why_without_database: Callable[[], str] = str
    exposition: Exposition = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: tuple[float, Facts | None, str] | None = None
    _running: dict[str, float] = field(default_factory=dict)
    _running_lock: threading.Lock = field(default_factory=threading.Lock)
    _loop_at: float = field(default_factory=monotonic)

    def __post_init__(self) -> None:
        self.exposition = Exposition(self._measured)

    def loop_is_alive(self) -> None:
        """The main loop says so every few seconds."""
        self._loop_at = monotonic()

    def job_started(self, job: str) -> None:
        """Record since when a job runs."""
        with self._running_lock:
            self._running[job] = monotonic()

    def job_done(self, job: str, outcome: str, seconds: float) -> None:
        """Record what became of a job."""
        with self._running_lock:
            self._running.pop(job, None)
        self.exposition.job_done(job, outcome, seconds)

    def look(self) -> list[Trouble]:
        """What is wrong just now; tells the alert, if there is one."""
        troubles = self.troubles()
        if self.alerter is not None:
            self.alerter.look(troubles, self.clock.now())
        return troubles

    def troubles(self) -> list[Trouble]:
        """What is wrong just now."""
        found = [*judge_run(self.record(), self.clock.now()), *judge_disk(disk.free_bytes_if_known(self.data_dir))]
        since = self.preparing_since()
        if since is not None:
            says = f"the database is prepared since {since:%F %H:%M} UTC: its schema is brought up to date"
            return [Trouble("database", says), *found]
        facts, error = self._facts()
        # What it refuses the leader, such as its schema, may be other than what it refuses whoever only reads.
        error = error or self.why_without_database()
        of_database = [Trouble("database", error)] if error else []
        return [*of_database, *(judge(facts, self.expected) if facts is not None else ()), *found]

    def pages(self) -> dict[str, Callable[[], Page]]:
        """By their paths."""
        return {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}

    def _healthz(self) -> Page:
        running = self._ages()
        may_take = LOOP_MAY_TAKE if self.preparing_since() is None else PREPARATION_MAY_TAKE
        is_alive = monotonic() - self._loop_at < may_take.total_seconds() and all(
            age < JOB_MAY_TAKE.total_seconds() for age in running.values()
        )
        ages = {"running_seconds": {job: round(age) for job, age in running.items()}} if running else {}
        return _json(200 if is_alive else 503, {"alive": is_alive, **ages})

    def _readyz(self) -> Page:
        troubles = self.troubles()
        told = [{"part": trouble.part, "says": trouble.says} for trouble in troubles]
        return _json(503 if troubles else 200, {"ready": not troubles, "leading": self.leads(), "troubles": told})

    def _metrics(self) -> Page:
        return Page(200, CONTENT_TYPE, self.exposition.text())

    def _measured(self) -> Iterator[Measured]:
        facts, _ = self._facts()
        yield from metrics.of_process(
            leads=self.leads(),
            has_database=facts is not None,
            kept_polls=self.kept_polls(),
            free_bytes=disk.free_bytes_if_known(self.data_dir),
            rate_limits=self.rate_limits(),
        )
        run = self.record()
        yield from metrics.of_run(run, self._ages(), len(recent_losses(run, self.clock.now())))
        yield from metrics.of_troubles(self.troubles())
        if facts is not None:
            yield from metrics.of_facts(facts)

    def _facts(self) -> tuple[Facts | None, str]:
        """The facts, or why there are none; asked for at most every few seconds, by one at a time."""
        with self._lock:
            if self._seen is None or monotonic() - self._seen[0] > FRESH_SECONDS:
                try:
                    facts, error = self.read(), ""
                except DatabaseError as exc:
                    facts, error = None, str(exc)
                self._seen = (monotonic(), facts, error)
            return self._seen[1], self._seen[2]

    def _ages(self) -> dict[str, float]:
        """The jobs that run, and for how many seconds."""
        now = monotonic()
        with self._running_lock:
            return {job: now - since for job, since in sorted(self._running.items())}


def _json(status: int, told: object) -> Page:
    return Page(status, "application/json", json.dumps(told).encode() + b"\n")
