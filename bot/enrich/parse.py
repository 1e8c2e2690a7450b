"""Read the items of IGDB and of Get Games. Pure: an item that cannot be used is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

_KINDS: Final = ("genres", "game_modes", "themes")
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
    """Genres, game modes or themes from the items of IGDB."""
    found = (Named(_id(item.get("id")) or 0, _text(item.get("name")), _text(item.get("slug"))) for item in items)
    return [one for one in found if one.id and one.name and one.slug]


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
            game_type=_number(item.get("game_type")),
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
        if isinstance(igdb_id, str) and igdb_id.isascii() and igdb_id.isdecimal() and _id(int(igdb_id)):
            found[str(item.get("id"))] = int(igdb_id)
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
    ids = (_id(item.get("id") if isinstance(item, dict) else item) for item in items)
    return tuple(dict.fromkeys(id_ for id_ in ids if id_ is not None and id_ < 2**31))


def _id(value: Any) -> int | None:
    number = _number(value)
    return number if number is not None and 0 < number < 2**63 else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _text(value: Any) -> str:
    # PostgreSQL cannot store a NUL.
    return value.replace("\0", "") if isinstance(value, str) else ""


def _instant(value: Any) -> datetime | None:
    seconds = _number(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
