"""Whether a process can use the queue of chat, for the log and for the database."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from helperfunctions.clock import Clock
from helperfunctions.errors import QueueFull, QueueRefused, WatchTimeError

log = logging.getLogger(__name__)

_LOG_EVERY_SECONDS: Final = 60


@dataclass(slots=True)
class QueueHealth:
    """Whether a process can use the queue: since when it cannot, and why. Logs that once a minute, with what happens
    `meanwhile`."""

    clock: Clock
    meanwhile: str
    failing_since: datetime | None = None
    problem: str = ""
    _logged_at: datetime | None = None

    def works(self) -> None:
        """Note that the queue works."""
        if self.failing_since is not None:
            log.info("the queue of chat works again")
        self.failing_since, self.problem, self._logged_at = None, "", None

    def fails(self, error: WatchTimeError) -> None:
        """Note that the queue does not work."""
        now = self.clock.now()
        self.failing_since = self.failing_since or now
        is_refused, is_full = isinstance(error, QueueRefused), isinstance(error, QueueFull)
        self.problem = "refused" if is_refused else "full" if is_full else "unavailable"
        if self._logged_at is None or not 0 <= (now - self._logged_at).total_seconds() < _LOG_EVERY_SECONDS:
            log.warning("%s; %s since=%s", error, self.meanwhile, f"{self.failing_since:%F %T} UTC")
            self._logged_at = now
