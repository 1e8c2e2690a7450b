"""A client for IGDB, Twitch's database of games: what a game on Twitch is, with its genres, game modes and themes.

It takes the app token of Helix. Limits: four requests in a second, eight at once, 500 items in a response.
Source: https://api-docs.igdb.com (Apicalypse queries, rate limits, external games).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import requests

from helperfunctions.errors import TwitchError
from helperfunctions.text import one_line
from helperfunctions.twitch_http import LONGEST_WAIT_SECONDS, Retryable, TwitchHttp, json_of

MAX_ITEMS: Final = 500
# One request after the other, so there are never eight at once; a little slower than four in a second.
REQUEST_EVERY: Final = timedelta(seconds=0.26)
# The number of Twitch among the sources of external ids.
TWITCH_SOURCE: Final = 14
# A server that ignores the offset would never come to an end.
_MAX_PAGES: Final = 20
_GAME_FIELDS: Final = (
    "id,name,slug,genres,game_modes,themes,game_type,parent_game,version_parent,first_release_date,updated_at,checksum"
)

Dimension = Literal["genres", "game_modes", "themes"]


class IgdbApi(TwitchHttp):
    """A client of IGDB for one application. Raises the errors of TwitchHttp, also for an answer that is no list.

    Items are returned in the JSON of IGDB: lists without elements are absent, instants are Unix seconds, ids numbers.
    """

    _api_setting = "IGDB_API_URL"
    # When the last request was sent.
    _sent_at: datetime | None = None

    def all_of(self, dimension: Dimension) -> list[Any]:
        """Fetch all genres, game modes or themes: id, name and slug."""
        return self._all(f"/{dimension}", "fields id,name,slug;")

    def games(self, igdb_ids: Sequence[int]) -> list[Any]:
        """Fetch games by their ids on IGDB, MAX_ITEMS at most; those it does not know are left out."""
        return self._all("/games", f"fields {_GAME_FIELDS}; where id = ({_listed(igdb_ids)});") if igdb_ids else []

    def games_on_twitch(self, game_ids: Sequence[str]) -> list[Any]:
        """Fetch the games that have these ids on Twitch: `game`, the id on IGDB, and `uid`, that on Twitch.

        MAX_ITEMS ids at most; of one id there can be several items, or none.
        """
        # An id with a quotation mark in it could be another query.
        quoted = [f'"{game_id}"' for game_id in game_ids if game_id.isalnum()]
        where = f"where external_game_source = {TWITCH_SOURCE} & uid = ({_listed(quoted)})"
        return self._all("/external_games", f"fields game,uid; {where};") if quoted else []

    def _all(self, path: str, query: str) -> list[Any]:
        """All items of a query, page after page."""
        found: list[Any] = []
        for number in range(_MAX_PAGES):
            page = self._page(path, f"{query} sort id asc; limit {MAX_ITEMS}; offset {number * MAX_ITEMS};")
            found += (item for item in page if isinstance(item, dict))
            if len(page) < MAX_ITEMS:
                break
        return found

    def _page(self, path: str, query: str) -> list[Any]:
        self._begin()
        return self._with_retries(lambda: self._page_once(path, query), f"POST {path}", by="IGDB")

    def _page_once(self, path: str, query: str) -> list[Any]:
        response = self._authorised(lambda headers: self._send_in_time(path, query, headers))
        status, body = response.status_code, json_of(response)
        if status == 200 and isinstance(body, list):
            return body
        if status == 429:
            raise Retryable("429 too many requests")
        if status == 200 or status >= 500 or status in (404, 408) or body is None:
            raise Retryable(f"{status} with {'JSON that is no list' if body is not None else 'no JSON body'}")
        raise TwitchError(f"IGDB refuses our query with {status}: {self._hide(one_line(_reason_in(body)))[:200]}")

    def _send_in_time(self, path: str, query: str, headers: Mapping[str, str]) -> requests.Response:
        if self._sent_at is not None:
            wait_seconds = (self._sent_at + REQUEST_EVERY - self._clock.now()).total_seconds()
            # A longer wait is that of a clock that was set back.
            if 0 < wait_seconds <= LONGEST_WAIT_SECONDS:
                self._pause(wait_seconds)
        self._sent_at = self._clock.now()
        return self._send(
            "POST", self._api_url, path, data=query.encode(), headers={**headers, "Accept": "application/json"}
        )


def _listed(values: Sequence[int] | Sequence[str]) -> str:
    return ",".join(map(str, values))


def _reason_in(body: Any) -> str:
    """The reason in an error of IGDB, which is a list of objects, or one object."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return ""
    return ": ".join(str(first[name]) for name in ("title", "cause", "message") if first.get(name))
