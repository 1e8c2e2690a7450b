"""Answers that are made once, and given until what they are made of changes.

Everything shown comes from tables that change with a poll, a rolled-up day or a post, a few times an hour, and from
whether something is late, which is told within minutes; in between the same question has the same answer. So an answer
is kept, compressed too, under its address, and many who ask for it at once wait for one to be made. What is kept is
given whether or not the database is in a mood to answer.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from bot.web.http.errors import AGAIN_IN, Refusals
from bot.web.http.responses import Answer, App, Message, Receive, Scope, Send, answer
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

MOST_BYTES: Final = 24_000_000
LARGEST: Final = 4_000_000
# How long it takes at most until a change is seen.
LOOK_EVERY_SECONDS: Final = 2.0
# How long anybody waits for a look; then the last one holds, for a while.
LOOK_MAY_TAKE_SECONDS: Final = 2.0
LOOK_HOLDS_SECONDS: Final = 60.0
# As many as there are connections to the database; each may have ten thousand rows in memory.
MADE_AT_ONCE: Final = 8
# Long ranges wait for each other, and nobody else waits for them.
LONG_MADE_AT_ONCE: Final = 4
MAKING_MAY_WAIT_SECONDS: Final = 15.0


class Cache:
    """Stands in front of an application. `version` tells what everything is made of, in a thread of its own, or raises
    WatchTimeError; while it cannot be told nothing new is kept. `waits_elsewhere` tells of a path that who asks for it
    is given a turn later on; `is_long` of a query that it asks for a long range. `now` gives seconds that never go
    back."""

    def __init__(
        self,
        app: App,
        version: Callable[[], object],
        refusals: Refusals,
        waits_elsewhere: Callable[[str], bool] = lambda path: False,
        is_long: Callable[[bytes], bool] = lambda query: False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._version = version
        self._refusals = refusals
        self._waits_elsewhere = waits_elsewhere
        self._now = now
        self._answers: OrderedDict[tuple[str, bytes], Answer] = OrderedDict()
        self._bytes = 0
        self._being_made: dict[tuple[object, str, bytes], asyncio.Future[Answer]] = {}
        self._known: object = None
        self._known_at = float("-inf")
        self._looked_at = float("-inf")
        self._look: asyncio.Task[None] | None = None
        self._is_long = is_long
        self._rooms: tuple[asyncio.Semaphore, asyncio.Semaphore] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. What is not GET or HEAD goes through as it is."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        version = await self._current()
        if version is None and self._look is not None:
            # It does not even refuse: who went in would wait for it too, and nobody else would find room.
            says = "The database does not answer just now. Try again in a minute."
            given = self._refusals.answer(scope["path"], 503, says, AGAIN_IN)
        else:
            given = await self._kept_or_made(version, scope, receive)
        await given.give(scope, send)

    async def _current(self) -> object:
        """The version, which is looked for every two seconds at most; None when nobody knows."""
        now = self._now()
        if now - self._looked_at >= LOOK_EVERY_SECONDS and self._look is None:
            self._look = asyncio.create_task(self._looking())
        if self._look is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._look), LOOK_MAY_TAKE_SECONDS)
        return self._known if self._now() - self._known_at <= LOOK_HOLDS_SECONDS else None

    async def _looking(self) -> None:
        try:
            version = await asyncio.to_thread(self._version)
        except WatchTimeError as exc:
            log.warning("the dashboard cannot tell whether anything changed: %s", exc)
        except Exception:
            log.exception("the dashboard cannot tell whether anything changed")
        else:
            if version != self._known:
                self._known = version
                self._answers.clear()
                self._bytes = 0
            self._known_at = self._now()
        finally:
            self._looked_at = self._now()
            self._look = None

    async def _kept_or_made(self, version: object, scope: Scope, receive: Receive) -> Answer:
        path, query = scope["path"], scope["query_string"]
        kept = self._answers.get((path, query))
        if kept is not None and version is not None:
            self._answers.move_to_end((path, query))
            return kept
        return await self._made_once((version, path, query), scope, receive)

    async def _made_once(self, key: tuple[object, str, bytes], scope: Scope, receive: Receive) -> Answer:
        """Of many who ask at once, the first has it made."""
        if key in self._being_made:
            return await asyncio.shield(self._being_made[key])
        made: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._being_made[key] = made
        try:
            new = await self._make(scope, receive)
        except BaseException as exc:
            made.set_exception(exc if isinstance(exc, Exception) else asyncio.CancelledError())
            # Nobody may be waiting for it.
            made.exception()
            raise
        finally:
            del self._being_made[key]
        made.set_result(new)
        self._keep(key, new)
        return new

    async def _make(self, scope: Scope, receive: Receive) -> Answer:
        if self._waits_elsewhere(scope["path"]):
            return await self._ask(scope, receive)
        usual, for_long = self._rooms = self._rooms or (
            asyncio.Semaphore(MADE_AT_ONCE),
            asyncio.Semaphore(LONG_MADE_AT_ONCE),
        )
        room = for_long if self._is_long(scope["query_string"]) else usual
        try:
            await asyncio.wait_for(room.acquire(), MAKING_MAY_WAIT_SECONDS)
        except TimeoutError:
            says = "Too many ask for too much just now. Try again in a minute."
            return self._refusals.answer(scope["path"], 503, says, AGAIN_IN)
        try:
            return await self._ask(scope, receive)
        finally:
            room.release()

    async def _ask(self, scope: Scope, receive: Receive) -> Answer:
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
            # The application has answered with a page that says so, and raises for who writes the log.
            if not start:
                raise
            log.exception("a page could not be made path=%s", scope["path"])
        return await asyncio.to_thread(answer, start["status"], start["headers"], b"".join(parts))

    def _keep(self, key: tuple[object, str, bytes], new: Answer) -> None:
        version, path, query = key
        if version is None or version != self._known or new.status not in (200, 301, 308):
            return
        taken = new.size + _bytes_of(path, query)
        if taken > LARGEST:
            return
        self._answers[path, query] = new
        self._bytes += taken
        while self._bytes > MOST_BYTES:
            (old_path, old_query), oldest = self._answers.popitem(last=False)
            self._bytes -= oldest.size + _bytes_of(old_path, old_query)


def _bytes_of(path: str, query: bytes) -> int:
    # One letter from far away makes all of them as wide.
    return 4 * len(path) + len(query)
