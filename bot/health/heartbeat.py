"""A heartbeat after each good poll: somebody else's service raises the alarm when it stays away.

It is the one alarm that also works when this machine, its network or the bot itself is gone.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from time import monotonic, sleep
from typing import Final

from helperfunctions.errors import WebhookFailed

log = logging.getLogger(__name__)

# How long before each attempt, in seconds; after the last one the next poll brings a new heartbeat.
WAITS: Final = (0.0, 10.0, 30.0, 60.0, 120.0)
MAY_TAKE_SECONDS: Final = 600.0


class Heartbeat:
    """Sends heartbeats in a thread of its own: a poll never waits for one, and never fails of one.

    `send` requests the address, or raises WebhookFailed. A failure is logged once, until one gets through again.
    """

    def __init__(self, send: Callable[[], None], waits: Sequence[float] = WAITS) -> None:
        self._send = send
        self._waits = waits
        self._lock = threading.Lock()
        self._busy_until = 0.0
        self._has_failed = False

    @property
    def is_busy(self) -> bool:
        """Whether one is being tried. A service that never ends its answer keeps one thread, and no later heartbeat."""
        with self._lock:
            return monotonic() < self._busy_until

    def beat(self) -> None:
        """Send one soon. While the last one is still being tried it stands for this one too."""
        with self._lock:
            if monotonic() < self._busy_until:
                return
            self._busy_until = monotonic() + MAY_TAKE_SECONDS
        threading.Thread(target=self._work, name="heartbeat", daemon=True).start()

    def _work(self) -> None:
        try:
            for wait in self._waits:
                # The process does not wait for a daemon thread when it ends.
                sleep(wait)
                if self._try():
                    return
        finally:
            with self._lock:
                self._busy_until = 0.0

    def _try(self) -> bool:
        try:
            self._send()
        except WebhookFailed as exc:
            if not self._has_failed:
                log.warning("a heartbeat could not be sent; trying again, and after each poll: %s", exc)
            self._has_failed = True
            return False
        if self._has_failed:
            log.info("heartbeats are sent again")
        self._has_failed = False
        return True
