"""Rate limits and permissions of a token: the headers of every response to a correctly signed request.

Rate limits by endpoint, per account and quarter of an hour: docs.x.com/x-api/fundamentals/rate-limits. The access level
is announced for the answer to every authenticated request: groups.google.com/group/twitter-api-announce, "The new
permission model (R / RW / RWD) is now in effect" (2011-06-30); seen with GET /2/users/me and media in 2026.
"""

import math
from datetime import datetime, timedelta
from typing import Final

from sandbox.x.problems import too_many_requests

WINDOW: Final = timedelta(minutes=15)
LIMITS: Final = {
    "POST /2/tweets": 100,
    "GET /2/tweets": 900,
    "GET /2/users/:id/mentions": 300,
    "GET /2/users/:id/tweets": 900,
    "GET /2/users/me": 75,
    "POST /2/media/upload": 500,
    "POST /2/media/metadata": 500,
}
"""Requests per window."""


class RateLimits:
    """Counts requests in fixed windows, each of which starts with its first request."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[datetime, int]] = {}

    def take(self, endpoint: str, now: datetime) -> dict[str, str]:
        """Count a request; returns the rate limit headers. Raises Refusal (429) when the limit is used up."""
        started_at, used = self._windows.get(endpoint, (now, 0))
        if now >= started_at + WINDOW:
            started_at, used = now, 0
        limit = LIMITS[endpoint]
        headers = headers_of(limit, max(0, limit - used - 1), started_at + WINDOW)
        if used >= limit:
            raise too_many_requests(headers)
        self._windows[endpoint] = (started_at, used + 1)
        return headers


def access_level(can_write: bool) -> dict[str, str]:
    """The permission that the app had when the access token was made: read, read-write or read-write-directmessages."""
    return {"x-access-level": "read-write" if can_write else "read"}


def headers_of(limit: int, remaining: int, resets_at: datetime) -> dict[str, str]:
    """The headers of a rate limit, with the names that X uses."""
    return {
        "x-rate-limit-limit": str(limit),
        "x-rate-limit-remaining": str(remaining),
        "x-rate-limit-reset": str(math.ceil(resets_at.timestamp())),
    }
