"""A semaphore whose holders take a number of units: the cost of their work."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class WeightedSemaphore:
    """A number of units shared by threads. First come, first served: cheap requests cannot starve a costly one."""

    def __init__(self, units: int, *, most_waiting: int) -> None:
        self._units = self._free = units
        self._most_waiting = most_waiting
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, units: int, timeout_seconds: float) -> Iterator[None]:
        """Hold `units` units, or all if that is more than there are, for the duration of the block; 0 never waits.

        Raises TimeoutError when they are not free in time, or immediately when `most_waiting` others wait already.
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
                    # The next in the queue may need fewer units.
                    self._changed.notify_all()
                if not is_my_turn:
                    return False
            self._free -= units
        return True
