"""The messages between server and application, and an answer as it goes out."""

import hashlib
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

_WORTH_COMPRESSING: Final = 800
_TEXTS: Final = (b"text/", b"application/json", b"application/javascript", b"image/svg+xml")
# What of a header goes with a 304 too.
_OF_THE_BODY: Final = (b"content-type", b"content-disposition")
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out, plain and compressed."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    gzipped: bytes | None
    etag: bytes

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return len(self.body) + len(self.gzipped or b"") + 1_000

    async def give(self, scope: Scope, send: Send) -> None:
        """Give it to who asks, or say that it is the same as the one that he has."""
        headers = list(self.headers)
        if self.gzipped is not None:
            headers.append((b"vary", b"accept-encoding"))
        if self.status == 200:
            headers.append((b"etag", self.etag))
            known = header(scope, b"if-none-match")
            if self.etag in known or known.strip() == b"*":
                kept = [(name, value) for name, value in headers if name not in _OF_THE_BODY]
                await send({"type": "http.response.start", "status": 304, "headers": kept})
                await send({"type": "http.response.body", "body": b""})
                return
        body = self.body
        if self.gzipped is not None and _takes_gzip(header(scope, b"accept-encoding")):
            headers.append((b"content-encoding", b"gzip"))
            body = self.gzipped
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def answer(status: int, headers: Headers, body: bytes) -> Answer:
    """An answer, compressed if that is worth it. Takes milliseconds for a large one."""
    headers = tuple((name.lower(), value) for name, value in headers if name.lower() != b"content-length")
    gzipped = None
    if len(body) > _WORTH_COMPRESSING and dict(headers).get(b"content-type", b"").startswith(_TEXTS):
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        gzipped = packer.compress(body) + packer.flush()
    # Weak: the same page, compressed or not.
    etag = b'W/"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
    return Answer(status, headers, body, gzipped, etag)


def header(scope: Scope, wanted: bytes) -> bytes:
    """The value of a header of a request; of one that comes several times all values, with commas."""
    return b", ".join(value for name, value in scope["headers"] if name == wanted)


def _takes_gzip(accepted: bytes) -> bool:
    return b"gzip" in accepted and not _NO_GZIP.search(accepted)
