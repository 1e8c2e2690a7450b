"""The index of names in memory, for names that are misspelled or typed in part. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.core.questions import Subject, SubjectKind
from helperfunctions.near import closest

# Less similar keys are not found.
LEAST_LIKENESS: Final = 0.6
# A prefix of fewer characters is compared exactly only.
_SHORTEST_BEGINNING: Final = 4

Key = tuple[str, Subject]


class NearNames:
    """An index of names by their keys. It is made of pairs of a key and its subject, most watched first."""

    def __init__(self, keys: Iterable[Key]) -> None:
        by_kind: dict[SubjectKind, list[Key]] = {kind: [] for kind in SubjectKind}
        for key, subject in keys:
            by_kind[subject.kind].append((key, subject))
        self._by_kind = {kind: _OfOneKind(keys) for kind, keys in by_kind.items()}

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> list[tuple[Subject, float]]:
        """The subjects with the most similar keys and their similarity, 0 to 1, the greatest first, then by hours."""
        return _best((near for one in self._of(kind) for near in one.similar(key, 2 * how_many)), how_many)

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> list[Subject]:
        """The subjects whose keys begin with this one, most watched first."""
        found = {(one.kind, one.id): one for of in self._of(kind) for one in of.with_prefix(key)}
        return sorted(found.values(), key=lambda subject: -subject.watch_hours)[:how_many]

    def with_similar_prefix(
        self, key: str, how_many: int, kind: SubjectKind | None = None
    ) -> list[tuple[Subject, float]]:
        """The subjects whose keys begin similarly to this one, with the similarity of the beginnings; as `similar`."""
        if len(key) < _SHORTEST_BEGINNING:
            return []
        return _best((near for one in self._of(kind) for near in one.with_similar_prefix(key, how_many)), how_many)

    def _of(self, kind: SubjectKind | None) -> Iterable["_OfOneKind"]:
        return self._by_kind.values() if kind is None else (self._by_kind[kind],)


class _OfOneKind:
    """The index of one kind of subject. `_alphabetical`: the positions of the keys in alphabetical order."""

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
        # An additional or missing letter shifts the end of the prefix.
        for length in (len(key), len(key) + 1):
            starts = [one[:length] for one in self._keys]
            for place, likeness in closest(key, starts, how_many, at_least=LEAST_LIKENESS):
                yield self._subjects[place], likeness


def _best(found: Iterable[tuple[Subject, float]], how_many: int) -> list[tuple[Subject, float]]:
    """Each game or streamer once, with its greatest similarity."""
    best: dict[tuple[SubjectKind, str], tuple[Subject, float]] = {}
    for subject, likeness in found:
        known = best.get((subject.kind, subject.id))
        if known is None or known[1] < likeness:
            best[subject.kind, subject.id] = subject, likeness
    return sorted(best.values(), key=lambda one: (-one[1], -one[0].watch_hours))[:how_many]
