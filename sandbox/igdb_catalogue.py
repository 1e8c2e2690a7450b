"""The catalogue of a simulated IGDB: genres, game modes, themes, and the games of a world with their external ids."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sandbox.streamers import mixed
from sandbox.world import World

GENRES: Final = {
    2: "Point-and-click", 4: "Fighting", 5: "Shooter", 7: "Music", 8: "Platform", 9: "Puzzle", 10: "Racing",
    11: "Real Time Strategy (RTS)", 12: "Role-playing (RPG)", 13: "Simulator", 14: "Sport", 15: "Strategy",
    16: "Turn-based strategy (TBS)", 24: "Tactical", 25: "Hack and slash/Beat 'em up", 26: "Quiz/Trivia",
    30: "Pinball", 31: "Adventure", 32: "Indie", 33: "Arcade", 34: "Visual Novel", 35: "Card & Board Game", 36: "MOBA",
}  # fmt: skip
GAME_MODES: Final = {
    1: "Single player", 2: "Multiplayer", 3: "Co-operative", 4: "Split screen",
    5: "Massively Multiplayer Online (MMO)", 6: "Battle Royale",
}  # fmt: skip
THEMES: Final = {
    1: "Action", 17: "Fantasy", 18: "Science fiction", 19: "Horror", 20: "Thriller", 21: "Survival", 22: "Historical",
    23: "Stealth", 27: "Comedy", 28: "Business", 31: "Drama", 33: "Sandbox", 34: "Educational", 35: "Kids",
    38: "Open world", 39: "Warfare", 40: "Party", 43: "Mystery", 44: "Romance",
}  # fmt: skip

# By the id on Twitch, as on the real IGDB: id, genres, game modes, themes.
_NAMED: Final = {
    "21779": (115, [15, 36], [2], [1, 17]),
    "32982": (1020, [5, 10, 31], [1, 2, 3], [1, 27, 33, 38]),
    "32399": (1372, [5, 24], [2], [1, 39]),
    "516575": (126459, [5, 24], [2], [1, 18]),
    "29595": (2963, [11, 15, 36], [2], [1, 17]),
    "33214": (1905, [5, 31], [2, 3, 6], [1, 21]),
}
_JUST_CHATTING: Final = "509658"
# IGDB knows some games of which Helix gives no id: two of three.
_FIRST_UNKNOWN_TO_HELIX: Final = 2_000_000
_EDITION_EVERY: Final = 17
_TWITCH, _STEAM = 14, 1
_UPDATED: Final = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())


class Catalogue:
    """The items of each endpoint. All can be changed: IGDB corrects its entries, too."""

    def __init__(self, world: World) -> None:
        self._seed = world.seed
        self.dimensions = {
            "genres": _dimension(GENRES),
            "game_modes": _dimension(GAME_MODES),
            "themes": _dimension(THEMES),
        }
        self.games: dict[int, dict[str, Any]] = {}
        self.external: list[dict[str, Any]] = []
        games = world.games
        for number, game_id in enumerate(games.ids):
            igdb_id = self._igdb_id(number, game_id, games.igdb_ids[number])
            if igdb_id is not None:
                self._add(number, game_id, games.names[number], igdb_id)

    def items(self, endpoint: str) -> list[dict[str, Any]] | None:
        """The items of an endpoint; None if there is no such endpoint."""
        match endpoint:
            case "games":
                return list(self.games.values())
            case "external_games":
                return self.external
        return self.dimensions.get(endpoint)

    def change(self, igdb_id: int, at: datetime, **fields: Any) -> None:
        """Change an entry at an instant, as its editors do."""
        changed = {**self.games[igdb_id], **fields, "updated_at": int(at.timestamp())}
        changed["checksum"] = str(UUID(int=mixed(igdb_id, int(at.timestamp())) % 2**128))
        self.games[igdb_id] = changed

    def _igdb_id(self, number: int, game_id: str, at_helix: str) -> int | None:
        if game_id in _NAMED:
            return _NAMED[game_id][0]
        if not game_id or game_id == _JUST_CHATTING:
            return None
        if at_helix:
            return int(at_helix)
        return _FIRST_UNKNOWN_TO_HELIX + number if number % 3 else None

    def _add(self, number: int, game_id: str, name: str, igdb_id: int) -> None:
        _, genres, modes, themes = _NAMED.get(game_id) or (0, *self._drawn(number))
        is_edition = game_id not in _NAMED and number % _EDITION_EVERY == 0
        released = datetime(2005 + mixed(self._seed, number, 12) % 22, 1 + number % 12, 1 + number % 28, tzinfo=UTC)
        self.games[igdb_id] = {
            "id": igdb_id,
            "name": name,
            "slug": f"game-{igdb_id}",
            # An edition without genres of its own: League of Legends is its parent, for want of a likely one.
            "genres": [] if is_edition else genres,
            "game_modes": [] if is_edition else modes,
            "themes": [] if is_edition else themes,
            "version_parent": _NAMED["21779"][0] if is_edition else None,
            "game_type": 3 if is_edition else 0,
            "first_release_date": int(released.timestamp()),
            "updated_at": _UPDATED,
            "checksum": str(UUID(int=mixed(self._seed, number, 13) % 2**128)),
        }
        # Several rows of one source are no error at IGDB, and another source can have the same id.
        sources = (_TWITCH, _TWITCH, _STEAM) if number % 5 == 0 else (_TWITCH, _STEAM)
        for source in sources:
            row = {"id": len(self.external) + 1, "external_game_source": source, "game": igdb_id, "uid": game_id}
            self.external.append(row if source == _TWITCH else row | {"game": 1})

    def _drawn(self, number: int) -> tuple[list[int], list[int], list[int]]:
        """One to three genres, one or two game modes, and up to two themes."""
        return (
            self._some(GENRES, number, 20, 1 + number % 3),
            self._some(GAME_MODES, number, 30, 1 + number % 2),
            self._some(THEMES, number, 40, number % 3),
        )

    def _some(self, of: dict[int, str], number: int, salt: int, how_many: int) -> list[int]:
        ids = list(of)
        return sorted({ids[mixed(self._seed, number, salt + each) % len(ids)] for each in range(how_many)})


def _dimension(names: dict[int, str]) -> list[dict[str, Any]]:
    return [{"id": id_, "name": name, "slug": slug(name), "updated_at": _UPDATED} for id_, name in names.items()]


def slug(name: str) -> str:
    """The slug that IGDB makes of a name: Role-playing (RPG) becomes role-playing-rpg."""
    words = "".join(char if char.isalnum() else " and " if char == "&" else "" if char == "'" else " " for char in name)
    return "-".join(words.lower().split())
