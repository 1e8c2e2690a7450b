"""A small HTTP server for monitoring: a few pages, each made for every request."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from helperfunctions.errors import SettingsError

log = logging.getLogger(__name__)

# A connection that sends nothing for this long is closed.
IDLE_SECONDS: Final = 5.0
MAX_CONNECTIONS: Final = 16
PLAIN_TEXT: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """The response to a request."""

    status: int
    content_type: str
    body: bytes


@contextmanager
def serve(host: str, port: int, pages: Mapping[str, Callable[[], Page]]) -> Iterator[int]:
    """Serve pages by their paths for the duration of the block; yields the port, which is a free one for `port` 0.

    Raises SettingsError when it cannot listen on the address.
    """
    try:
        server = _Server((host, port), _handler(pages))
    except (OSError, OverflowError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise SettingsError([f"HEALTH_HOST and HEALTH_PORT: cannot listen on {host}:{port}: {reason}"]) from exc
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="health server", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """One thread per connection. At the limit the oldest connection without a complete request is closed: the next
    one may be a health check."""

    daemon_threads = True
    # Stopping does not wait for responses that are still being made.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._lock = threading.Lock()
        # Open connections, oldest first; true once their request is complete.
        self._has_request: dict[socket.socket, bool] = {}
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if len(self._has_request) >= MAX_CONNECTIONS:
                self._close_oldest()
            self._has_request[request] = False
        super().process_request(request, client_address)

    def request_received(self, connection: Any) -> None:
        """Record that the request of a connection is complete."""
        with self._lock:
            if connection in self._has_request:
                self._has_request[connection] = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._has_request.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("a client closed its connection", exc_info=True)

    def _close_oldest(self) -> None:
        waiting = (connection for connection, is_complete in self._has_request.items() if not is_complete)
        oldest = next(waiting, next(iter(self._has_request)))
        del self._has_request[oldest]
        # Its own thread closes the socket.
        with suppress(OSError):
            oldest.shutdown(socket.SHUT_RDWR)


def _handler(pages: Mapping[str, Callable[[], Page]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = IDLE_SECONDS
        server_version = "watchtime"
        sys_version = ""

        def do_GET(self) -> None:
            self._respond(with_body=True)

        def do_HEAD(self) -> None:
            self._respond(with_body=False)

        def _respond(self, *, with_body: bool) -> None:
            if isinstance(self.server, _Server):
                self.server.request_received(self.request)
            page = _page(pages, self.path.split("?")[0])
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Log nothing: there is a request every few seconds."""

    return Handler


def _page(pages: Mapping[str, Callable[[], Page]], path: str) -> Page:
    make = pages.get(path)
    if make is None:
        return Page(404, PLAIN_TEXT, b"Available: " + ", ".join(pages).encode() + b"\n")
    try:
        return make()
    except Exception:
        log.exception("a page could not be made path=%s", path)
        return Page(500, PLAIN_TEXT, b"Internal error; the log has the details.\n")
