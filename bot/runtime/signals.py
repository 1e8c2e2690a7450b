"""How the process ends: SIGTERM and SIGINT, or a round that ends to begin again with newer credentials."""

import signal
import threading
from datetime import timedelta


class Stop:
    """Ends the timetable: for good on SIGTERM and SIGINT, or for now, to be started again."""

    def __init__(self) -> None:
        self.is_for_good = False
        self._event = threading.Event()

    def begin(self) -> None:
        """From now on both signals are listened to, and what ended the last round is forgotten."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.for_good())
        self._event.clear()

    def for_good(self) -> None:
        """End what is running, and begin nothing new."""
        self.is_for_good = True
        self._event.set()

    def for_now(self) -> None:
        """End what is running; the caller starts it again."""
        self._event.set()

    def wait(self, at_most: timedelta) -> bool:
        """Until there is a reason to end, or the time is up; whether there is a reason."""
        return self.is_for_good or self._event.wait(at_most.total_seconds())
