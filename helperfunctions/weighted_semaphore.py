"""A semaphore from which each holder takes as many units as its work costs."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class WeightedSemaphore:
    """So many units for many threads. Served in order: a costly holder is not passed over by cheap ones for ever."""

    def __init__(self, units: int, *, most_waiting: int) -> None:
        self._units = self._free = units
        self._most_waiting = most_waiting
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, units: int, timeout_seconds: float) -> Iterator[None]:
        """Hold so many units, at most all that there are, for as long as the block; 0 are held at once.

        Raises TimeoutError when they are not free in time, or at once when too many wait already.
        """
        units = min(units, self._units)
        if units and not self._take(units, timeout_seconds):
            raise TimeoutError
        try:
            yield
        finally:
            with self._changed:
                self._free += units
                self._changed.notify_all()

    def _take(self, units: int, timeout_seconds: float) -> bool:
        ticket = object()
        with self._changed:
            if self._waiting or self._free < units:
                if len(self._waiting) >= self._most_waiting:
                    return False
                self._waiting.append(ticket)
                try:
                    is_my_turn = self._changed.wait_for(
                        lambda: self._waiting[0] is ticket and self._free >= units, timeout_seconds
                    )
                finally:
                    self._waiting.remove(ticket)
                    # The next in line may have enough.
                    self._changed.notify_all()
                if not is_my_turn:
                    return False
            self._free -= units
        return True
