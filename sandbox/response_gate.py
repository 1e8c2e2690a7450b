"""Delays responses until they are released, so that a client waits in the middle of a call."""

import threading

from sandbox.messages import Request


class ResponseGate:
    """Delays the responses to some requests, which are executed before. Safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._delayed: tuple[str, str] | None = None
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """The number of delayed responses."""
        with self._changed:
            return self._waiting

    def delay(self, method: str, path: str) -> None:
        """From now on, delay the responses to a method and to paths with this end."""
        with self._changed:
            self._delayed = (method, path)

    def open(self) -> None:
        """Deliver the delayed responses, and delay no others."""
        with self._changed:
            self._delayed = None
            self._changed.notify_all()

    def wait(self, request: Request) -> None:
        """Wait until the response to a request is released."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: not self._is_delayed(request))
            self._waiting -= 1

    def _is_delayed(self, request: Request) -> bool:
        if self._delayed is None:
            return False
        method, path = self._delayed
        return request.method == method and request.path.endswith(path)
