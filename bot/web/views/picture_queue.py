"""Pictures that take a process of their own: charts of posts, and cards of links."""

import threading
from collections.abc import Callable
from typing import Final

from helperfunctions.errors import ChartNotDrawn

# On a small machine, a page of pictures takes that long.
_MAX_WAIT_SECONDS: Final = 60.0


class PictureQueue:
    """Draws one picture after the other: each takes a process, a hundred megabytes and a second or more.

    The number of pictures that wait is limited by the cache in front of the application.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def draw(self, picture: Callable[[], bytes]) -> bytes:
        """The picture that `picture` draws. Raises ChartNotDrawn, also when those before it take too long."""
        if not self._turn.acquire(timeout=_MAX_WAIT_SECONDS):
            raise ChartNotDrawn("the pictures before it took too long")
        try:
            return picture()
        finally:
            self._turn.release()
