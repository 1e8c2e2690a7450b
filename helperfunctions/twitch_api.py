"""A client for Twitch's Helix API: rate limit, pages of live streams, games and users by id.

Sources: https://dev.twitch.tv/docs/api/reference (Get Streams, Get Games, Get Users),
https://dev.twitch.tv/docs/api/guide (rate limits).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import requests

from helperfunctions.twitch_http import LONGEST_WAIT_SECONDS, Retryable, TwitchHttp, checked_body, seconds_until_reset

PAGE_SIZE: Final = 100
# Below this share of the bucket we send only as fast as it refills, so that other programs with our key can send, too.
RESERVE: Final = 0.1
BUCKET_SECONDS: Final = 60.0

# A parameter with several values is repeated in the query.
_Parameters = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class StreamsPage:
    """A page of Get Streams: the streams in the JSON of Twitch, and the cursor of the next page (None: the last)."""

    items: list[Any]
    cursor: str | None


class TwitchApi(TwitchHttp):
    """A client of Helix for one application.

    After a 429, the next attempt is at `Ratelimit-Reset`. Raises the errors of TwitchHttp, and InvalidCursor when a
    cursor stays refused.
    """

    # No request is sent before, by the headers of the last response.
    _not_before: datetime | None = None

    def get_streams(self, after: str | None = None) -> StreamsPage:
        """Fetch a page of live streams, most watched first, from a cursor on (None: from the top)."""
        parameters = {"first": str(PAGE_SIZE)} | ({"after": after} if after else {})
        return _streams_page(self._get("/streams", parameters))

    def get_streams_of(self, user_ids: Sequence[str]) -> list[Any]:
        """Fetch the live streams of users by their ids, PAGE_SIZE at most; those who are not live are left out."""
        return _items(self._get("/streams", {"first": str(PAGE_SIZE), "user_id": user_ids}))

    def get_users_named(self, logins: Sequence[str]) -> list[Any]:
        """Fetch users by their logins: limits and result as of `get_games`."""
        return _items(self._get("/users", {"login": logins}))

    def get_global_emotes(self) -> list[Any]:
        """Fetch the emotes that everybody has: result as of `get_games`."""
        return _items(self._get("/chat/emotes/global", {}))

    def get_emotes_of(self, channel_id: str) -> list[Any]:
        """Fetch the emotes that a channel offers: result as of `get_games`."""
        return _items(self._get("/chat/emotes", {"broadcaster_id": channel_id}))

    def get_games(self, ids: Sequence[str]) -> list[Any]:
        """Fetch games by their ids, PAGE_SIZE at most, as items in the JSON of Twitch; those it does not know are left
        out."""
        return _items(self._get("/games", {"id": ids}))

    def get_users(self, ids: Sequence[str]) -> list[Any]:
        """Fetch users, such as streamers, by their ids: limits and result as of `get_games`."""
        return _items(self._get("/users", {"id": ids}))

    def _get(self, path: str, parameters: _Parameters) -> dict[str, Any]:
        self._begin()
        return self._with_retries(lambda: self._get_once(path, parameters), f"GET {path}")

    def _get_once(self, path: str, parameters: _Parameters) -> dict[str, Any]:
        response = self._authorised(lambda headers: self._send_in_time(path, parameters, headers))
        return checked_body(response, self._clock.now(), self._hide)

    def _send_in_time(self, path: str, parameters: _Parameters, headers: Mapping[str, str]) -> requests.Response:
        not_before = self._not_before
        wait_seconds = (not_before - self._clock.now()).total_seconds() if not_before is not None else 0.0
        # A longer wait was never requested: the clock was set back.
        if 0 < wait_seconds <= LONGEST_WAIT_SECONDS:
            if wait_seconds > self._seconds_left():
                raise Retryable(f"the rate limit requires a wait of {wait_seconds:.0f} s", wait_seconds)
            self._pause(wait_seconds)
        response = self._send("GET", self._api_url, path, params=parameters, headers=headers)
        with suppress(KeyError, ValueError):
            self._calls_left["twitch"] = float(response.headers["Ratelimit-Remaining"])
        now = self._clock.now()
        self._not_before = now + timedelta(seconds=pause_seconds(response.headers, now))
        return response


def pause_seconds(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds to wait before the next request, by the headers of the rate limit: 0 while the bucket is well filled.

    In its last tenth we send as fast as it refills; when it is empty we wait until it is full again.
    """
    try:
        limit = int(headers["Ratelimit-Limit"])
        remaining = int(headers["Ratelimit-Remaining"])
    except (KeyError, ValueError):
        return 0.0
    if limit <= 0 or remaining > limit * RESERVE:
        return 0.0
    if remaining > 0:
        return BUCKET_SECONDS / limit
    return seconds_until_reset(headers, now) or 0.0


def _items(body: dict[str, Any]) -> list[Any]:
    # The reference excludes null for `data`; in practice it occurs.
    items = body.get("data")
    return items if isinstance(items, list) else []


def _streams_page(body: dict[str, Any]) -> StreamsPage:
    pagination = body.get("pagination")
    cursor = pagination.get("cursor") if isinstance(pagination, dict) else None
    return StreamsPage(
        items=_items(body),
        cursor=cursor if isinstance(cursor, str) and cursor else None,
    )
