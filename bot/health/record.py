"""The record that a running bot writes about itself: the outcome of its jobs, and its losses of the database.

A file in DATA_DIR, not a table: it is needed most while the database is down, it survives a restart of the process, and
`watchtime check` reads it in another process.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "jobs.json"
# The outcome of a successful attempt.
DONE: Final = "done"
INTERRUPTED: Final = "interrupted"
_INSTANTS: Final = ("started_at", "ended_at", "succeeded_at", "failing_since", "error_since", "retry_at", "due_at")


def outcome_of(error: BaseException | None) -> str:
    """The outcome of an attempt, in the record and in the metrics: `done`, or the name of the error's class."""
    return DONE if error is None else type(error).__name__


@dataclass(frozen=True, slots=True)
class JobRecord:
    """The newest attempt of a job, and the number of failures in a row.

    `outcome`: `done`, or the name of the error of the newest attempt that ended, with its message in `error`.
    `error_since`: when the first of the failures in a row began that had the same outcome as the newest.
    `retry_at`: no attempt is made before it. `due_at`: when the next attempt is expected; None: none is expected.
    """

    started_at: datetime | None = None
    ended_at: datetime | None = None
    is_running: bool = False
    outcome: str = ""
    error: str = ""
    succeeded_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error_since: datetime | None = None
    retry_at: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of the database by the leader. `was_restart`: its server has been started again since."""

    at: datetime
    was_restart: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The record of one bot. `began_at`: start of its process, or of its newest round; None before the first run."""

    began_at: datetime | None = None
    written_at: datetime | None = None
    last_good_poll_at: datetime | None = None
    jobs: Mapping[str, JobRecord] = field(default_factory=dict)
    losses: Sequence[Loss] = ()

    def with_job(self, name: str, **changes: Any) -> "RunRecord":
        """A copy of the record with changes to one job."""
        return replace(self, jobs={**self.jobs, name: replace(self.jobs.get(name, JobRecord()), **changes)})


def without_expectations(record: RunRecord) -> RunRecord:
    """A copy of the record for a bot that does not run: no attempt is due, so none is overdue."""
    return replace(record, jobs={name: replace(job, due_at=None) for name, job in record.jobs.items()})


def dumps(record: RunRecord) -> str:
    """The record as JSON, with instants in ISO 8601."""
    return json.dumps(asdict(record), default=_instant_as_text, indent=1)


def loads(content: str) -> RunRecord:
    """Parse the JSON of `dumps`. Raises ValueError, KeyError or TypeError for anything else."""
    stored = json.loads(content)
    return RunRecord(
        began_at=_instant(stored["began_at"]),
        written_at=_instant(stored["written_at"]),
        last_good_poll_at=_instant(stored["last_good_poll_at"]),
        jobs={str(name): _job(job) for name, job in stored["jobs"].items()},
        losses=[Loss(datetime.fromisoformat(loss["at"]), bool(loss["was_restart"])) for loss in stored["losses"]],
    )


def read(path: Path) -> RunRecord:
    """Read the record in a file; an empty record if there is none, or it cannot be read or parsed."""
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return RunRecord()


def record_in(data_dir: Path) -> RunRecord:
    """Read the record of the bot with this DATA_DIR; an empty record if there is none."""
    return read(data_dir / FILE_NAME)


def _job(stored: Mapping[str, Any]) -> JobRecord:
    return JobRecord(
        is_running=bool(stored["is_running"]),
        outcome=str(stored["outcome"]),
        error=str(stored["error"]),
        failures=int(stored["failures"]),
        # Earlier versions did not write `error_since`.
        **{name: _instant(stored.get(name) if name == "error_since" else stored[name]) for name in _INSTANTS},
    )


def _instant(text: str | None) -> datetime | None:
    instant = None if text is None else datetime.fromisoformat(text)
    if instant is not None and instant.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return instant


def _instant_as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not expected in the record")
