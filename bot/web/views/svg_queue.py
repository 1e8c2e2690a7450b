"""Charts as still pictures, for where scripts are off."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from helperfunctions.errors import ChartNotDrawn

# Each takes a process, a hundred megabytes and a second or more while it lasts.
_AT_ONCE: Final = 1
# As many as a page has.
MOST_WAITING: Final = 8
# On a small machine a page of them takes that long.
_MAY_WAIT_SECONDS: Final = 60.0


class Drawings:
    """Draws one after the other; a few may wait, and no more: each of them keeps a thread from everybody else."""

    def __init__(self, draw: Callable[[Mapping[str, Any], str], bytes]) -> None:
        self._draw = draw
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self._places = threading.BoundedSemaphore(_AT_ONCE + MOST_WAITING)

    def draw(self, spec: Mapping[str, Any], timezone: str) -> bytes:
        """An SVG. Raises ChartNotDrawn, also when too many are being drawn."""
        if not self._places.acquire(blocking=False):
            raise ChartNotDrawn("too many are being drawn")
        try:
            if not self._turn.acquire(timeout=_MAY_WAIT_SECONDS):
                raise ChartNotDrawn("those before it take too long")
            try:
                return self._draw(spec, timezone)
            finally:
                self._turn.release()
        finally:
            self._places.release()
