"""Requests to stop the bot: by SIGTERM or SIGINT, or to restart it with newer credentials."""

import signal
import threading
from datetime import timedelta


class Stop:
    """A request to stop: for good (SIGTERM, SIGINT), or for now, so that the caller starts the bot again."""

    def __init__(self) -> None:
        self.is_for_good = False
        self._event = threading.Event()

    def begin(self) -> None:
        """Handle both signals from now on, and forget a stop for now, which ended the last run."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.for_good())
        self._event.clear()

    def for_good(self) -> None:
        """Stop; the process ends."""
        self.is_for_good = True
        self._event.set()

    def for_now(self) -> None:
        """Stop; the caller starts the bot again."""
        self._event.set()

    def wait(self, at_most: timedelta) -> bool:
        """Wait for a request to stop, at most this long. Returns whether there is one."""
        return self.is_for_good or self._event.wait(at_most.total_seconds())
