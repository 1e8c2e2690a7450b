"""Serves the dashboard until it is told to stop. The only file that touches uvicorn."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.app import make_app
from bot.web.site import Site
from helperfunctions.errors import SettingsError, WatchTimeError

log = logging.getLogger(__name__)

# Who is still waiting for an answer when we stop gets it, within this time.
_FINISH_SECONDS: Final = 10
_WAITING: Final = 128
# From the last answer, or the beginning, to the whole of the next question; and so many times as long for an answer.
_SILENT_SECONDS: Final = 15
_LONGEST_ANSWER: Final = 8


def serve(site: Site, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the address once we listen. `port` 0 takes a free one.

    Raises SettingsError when the address cannot be listened on.
    """
    Serving(site, host, port, ready).run()


class Connection(H11Protocol):
    """One on which nothing is asked for a while is closed, whether it says nothing or half of something. So is one on
    which an answer is not taken. They would pile up, and when there are too many, nobody else gets in."""

    silent_seconds: ClassVar[float] = _SILENT_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.loop.call_later(self.silent_seconds, self._look, self.cycle, 1)

    def _look(self, before: object, times: int) -> None:
        """`before`: the question that was the newest when we looked last, `times` how often it was."""
        if self.transport.is_closing():
            return
        times = times + 1 if self.cycle is before else 1
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if times > (_LONGEST_ANSWER if is_answering else 1):
            self.transport.abort()
        else:
            self.loop.call_later(self.silent_seconds, self._look, self.cycle, times)


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
                limit_concurrency=512,
                h11_max_incomplete_event_size=16_384,
                lifespan="off",
                http=connection,
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
