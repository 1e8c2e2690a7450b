"""The ASGI messages, and a response that is prepared once and sent many times."""

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

_MIN_COMPRESSED_BYTES: Final = 800
_COMPRESSED_TYPES: Final = (b"text/", b"application/json", b"application/javascript", b"image/svg+xml")
# Headers that describe the body, which a 304 does not have.
_BODY_HEADERS: Final = (b"content-type", b"content-disposition")
_NO_GZIP: Final = re.compile(rb"gzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class PreparedResponse:
    """A response with its body plain and compressed, and its ETag."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    gzipped: bytes | None
    etag: bytes

    @property
    def size(self) -> int:
        """Approximate number of bytes in memory."""
        return len(self.body) + len(self.gzipped or b"") + 1_000

    async def send(self, scope: Scope, send: Send) -> None:
        """Send it, compressed if the client accepts that; 304 if the client has the same one."""
        headers = list(self.headers)
        if self.gzipped is not None:
            headers.append((b"vary", b"accept-encoding"))
        if self.status == 200:
            headers.append((b"etag", self.etag))
            known = header(scope, b"if-none-match")
            if self.etag in known or known.strip() == b"*":
                headers = [(name, value) for name, value in headers if name not in _BODY_HEADERS]
                await send({"type": "http.response.start", "status": 304, "headers": headers})
                await send({"type": "http.response.body", "body": b""})
                return
        body = self.body
        if self.gzipped is not None and _accepts_gzip(header(scope, b"accept-encoding")):
            headers.append((b"content-encoding", b"gzip"))
            body = self.gzipped
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def prepare(status: int, headers: Headers, body: bytes) -> PreparedResponse:
    """A response, compressed if that makes it smaller. Takes milliseconds for a large one."""
    headers = tuple((name.lower(), value) for name, value in headers if name.lower() != b"content-length")
    gzipped = None
    if len(body) > _MIN_COMPRESSED_BYTES and dict(headers).get(b"content-type", b"").startswith(_COMPRESSED_TYPES):
        compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
        gzipped = compressor.compress(body) + compressor.flush()
    # Weak: the same for the plain and the compressed body.
    etag = b'W/"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
    return PreparedResponse(status, headers, body, gzipped, etag)


def header(scope: Scope, wanted: bytes) -> bytes:
    """The value of a request header; the values of a repeated one with commas between them."""
    return b", ".join(value for name, value in scope["headers"] if name == wanted)


def _accepts_gzip(accepted: bytes) -> bool:
    return b"gzip" in accepted and not _NO_GZIP.search(accepted)
