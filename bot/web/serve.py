"""Serves the dashboard until it is told to stop. The only file that touches uvicorn."""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import uvicorn

from bot.web.app import make_app
from bot.web.site import Site
from helperfunctions.errors import SettingsError, WatchTimeError

log = logging.getLogger(__name__)

# Who is still waiting for an answer when we stop gets it, within this time.
_FINISH_SECONDS: Final = 10
_WAITING: Final = 128


def serve(site: Site, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is told the address once we listen. `port` 0 takes a free one.

    Raises SettingsError when the address cannot be listened on.
    """
    Serving(site, host, port, ready).run()


class Serving:
    """A server that listens; requests wait until it runs. Raises SettingsError when it cannot listen there."""

    def __init__(self, site: Site, host: str, port: int, ready: Callable[[str], None]) -> None:
        self._site = site
        self._listener = _listen(host, port)
        shown, own_port = (f"[{host}]" if ":" in host else host), self._listener.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                make_app(site),
                log_config=None,
                access_log=False,
                # Whom we believe that it speaks for somebody else is decided at our own door.
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_FINISH_SECONDS,
                timeout_keep_alive=15,
                limit_concurrency=512,
                h11_max_incomplete_event_size=16_384,
                lifespan="off",
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
        site.names()


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
