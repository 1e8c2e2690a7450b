"""A simulated service on a socket, for real HTTP clients."""

import logging
import socket
import struct
import threading
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import parse_qs, urlsplit

from helperfunctions.clock import Clock
from sandbox.messages import Delivery, Request, Response
from sandbox.response_gate import ResponseGate

_LARGEST_BODY: Final = 8_000_000
_log = logging.getLogger(__name__)


class Answers(Protocol):
    """The interface of a service behind a socket."""

    clock: Clock
    gate: ResponseGate

    def answer(self, request: Request) -> Response: ...


class SandboxServer:
    """Listens from `start` to `stop`, on a thread of its own; a subclass makes the responses. `port` 0: a free one.

    Every response has the clock's present instant as its Date: RFC 9110 section 6.6.1. `gate` delays responses of
    requests that were executed.
    """

    def __init__(self, clock: Clock, *, host: str, port: int) -> None:
        self.clock = clock
        self.gate = ResponseGate()
        self._address = (host, port)
        self._stopping = threading.Event()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def answer(self, request: Request) -> Response:
        """The response to one request; called by many threads at once."""
        raise NotImplementedError

    def start(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        if self._server is not None:
            raise RuntimeError("the sandbox has been started already")
        self._stopping.clear()
        self._server = _Server(self._address, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection; when this returns no thread and no socket is left. Stopping twice is fine."""
        if self._server is None or self._thread is None:
            return
        self._stopping.set()
        self._server.shutdown()
        self._server.hang_up()
        self.gate.open()
        self._server.server_close()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The URL on which it listens: http://host:port. Raises RuntimeError before `start`."""
        if self._server is None:
            raise RuntimeError("the sandbox has not been started")
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def keep_waiting(self, seconds: float) -> None:
        """Wait for some real seconds before a response, but not longer than the server runs."""
        self._stopping.wait(seconds)


class _Server(ThreadingHTTPServer):
    """A thread per connection, joined when the server closes."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], sandbox: Answers) -> None:
        self.sandbox = sandbox
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        self._wanted = f"{address[0]}:{address[1]}"
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        # The base class resolves the host's name, which can take seconds and is not needed here.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.socket.bind(self.server_address)
        except OSError as exc:
            # The error says which address it is about: a sandbox has two.
            raise OSError(exc.errno, exc.strerror, self._wanted) from exc
        self.server_address = self.socket.getsockname()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        assert isinstance(request, socket.socket)  # noqa: S101 - a stream server's requests are connections
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        assert isinstance(request, socket.socket)  # noqa: S101
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        _log.debug("connection of %s ended early", client_address, exc_info=True)

    def hang_up(self) -> None:
        """End all connections, so that the threads that wait for their next request end as well."""
        with self._open_lock:
            for connection in self._open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    _log.debug("a connection had ended already")


class _Handler(BaseHTTPRequestHandler):
    """Translates between the socket and the service's `answer`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _LARGEST_BODY:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            self.close_connection = True
            return
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=address.path.rstrip("/"),
            query=parse_qs(address.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            target=self.path,
        )
        response = self.server.sandbox.answer(request)
        self.server.sandbox.gate.wait(request)
        self._deliver(response)

    do_POST = do_DELETE = do_PUT = do_HEAD = do_GET  # noqa: N815

    def _deliver(self, response: Response) -> None:
        # One send for head and body: two would wait for each other's acknowledgement.
        message = self._head(response) + (b"" if self.command == "HEAD" else response.body)
        if response.delivery is Delivery.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif response.delivery is Delivery.TRUNCATED:
            self.close_connection = True
            self.connection.sendall(message[: len(message) - len(response.body) // 2 - 1])
        else:
            self.connection.sendall(message)

    def _head(self, response: Response) -> bytes:
        lines = [
            f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
            f"Content-Type: {response.content_type}",
            # The response to HEAD has the length that the one to GET would have.
            *([] if "Content-Length" in response.headers else [f"Content-Length: {len(response.body)}"]),
            f"Date: {format_datetime(self.server.sandbox.clock.now(), usegmt=True)}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        _log.debug(format, *args)
