"""Names that may be misspelled or half typed, in memory. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.core.questions import Subject, SubjectKind
from helperfunctions.near import closest

# Less alike than this is of no use to anybody.
LEAST_LIKENESS: Final = 0.6
# From so many letters on, the beginning of a name may be misspelled.
_SHORTEST_BEGINNING: Final = 4

Key = tuple[str, Subject]


class NearNames:
    """An index of names by their keys, which are given with whom they belong to, the most watched first."""

    def __init__(self, keys: Iterable[Key]) -> None:
        by_kind: dict[SubjectKind, list[Key]] = {kind: [] for kind in SubjectKind}
        for key, subject in keys:
            by_kind[subject.kind].append((key, subject))
        self._by_kind = {kind: _OfOneKind(keys) for kind, keys in by_kind.items()}

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> list[tuple[Subject, float]]:
        """Whose keys are most like this one, with the likeness from 0 to 1, the likest first; of equally like ones the
        more watched."""
        return _best((near for one in self._of(kind) for near in one.similar(key, 2 * how_many)), how_many)

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> list[Subject]:
        """Whose keys begin with this one, the most watched first."""
        found = {(one.kind, one.id): one for of in self._of(kind) for one in of.with_prefix(key)}
        return sorted(found.values(), key=lambda subject: -subject.watch_hours)[:how_many]

    def with_similar_prefix(
        self, key: str, how_many: int, kind: SubjectKind | None = None
    ) -> list[tuple[Subject, float]]:
        """Whose keys begin with something like this one, with that likeness; as `similar`."""
        if len(key) < _SHORTEST_BEGINNING:
            return []
        return _best((near for one in self._of(kind) for near in one.with_similar_prefix(key, how_many)), how_many)

    def _of(self, kind: SubjectKind | None) -> Iterable["_OfOneKind"]:
        return self._by_kind.values() if kind is None else (self._by_kind[kind],)


class _OfOneKind:
    """Games, or streamers. `_alphabetical`: the places of the keys in the order of the alphabet, for beginnings."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = [key for key, _ in keys]
        self._subjects = [subject for _, subject in keys]
        self._alphabetical = sorted(range(len(keys)), key=self._keys.__getitem__)

    def similar(self, key: str, how_many: int) -> Iterator[tuple[Subject, float]]:
        for place, likeness in closest(key, self._keys, how_many, at_least=LEAST_LIKENESS):
            yield self._subjects[place], likeness

    def with_prefix(self, key: str) -> Iterator[Subject]:
        first = bisect_left(self._alphabetical, key, key=self._keys.__getitem__)
        for number in range(first, len(self._alphabetical)):
            place = self._alphabetical[number]
            if not self._keys[place].startswith(key):
                return
            yield self._subjects[place]

    def with_similar_prefix(self, key: str, how_many: int) -> Iterator[tuple[Subject, float]]:
        # A letter too many or too few shifts the end of what was typed.
        for length in (len(key), len(key) + 1):
            starts = [one[:length] for one in self._keys]
            for place, likeness in closest(key, starts, how_many, at_least=LEAST_LIKENESS):
                yield self._subjects[place], likeness


def _best(found: Iterable[tuple[Subject, float]], how_many: int) -> list[tuple[Subject, float]]:
    """Each game or streamer once, with its greatest likeness."""
    best: dict[tuple[SubjectKind, str], tuple[Subject, float]] = {}
    for subject, likeness in found:
        known = best.get((subject.kind, subject.id))
        if known is None or known[1] < likeness:
            best[subject.kind, subject.id] = subject, likeness
    return sorted(best.values(), key=lambda one: (-one[1], -one[0].watch_hours))[:how_many]
