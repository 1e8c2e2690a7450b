"""Serves the dashboard until it is told to stop. The only file that touches uvicorn, and h11 below it."""

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
from bot.web.http.responses import Answer
from bot.web.site import Site
from helperfunctions.errors import SettingsError, WatchTimeError

log = logging.getLogger(__name__)

# Who is still waiting for an answer when we stop gets it, within this time.
_FINISH_SECONDS: Final = 10
_WAITING: Final = 128
_SILENT_SECONDS: Final = 15
# An answer may take so many times as long as a connection may be silent.
_LONGEST_ANSWER: Final = 8


def serve(site: Site, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the address once we listen. `port` 0 takes a free one.

    Raises SettingsError when the address cannot be listened on.
    """
    Serving(site, host, port, ready).run()


class Connection(H11Protocol):
    """A connection that has a place among all others, and is closed when it is slow: before a request is whole, between
    two requests, and while an answer is not taken. Slow ones would pile up, and nobody else would find a place."""

    # Until the first request is whole, and from the first letter of each that follows.
    header_seconds: ClassVar[float] = 5.0
    # Between two requests, and for as long nothing of an answer may be taken.
    silent_seconds: ClassVar[float] = _SILENT_SECONDS

    def __init__(self, places: Connections, bad_request: Answer, *args: Any, **more: Any) -> None:
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
        """Bytes of a request have come."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._answer()
        elif not self._is_reading:
            self._read()

    def on_response_complete(self) -> None:
        """An answer is on its way out."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._places.idle(self._place)
            # Half of the next request may have come along with this one.
            if self.conn.trailing_data[0]:
                self._read()
            else:
                self._is_reading = False
                self._within(self.silent_seconds)
        else:
            self._answer()

    def send_400_response(self, msg: str) -> None:
        """To what is no HTTP."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        refusal = self._bad_request
        headers = with_own_headers([*refusal.headers, (b"content-length", str(len(refusal.body)).encode())])
        reason = HTTPStatus(refusal.status).phrase.encode()
        for event in (
            h11.Response(status_code=refusal.status, headers=headers, reason=reason),
            h11.Data(data=refusal.body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _read(self) -> None:
        self._is_reading = True
        self._within(min(self.header_seconds, self.silent_seconds))

    def _answer(self) -> None:
        self._is_reading = False
        self._places.busy(self._place)
        self._within(self.silent_seconds * _LONGEST_ANSWER)

    def _within(self, seconds: float) -> None:
        """Cut off unless something happens within that time."""
        if self._timer is not None:
            self._timer.cancel()
        self._unsent = self.transport.get_write_buffer_size()
        self._timer = self.loop.call_later(seconds, self._look, seconds)

    def _look(self, seconds: float) -> None:
        if 0 < self.transport.get_write_buffer_size() < self._unsent:
            # A large answer over a slow line.
            self._within(seconds)
        else:
            self.transport.abort()


class Serving:
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
        # It writes a line for each request that is no HTTP.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        places = Connections(site.trusted_proxies)
        bad_request = app.refusal("/", 400, "This is no HTTP request.", {"connection": "close"})
        self._listener = _listen(host, port)
        shown, own_port = (f"[{host}]" if ":" in host else host), self._listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                # Whom we believe that it speaks for somebody else is decided at our own door.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_FINISH_SECONDS,
                timeout_keep_alive=_SILENT_SECONDS,
                backlog=_WAITING,
                ws="none",
                h11_max_incomplete_event_size=16_384,
                lifespan="off",
                http=cast(type[asyncio.Protocol], partial(connection, places, bad_request)),
            ),
            lambda: ready(f"http://{shown}:{own_port}{site.root_path}/"),
        )

    def run(self) -> None:
        """Serve until told to stop, by a signal if this is the main thread."""
        warming = threading.Thread(target=_warm, args=(self._site,))
        warming.start()
        with self._listener:
            self._server.run(sockets=[self._listener])
        warming.join()

    def stop(self) -> None:
        """From another thread: finish what goes on, and end."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()

    def handle_exit(self, sig: int, frame: Any) -> None:
        # A second signal does not wait, and none is raised again: to be stopped is no failure.
        self.force_exit = self.should_exit
        self.should_exit = True


def _warm(site: Site) -> None:
    """The first who searches finds the names read already; without a database they are read later."""
    with suppress(WatchTimeError):
        site.searched.names()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, for asyncio sends small packets at once only where it sees that this is TCP; else every answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_WAITING)
    except (OSError, OverflowError) as exc:
        listener.close()
        reason = getattr(exc, "strerror", None) or str(exc)
        raise SettingsError([f"WEB_HOST and WEB_PORT: cannot listen on {host}:{port}: {reason}"]) from exc
    return listener
