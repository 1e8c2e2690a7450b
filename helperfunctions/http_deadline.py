"""A deadline for a whole request, whatever the server does.

The timeouts of requests hold between two bytes: a server that sends one byte every few seconds keeps a caller for ever.
Here a timer shuts the connection when the time is up, so that headers, body and a body that is sent are all bounded.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

# The deadline of the request that a thread is making.
_current = threading.local()


@contextmanager
def whole_request_within(seconds: float) -> Iterator[None]:
    """Bound the requests of the block, which go through a session with `mount_deadlines`.

    Raises requests.ReadTimeout when the time is up, be it that the answer looks whole: it may have been cut.
    """
    deadline = _current.deadline = _Deadline()
    timer = threading.Timer(seconds, deadline.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except requests.RequestException as exc:
        if deadline.is_over:
            raise requests.ReadTimeout(f"no whole answer within {seconds:g} seconds") from exc
        raise
    finally:
        timer.cancel()
        _current.deadline = None
    if deadline.is_over:
        raise requests.ReadTimeout(f"no whole answer within {seconds:g} seconds")


def mount_deadlines(session: requests.Session) -> None:
    """Let the connections of a session be shut by `whole_request_within`."""
    adapter = _Adapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)


class _Deadline:
    """Shuts the connections that a request uses once the time is up. Safe to use from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.is_over = False

    def uses(self, connection: socket.socket) -> None:
        """Note a connection; it is shut at once if the time is up already."""
        with self._lock:
            self._sockets.append(connection)
            if self.is_over:
                _shut(connection)

    def end(self) -> None:
        """The time is up."""
        with self._lock:
            self.is_over = True
            for connection in self._sockets:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    # Not the method of a TLS connection, which the other thread may be reading from.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _note(connection: Any) -> None:
    deadline = getattr(_current, "deadline", None)
    if deadline is not None and isinstance(connection, socket.socket):
        deadline.uses(connection)


class _HttpConnection(HTTPConnection):
    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        _note(self.sock)
        super().send(data)


class _HttpsConnection(HTTPSConnection):
    def send(self, data: Any) -> None:
        if self.sock is None and self.auto_open:
            self.connect()
        _note(self.sock)
        super().send(data)


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


_POOLS: Final = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        _use_our_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **more)
        _use_our_pools(manager)
        return manager


def _use_our_pools(manager: PoolManager) -> None:
    # A SOCKS proxy has pools of its own, which know how to reach it.
    if set(manager.pool_classes_by_scheme.values()) <= {HTTPConnectionPool, HTTPSConnectionPool}:
        manager.pool_classes_by_scheme = dict(_POOLS)
