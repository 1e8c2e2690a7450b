"""Charts as still pictures, for browsers without scripts."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from helperfunctions.errors import ChartNotDrawn

# On a small machine, a page of pictures takes that long.
_MAX_WAIT_SECONDS: Final = 60.0


class SvgQueue:
    """Draws one picture after the other: each takes a process, a hundred megabytes and a second or more.

    The number of pictures that wait is limited by the cache in front of the application.
    """

    def __init__(self, draw: Callable[[Mapping[str, Any], str], bytes]) -> None:
        self._draw = draw
        self._turn = threading.Lock()

    def draw(self, spec: Mapping[str, Any], timezone: str) -> bytes:
        """A picture in SVG. Raises ChartNotDrawn, also when the pictures before it take too long."""
        if not self._turn.acquire(timeout=_MAX_WAIT_SECONDS):
            raise ChartNotDrawn("the pictures before it took too long")
        try:
            return self._draw(spec, timezone)
        finally:
            self._turn.release()
