"""One message when something has been wrong for too long, one when it is well again."""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.health.rules import Trouble
from helperfunctions import atomic_file
from helperfunctions.errors import WebhookFailed

log = logging.getLogger(__name__)

# What passes by itself within this is not reported. With the time that it takes to notice it, and one failed attempt to
# send, the message is there within a quarter of an hour.
TOO_LONG = timedelta(minutes=10)
# What comes back within this was not over.
WELL_AFTER = timedelta(minutes=15)
SHORTEST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(slots=True)
class Alerter:
    """Watches troubles come and go. `send` delivers a message, or raises WebhookFailed; what was told outlives us in
    `memory`, so that a restart does not tell it again."""

    send: Callable[[str, str], None]
    memory: Path
    _wrong_since: datetime | None = None
    _well_since: datetime | None = None
    _told_since: datetime | None = None
    _not_before: datetime | None = None
    _wait: timedelta = field(default=SHORTEST_WAIT)
    _has_read: bool = False

    def look(self, troubles: Sequence[Trouble], now: datetime) -> None:
        """Tell what is to be told by now."""
        self._remember()
        if troubles:
            self._wrong_since, self._well_since = self._wrong_since or now, None
            if self._told_since is None and now - self._wrong_since >= TOO_LONG:
                since = self._wrong_since
                said = "; ".join(trouble.says for trouble in troubles)
                if self._tell("trouble", f"Twitch Watch Time: trouble since {since:%F %H:%M} UTC: {said}", now):
                    self._keep(since)
            return
        self._wrong_since, self._well_since = None, self._well_since or now
        if self._told_since is None:
            # There is nothing left to send: the next trouble is sent at its time, whatever became of the last one.
            self._not_before, self._wait = None, SHORTEST_WAIT
        if self._told_since is not None and now - self._well_since >= WELL_AFTER:
            lasted = self._well_since - self._told_since
            hours, minutes = divmod(round(lasted / timedelta(minutes=1)), 60)
            if self._tell("well", f"Twitch Watch Time: all is well again, after {hours} h {minutes} min", now):
                self._keep(None)

    def _tell(self, status: str, text: str, now: datetime) -> bool:
        if self._not_before is not None and now < self._not_before:
            return False
        try:
            self.send(status, text)
        except WebhookFailed as exc:
            log.warning("an alert could not be sent, trying again in %s: %s", self._wait, exc)
            self._not_before, self._wait = now + self._wait, min(2 * self._wait, LONGEST_WAIT)
            return False
        self._not_before, self._wait = None, SHORTEST_WAIT
        log.info("alert sent status=%s", status)
        return True

    def _remember(self) -> None:
        if self._has_read:
            return
        self._has_read = True
        with suppress(OSError, ValueError, KeyError, TypeError):
            self._told_since = datetime.fromisoformat(json.loads(self.memory.read_text())["told_since"])

    def _keep(self, told_since: datetime | None) -> None:
        self._told_since = told_since
        try:
            if told_since is None:
                self.memory.unlink(missing_ok=True)
                return
            atomic_file.write(self.memory, json.dumps({"told_since": told_since.isoformat()}))
        except OSError as exc:
            log.warning("what was alerted cannot be kept for the next start path=%s: %s", self.memory, exc.strerror)
