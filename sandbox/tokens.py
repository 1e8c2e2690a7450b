"""App access tokens and their rate limit, both with an injected clock."""

import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST_TOKENS: Final = 25
"""The most active tokens of an app; "going over this limit starts to inactivate older tokens" (IGDB FAQ)."""

RATE_LIMIT: Final = 800
"""Points a minute in the bucket of an app token."""

TOKEN_SECONDS: Final = 5_011_271
"""The validity of a token, as in the examples of the documentation: 58 days."""


@dataclass(slots=True)
class _Token:
    expires_at: datetime
    uses: int = 0


class Tokens:
    """The valid tokens of one app."""

    def __init__(self, seconds: int = TOKEN_SECONDS) -> None:
        self._seconds = seconds
        self._tokens: dict[str, _Token] = {}

    def mint(self, now: datetime) -> tuple[str, int]:
        """A new token and the seconds of its validity. Beyond MOST_TOKENS the oldest becomes invalid."""
        self._tokens = {text: token for text, token in self._tokens.items() if token.expires_at > now}
        text = secrets.token_hex(15)
        self._tokens[text] = _Token(now + timedelta(seconds=self._seconds))
        if len(self._tokens) > MOST_TOKENS:
            del self._tokens[next(iter(self._tokens))]
        return text, self._seconds

    def seconds_left(self, text: str, now: datetime) -> int:
        """Whole seconds until a token expires; 0 for an invalid one."""
        token = self._tokens.get(text)
        return max(0, math.ceil((token.expires_at - now).total_seconds())) if token else 0

    def use(self, text: str) -> int:
        """Count a request with a valid token. Returns the number of its requests."""
        self._tokens[text].uses += 1
        return self._tokens[text].uses

    def revoke(self, text: str) -> None:
        """Revoke a token."""
        self._tokens.pop(text, None)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The result of a request to the bucket."""

    granted: bool
    headers: dict[str, str]


class Bucket:
    """Helix's token bucket: `limit` points, refilled evenly within a minute; a request costs one. 0: no limit."""

    def __init__(self, limit: int, now: datetime) -> None:
        self._limit = limit
        self._points = float(limit)
        self._filled_at = now

    def take(self, now: datetime) -> Allowance:
        """Take a point if there is one. The headers are those of Helix; Ratelimit-Reset is when the bucket is full."""
        if not self._limit:
            return Allowance(granted=True, headers={})
        per_second = self._limit / 60
        elapsed = (now - self._filled_at).total_seconds()
        self._points = min(float(self._limit), self._points + elapsed * per_second)
        self._filled_at = now
        granted = self._points >= 1
        self._points -= granted
        full_at = now.timestamp() + (self._limit - self._points) / per_second
        return Allowance(granted, rate_headers(self._limit, int(self._points), math.ceil(full_at)))


def rate_headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    """The rate limit in the headers of Helix; `reset` in seconds since 1970."""
    return {"Ratelimit-Limit": str(limit), "Ratelimit-Remaining": str(remaining), "Ratelimit-Reset": str(reset)}
