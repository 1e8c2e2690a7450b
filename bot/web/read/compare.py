"""Up to five games or streamers beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.web.read.addresses import find
from bot.web.read.coverage import ratio
from bot.web.read.ranges import Span
from bot.web.read.rows import Compared, ComparedDay, Kind
from helperfunctions.database import Transaction
from helperfunctions.errors import CannotBeAsked

MOST: Final = 5


def compared(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> list[Compared]:
    """Each over some days, in the order asked for. Raises NotThere or CannotBeAsked."""
    found = []
    for who, rows in _by_day(tx, kind, slugs, span):
        watch_hours, airtime_hours, covered_hours = (
            sum(row[column] for row in rows) if rows else None for column in (3, 4, 1)
        )
        found.append(
            Compared(
                kind=kind,
                id=who.id,
                name=who.name,
                slug=who.slug,
                watch_hours=watch_hours,
                airtime_hours=airtime_hours,
                average_viewers=ratio(watch_hours, covered_hours if kind == "game" else airtime_hours),
                peak_viewers=max((int(row[5]) for row in rows), default=None),
            )
        )
    return found


def compared_days(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> list[ComparedDay]:
    """Each on each measured day, in the order asked for. Raises NotThere or CannotBeAsked."""
    return [
        ComparedDay(
            slug=who.slug,
            name=who.name,
            day=day,
            coverage=coverage,
            watch_hours=watch_hours,
            average_viewers=ratio(watch_hours, covered_hours if kind == "game" else airtime_hours),
            peak_viewers=int(peak),
        )
        for who, rows in _by_day(tx, kind, slugs, span)
        for day, covered_hours, coverage, watch_hours, airtime_hours, peak in rows
    ]


@dataclass(frozen=True, slots=True)
class _Who:
    id: str
    name: str
    slug: str


def _by_day(
    tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span
) -> list[tuple[_Who, Sequence[tuple[Any, ...]]]]:
    """Each with its measured days: day, covered hours, coverage, hours watched, airtime hours, peak viewers."""
    slugs = list(dict.fromkeys(slugs))
    if len(slugs) > MOST:
        raise CannotBeAsked(f"at most {MOST} can be compared at once")
    slug_of = dict(find(tx, kind, slug) for slug in slugs)
    ids = list(slug_of)
    names = dict(tx.web.names_of(kind=kind, ids=ids))
    about = {"first": span.first, "last": span.last}
    if kind == "game":
        rows = list(tx.web.game_by_day(game_ids=ids, **about))
    else:
        rows = list(tx.web.streamer_by_day(streamer_ids=ids, **about))
    return [(_Who(id_, names[id_], slug_of[id_]), [row[1:] for row in rows if row[0] == id_]) for id_ in ids]
