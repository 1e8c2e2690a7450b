"""Holds answers back until they are released, so that a client waits in the middle of a call."""

import threading

from sandbox.messages import Request


class Hold:
    """Keeps back the answers to some requests, which have been done by then. Safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: tuple[str, str] | None = None
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """The number of answers that are held back."""
        with self._changed:
            return self._waiting

    def keep(self, method: str, path: str) -> None:
        """From now on, keep back the answers to this method and to paths with this end."""
        with self._changed:
            self._wanted = (method, path)

    def let_go(self) -> None:
        """Deliver the answers that are held back, and hold back no others."""
        with self._changed:
            self._wanted = None
            self._changed.notify_all()

    def wait(self, request: Request) -> None:
        """Wait until the answer to this request is released."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._is_kept(request))
            self._waiting -= 1

    def _is_kept(self, request: Request) -> bool:
        if self._wanted is None:
            return False
        method, path = self._wanted
        return request.method == method and request.path.endswith(path)
