"""Up to five games or streamers beside each other."""

from collections.abc import Sequence
from typing import Final

from bot.web.game import find
from bot.web.measure import ratio
from bot.web.ranges import Span
from bot.web.rows import Compared, ComparedDay, Kind
from helperfunctions.database import Transaction

MOST: Final = 5


class TooMany(ValueError):
    """More than can be told apart in one chart."""


def compare(tx: Transaction, kind: Kind, slugs: Sequence[str], span: Span) -> tuple[list[Compared], list[ComparedDay]]:
    """Each over some days, and day by day, in the order asked for. Raises NotThere or TooMany."""
    slugs = list(dict.fromkeys(slugs))
    if len(slugs) > MOST:
        raise TooMany(f"at most {MOST} can be compared at once")
    slug_of = dict(find(tx, kind, slug) for slug in slugs)
    ids = list(slug_of)
    names = {id_: name for _, id_, name in tx.web.names_of(kind=kind, ids=ids)}
    about = {"first": span.first, "last": span.last}
    if kind == "game":
        rows = list(tx.web.game_by_day(game_ids=ids, **about))
    else:
        rows = list(tx.web.streamer_by_day(streamer_ids=ids, **about))
    compared, days = [], []
    for id_ in ids:
        own = [row[1:] for row in rows if row[0] == id_]
        watch_hours, airtime_hours, covered_hours = (sum(row[column] for row in own) for column in (3, 4, 1))
        told = {"slug": slug_of[id_], "name": names.get(id_, id_)}
        compared.append(
            Compared(
                kind=kind,
                id=id_,
                **told,
                watch_hours=watch_hours,
                airtime_hours=airtime_hours,
                average_viewers=ratio(watch_hours, covered_hours if kind == "game" else airtime_hours),
                peak_viewers=max((int(row[5]) for row in own), default=0),
            )
        )
        days += [
            ComparedDay(
                **told,
                day=day,
                coverage=coverage,
                watch_hours=watched,
                average_viewers=ratio(watched, covered if kind == "game" else on_air),
                peak_viewers=int(peak),
            )
            for day, covered, coverage, watched, on_air, peak in own
        ]
    return compared, days
