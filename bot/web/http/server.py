"""The HTTP server of the dashboard. The only file that imports uvicorn, and h11 below it."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.app import make_app
from bot.web.http.connections import Connections
from bot.web.http.gateway import REFUSED, with_own_headers
from bot.web.http.responses import PreparedResponse
from bot.web.site import Site
from helperfunctions.errors import SettingsError, WatchTimeError

log = logging.getLogger(__name__)

# When the server stops, requests that have begun are answered within this time.
_FINISH_SECONDS: Final = 10
_BACKLOG: Final = 128
_IDLE_SECONDS: Final = 15
# A response may take this many times as long as a connection may be idle.
_MAX_RESPONSE_TIMES_IDLE: Final = 8


def serve(site: Site, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is called with the URL once the server listens; `port` 0 takes a free one.

    Raises SettingsError when the server cannot listen there.
    """
    Server(site, host, port, ready).run()


class Connection(H11Protocol):
    """A connection that has a place among all others.

    It is closed when it idles, sends half a request, or stops reading the response: slow ones would take all places.
    """

    # From the first byte of a request, or the opening of the connection, until the request is complete.
    header_seconds: ClassVar[float] = 5.0
    # Between two requests, and while no byte of a response is read.
    idle_seconds: ClassVar[float] = _IDLE_SECONDS

    def __init__(self, places: Connections, bad_request: PreparedResponse, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._places = places
        self._bad_request = bad_request
        self._timer: asyncio.TimerHandle | None = None
        self._is_reading = False
        self._unsent = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._place = self._places.open(self.client[0] if self.client else "", transport.abort)
        if self._place.refused:
            self.app_state = {**self.app_state, REFUSED: self._place.refused}
        self._read()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._places.closed(self._place)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Part of a request has arrived."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._respond()
        elif not self._is_reading:
            self._read()

    def on_response_complete(self) -> None:
        """A response is complete, or was begun before its request was complete."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._places.idle(self._place)
            # Part of the next request may have arrived with this one.
            if self.conn.trailing_data[0]:
                self._read()
            else:
                self._is_reading = False
                self._close_after(self.idle_seconds)
        else:
            self._respond()

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not HTTP."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        response = self._bad_request
        headers = with_own_headers([*response.headers, (b"content-length", str(len(response.body)).encode())])
        reason = HTTPStatus(response.status).phrase.encode()
        for event in (
            h11.Response(status_code=response.status, headers=headers, reason=reason),
            h11.Data(data=response.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _read(self) -> None:
        self._is_reading = True
        self._close_after(min(self.header_seconds, self.idle_seconds))

    def _respond(self) -> None:
        self._is_reading = False
        self._places.busy(self._place)
        self._close_after(self.idle_seconds * _MAX_RESPONSE_TIMES_IDLE)

    def _close_after(self, seconds: float) -> None:
        """Abort the connection unless something happens within this time."""
        if self._timer is not None:
            self._timer.cancel()
        self._unsent = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(seconds, self._abort_unless_sending, seconds)

    def _abort_unless_sending(self, seconds: float) -> None:
        if 0 < self.transport.get_write_buffer_size() < self._unsent:
            # A large response over a slow line.
            self._close_after(seconds)
        else:
            self.transport.abort()


class Server:
    """A server that listens; requests wait until it runs. Raises SettingsError when it cannot listen there."""

    def __init__(
        self,
        site: Site,
        host: str,
        port: int,
        ready: Callable[[str], None],
        connection: type[Connection] = Connection,
    ) -> None:
        self._site = site
        app = make_app(site)
        # It logs a line for each request that is not HTTP.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        places = Connections(site.trusted_proxies)
        bad_request = app.error("/", 400, "This is not an HTTP request.", {"connection": "close"})
        self._listener = _listen(host, port)
        shown, own_port = (f"[{host}]" if ":" in host else host), self._listener.getsockname()[1]
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                # helperfunctions.rate_limit finds the client's address behind proxies, and explains why.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_FINISH_SECONDS,
                timeout_keep_alive=_IDLE_SECONDS,
                backlog=_BACKLOG,
                ws="none",
                h11_max_incomplete_event_size=16_384,
                lifespan="off",
                http=cast(type[asyncio.Protocol], partial(connection, places, bad_request)),
            ),
            lambda: ready(f"http://{shown}:{own_port}{site.root_path}/"),
            app.stop_streams,
        )

    def run(self) -> None:
        """Serve until `stop`, or until a signal if this is the main thread."""
        warming = threading.Thread(target=_warm, args=(self._site,))
        warming.start()
        with self._listener:
            self._server.run(sockets=[self._listener])
        warming.join()

    def stop(self) -> None:
        """Finish the requests that have begun, and end. For another thread."""
        self._server.should_exit = True


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None], stop_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started
        self._stop_streams = stop_streams

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop_streams()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: Any) -> None:
        # A second signal ends without waiting. The signal is not raised again: being stopped is no failure.
        self.force_exit = self.should_exit
        self.should_exit = True


def _warm(site: Site) -> None:
    """Read the names before the first search; without a database, the first search reads them."""
    with suppress(WatchTimeError):
        site.name_cache.names()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where it sees that the protocol is TCP; without it, every response waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as exc:
        listener.close()
        reason = getattr(exc, "strerror", None) or str(exc)
        raise SettingsError([f"WEB_HOST and WEB_PORT: cannot listen on {host}:{port}: {reason}"]) from exc
    return listener
