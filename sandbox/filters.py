"""The filters of Get Streams: by streamer, game, language and type."""

from http import HTTPStatus

import numpy as np
from numpy.typing import NDArray

from sandbox.directory import MOST_VALUES
from sandbox.listing import Listing
from sandbox.messages import Request, helix_refusal
from sandbox.world import Snapshot, World

_REPEATABLE = ("user_id", "user_login", "game_id", "language")


def filtered(listing: Listing, request: Request, world: World) -> Listing:
    """The streams that match the filters of a request, in their order. Raises Refusal."""
    if (kind := request.one("type")) not in (None, "all", "live"):
        raise helix_refusal(HTTPStatus.BAD_REQUEST, f'The parameter "type" was malformed: "{kind}" is not a type')
    given = {name: request.query[name] for name in _REPEATABLE if name in request.query}
    for name, values in given.items():
        if len(values) > MOST_VALUES:
            message = f'The parameter "{name}" was malformed: at most {MOST_VALUES} values can be given'
            raise helix_refusal(HTTPStatus.BAD_REQUEST, message)
    if not given:
        return listing
    wanted = np.ones(len(listing.snapshot.streamers), dtype=np.bool_)
    if "user_id" in given or "user_login" in given:
        wanted &= np.isin(listing.snapshot.streamers, _streamers(given, world))
    if "game_id" in given:
        numbers = [number for number, game_id in enumerate(world.games.ids) if game_id and game_id in given["game_id"]]
        wanted &= np.isin(listing.snapshot.games, numbers)
    if "language" in given:
        wanted &= _speaks(listing.snapshot, world, frozenset(given["language"]))
    return listing.only(wanted)


def _streamers(given: dict[str, list[str]], world: World) -> list[int]:
    """The streamers that a request names by ids and logins."""
    numbers = [
        *map(world.streamers.number_of_id, given.get("user_id", [])),
        *map(world.streamers.number_of_login, given.get("user_login", [])),
    ]
    return [number for number in numbers if number is not None]


def _speaks(live: Snapshot, world: World, languages: frozenset[str]) -> NDArray[np.bool_]:
    return np.fromiter((world.streamers.language(n) in languages for n in live.streamers.tolist()), dtype=np.bool_)
