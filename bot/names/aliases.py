"""The short names of games, such as "lol", which `watchtime alias` changes."""

from typing import Final

from bot.core.questions import SubjectKind
from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database
from helperfunctions.errors import WatchTimeError
from helperfunctions.text import name_key, one_line

# Names of games that are suggested for a name that no game has.
MOST_SUGGESTED: Final = 3


def aliases(database: Database) -> list[tuple[str, str]]:
    """All pairs of a short name and the name of its game, by game."""
    with database.transaction() as tx:
        return [(row.alias, row.game_name) for row in tx.names.aliases()]


def add_alias(database: Database, alias: str, game_name: str) -> str | None:
    """Make a short name mean a game. The game need not have been measured yet.

    Returns the name of the game that it meant before; None if it is new. Raises WatchTimeError when one of the two is
    empty.
    """
    alias, game_name = one_line(alias), one_line(game_name)
    if not alias or not game_name:
        raise WatchTimeError("a short name and the name of a game are needed, such as: lol 'League of Legends'")
    key = name_key(alias)
    with database.transaction() as tx:
        before = next((row.game_name for row in tx.names.aliases() if name_key(row.alias) == key), None)
        tx.names.add_alias(alias_key=key, alias=alias, game_key=name_key(game_name), game_name=game_name)
    return before


def remove_alias(database: Database, alias: str) -> str:
    """Remove a short name. Returns the name of the game that it meant.

    Raises WatchTimeError when there is no such short name.
    """
    with database.transaction() as tx:
        game_name: str | None = tx.names.remove_alias(alias_key=name_key(alias))
    if game_name is None:
        raise WatchTimeError(f"{one_line(alias) or 'nothing'} is not a short name; `watchtime alias` lists them")
    return game_name


def similar_games(known: DatabaseNames, game_name: str) -> list[str] | None:
    """The names of the games most similar to a name, the most similar first; None if a game has this name."""
    key = name_key(one_line(game_name))
    if any(subject.kind is SubjectKind.GAME for subject in known.exact([key]).get(key, ())):
        return None
    return [subject.name for subject, _ in known.similar(key, MOST_SUGGESTED, SubjectKind.GAME)]
