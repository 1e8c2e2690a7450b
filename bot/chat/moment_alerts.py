"""Messages about hype moments to the webhook of the alerts: one per moment, with CHAT_MOMENT_ALERTS=true."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from helperfunctions.clock import Clock, Wait
from helperfunctions.database import Database
from helperfunctions.errors import WebhookFailed

log = logging.getLogger(__name__)

# Of an older moment nobody wants a message: the bot or the webhook was away.
_NEWS_FOR: Final = timedelta(minutes=30)
_SHORTEST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
# A message has the beginning of a list that is longer.
_MOST_MOMENTS: Final = 10
STATUS: Final = "moment"
_AFTER: Final = {"raid": ", after a raid", "subs": ", with subscriptions"}


@dataclass(slots=True)
class MomentAlerts:
    """Sends a message about moments that are new. `send` delivers a status and a text, or raises WebhookFailed."""

    database: Database
    clock: Clock
    send: Callable[[str, str], None]
    _wait: Wait | None = field(default=None, init=False)
    _next_wait: timedelta = field(default=_SHORTEST_WAIT, init=False)

    def send_new(self) -> int:
        """Send one message about the moments that are new. Returns their number; 0 if it could not be sent."""
        now = self.clock.now()
        if self._wait is not None and not self._wait.is_over(now):
            return 0
        # Noted before it is sent: after a crash a message is missing rather than sent twice.
        with self.database.transaction() as tx:
            found = list(tx.chat.claim_moments(now=now, since=now - _NEWS_FOR))
        if not found:
            return 0
        try:
            self.send(STATUS, _text(found))
        except WebhookFailed as exc:
            with self.database.transaction() as tx:
                tx.chat.release_moments(now=now)
            log.warning("hype moments could not be sent, trying again in %s: %s", self._next_wait, exc)
            self._wait = Wait(now, self._next_wait)
            self._next_wait = min(2 * self._next_wait, _LONGEST_WAIT)
            return 0
        self._wait, self._next_wait = None, _SHORTEST_WAIT
        log.info("hype moments sent moments=%d", len(found))
        return len(found)


def _text(moments: Sequence[Any]) -> str:
    lines = [_line(moment) for moment in moments[:_MOST_MOMENTS]]
    more = len(moments) - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more else [])])


def _line(moment: Any) -> str:
    starts_at: datetime = moment.starts_at.astimezone(UTC)
    return (
        f"Hype in the chat of https://www.twitch.tv/{moment.login}{_AFTER.get(moment.kind, '')}:"
        f" {moment.times_usual:.1f} times the usual, {moment.peak_messages:,} messages a minute,"
        f" since {starts_at:%H:%M} UTC"
    )
