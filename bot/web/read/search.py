"""Search by name: exact names, short names, prefixes, and similar spellings of names and of prefixes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from bot.core.name_keys import Grade, grade_of
from bot.core.ports import SearchedNames
from bot.core.questions import Subject, SubjectKind
from bot.web.read.addresses import Kind
from bot.web.read.now import NewestPoll
from bot.web.site import Site
from helperfunctions.database import Transaction
from helperfunctions.text import name_key

MAX_FOUND: Final = 20
# Names that are less similar are no misspellings.
_MIN_LIKENESS: Final = 0.7
# A name that begins with the text is more likely than a misspelled one; one that begins similarly is less likely than a
# whole name that is equally similar.
_PREFIX: Final = 0.95
_SIMILAR_PREFIX: Final = 0.98
_MAX_KEY: Final = 100
# After a search without results, less similar names are shown too, and those with one of the words of the text.
MAX_NEAR: Final = 6
_MIN_NEAR: Final = 0.6
_SHORTEST_WORD: Final = 3
_MOST_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A result of a search; `likeness` is 1 for the exact name. `watch_hours`: of the newest 30 days; 0 also for the
    streamers who are seldom watched."""

    kind: Kind
    id: str
    name: str
    slug: str
    likeness: float
    watch_hours: float


@dataclass(frozen=True, slots=True)
class LiveNow:
    """The viewers of a game or streamer at the newest poll. `game`: what a streamer plays, "" without a game."""

    viewers: int
    game: str


@dataclass(frozen=True, slots=True)
class _Match:
    subject: Subject
    likeness: float

    @property
    def order(self) -> tuple[float, float, str]:
        """The most similar first, of equally similar ones the more watched."""
        return -self.likeness, -self.subject.watch_hours, self.subject.name


def search(site: Site, text: str, *, kind: Kind | None = None, limit: int = MAX_FOUND) -> list[Found]:
    """Games and streamers of this name or a similar one, the most similar first, of equally similar ones the more
    watched."""
    key = name_key(_storable(text))[:_MAX_KEY]
    if not key:
        return []
    return _found(site, _matches(site.name_cache.names(), key, limit, kind), limit)


def near_names(site: Site, text: str) -> list[Found]:
    """Names for a search that found nothing: those that have one of its words, and those that are a little alike."""
    names = site.name_cache.names()
    text = _storable(text)
    key = name_key(text)[:_MAX_KEY]
    matches = [_Match(subject, alike) for subject, alike in names.similar(key, MAX_NEAR) if alike >= _MIN_NEAR]
    words = [word for word in map(name_key, text.split()) if len(word) >= _SHORTEST_WORD][:_MOST_WORDS]
    for word in words if len(words) > 1 else ():
        likenesses = [(subject, 1.0) for subject in names.exact([word]).get(word, ())]
        likenesses += names.with_similar_prefix(word, 2)
        # The longer the word, the more it says.
        weight = min(1.0, len(word) / len(key))
        matches += [_Match(subject, alike * weight) for subject, alike in likenesses if alike >= _MIN_LIKENESS]
    best: dict[tuple[str, str], _Match] = {}
    for match in matches:
        best.setdefault((match.subject.kind, match.subject.id), match)
    return _found(site, list(best.values()), MAX_NEAR)


def _storable(text: str) -> str:
    """Without characters that the database cannot have."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _found(site: Site, found: Sequence[_Match], limit: int) -> list[Found]:
    """The first of these that have an address."""
    matches = sorted(found, key=lambda match: match.order)
    with site.database.transaction() as tx:
        slugs = {
            (each, id_): slug
            for each in get_args(Kind)
            for id_, slug in tx.web.slugs(kind=each, ids=[m.subject.id for m in matches if m.subject.kind == each])
        }
    return [
        Found(
            kind=match.subject.kind.value,
            id=match.subject.id,
            name=match.subject.name,
            slug=slug,
            likeness=round(match.likeness, 3),
            watch_hours=match.subject.watch_hours,
        )
        for match in matches
        if (slug := slugs.get((match.subject.kind.value, match.subject.id))) is not None
    ][:limit]


def live_among(tx: Transaction, poll: NewestPoll | None, found: Sequence[Found]) -> Mapping[str, LiveNow]:
    """Those of the results that are live, by their slugs after their kinds: `game/chess`."""
    if poll is None or poll.is_stale or not found:
        return {}
    slugs = {(each.kind, each.id): each.slug for each in found}
    ids = {kind: [id_ for of_kind, id_ in slugs if of_kind == kind] for kind in get_args(Kind)}
    rows = tx.web.live_among(poll_id=poll.poll_id, day=poll.day, game_ids=ids["game"], streamer_ids=ids["streamer"])
    return {f"{row.kind}/{slugs[row.kind, row.id]}": LiveNow(row.viewers, row.game) for row in rows}


def _matches(names: SearchedNames, key: str, limit: int, kind: Kind | None) -> list[_Match]:
    """Games and streamers that may be meant, each once, with its greatest likeness."""
    best: dict[tuple[str, str], _Match] = {}

    def add(subject: Subject, likeness: float) -> None:
        known = best.get((subject.kind, subject.id))
        if (kind is None or subject.kind == kind) and (known is None or known.likeness < likeness):
            best[subject.kind, subject.id] = _Match(subject, likeness)

    of_kind = SubjectKind(kind) if kind else None
    for subject in names.exact([key]).get(key, ()):
        is_whole = subject.kind is SubjectKind.STREAMER or grade_of(key, subject.name) >= Grade.ALIAS
        add(subject, 1.0 if is_whole else _PREFIX)
    for subject in names.with_prefix(key, limit, of_kind):
        add(subject, _PREFIX)
    for subject, likeness in names.similar(key, limit, of_kind):
        if likeness >= _MIN_LIKENESS:
            add(subject, likeness if likeness == 1 else min(likeness, _PREFIX - 0.01))
    for subject, likeness in names.with_similar_prefix(key, limit, of_kind):
        if likeness >= _MIN_LIKENESS:
            add(subject, min(likeness * _SIMILAR_PREFIX, _PREFIX - 0.01))
    return list(best.values())
