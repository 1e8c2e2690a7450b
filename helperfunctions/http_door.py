"""A small HTTP server for who watches over the bot: a few pages, made anew for each visit."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from helperfunctions.errors import SettingsError

log = logging.getLogger(__name__)

# A visitor who says nothing for so long is hung up on.
PATIENCE_SECONDS = 5.0
MOST_VISITORS = 16


@dataclass(frozen=True, slots=True)
class Page:
    """What a visitor gets."""

    status: int
    content_type: str
    body: bytes


@contextmanager
def open_at(host: str, port: int, pages: Mapping[str, Callable[[], Page]]) -> Iterator[int]:
    """Serve pages by their paths for as long as the block; the port, for `port` 0 takes a free one.

    Raises SettingsError when the address cannot be listened on.
    """
    try:
        server = _Server((host, port), _handler(pages))
    except (OSError, OverflowError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise SettingsError([f"HEALTH_HOST and HEALTH_PORT: cannot listen on {host}:{port}: {reason}"]) from exc
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="http door", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """A thread for each visitor. When there are too many, the one who has been there longest without a whole request
    is hung up on: the next may be a health check."""

    daemon_threads = True
    # A visitor who still waits for a page when we stop does not get it.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._lock = threading.Lock()
        # The oldest first; true when their request has come.
        self._visitors: dict[socket.socket, bool] = {}
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if len(self._visitors) >= MOST_VISITORS:
                visitors = self._visitors
                oldest = next((one for one, has_asked in visitors.items() if not has_asked), next(iter(visitors)))
                del visitors[oldest]
                # Its thread closes it.
                with suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)
            self._visitors[request] = False
        super().process_request(request, client_address)

    def has_asked(self, request: Any) -> None:
        """The request of a visitor has come whole."""
        with self._lock:
            if request in self._visitors:
                self._visitors[request] = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._visitors.pop(request, None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.debug("a visitor went away", exc_info=True)


def _handler(pages: Mapping[str, Callable[[], Page]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS
        server_version = "watchtime"
        sys_version = ""

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, *, with_body: bool) -> None:
            if isinstance(self.server, _Server):
                self.server.has_asked(self.request)
            make = pages.get(self.path.split("?")[0])
            if make is None:
                page = Page(404, "text/plain; charset=utf-8", b"There is " + ", ".join(pages).encode() + b"\n")
            else:
                try:
                    page = make()
                except Exception:
                    log.exception("a page could not be made path=%s", self.path.split("?")[0])
                    page = Page(500, "text/plain; charset=utf-8", b"The log tells what went wrong.\n")
            self.send_response(page.status)
            self.send_header("Content-Type", page.content_type)
            self.send_header("Content-Length", str(len(page.body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if with_body:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """A visit every few seconds is nothing to write down."""

    return Handler
