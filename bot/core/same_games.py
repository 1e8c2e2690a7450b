"""Games of one name: Twitch has categories with different ids and the same name. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from bot.core.questions import Subject, SubjectKind


def is_same_game(one: Subject, other: Subject) -> bool:
    """Whether both are games of one name; names that differ in case or spaces alone are one."""
    return one.kind is other.kind is SubjectKind.GAME and _plain(one.name) == _plain(other.name)


def one_per_game(subjects: Iterable[Subject]) -> list[Subject]:
    """The same, in their order, with the first of each game's categories in the place of all, and the hours of all."""
    found: list[Subject] = []
    for subject in subjects:
        for place, known in enumerate(found):
            if is_same_game(known, subject):
                found[place] = replace(known, watch_hours=known.watch_hours + subject.watch_hours)
                break
        else:
            found.append(subject)
    return found


def _plain(name: str) -> str:
    return " ".join(name.lower().split())
