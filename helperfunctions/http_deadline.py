"""A deadline for a whole HTTP request, however slowly its answer comes.

The time-outs of requests are for the pause between two bytes: a server that sends one byte every few seconds is never
too slow for them, and holds its client for ever. Here a timer shuts the connection down at the deadline, while the
status line is read, a proxy opens its tunnel, or the body comes. (A TLS handshake as a whole has a time-out in Python.)
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Final, Self

import requests
from requests.adapters import HTTPAdapter

# The limit of a request, as a multiple of the sum of its two time-outs (to connect, and between two bytes).
TIMES_THE_TIMEOUTS: Final = 2.0


@contextmanager
def whole_request_within(seconds: float) -> Iterator[None]:
    """Bound the requests of the block, if they go through a DeadlineAdapter.

    Raises requests.ReadTimeout when the time is over, also if the answer seems complete: a body without a length ends
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


class _Handle:
    """A second descriptor of a connection, to shut it down with: the first is closed, or becomes part of a TLS socket,
    while the answer is still being read. The server sees the end of the connection when both are closed."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))

    def shut_down(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def __del__(self) -> None:
        self._socket.close()


class _Deadline:
    """Shuts down the connections that this thread uses within the block when the time is over."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = time.monotonic() + seconds
        self.is_over = False
        self._lock = threading.Lock()
        self._handles: list[_Handle] = []

    def __enter__(self) -> Self:
        _watchdog.add(self)
        _this_thread.deadline = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _watchdog.discard(self)
        _this_thread.deadline = None
        with self._lock:
            self._handles.clear()

    def watch(self, handle: _Handle) -> None:
        with self._lock:
            self._handles.append(handle)
            if self.is_over:
                handle.shut_down()

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            for handle in self._handles:
                handle.shut_down()


class _Watchdog:
    """Ends the deadlines that are over, in one thread for all of them.

    Nearly all requests end long before their deadline, so adding and discarding a deadline is cheap: the thread starts
    with the first, is woken only for a deadline that is earlier than the one it waits for, and ends when it wakes up
    and there is none.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deadlines: set[_Deadline] = set()
        # When the thread wakes up, as time.monotonic counts; None when there is no thread.
        self._wakes_at: float | None = None

    def add(self, deadline: _Deadline) -> None:
        with self._changed:
            if self._wakes_at is None:
                # It waits for the lock, which this thread has.
                threading.Thread(target=self._run, name="request deadlines", daemon=True).start()
                self._wakes_at = deadline.ends_at
            elif deadline.ends_at < self._wakes_at:
                self._wakes_at = deadline.ends_at
                self._changed.notify()
            self._deadlines.add(deadline)

    def discard(self, deadline: _Deadline) -> None:
        with self._changed:
            self._deadlines.discard(deadline)

    def _run(self) -> None:
        while over := self._wait():
            for deadline in over:
                deadline.end()

    def _wait(self) -> set[_Deadline]:
        """The deadlines that are over, as soon as there are any; empty when there are none to wait for."""
        with self._changed:
            while self._deadlines:
                now = time.monotonic()
                if over := {deadline for deadline in self._deadlines if deadline.ends_at <= now}:
                    self._deadlines -= over
                    return over
                self._wakes_at = min(deadline.ends_at for deadline in self._deadlines)
                self._changed.wait(self._wakes_at - now)
            self._wakes_at = None
            return set()


_watchdog: Final = _Watchdog()


class _Active(threading.local):
    deadline: _Deadline | None = None


_this_thread = _Active()


class _Watched:
    """A connection of urllib3 that passes its socket to the deadline of its thread."""

    _handle: _Handle | None = None

    def _new_conn(self) -> Any:
        # Not in `connect`: that returns only when a proxy has opened its tunnel.
        connection = super()._new_conn()  # type: ignore[misc]
        self._handle = _Handle(connection)
        self._hand_over()
        return connection

    def _tunnel(self) -> None:
        super()._tunnel()  # type: ignore[misc]
        # If the headers of a proxy end with the connection, urllib3 takes the tunnel for open.
        if _this_thread.deadline is not None and _this_thread.deadline.is_over:
            raise TimeoutError("the proxy did not open a tunnel in time")

    def request(self, *args: Any, **more: Any) -> Any:
        self._hand_over()
        return super().request(*args, **more)  # type: ignore[misc]

    def close(self) -> None:
        super().close()  # type: ignore[misc]
        # A deadline keeps its own reference: http.client closes a connection before it reads a body that ends with it.
        self._handle = None

    def _hand_over(self) -> None:
        if self._handle is not None and _this_thread.deadline is not None:
            _this_thread.deadline.watch(self._handle)


def _watch_connections_of(manager: Any) -> None:
    """Make a manager of connection pools open watched connections, of every kind."""
    manager.pool_classes_by_scheme = {
        scheme: pool if issubclass(pool.ConnectionCls, _Watched) else _watched_pool(pool)
        for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _watched_pool(pool: Any) -> Any:
    connection = type(f"Watched{pool.ConnectionCls.__name__}", (_Watched, pool.ConnectionCls), {})
    return type(f"Watched{pool.__name__}", (pool,), {"ConnectionCls": connection})
