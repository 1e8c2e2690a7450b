"""Who may come in how often, and with which headers everything goes out.

What needs no database is answered here: the files, and whether we live.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from bot.web.http import spelling
from bot.web.http.errors import AGAIN_IN, Refusals
from bot.web.http.responses import Answer, App, Headers, Message, Receive, Scope, Send, answer, header
from bot.web.http.spelling import Known
from bot.web.http.static_files import Files
from bot.web.site import Site
from helperfunctions.errors import ChartNotDrawn
from helperfunctions.rate_limit import RateLimit, client_address, is_in

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
    # Asked for again each time, unless an answer says otherwise; mostly it is the same still.
    (b"cache-control", b"no-cache"),
)
STATIC: Final = "/static/"
HEALTH: Final = "/healthz"
# In the state of a request: why its connection is not served.
REFUSED: Final = "refused"
# Nothing that can be asked here is as long; kept answers are found by it.
_LONGEST_ADDRESS: Final = 4_000


def with_own_headers(given: Headers) -> list[tuple[bytes, bytes]]:
    """The headers of an answer, and those that every answer has."""
    names = {name.lower() for name, _ in given}
    return [*given, *((name, value) for name, value in _HEADERS if name not in names)]


class Door:
    """Stands in front of everything else."""

    def __init__(self, app: App, site: Site, refusals: Refusals, known: Sequence[Known]) -> None:
        self._app = app
        self._known = known
        self._refusals = refusals
        self._root = site.root_path
        self._trusted = site.trusted_proxies
        self._files = Files(site.javascript)
        self._limit = RateLimit(site.requests_per_minute) if site.requests_per_minute else None
        self._has_told_of_proxy = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = self._own_path(scope)
        scope = {**scope, "path": path, "raw_path": path.encode(), "root_path": ""}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_own_headers(message.get("headers", ()))
            await send(message)

        answered = await self._answered(path, scope)
        if answered is None:
            meant = spelling.query(path, scope["query_string"], self._known)
            await self._app({**scope, "query_string": meant}, receive, send_with_headers)
        else:
            await answered.give(scope, send_with_headers)

    async def _answered(self, path: str, scope: Scope) -> Answer | None:
        """What is answered here; None for what goes in."""
        only_reads = scope["method"] in ("GET", "HEAD")
        if only_reads and path == HEALTH:
            return answer(200, [(b"content-type", b"text/plain; charset=utf-8")], b"up\n")
        if refused := scope.get("state", {}).get(REFUSED):
            return self.refusal(path, 503, f"{refused} Try again in a minute.", {**AGAIN_IN, "connection": "close"})
        if only_reads and path.startswith(STATIC):
            try:
                found = await self._files.get(path.removeprefix(STATIC))
            except ChartNotDrawn as exc:
                log.error("the script that draws charts could not be put together: %s", exc)
                return self._refusals.answer(path, 503, "This file is not to be had just now.", AGAIN_IN)
            if found is not None:
                return found
        wait = self._wait(scope)
        if wait:
            again = str(max(1, round(wait)))
            says = f"Too many requests from your address. Try again in {again} seconds."
            return self._refusals.answer(path, 429, says, {"retry-after": again})
        if len(path) + len(scope["query_string"]) > _LONGEST_ADDRESS:
            return self._refusals.answer(path, 414, "This address is longer than any here.")
        if (meant := spelling.path(path)) != path:
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            return answer(308, [(b"location", f"{self._root}{quote(meant)}".encode() + query)], b"")
        return None

    def refusal(self, path: str, status: int, says: str, headers: Mapping[str, str]) -> Answer:
        """What says no to a request for that path."""
        return self._refusals.answer(path, status, says, dict(headers))

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
        forwarded = header(scope, b"x-forwarded-for").decode("latin-1")
        if forwarded and not is_in(peer, self._trusted) and not self._has_told_of_proxy:
            self._has_told_of_proxy = True
            log.warning(
                "%s speaks for others and is not believed, so that they count as one: if it is your proxy, name it in "
                "WEB_TRUSTED_PROXIES",
                peer,
            )
        return self._limit.allow(client_address(peer, forwarded, self._trusted))
