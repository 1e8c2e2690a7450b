"""Find out what games of Twitch are on IGDB: by the reviewed table, by Get Games, or by IGDB's list of external ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from bot.enrich import parse
from bot.enrich.overrides import NOT_A_GAME, OVERRIDES
from bot.enrich.parse import IgdbGame, Named
from helperfunctions.errors import TwitchUnavailable

How = Literal["helix", "external", "override", "not_a_game", "none"]
Dimension = Literal["genres", "game_modes", "themes"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("genres", "game_modes", "themes")
# The most ids in a request of Get Games.
_HELIX_IDS: Final = 100


class Directory(Protocol):
    """Twitch's list of games by id, 100 at a time. Raises TwitchError."""

    def get_games(self, ids: Sequence[str]) -> Sequence[Any]: ...


class Igdb(Protocol):
    """IGDB, 500 ids at a time. Raises TwitchError."""

    def all_of(self, dimension: Dimension) -> Sequence[Any]: ...

    def games(self, igdb_ids: Sequence[int]) -> Sequence[Any]: ...

    def games_on_twitch(self, game_ids: Sequence[str]) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where matches come from."""

    directory: Directory
    igdb: Igdb


@dataclass(frozen=True, slots=True)
class Match:
    """What a game of Twitch is on IGDB; `igdb_id` is None if it is no game, or not known."""

    game_id: str
    igdb_id: int | None
    how: How


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of some games, the games of IGDB that they need, and all genres, game modes and themes.

    `box_art`: the address of the box art at Twitch, by the id of the game there.
    """

    matches: Sequence[Match]
    games: Sequence[IgdbGame] = ()
    named: Mapping[Dimension, Sequence[Named]] = field(default_factory=dict)
    box_art: Mapping[str, str] = field(default_factory=dict)


def look_up(sources: Sources, game_ids: Sequence[str]) -> Found:
    """Match some games, 500 at most. Raises TwitchError."""
    no_games = [game_id for game_id in game_ids if game_id in NOT_A_GAME]
    left = [game_id for game_id in game_ids if game_id not in NOT_A_GAME]
    matches = [Match(game_id, None, "not_a_game") for game_id in no_games]
    items = _at_helix(sources.directory, game_ids)
    box_art = parse.box_art(items)
    if not left:
        return Found(matches, box_art=box_art)
    known: dict[int, IgdbGame] = {}
    by_override = {game_id: [OVERRIDES[game_id]] for game_id in left if game_id in OVERRIDES}
    left = _matched("override", by_override, left, sources.igdb, known, matches)
    by_helix = {game_id: [igdb_id] for game_id, igdb_id in parse.helix_ids(items).items()}
    left = _matched("helix", by_helix, left, sources.igdb, known, matches)
    by_list = parse.external_ids(sources.igdb.games_on_twitch(left)) if left else {}
    left = _matched("external", by_list, left, sources.igdb, known, matches)
    matches += [Match(game_id, None, "none") for game_id in left]
    for _ in range(parse.MOST_STEPS):
        if not (parents := parse.missing_parents(known)):
            break
        if not (fetched := parse.games(sources.igdb.games(parents))):
            break
        known |= fetched
    named = {dimension: parse.named(sources.igdb.all_of(dimension)) for dimension in DIMENSIONS}
    for dimension, items in named.items():
        if not items:
            # With such an answer, every game would be without genres for a month.
            raise TwitchUnavailable(f"IGDB answers that there are no {dimension.replace('_', ' ')} at all")
    return Found(matches, parse.with_inherited(known), named, box_art)


def _at_helix(directory: Directory, game_ids: Sequence[str]) -> list[Any]:
    """The items of Get Games. Also of games that are no games: they have box art."""
    found: list[Any] = []
    for first in range(0, len(game_ids), _HELIX_IDS):
        found += directory.get_games(game_ids[first : first + _HELIX_IDS])
    return found


def _matched(
    how: How,
    candidates: Mapping[str, Sequence[int]],
    game_ids: Sequence[str],
    igdb: Igdb,
    known: dict[int, IgdbGame],
    matches: list[Match],
) -> list[str]:
    """Add the matches of the games of which IGDB has a candidate, and its games to `known`. Returns the other games."""
    wanted = sorted({igdb_id for ids in candidates.values() for igdb_id in ids} - known.keys())
    if wanted:
        known |= parse.games(igdb.games(wanted))
    left: list[str] = []
    for game_id in game_ids:
        igdb_id = next((igdb_id for igdb_id in candidates.get(game_id, ()) if igdb_id in known), None)
        if igdb_id is None:
            left.append(game_id)
        else:
            matches.append(Match(game_id, igdb_id, how))
    return left
