"""Games of one name: Twitch has categories with different ids and the same name. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from bot.core.questions import Subject, SubjectKind


def is_same_game(one: Subject, other: Subject) -> bool:
    """True if both are categories of one game, which is defined in SQL alone, by `games.name_key`."""
    return one.kind is other.kind is SubjectKind.GAME and _main_id(one) == _main_id(other)


def one_per_game(subjects: Iterable[Subject]) -> list[Subject]:
    """The subjects in their order, with one for all categories of a game: the first of them, with the hours of all."""
    found: list[Subject] = []
    for subject in subjects:
        for place, known in enumerate(found):
            if is_same_game(known, subject):
                found[place] = replace(known, watch_hours=known.watch_hours + subject.watch_hours)
                break
        else:
            found.append(subject)
    return found


def _main_id(game: Subject) -> str:
    return game.main_id or game.id
