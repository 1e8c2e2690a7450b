"""Find the genre, game mode or theme that a question names: its games are answered like one game."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core.questions import DidYouMean, GenreQuestion, Question, Subject, SubjectKind, TimeNotKnown, Understood
from helperfunctions.database import Database
from helperfunctions.near import closest
from helperfunctions.text import name_key

_IN_BRACKETS: Final = re.compile(r"\((?P<short>[^)]*)\)")
_MOST_OFFERED: Final = 3
_SIMILAR: Final = 0.7


@dataclass(frozen=True, slots=True)
class GenreSubjects:
    """Turns a question about a genre into one about a subject."""

    database: Database

    def resolved(self, question: GenreQuestion) -> Understood:
        """The question about the genre of that name; DidYouMean if similar ones exist; None if there is none."""
        with self.database.transaction() as tx:
            rows = list(tx.reply.genres_of_kind(kind=question.kind))
        by_key = {key: row for row in reversed(rows) for key in _keys(row.name)}
        row = by_key.get(question.key) or by_key.get(question.key.removesuffix("s"))
        if row is not None:
            subject = _subject(question.kind, row)
            return TimeNotKnown(subject) if question.window is None else Question(subject, question.window)
        keys = list(by_key)
        near = [by_key[keys[place]] for place, _ in closest(question.key, keys, 2 * _MOST_OFFERED, at_least=_SIMILAR)]
        offered = list({row.class_id: _subject(question.kind, row) for row in near}.values())[:_MOST_OFFERED]
        return DidYouMean(offered) if offered else None


def _subject(kind: str, row: Any) -> Subject:
    game_ids: Sequence[str] = row.game_ids
    return Subject(SubjectKind.GAME, f"{kind}:{row.class_id}", f"{row.name} games", game_ids=tuple(game_ids))


def _keys(name: str) -> Iterator[str]:
    """The keys of a name: of all of it, of the text outside of brackets, and of that in them: "RPG"."""
    yield name_key(name)
    yield name_key(_IN_BRACKETS.sub(" ", name))
    if short := _IN_BRACKETS.search(name):
        yield name_key(short["short"])
