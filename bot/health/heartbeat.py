"""Heartbeats after each good poll: an external service raises an alarm when they stop.

It is the only alarm that also works when this machine, its network or the bot itself is down.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from time import sleep
from typing import Final

from helperfunctions.errors import WebhookFailed
from helperfunctions.settings import Settings

log = logging.getLogger(__name__)

# Seconds before each attempt. After the last one, the next poll sends a new heartbeat.
WAITS: Final = (0.0, 10.0, 30.0, 60.0, 120.0)


class Heartbeat:
    """Sends heartbeats in a thread of its own: a poll never waits for one, and never fails because of one.

    `send` requests the address, or raises WebhookFailed; it must have a time limit. A failure is logged once, until a
    heartbeat succeeds again.
    """

    def __init__(self, send: Callable[[], None], waits: Sequence[float] = WAITS) -> None:
        self._send = send
        self._waits = waits
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._has_failed = False

    @property
    def is_busy(self) -> bool:
        """True if a heartbeat is being sent."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def beat(self) -> None:
        """Send a heartbeat in the background. Does nothing while the last one is being sent."""
        with self._lock:
            if not self.is_busy:
                self._thread = threading.Thread(target=self._work, name="heartbeat", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        for wait in self._waits:
            # The process does not wait for a daemon thread when it ends.
            sleep(wait)
            if self._try():
                return

    def _try(self) -> bool:
        try:
            self._send()
        except WebhookFailed as exc:
            if not self._has_failed:
                log.warning("a heartbeat could not be sent; it is retried, also after each poll: %s", exc)
            self._has_failed = True
            return False
        if self._has_failed:
            log.info("heartbeats are sent again")
        self._has_failed = False
        return True


def of_settings(settings: Settings) -> Callable[[], None]:
    """A function that sends a heartbeat; it does nothing without HEARTBEAT_URL."""
    if settings.heartbeat_url is None:
        return lambda: None
    from helperfunctions import heartbeat

    return Heartbeat(partial(heartbeat.request, settings.heartbeat_url.get_secret_value())).beat
