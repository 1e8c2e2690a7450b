"""Answers that are made once, and given until what they are made of changes.

Everything shown comes from tables that change with a poll, a rolled-up day or a post, a few times an hour; in between
the same question has the same answer. So an answer is kept, compressed too, under its address, and many who ask for it
at once wait for one to be made.
"""

import asyncio
import hashlib
import logging
import time
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES: Final = 24_000_000
LARGEST: Final = 4_000_000
# How long it takes at most until a change is seen.
LOOK_EVERY_SECONDS: Final = 2.0
_WORTH_COMPRESSING: Final = 800
_TEXTS: Final = (b"text/", b"application/json", b"application/javascript", b"image/svg+xml")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, plain and compressed."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    gzipped: bytes | None
    etag: bytes

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return len(self.body) + len(self.gzipped or b"") + 1_000


class Cache:
    """Stands in front of an application. `version` tells what everything is made of, in a thread of its own; when it
    cannot be told nothing is kept."""

    def __init__(self, app: App, version: Callable[[], object]) -> None:
        self._app = app
        self._version = version
        self._answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        self._bytes = 0
        self._being_made: dict[tuple[object, ...], asyncio.Future[Answer]] = {}
        self._known: object = None
        self._known_until = 0.0
        self._looking: asyncio.Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. What is not GET or HEAD goes through as it is."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        version = await self._current()
        key = (version, scope["path"], scope["query_string"])
        answer = self._answers.get(key)
        if answer is None:
            answer = await self._made_once(key, scope, receive)
        else:
            self._answers.move_to_end(key)
        await _give(answer, scope, send)

    async def _current(self) -> object:
        """The version; looked for every two seconds at most."""
        if time.monotonic() < self._known_until:
            return self._known
        self._looking = self._looking or asyncio.Lock()
        async with self._looking:
            if time.monotonic() >= self._known_until:
                try:
                    self._known = await asyncio.to_thread(self._version)
                except Exception:
                    log.warning("the dashboard cannot tell whether anything changed", exc_info=True)
                    self._known = None
                self._known_until = time.monotonic() + LOOK_EVERY_SECONDS
        return self._known

    async def _made_once(self, key: tuple[object, ...], scope: Scope, receive: Receive) -> Answer:
        """Of many who ask at once, the first has it made."""
        if key in self._being_made:
            return await asyncio.shield(self._being_made[key])
        made: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._being_made[key] = made
        try:
            answer = await self._make(scope, receive)
        except BaseException as exc:
            made.set_exception(exc if isinstance(exc, Exception) else asyncio.CancelledError())
            # Nobody may be waiting for it.
            made.exception()
            raise
        finally:
            del self._being_made[key]
        made.set_result(answer)
        self._keep(key, answer)
        return answer

    async def _make(self, scope: Scope, receive: Receive) -> Answer:
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
        body = b"".join(parts)
        headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
        content_type = dict(headers).get(b"content-type", b"")
        gzipped = None
        if len(body) > _WORTH_COMPRESSING and content_type.startswith(_TEXTS):
            gzipped = await asyncio.to_thread(_gzipped, body)
        etag = b'"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
        return Answer(start["status"], tuple(headers), body, gzipped, etag)

    def _keep(self, key: tuple[object, ...], answer: Answer) -> None:
        if key[0] is None or answer.status not in (200, 301, 308, 404) or answer.bytes > LARGEST:
            return
        self._answers[key] = answer
        self._bytes += answer.bytes
        while self._bytes > MOST_BYTES:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= oldest.bytes


async def _give(answer: Answer, scope: Scope, send: Send) -> None:
    headers = list(answer.headers)
    if answer.status == 200:
        headers.append((b"etag", answer.etag))
        if answer.etag in _header(scope, b"if-none-match"):
            kept = [(name, value) for name, value in headers if name not in (b"content-type", b"content-disposition")]
            await send({"type": "http.response.start", "status": 304, "headers": kept})
            await send({"type": "http.response.body", "body": b""})
            return
    body = answer.body
    if answer.gzipped is not None:
        headers.append((b"vary", b"accept-encoding"))
        if b"gzip" in _header(scope, b"accept-encoding"):
            headers.append((b"content-encoding", b"gzip"))
            body = answer.gzipped
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")
