"""The gateway in front of the cache: rate limit, canonical addresses, and the headers of every response.

Static files and the health check, which need no database, are answered here.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from bot.web.http import spelling
from bot.web.http.errors import API, RETRY_AFTER, ErrorResponses
from bot.web.http.responses import App, Headers, Message, PreparedResponse, Receive, Scope, Send, header, prepare
from bot.web.http.spelling import Route
from bot.web.http.static_files import StaticFiles
from bot.web.http.theme import CHOOSE, STYLE, Themes
from bot.web.site import Site
from helperfunctions.rate_limit import RateLimit, client_address, is_in

log = logging.getLogger(__name__)

# Only scripts, styles and pictures of this site, none of them inline, and no frame around a page.
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
    # Browsers revalidate each time, unless a response has its own value; mostly the ETag is still the same.
    (b"cache-control", b"no-cache"),
)
# Pages of other sites may read the API: it is public, and has no cookies.
_FOR_EVERY_SITE: Final = ((b"access-control-allow-origin", b"*"),)
# Badges and feeds, which pages of other sites show.
_EMBEDDED: Final = re.compile(r"/(?:games|streamers)/[^/]+/(?:badge\.svg|feed\.atom)")
_TO_EMBED: Final = (*_FOR_EVERY_SITE, (b"cross-origin-resource-policy", b"cross-origin"))
STATIC: Final = "/static/"
HEALTH: Final = "/healthz"
# The key in the state of a request with the reason why its connection is refused.
REFUSED: Final = "refused"
# No valid address is longer; responses are cached by it.
_MAX_ADDRESS: Final = 4_000


def with_own_headers(given: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of a response, and those that every response has."""
    names = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in _HEADERS if name not in names)]


class Gateway:
    """The ASGI application in front of all others. `routes` are those whose addresses have parameters.

    Raises SettingsError for an accent colour that cannot be read.
    """

    def __init__(
        self,
        app: App,
        site: Site,
        errors: ErrorResponses,
        routes: Sequence[Route],
        stop_streams: Callable[[], None] = lambda: None,
    ) -> None:
        self._app = app
        self._routes = routes
        self._errors = errors
        self._root = site.root_path
        self._trusted = site.trusted_proxies
        self._files = StaticFiles(site.accent)
        self._themes = Themes(site.accent, site.root_path, site.public_url)
        self._limit = RateLimit(site.requests_per_minute) if site.requests_per_minute else None
        self._has_warned_of_proxy = False
        self.stop_streams = stop_streams
        """Ends the responses that go on for long: the server stops."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = self._path_below_root(scope)
        scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}

        allowed = _TO_EMBED if _EMBEDDED.fullmatch(path) else _FOR_EVERY_SITE if path.startswith(f"{API}/") else ()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_own_headers([*message.get("headers", ()), *allowed])
            await send(message)

        response = await self._own_response(path, scope)
        if response is None:
            query = spelling.query(path, scope["query_string"], self._routes)
            await self._app({**scope, "query_string": query}, receive, send_with_headers)
        else:
            await response.send(scope, send_with_headers)

    async def _own_response(self, path: str, scope: Scope) -> PreparedResponse | None:
        """The response to a request that is answered here; None for one that is passed on."""
        is_read = scope["method"] in ("GET", "HEAD")
        if is_read and path == HEALTH:
            return prepare(200, [(b"content-type", b"text/plain; charset=utf-8")], b"up\n")
        if refused := scope.get("state", {}).get(REFUSED):
            headers = {**RETRY_AFTER, "connection": "close"}
            return self.error(path, 503, f"{refused} Try again in a minute.", headers)
        if is_read and path.startswith(STATIC) and (file := self._files.get(path.removeprefix(STATIC))) is not None:
            return file
        if is_read and path == STYLE:
            return self._themes.style(scope)
        wait_seconds = self._wait_seconds(scope)
        if wait_seconds:
            seconds = str(max(1, round(wait_seconds)))
            detail = f"Too many requests from your address. Try again in {seconds} seconds."
            return self.error(path, 429, detail, {"retry-after": seconds})
        if len(path) + len(scope["query_string"]) > _MAX_ADDRESS:
            return self.error(path, 414, "This address is too long.")
        if is_read and path == CHOOSE:
            return self._themes.choose(scope)
        if (canonical := spelling.path(path)) != path:
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            return prepare(308, [(b"location", f"{self._root}{quote(canonical)}".encode() + query)], b"")
        return None

    def error(self, path: str, status: int, detail: str, headers: Mapping[str, str] | None = None) -> PreparedResponse:
        """An error response to a request for `path`."""
        return self._errors.make(path, status, detail, headers)

    def _path_below_root(self, scope: Scope) -> str:
        """The path below WEB_ROOT_PATH, whether or not the proxy in front has removed that."""
        path = str(scope["path"])
        if self._root and (path == self._root or path.startswith(f"{self._root}/")):
            path = path[len(self._root) :] or "/"
        return path

    def _wait_seconds(self, scope: Scope) -> float:
        """Seconds until the rate limit accepts a request of this client; 0 if it accepts this one."""
        if self._limit is None:
            return 0.0
        peer = scope["client"][0] if scope.get("client") else ""
        forwarded = header(scope, b"x-forwarded-for").decode("latin-1")
        if forwarded and not is_in(peer, self._trusted) and not self._has_warned_of_proxy:
            self._has_warned_of_proxy = True
            log.warning(
                "requests from %s have X-Forwarded-For, which is ignored, so that all of its clients share one rate "
                "limit: if it is your proxy, add it to WEB_TRUSTED_PROXIES",
                peer,
            )
        return self._limit.allow(client_address(peer, forwarded, self._trusted))
