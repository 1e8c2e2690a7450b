"""All games over some days, each in its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.days import in_parts
from bot.web.measure import Measured, can_be_compared, change_per_hour, measured, ratio
from bot.web.ranges import Span
from bot.web.rows import GameInRange
from bot.web.site import Site
from helperfunctions.database import Transaction

Names = Mapping[str, tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class Sums:
    """What every game comes to over some days, the most watched first: id, hours watched, airtime hours, peak viewers.
    And the ranks and hours watched of the as many days before, where those can be held against them."""

    games: Sequence[tuple[str, float, float, int]]
    before: Mapping[str, tuple[int, float]]
    measured: Measured
    measured_before: Measured


@dataclass(frozen=True, slots=True)
class Standings:
    """The same with names: every game over some days, the most watched first, and each one's place in it."""

    games: Sequence[GameInRange]
    by_id: Mapping[str, GameInRange]
    sums: Sums


def standings(tx: Transaction, site: Site, span: Span) -> Standings:
    """Every game over some days, beside the as many days before. Kept until a day or a name changes."""
    days, names = tuple(tx.web.days_version()), tx.web.names_version()

    def make() -> Standings:
        sums: Sums = site.kept_sums((span, days), lambda: _sums(tx, span))
        named: Names = site.kept_names(names, lambda: {id_: (name, slug) for id_, name, slug in tx.web.games_named()})
        return _named(sums, named)

    kept: Standings = site.kept_standings((span, days, names), make)
    return kept


def _sums(tx: Transaction, span: Span) -> Sums:
    now, before = measured(tx, span), measured(tx, span.before)
    ranked_before = {}
    if can_be_compared(now, before):
        rows = tx.web.standings(**parts_of(tx, span.before))
        ranked_before = {game_id: (rank, hours) for rank, (game_id, hours, *_) in enumerate(rows, start=1)}
    return Sums(list(tx.web.standings(**parts_of(tx, span))), ranked_before, now, before)


def _named(sums: Sums, named: Names) -> Standings:
    games = []
    covered_hours = sums.measured.covered_hours
    for rank, (game_id, watch_hours, airtime_hours, peak) in enumerate(sums.games, start=1):
        name, slug = named.get(game_id, ("", None))
        rank_before, hours_before = sums.before.get(game_id, (None, None))
        games.append(
            GameInRange(
                rank=rank,
                rank_before=rank_before,
                game_id=game_id,
                game=name,
                slug=slug,
                watch_hours=watch_hours,
                watch_hours_before=hours_before,
                change=change_per_hour(watch_hours, sums.measured, hours_before, sums.measured_before),
                average_viewers=watch_hours / covered_hours if covered_hours else 0.0,
                peak_viewers=int(peak),
                average_streams=airtime_hours / covered_hours if covered_hours else 0.0,
                viewers_per_stream=ratio(watch_hours, airtime_hours),
            )
        )
    return Standings(games, {game.game_id: game for game in games}, sums)


def parts_of(tx: Transaction, span: Span) -> dict[str, Sequence[date]]:
    """Some days as the months that are summed up and the days between them."""
    summed_up = [month for (month,) in tx.web.summed_up_months(first=span.first, last=span.last)]
    months, days = in_parts(span.first, span.last, summed_up)
    return {"months": months, "days": days}
