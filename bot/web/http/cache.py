"""A cache of responses in front of the application.

The tables change with a poll, a rolled-up day or a post, a few times an hour, and lateness is reported within minutes;
in between, the same request has the same response. So a response is cached under its address, compressed too, and
requests for the same one at the same time wait for one to be made. Cached responses are served even while the database
is unavailable.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from bot.web.http.errors import RETRY_AFTER, ErrorResponses
from bot.web.http.responses import App, Message, PreparedResponse, Receive, Scope, Send, prepare
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

MAX_BYTES: Final = 24_000_000
MAX_RESPONSE_BYTES: Final = 4_000_000
# A change is noticed within this time.
CHECK_EVERY_SECONDS: Final = 2.0
# A request waits this long for a check; after that the last known version is used, for a while.
CHECK_TIMEOUT_SECONDS: Final = 2.0
VERSION_VALID_SECONDS: Final = 60.0
# For a page that can do without a database, and then says so.
VERSION_VALID_SECONDS_WITHOUT: Final = 10.0
# As many as there are connections to the database; each may have ten thousand rows in memory.
MADE_AT_ONCE: Final = 8
# Long ranges wait for each other, and no other request waits for them.
LONG_MADE_AT_ONCE: Final = 4
MAX_WAIT_SECONDS: Final = 15.0
# Pictures are drawn one after the other. As many as a page has may wait, each in a thread of the application; more are
# refused at once.
PICTURES_AT_ONCE: Final = 9

_Key = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class _Cached:
    """A response, and its size in memory together with its address."""

    response: PreparedResponse
    size: int


@dataclass(frozen=True)
class _Queue:
    """Turns for the responses that are made at the same time; 0 seconds: no request waits for one."""

    turns: asyncio.Semaphore
    max_wait_seconds: float

    async def has_turn(self) -> bool:
        """Take a turn; False when none is free in time."""
        if not self.max_wait_seconds and self.turns.locked():
            return False
        try:
            await asyncio.wait_for(self.turns.acquire(), self.max_wait_seconds or None)
        except TimeoutError:
            return False
        return True


class _Queues:
    """The three kinds of requests, which do not wait for each other. Made in the event loop."""

    def __init__(self) -> None:
        self.usual = _Queue(asyncio.Semaphore(MADE_AT_ONCE), MAX_WAIT_SECONDS)
        self.long_ranges = _Queue(asyncio.Semaphore(LONG_MADE_AT_ONCE), MAX_WAIT_SECONDS)
        self.pictures = _Queue(asyncio.Semaphore(PICTURES_AT_ONCE), 0.0)


class Cache:
    """An ASGI application that caches the responses of another one.

    `version` returns the version of the data, or raises WatchTimeError; it is called in a thread. While the version is
    unknown, nothing is added to the cache. `is_picture` of a path, and `is_long` of a query, choose the queue in which
    a request waits. A response to a path that `is_live` is never cached; one that
    `is_stream` is passed on while it is made. `now` returns seconds that never go back.
    """

    def __init__(
        self,
        app: App,
        version: Callable[[], object],
        errors: ErrorResponses,
        is_picture: Callable[[str], bool] = lambda path: False,
        is_long: Callable[[bytes], bool] = lambda query: False,
        is_live: Callable[[str], bool] = lambda path: False,
        is_stream: Callable[[str], bool] = lambda path: False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._version = version
        self._errors = errors
        self._is_picture = is_picture
        self._is_long = is_long
        self._is_live, self._is_stream = is_live, is_stream
        self._now = now
        self._cached: LRUCache[_Key, _Cached] = LRUCache(MAX_BYTES, getsizeof=lambda cached: cached.size)
        self._being_made: dict[tuple[object, str, bytes], asyncio.Future[PreparedResponse]] = {}
        self._known: object = None
        self._known_at = float("-inf")
        self._checked_at = float("-inf")
        self._check: asyncio.Task[None] | None = None
        self._queues: _Queues | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. Any but GET and HEAD is passed on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if self._is_live(scope["path"]):
            if self._is_stream(scope["path"]):
                await self._app(scope, receive, send)
            else:
                response = await self._make_in_turn(scope, receive)
                await response.send(scope, send)
            return
        can_do_without = self._errors.can_do_without_database(scope["path"])
        version = await self._current_version(
            VERSION_VALID_SECONDS_WITHOUT if can_do_without else VERSION_VALID_SECONDS
        )
        if version is None and self._check is not None:
            # The database does not even refuse: the application would wait for it, and fill every queue.
            detail = "The database does not respond. Try again in a minute."
            response = await asyncio.to_thread(self._errors.database_is_away, scope["path"], detail)
        else:
            response = await self._cached_or_made(version, scope, receive)
        await response.send(scope, send)

    async def _current_version(self, valid_seconds: float) -> object:
        """The version, read every two seconds at most; None when it is unknown for longer than `valid_seconds`."""
        now = self._now()
        if now - self._checked_at >= CHECK_EVERY_SECONDS and self._check is None:
            self._check = asyncio.create_task(self._check_version())
        if self._check is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._check), CHECK_TIMEOUT_SECONDS)
        return self._known if self._now() - self._known_at <= valid_seconds else None

    async def _check_version(self) -> None:
        try:
            version = await asyncio.to_thread(self._version)
        except WatchTimeError as exc:
            log.warning("the dashboard could not check for changes: %s", exc)
        except Exception:
            log.exception("the dashboard could not check for changes")
        else:
            if version != self._known:
                self._known = version
                self._cached.clear()
            self._known_at = self._now()
        finally:
            self._checked_at = self._now()
            self._check = None

    async def _cached_or_made(self, version: object, scope: Scope, receive: Receive) -> PreparedResponse:
        path, query = scope["path"], scope["query_string"]
        if version is not None and (cached := self._cached.get((path, query))) is not None:
            return cached.response
        return await self._made_once((version, path, query), scope, receive)

    async def _made_once(self, key: tuple[object, str, bytes], scope: Scope, receive: Receive) -> PreparedResponse:
        """Of several requests for the same at once, the first makes the response."""
        if key in self._being_made:
            return await asyncio.shield(self._being_made[key])
        made: asyncio.Future[PreparedResponse] = asyncio.get_running_loop().create_future()
        self._being_made[key] = made
        try:
            response = await self._make_in_turn(scope, receive)
        except BaseException as exc:
            made.set_exception(exc if isinstance(exc, Exception) else asyncio.CancelledError())
            # Marks it as retrieved: there may be no other request that waits for it.
            made.exception()
            raise
        finally:
            del self._being_made[key]
        made.set_result(response)
        self._store(key, response)
        return response

    async def _make_in_turn(self, scope: Scope, receive: Receive) -> PreparedResponse:
        queue = self._queue_of(scope)
        if not await queue.has_turn():
            return self._errors.make(scope["path"], 503, "The server is busy. Try again in a minute.", RETRY_AFTER)
        try:
            return await self._make(scope, receive)
        finally:
            queue.turns.release()

    def _queue_of(self, scope: Scope) -> _Queue:
        queues = self._queues = self._queues or _Queues()
        if self._is_picture(scope["path"]):
            return queues.pictures
        return queues.long_ranges if self._is_long(scope["query_string"]) else queues.usual

    async def _make(self, scope: Scope, receive: Receive) -> PreparedResponse:
        start: Message = {}
        parts: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app({**scope, "method": "GET"}, receive, collect)
        except Exception:
            # The application has responded with an error page, and raises for the log.
            if not start:
                raise
            log.exception("a page could not be made path=%s", scope["path"])
        return await asyncio.to_thread(prepare, start["status"], start["headers"], b"".join(parts))

    def _store(self, key: tuple[object, str, bytes], response: PreparedResponse) -> None:
        version, path, query = key
        if version is None or version != self._known or response.status not in (200, 301, 308):
            return
        # One letter outside of Latin-1 makes a whole path four bytes per letter.
        size = response.size + 4 * len(path) + len(query)
        if size <= MAX_RESPONSE_BYTES:
            self._cached[path, query] = _Cached(response, size)
