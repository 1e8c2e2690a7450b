"""Find the genre, game mode or theme that a question names: its games are answered like one game."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot.core.questions import DidYouMean, GenreQuestion, Question, Subject, SubjectKind, TimeNotKnown, Understood
from helperfunctions.database import Database
from helperfunctions.near import closest
from helperfunctions.text import name_key

_IN_BRACKETS: Final = re.compile(r"\((?P<short>[^)]*)\)")
_ALTERNATIVES: Final = re.compile(r"[/&]")
# Words for the names of IGDB, by their keys.
_ALSO_CALLED: Final = {
    "coop": "cooperative",
    "fps": "shooter",
    "platformer": "platform",
    "scifi": "sciencefiction",
    "sim": "simulator",
}
_MOST_OFFERED: Final = 3
_SIMILAR: Final = 0.7
# The beginning of a name is similar to it from this length on: "turn based".
_SHORTEST_BEGINNING: Final = 4


@dataclass(frozen=True, slots=True)
class GenreSubjects:
    """Turns a question about a genre into one about a subject."""

    database: Database

    def resolved(self, question: GenreQuestion) -> Understood:
        """The question about the genre of that name; DidYouMean if similar ones exist; None if there is none."""
        with self.database.transaction() as tx:
            rows = list(tx.reply.genres_of_kind(kind=question.kind))
        # Of two with the same key, the first.
        by_key = {key: row for row in reversed(rows) for key in _keys(row.name) if key}
        names = list(dict.fromkeys(name for key in question.keys for name in _names(key)))
        row = next((by_key[name] for name in names if name in by_key), None)
        if row is not None:
            if question.window is None:
                return TimeNotKnown(_as_asked(question.kind, row))
            return Question(_subject(question.kind, row), question.window)
        near = {row.class_id: _as_asked(question.kind, row) for row in _similar(names, by_key)}
        return DidYouMean(list(near.values())[:_MOST_OFFERED]) if near else None


def _subject(kind: str, row: Any) -> Subject:
    game_ids: Sequence[str] = row.game_ids
    name = row.name if name_key(row.name).endswith(("game", "games")) else f"{row.name} games"
    return Subject(SubjectKind.GAME, f"{kind}:{row.class_id}", name, game_ids=tuple(game_ids))


def _as_asked(kind: str, row: Any) -> Subject:
    """The subject with a name that is understood when an asker repeats it."""
    return replace(_subject(kind, row), name=f"{kind}: {row.name}")


def _keys(name: str) -> Iterator[str]:
    """The keys of a name: of all of it, of the text outside of brackets, of that in them ("RPG"), of each of several
    alternatives ("Quiz/Trivia"), and without "game" at the end ("Card & Board Game")."""
    outside = _IN_BRACKETS.sub(" ", name)
    short = _IN_BRACKETS.search(name)
    texts = [name, outside, name.replace("&", " and "), *([short["short"]] if short else [])]
    for text in (*texts, *_ALTERNATIVES.split(outside)):
        key = name_key(text) if any(map(str.isalnum, text)) else ""
        yield key
        yield key.removesuffix("game")


def _names(key: str) -> Iterator[str]:
    """The keys by which an asker may mean a name: in the plural, with "games" after it, or by another word."""
    for end in ("", "s", "game", "games"):
        name = key.removesuffix(end)
        yield name
        yield name.removesuffix("s")
        yield _ALSO_CALLED.get(name) or _ALSO_CALLED.get(name.removesuffix("s")) or name


def _similar(names: Sequence[str], by_key: Mapping[str, Any]) -> list[Any]:
    """The rows whose names begin with one that was asked for, then those whose names are similar, best first."""
    begins = [
        row
        for name in names
        for key, row in by_key.items()
        if len(name) >= _SHORTEST_BEGINNING and key.startswith(name)
    ]
    keys = list(by_key)
    near = [found for name in names for found in closest(name, keys, 2 * _MOST_OFFERED, at_least=_SIMILAR)]
    near.sort(key=lambda found: -found[1])
    return [*begins, *(by_key[keys[place]] for place, _ in near)]
