"""Verify OAuth 1.0a signatures, on the side of the server: RFC 5849 section 3, HMAC-SHA1."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from sandbox.messages import Request
from sandbox.x.problems import unauthorized, wrong_kind_of_credentials

_OLDEST: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An app's key and an account's token."""

    api_key: str
    api_key_secret: str
    access_token: str
    access_token_secret: str


@dataclass(slots=True)
class Signatures:
    """Verifies signatures of requests; each signature is valid once."""

    credentials: Credentials
    _seen: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def check(self, request: Request, now: datetime) -> None:
        """Raise Refusal unless the request is signed for our account. `now` is real time, as the signer's is."""
        header = request.headers.get("authorization", "")
        if header.startswith("Bearer "):
            raise wrong_kind_of_credentials()
        if not header.startswith("OAuth "):
            raise unauthorized()
        given = _parameters(header)
        signature = given.pop("oauth_signature", "")
        given.pop("realm", None)
        mine = self.credentials
        if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (mine.api_key, mine.access_token):
            raise unauthorized()
        if given.get("oauth_signature_method") != "HMAC-SHA1" or given.get("oauth_version", "1.0") != "1.0":
            raise unauthorized()
        if not hmac.compare_digest(signature.encode(), self._signed(request, given)):
            raise unauthorized()
        self._use_up(given, now)

    def _signed(self, request: Request, given: Mapping[str, str]) -> bytes:
        parameters = [*given.items(), *((name, value) for name, values in request.query.items() for value in values)]
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            parameters += parse_qsl(request.body.decode(), keep_blank_values=True)
        pairs = sorted((_escaped(name), _escaped(value)) for name, value in parameters)
        normal = "&".join(f"{name}={value}" for name, value in pairs)
        url = f"http://{request.headers.get('host', '').lower()}{request.path}"
        base = "&".join((request.method, _escaped(url), _escaped(normal)))
        key = "&".join((_escaped(self.credentials.api_key_secret), _escaped(self.credentials.access_token_secret)))
        return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest())

    def _use_up(self, given: Mapping[str, str], now: datetime) -> None:
        timestamp = given.get("oauth_timestamp", "")
        nonce = (timestamp, given.get("oauth_nonce", ""))
        if not timestamp.isdecimal() or abs(int(timestamp) - now.timestamp()) > _OLDEST.total_seconds():
            raise unauthorized()
        if not nonce[1] or nonce in self._seen:
            raise unauthorized()
        if len(self._seen) >= 10_000:
            # Older ones are refused by their timestamp.
            self._seen = {seen: at for seen, at in self._seen.items() if now - at < 2 * _OLDEST}
        self._seen[nonce] = now


def _parameters(header: str) -> dict[str, str]:
    """The parts of an Authorization header: OAuth name="value", …"""
    parts = (part.strip().partition("=") for part in header.removeprefix("OAuth ").split(","))
    return {unquote(name): unquote(value.strip('"')) for name, _, value in parts}


def _escaped(text: str) -> str:
    return quote(text, safe="-._~")
