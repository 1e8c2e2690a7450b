"""Who may come in how often, and with which headers everything goes out."""

import logging
from typing import Final

from bot.web.cache import App, Message, Receive, Scope, Send
from bot.web.site import Site
from helperfunctions.rate_limit import RateLimit, client_address

log = logging.getLogger(__name__)

# No script, style or picture but our own, none in the page itself, and nobody may put us into a frame.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
# Kept by browsers as long as they like: their addresses change when they do.
_STATIC: Final = "/static/"
_HEALTH: Final = "/healthz"


class Door:
    """Stands in front of everything else."""

    def __init__(self, app: App, site: Site) -> None:
        self._app = app
        self._root = site.root_path
        self._trusted = site.trusted_proxies
        self._limit = RateLimit(site.requests_per_minute) if site.requests_per_minute else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = self._own_path(scope)
        scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [
                    *message.get("headers", ()),
                    *((name, value) for name, value in _HEADERS if name not in given),
                ]
                if b"cache-control" not in given:
                    message["headers"].append((b"cache-control", b"no-cache"))
            await send(message)

        wait = 0.0 if path.startswith(_STATIC) or path == _HEALTH else self._wait(scope)
        if wait:
            body = f"Too many requests from your address; try again in {wait:.0f} seconds.\n".encode()
            headers = [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                (b"retry-after", str(max(1, round(wait))).encode()),
            ]
            await send_with_headers({"type": "http.response.start", "status": 429, "headers": headers})
            await send_with_headers({"type": "http.response.body", "body": body})
            return
        await self._app(scope, receive, send_with_headers)

    def _own_path(self, scope: Scope) -> str:
        """The path below ours, whether the proxy in front has taken our part away or not."""
        path = str(scope["path"])
        if self._root and (path == self._root or path.startswith(f"{self._root}/")):
            path = path[len(self._root) :] or "/"
        return path

    def _wait(self, scope: Scope) -> float:
        """Seconds until this address may ask again."""
        if self._limit is None:
            return 0.0
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
        told = b", ".join(forwarded).decode("latin-1") if forwarded else None
        return self._limit.allow(client_address(peer, told, self._trusted))
