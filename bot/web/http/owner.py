"""Who may choose channels: the operator, by WEB_TOKEN once and then by a cookie; and where requests come from."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv4Network, IPv6Network
from typing import Final
from urllib.parse import urlsplit

from bot.web.http.responses import Scope, header
from helperfunctions.rate_limit import RateLimit, client_address, counted_as

COOKIE: Final = "owner"
_MONTHS: Final = 90 * 24 * 3600
# Of one address. After them its right tokens are refused too, for a while: nobody can try all tokens.
_WRONG_TOKENS_PER_MINUTE: Final = 10


class TooManyTokens(Exception):
    """An address sent too many wrong tokens. `seconds`: until it may send another one."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many wrong tokens from this address")
        self.seconds = seconds


class Owner:
    """Recognises the operator. Without a token nobody is."""

    def __init__(self, token: str, root_path: str, trusted: Sequence[IPv4Network | IPv6Network]) -> None:
        self._token, self._root, self._trusted = token, root_path, trusted
        # Of the token only what a cookie has: it cannot be made of the cookie again.
        self._cookie = hashlib.sha256(f"watchtime owner {token}".encode()).hexdigest() if token else ""
        self._limit = RateLimit(_WRONG_TOKENS_PER_MINUTE)
        self._visitors_key = secrets.token_bytes(32)

    def is_by_cookie(self, scope: Scope) -> bool:
        """True if a request has the operator's cookie."""
        try:
            given = SimpleCookie(header(scope, b"cookie").decode("latin-1")).get(COOKIE)
        except CookieError:
            return False
        return bool(self._cookie and given and hmac.compare_digest(given.value.encode(), self._cookie.encode()))

    def is_by_bearer(self, scope: Scope) -> bool:
        """True if a request has the token in its header Authorization. Raises TooManyTokens."""
        kind, _, token = header(scope, b"authorization").decode("latin-1").partition(" ")
        return kind.lower() == "bearer" and self.is_token(scope, token.strip().encode("latin-1"))

    def is_token(self, scope: Scope, token: bytes) -> bool:
        """True if it is the token, in UTF-8. Raises TooManyTokens."""
        address = self._address(scope)
        if wait_seconds := self._limit.allow(address):
            raise TooManyTokens(wait_seconds)
        is_right = bool(self._token) and hmac.compare_digest(token, self._token.encode())
        if is_right:
            self._limit.take_back(address)
        return is_right

    def cookie(self, scope: Scope) -> str:
        """The header that stores the operator's cookie."""
        secure = "; Secure" if _is_tls(scope) else ""
        return (
            f"{COOKIE}={self._cookie}; Path={self._root or '/'}; Max-Age={_MONTHS}; SameSite=Strict; HttpOnly{secure}"
        )

    def visitor(self, scope: Scope) -> str:
        """A name for the address of a visitor that means nothing outside of this process."""
        address = counted_as(self._address(scope)).encode()
        return hashlib.blake2b(address, digest_size=12, key=self._visitors_key).hexdigest()

    def _address(self, scope: Scope) -> str:
        peer = scope["client"][0] if scope.get("client") else ""
        return client_address(peer, header(scope, b"x-forwarded-for").decode("latin-1"), self._trusted)


def is_from_here(scope: Scope) -> bool:
    """True if a form was sent from a page of this site: a browser says where it was."""
    origin = header(scope, b"origin").decode("latin-1")
    try:
        return bool(origin) and urlsplit(origin).netloc == header(scope, b"host").decode("latin-1")
    except ValueError:
        # Not an address.
        return False


def _is_tls(scope: Scope) -> bool:
    # The proxy that ends TLS says so; a client that lies about it only loses its own cookie.
    return header(scope, b"x-forwarded-proto") == b"https" or scope.get("scheme") == "https"
