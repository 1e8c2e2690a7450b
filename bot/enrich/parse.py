"""Read the items of IGDB and of Get Games. Pure: an item that cannot be used is left out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from helperfunctions.text import slug as slug_of

_KINDS: Final = ("genres", "game_modes", "themes")
# The limits of `integer` and `bigint` in the database.
_MOST: Final = 2**31 - 1
_MOST_OF_IDS: Final = 2**63 - 1
LONGEST_NAME: Final = 200
# A slug is part of addresses. These are taken by the classes that are ours.
_SLUG: Final = re.compile(r"[a-z0-9-]{1,80}")
# Of a server of Twitch, or of one that replaces it: without spaces, quotes and control characters.
_ADDRESS: Final = re.compile(r"https?://[!#-;=?-\[\]_a-z{}~]{1,300}")
_OUR_SLUGS: Final = frozenset({"unknown", "not-a-game"})
# Editions of editions of a game: more steps than this would be a circle.
MOST_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Named:
    """A genre, game mode or theme."""

    id: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class IgdbGame:
    """A game of IGDB. `inherits_from`: the game whose genres it has, for want of its own."""

    igdb_id: int
    name: str
    slug: str
    genres: tuple[int, ...] = ()
    game_modes: tuple[int, ...] = ()
    themes: tuple[int, ...] = ()
    game_type: int | None = None
    parent_game: int | None = None
    version_parent: int | None = None
    first_released_at: datetime | None = None
    checksum: str | None = None
    updated_at: datetime | None = None
    inherits_from: int | None = None

    @property
    def parent(self) -> int | None:
        """The game that this is an edition or a port of."""
        return self.version_parent or self.parent_game


def named(items: Iterable[Any]) -> list[Named]:
    """Genres, game modes or themes from the items of IGDB, each id and each slug once.

    A slug that cannot be part of an address is replaced by one made from the name, or from the id.
    """
    found: dict[int, Named] = {}
    slugs = set(_OUR_SLUGS)
    for item in items:
        id_, name = _id(item.get("id"), _MOST), _text(item.get("name"))
        if id_ is None or not name or id_ in found:
            continue
        given = _text(item.get("slug"))
        slug = given if _SLUG.fullmatch(given) else slug_of(name) or str(id_)
        if slug in slugs:
            slug = f"{slug}-{id_}"
        slugs.add(slug)
        found[id_] = Named(id_, name, slug)
    return list(found.values())


def games(items: Iterable[Mapping[str, Any]]) -> dict[int, IgdbGame]:
    """Games by their id from the items of IGDB."""
    found: dict[int, IgdbGame] = {}
    for item in items:
        igdb_id, name = _id(item.get("id")), _text(item.get("name"))
        if igdb_id is None or not name:
            continue
        genres, game_modes, themes = (_ids(item.get(kind)) for kind in _KINDS)
        found[igdb_id] = IgdbGame(
            igdb_id=igdb_id,
            name=name,
            slug=_text(item.get("slug")),
            genres=genres,
            game_modes=game_modes,
            themes=themes,
            game_type=_number(item.get("game_type"), _MOST),
            parent_game=_id(item.get("parent_game")),
            version_parent=_id(item.get("version_parent")),
            first_released_at=_instant(item.get("first_release_date")),
            checksum=_text(item.get("checksum")) or None,
            updated_at=_instant(item.get("updated_at")),
        )
    return found


def missing_parents(known: Mapping[int, IgdbGame]) -> list[int]:
    """The games that are not known and whose genres others may inherit."""
    parents = {game.parent for game in known.values() if not game.genres and game.parent is not None}
    return sorted(parents - known.keys())


def with_inherited(known: Mapping[int, IgdbGame]) -> list[IgdbGame]:
    """The games, each without genres with those of the next game above it that has some, and with its game modes and
    themes where it has none of its own."""
    return [game if game.genres else _inheriting(game, known) for game in known.values()]


def _inheriting(game: IgdbGame, known: Mapping[int, IgdbGame]) -> IgdbGame:
    above: IgdbGame | None = game
    for _ in range(MOST_STEPS):
        above = known.get(above.parent) if above is not None and above.parent is not None else None
        if above is not None and above.genres:
            return replace(
                game,
                genres=above.genres,
                game_modes=game.game_modes or above.game_modes,
                themes=game.themes or above.themes,
                inherits_from=above.igdb_id,
            )
    return game


def helix_ids(items: Iterable[Any]) -> dict[str, int]:
    """Ids on IGDB by the id of the game, from the items of Get Games. Twitch does not know all of them."""
    found: dict[str, int] = {}
    for item in items:
        igdb_id = item.get("igdb_id") if isinstance(item, dict) else None
        # Python refuses to convert thousands of digits.
        if isinstance(igdb_id, str) and len(igdb_id) < 20 and igdb_id.isascii() and igdb_id.isdecimal():
            number = _id(int(igdb_id))
            if number is not None:
                found[str(item.get("id"))] = number
    return found


def box_art(items: Iterable[Any]) -> dict[str, str]:
    """Addresses of box art by the id of the game, from the items of Get Games; `{width}` and `{height}` are in them."""
    found: dict[str, str] = {}
    for item in items:
        id_, address = (item.get("id"), item.get("box_art_url")) if isinstance(item, dict) else (None, None)
        if isinstance(id_, str) and isinstance(address, str) and _ADDRESS.fullmatch(address):
            found[id_] = address
    return found


def external_ids(items: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Ids on IGDB by the id of the game, from the external games of IGDB: the oldest entry first, each once."""
    found: dict[str, list[int]] = {}
    for item in items:
        igdb_id, uid = _id(item.get("game")), item.get("uid")
        if igdb_id is not None and isinstance(uid, str) and igdb_id not in found.setdefault(uid, []):
            found[uid].append(igdb_id)
    return {uid: sorted(ids) for uid, ids in found.items() if ids}


def _ids(value: Any) -> tuple[int, ...]:
    items: Sequence[Any] = value if isinstance(value, list) else []
    ids = (_id(item.get("id") if isinstance(item, dict) else item, _MOST) for item in items)
    return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None))


def _id(value: Any, most: int = _MOST_OF_IDS) -> int | None:
    number = _number(value, most)
    return number if number is not None and number > 0 else None


def _number(value: Any, most: int = _MOST_OF_IDS) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= most else None


def _text(value: Any) -> str:
    # PostgreSQL cannot store a NUL, nor half of a surrogate pair.
    text = value.encode(errors="ignore").decode().replace("\0", "") if isinstance(value, str) else ""
    return text[:LONGEST_NAME].strip()


def _instant(value: Any) -> datetime | None:
    seconds = _number(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
