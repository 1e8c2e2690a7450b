"""What somebody may mean who types a name: the very name, short names, names that begin so, and names that are near;
what is typed so far may be misspelled, too."""

from typing import Final, get_args

from bot.core.name_keys import Grade, grade_of
from bot.core.questions import Subject, SubjectKind
from bot.web.read.rows import Found, Kind
from bot.web.site import Site
from helperfunctions.text import name_key

MOST: Final = 20
# Less like it than this is no misspelling.
_LEAST_LIKENESS: Final = 0.7
# What begins as somebody began to type is more likely than what is misspelled; what begins nearly so is less likely
# than a whole name that is as near.
_BEGINS: Final = 0.95
_BEGINS_NEARLY: Final = 0.98


def search(site: Site, text: str, *, kind: Kind | None = None, how_many: int = MOST) -> list[Found]:
    """Games and streamers of that name or one like it, the likest first, of equally like ones the more watched."""
    key = name_key(text.replace("\0", "").encode(errors="replace").decode())[:100]
    if not key:
        return []
    likeness: dict[tuple[str, str], tuple[float, float, str]] = {}

    def keep(subject: Subject, how_like: float) -> None:
        known = likeness.get((subject.kind, subject.id))
        if known is None or known[0] < how_like:
            likeness[subject.kind, subject.id] = how_like, subject.watch_hours, subject.name

    names, of_kind = site.searched.names(), SubjectKind(kind) if kind else None
    for subject in names.exact([key]).get(key, ()):
        is_whole = subject.kind is SubjectKind.STREAMER or grade_of(key, subject.name) >= Grade.ALIAS
        keep(subject, 1.0 if is_whole else _BEGINS)
    for subject in names.with_prefix(key, how_many, of_kind):
        keep(subject, _BEGINS)
    for subject, how_like in names.similar(key, how_many, of_kind):
        if how_like >= _LEAST_LIKENESS:
            keep(subject, how_like if how_like == 1 else min(how_like, _BEGINS - 0.01))
    for subject, how_like in names.with_similar_prefix(key, how_many, of_kind):
        if how_like >= _LEAST_LIKENESS:
            keep(subject, min(how_like * _BEGINS_NEARLY, _BEGINS - 0.01))
    found = [
        (kind_, id_, *how)
        for (kind_, id_), how in sorted(likeness.items(), key=lambda item: (-item[1][0], -item[1][1], item[1][2]))
        if kind is None or kind_ == kind
    ]
    with site.reads.transaction() as tx:
        slugs = {
            each: dict(tx.web.slugs(kind=each, ids=[id_ for kind_, id_, *_ in found if kind_ == each]))
            for each in get_args(Kind)
        }
    return [
        Found("game" if kind_ == "game" else "streamer", name, slugs[kind_][id_], round(how_like, 3))
        for kind_, id_, how_like, _, name in found
        if id_ in slugs[kind_]
    ][:how_many]
