"""Helix endpoints for games, top games and users."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import numpy as np

from sandbox import pictures
from sandbox.cursors import decode_offset, encode_offset
from sandbox.listing import Listing
from sandbox.messages import Refusal, Request, Response, helix_refusal, json_response
from sandbox.stream_json import utc_text
from sandbox.streamers import mixed
from sandbox.world import World

MOST_VALUES: Final = 100
"""The most ids and names in a request, and the most entries on a page."""

GLOBAL_EMOTES: Final[Mapping[str, str]] = {
    "1": ":)",
    "25": "Kappa",
    "1902": "Keepo",
    "305954156": "PogChamp",
    "425618": "LUL",
    "emotesv2_0a1b2c": "GoatEmotey",
}
"""Names by id: the emotes of the simulated chat, and one that nobody uses."""

_TWITCH_BEGAN: Final = int(datetime(2011, 6, 6, tzinfo=UTC).timestamp())
_JOINING_SECONDS: Final = 12 * 365 * 86_400


def page_size(request: Request) -> int:
    """The parameter `first`: 1 to 100, 20 if it is not given. Raises Refusal."""
    text = request.one("first") or "20"
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise helix_refusal(HTTPStatus.BAD_REQUEST, 'The parameter "first" was malformed: the value must be a number')
    if not 1 <= int(text) <= MOST_VALUES:
        bound = f"less than or equal to {MOST_VALUES}" if int(text) else "greater than or equal to 1"
        raise helix_refusal(HTTPStatus.BAD_REQUEST, f'The parameter "first" was malformed: the value must be {bound}')
    return int(text)


def invalid_cursor() -> Refusal:
    """The refusal of Helix for a cursor that it cannot read, and sometimes for a valid one."""
    return helix_refusal(HTTPStatus.BAD_REQUEST, "invalid cursor")


class Directory:
    """Answers requests about the games and users of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        games = world.games
        self._by_id = {game_id: number for number, game_id in enumerate(games.ids) if number}
        self._by_name = {name: number for number, name in enumerate(games.names) if number}
        self._by_igdb_id = {igdb_id: number for number, igdb_id in enumerate(games.igdb_ids) if igdb_id}

    def games(self, request: Request) -> Response:
        """GET /games: the games that exist, in the order of the request. Raises Refusal."""
        look_ups: dict[str, Callable[[str], int | None]] = {
            "id": self._by_id.get,
            "name": self._by_name.get,
            "igdb_id": self._by_igdb_id.get,
        }
        return json_response({"data": [self._game(number, request) for number in _found(request, look_ups)]})

    def top_games(self, request: Request, listing: Listing) -> Response:
        """GET /games/top: most watched first, paged by offset. Raises Refusal."""
        first, offset = page_size(request), 0
        try:
            if after := request.one("after"):
                offset = decode_offset(after)
            elif before := request.one("before"):
                offset = max(0, decode_offset(before) - 2 * first)
        except ValueError as error:
            raise invalid_cursor() from error
        played = listing.snapshot.games[listing.rows]
        viewers = np.bincount(played, weights=listing.viewers, minlength=len(self._world.games.ids))
        order = [number for number in np.argsort(-viewers, kind="stable").tolist() if number and viewers[number]]
        end = offset + first
        pagination = {"cursor": encode_offset(end)} if end < len(order) else {}
        games = [self._game(number, request) for number in order[offset:end]]
        return json_response({"data": games, "pagination": pagination})

    def users(self, request: Request) -> Response:
        """GET /users: streamers, live or not. Raises Refusal: also of a login that can be none."""
        if any(login.startswith("_") for login in request.query.get("login", ())):
            raise helix_refusal(HTTPStatus.BAD_REQUEST, "Invalid username(s), email(s), or ID(s). Bad Identifiers.")
        streamers = self._world.streamers
        look_ups = {"id": streamers.number_of_id, "login": streamers.number_of_login}
        return json_response({"data": [self._user(number, request) for number in _found(request, look_ups)]})

    def global_emotes(self) -> Response:
        """GET /chat/emotes/global: the emotes that everybody has."""
        return json_response({"data": [_emote(emote_id, name) for emote_id, name in GLOBAL_EMOTES.items()]})

    def emotes(self, request: Request) -> Response:
        """GET /chat/emotes: those that a channel offers; two. Raises Refusal."""
        broadcaster_id = request.one("broadcaster_id")
        if not broadcaster_id:
            raise helix_refusal(HTTPStatus.BAD_REQUEST, 'The parameter "broadcaster_id" is missing')
        number = self._world.streamers.number_of_id(broadcaster_id)
        prefix = "" if number is None else self._world.streamers.login(number)[:10].replace("_", "")
        names = [] if number is None else [f"{prefix}Hi", f"{prefix}Hype"]
        found = [_emote(f"emotesv2_{broadcaster_id}{place}", name) for place, name in enumerate(names)]
        return json_response({"data": found})

    def _game(self, number: int, request: Request) -> dict[str, str]:
        games = self._world.games
        return {
            "id": games.ids[number],
            "name": games.names[number],
            "box_art_url": f"{_server(request)}{pictures.BOX_ART}/{games.ids[number]}-{{width}}x{{height}}.jpg",
            "igdb_id": games.igdb_ids[number],
        }

    def _user(self, number: int, request: Request) -> dict[str, Any]:
        streamers = self._world.streamers
        place = number / streamers.count
        joined = _TWITCH_BEGAN + mixed(self._world.seed, number, 5) % _JOINING_SECONDS
        return {
            "id": streamers.id(number),
            "login": streamers.login(number),
            "display_name": streamers.display_name(number),
            "type": "",
            "broadcaster_type": "partner" if place < 0.02 else "affiliate" if place < 0.3 else "",
            "description": "",
            "profile_image_url": (
                f"{_server(request)}{pictures.AVATARS}/{streamers.id(number)}-profile_image-300x300.png"
            ),
            "offline_image_url": "",
            "view_count": 0,
            "created_at": utc_text(joined),
        }


def _emote(emote_id: str, name: str) -> dict[str, Any]:
    return {"id": emote_id, "name": name, "format": ["static"], "scale": ["1.0"], "theme_mode": ["light", "dark"]}


def _server(request: Request) -> str:
    """The server with the pictures: this one, under the name by which the client reached it."""
    return f"http://{request.headers.get('host', 'localhost')}"


def _found(request: Request, look_ups: Mapping[str, Callable[[str], int | None]]) -> Iterator[int]:
    """The numbers of the streamers that these parameters name, each once; unknown ones are ignored. Raises Refusal."""
    values = [(name, value) for name in look_ups for value in request.query.get(name, [])]
    if not values:
        raise helix_refusal(HTTPStatus.BAD_REQUEST, f"Must provide at least one of: {', '.join(look_ups)}")
    if len(values) > MOST_VALUES:
        raise helix_refusal(HTTPStatus.BAD_REQUEST, f"at most {MOST_VALUES} values can be requested at once")
    found = (look_ups[name](value) for name, value in values)
    yield from dict.fromkeys(number for number in found if number is not None)
