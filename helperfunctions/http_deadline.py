"""A deadline for a whole HTTP request, however slowly its answer comes.

The time-outs of requests are for the pause between two bytes: a server that sends one byte every few seconds is never
too slow for them, and holds its client for ever. Here a timer shuts the connection down at the deadline, while the
status line is read, a proxy opens its tunnel, or the body comes. (A TLS handshake as a whole has a time-out in Python.)
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self

import requests
from requests.adapters import HTTPAdapter

# A request may take so many times as long as its time-outs for the connection and between two bytes together.
TIMES_THE_TIMEOUTS: Final = 2.0


@contextmanager
def whole_request_within(seconds: float) -> Iterator[None]:
    """Bound the requests of the block, if they go through a DeadlineAdapter.

    Raises requests.ReadTimeout when the time is over, also if the answer looks whole: a body without a length ends
    where the connection ends.
    """
    with _Deadline(seconds) as deadline:
        try:
            yield
        except requests.RequestException as exc:
            if not deadline.is_over:
                raise
            raise _too_late(seconds) from exc
    if deadline.is_over:
        raise _too_late(seconds)


class DeadlineAdapter(HTTPAdapter):
    """Sends requests that end at the deadline of the block (`whole_request_within`) in which they are made.

    Outside of such a block they end within TIMES_THE_TIMEOUTS x (connect + read time-out), body included; those with
    `stream=True` or without two time-outs have no deadline then.
    """

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        """requests calls it once."""
        super().init_poolmanager(*args, **more)
        _watch_connections_of(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **more: Any) -> Any:
        """requests calls it for each request that goes through a proxy."""
        manager = super().proxy_manager_for(proxy, **more)
        _watch_connections_of(manager)
        return manager

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *args: Any, **more: Any) -> Any:
        """The response with its body, unless it is streamed."""
        if stream or not isinstance(timeout, tuple) or _this_thread.deadline is not None:
            return super().send(request, stream, timeout, *args, **more)
        with whole_request_within(TIMES_THE_TIMEOUTS * sum(timeout)):
            response = super().send(request, stream, timeout, *args, **more)
            _ = response.content
        return response


def _too_late(seconds: float) -> requests.ReadTimeout:
    return requests.ReadTimeout(f"no whole answer within {seconds:g} s")


class _Deadline:
    """Shuts down the connections that this thread uses within the block when the time is over."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.is_over = False

    def __enter__(self) -> Self:
        _this_thread.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _this_thread.deadline = None
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()

    def watch(self, connection: Any) -> None:
        # A second descriptor of the same connection: the first is closed, or becomes part of a TLS socket, meanwhile.
        one = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._sockets.append(one)
            if self.is_over:
                _shut_down(one)

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for one in self._sockets:
                _shut_down(one)


class _Active(threading.local):
    deadline: _Deadline | None = None


_this_thread = _Active()


class _Watched:
    """A connection of urllib3 that tells the deadline of its thread what it uses."""

    sock: Any

    def _new_conn(self) -> Any:
        # Not in `connect`: that returns only when a proxy has opened its tunnel.
        connection = super()._new_conn()  # type: ignore[misc]
        _watch(connection)
        return connection

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        # A proxy whose headers end with the connection looks as if it had opened the tunnel.
        if _this_thread.deadline is not None and _this_thread.deadline.is_over:
            raise TimeoutError("the proxy did not open a tunnel in time")

    def request(self, *args: Any, **more: Any) -> Any:
        if self.sock is not None:
            _watch(self.sock)
        return super().request(*args, **more)  # type: ignore[misc]


def _watch(connection: Any) -> None:
    if _this_thread.deadline is not None:
        _this_thread.deadline.watch(connection)


def _shut_down(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _watch_connections_of(manager: Any) -> None:
    """Have a manager of connection pools make watched connections, whatever kind it makes."""
    manager.pool_classes_by_scheme = {
        scheme: pool if issubclass(pool.ConnectionCls, _Watched) else _watched_pool(pool)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watched_pool(pool: Any) -> Any:
    connection = type(f"Watched{pool.ConnectionCls.__name__}", (_Watched, pool.ConnectionCls), {})
    return type(f"Watched{pool.__name__}", (pool,), {"ConnectionCls": connection})
