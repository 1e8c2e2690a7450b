"""All games over some days, each in its place."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.days import in_parts
from bot.web.measure import change_per_hour, is_about_as_long, ratio
from bot.web.ranges import Span
from bot.web.rows import GameInRange
from bot.web.site import Site, Standings, Sums
from helperfunctions.database import Transaction


def standings(tx: Transaction, site: Site, span: Span) -> Standings:
    """Every game over some days, beside the as many days before. Kept until a day or a name changes."""
    days, names = tuple(tx.web.days_version()), tx.web.names_version()

    def make() -> Standings:
        sums = site.sums((span, days), lambda: _sums(tx, span))
        named = site.names_of_games(names, lambda: {id_: (name, slug) for id_, name, slug in tx.web.games_named()})
        return _named(sums, named)

    return site.standings((span, days, names), make)


def _sums(tx: Transaction, span: Span) -> Sums:
    _, covered_hours, watch_hours = tx.web.measured(first=span.first, last=span.last)
    covered_hours_before = tx.web.measured(first=span.before.first, last=span.before.last)[1]
    before = {}
    if is_about_as_long(covered_hours, covered_hours_before):
        rows = tx.web.standings(**parts_of(tx, span.before))
        before = {game_id: (rank, hours) for rank, (game_id, hours, *_) in enumerate(rows, start=1)}
    return Sums(list(tx.web.standings(**parts_of(tx, span))), before, covered_hours, covered_hours_before, watch_hours)


def _named(sums: Sums, named: Mapping[str, tuple[str, str | None]]) -> Standings:
    games = []
    covered = sums.covered_hours
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
                change=change_per_hour((watch_hours, covered), (hours_before, sums.covered_hours_before)),
                average_viewers=watch_hours / covered if covered else 0.0,
                peak_viewers=int(peak),
                average_streams=airtime_hours / covered if covered else 0.0,
                viewers_per_stream=ratio(watch_hours, airtime_hours),
            )
        )
    return Standings(games, {game.game_id: game for game in games}, sums)


def parts_of(tx: Transaction, span: Span) -> dict[str, Sequence[date]]:
    """Some days as the months that are summed up and the days between them."""
    summed_up = [month for (month,) in tx.web.summed_up_months(first=span.first, last=span.last)]
    months, days = in_parts(span.first, span.last, summed_up)
    return {"months": months, "days": days}
