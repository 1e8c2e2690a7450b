"""How a game did, and all of them over some days."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.web.now import NewestPoll, change, last_hours
from bot.web.ranges import Span, Wanted
from bot.web.rows import GameDay, GameHour, GameInRange, GameSummary, HourOfWeek, Kind, Part, Rows, StreamerOfGame
from bot.web.site import NotThere, Site, Standings
from helperfunctions.database import Transaction

# A bot that began a week ago would tell of a month that everything grew fourfold.
_ABOUT_AS_LONG: Final = 0.9


def find(tx: Transaction, kind: Kind, slug: str) -> tuple[str, str]:
    """Whose address this is: the id, and the address that it has now. Raises NotThere."""
    rows = list(tx.web.find(kind=kind, slug=slug))
    if not rows:
        raise NotThere(f"no {kind} goes by this address")
    return str(rows[0][0]), str(rows[0][1])


def newest_day(tx: Transaction, site: Site) -> date:
    """The newest day that is rolled up; before the first, yesterday."""
    newest = tx.web.days_rolled_up()[1]
    return newest or site.calendar.last_finished(site.clock.now()).date


def span_of(tx: Transaction, site: Site, wanted: Wanted) -> Span:
    """The days that are meant. Raises BadRange."""
    return wanted.up_to(newest_day(tx, site))


def standings(tx: Transaction, site: Site, span: Span) -> Standings:
    """Every game over some days, beside the as many days before."""
    return site.standings(span, tx.web.rolled_up_at(), lambda: _standings(tx, span))


def _standings(tx: Transaction, span: Span) -> Standings:
    _, covered, _, watch_hours_of_all = tx.web.measured(first=span.first, last=span.last)
    covered_hours = float(covered)
    before = {}
    if has_measure(tx, span):
        rows = tx.web.hours_watched(first=span.before.first, last=span.before.last)
        before = {game_id: (rank, float(hours)) for rank, (game_id, hours) in enumerate(rows, start=1)}
    games = []
    rows = tx.web.standings(first=span.first, last=span.last)
    for rank, (game_id, name, slug, watch_hours, airtime_hours, peak) in enumerate(rows, start=1):
        rank_before, hours_before = before.get(game_id, (None, None))
        games.append(
            GameInRange(
                rank=rank,
                rank_before=rank_before,
                game_id=game_id,
                game=name,
                slug=slug,
                watch_hours=watch_hours,
                watch_hours_before=hours_before,
                change=change(watch_hours, hours_before),
                average_viewers=watch_hours / covered_hours if covered_hours else 0.0,
                peak_viewers=int(peak),
                average_streams=airtime_hours / covered_hours if covered_hours else 0.0,
                viewers_per_stream=ratio(watch_hours, airtime_hours),
            )
        )
    return Standings(games, {game.game_id: game for game in games}, covered_hours, float(watch_hours_of_all))


def has_measure(tx: Transaction, span: Span) -> bool:
    """Whether the as many days before were measured for about as long: what changed then did, and not how much of it
    was seen."""
    now, before = (float(tx.web.measured(first=days.first, last=days.last)[1]) for days in (span, span.before))
    return min(now, before) > _ABOUT_AS_LONG * max(now, before)


def summary(tx: Transaction, site: Site, game_id: str, slug: str, span: Span, poll: NewestPoll | None) -> GameSummary:
    """A game over some days, and now. Raises NotThere."""
    game = tx.web.game(game_id=game_id)
    if game is None:
        raise NotThere("no game goes by this address")
    days_measured, covered_hours, hours, watch_hours_of_all = tx.web.measured(first=span.first, last=span.last)
    of_all = standings(tx, site, span)
    seen = of_all.by_id.get(game_id)
    now = tx.web.game_now(poll_id=poll.poll_id, game_id=game_id) if poll and not poll.is_stale else None
    is_known = poll is not None and not poll.is_stale
    return GameSummary(
        game_id=game_id,
        game=game[1],
        slug=slug,
        first_seen_day=game[2],
        last_seen_day=game[3],
        viewers_now=int(now[0]) if now else 0 if is_known else None,
        streams_now=int(now[1]) if now else 0 if is_known else None,
        first_day=span.first,
        last_day=span.last,
        days_measured=int(days_measured),
        coverage=ratio(float(covered_hours), float(hours)),
        watch_hours=seen.watch_hours if seen else 0.0,
        watch_hours_before=seen.watch_hours_before if seen else None,
        change=seen.change if seen else None,
        share=ratio(seen.watch_hours, float(watch_hours_of_all)) if seen else None,
        airtime_hours=seen.average_streams * of_all.covered_hours if seen else 0.0,
        average_viewers=seen.average_viewers if seen else None,
        peak_viewers=seen.peak_viewers if seen else 0,
        average_streams=seen.average_streams if seen else None,
        viewers_per_stream=seen.viewers_per_stream if seen else None,
        rank=seen.rank if seen else None,
        rank_before=seen.rank_before if seen else None,
        games=len(of_all.games),
    )


def by_day(tx: Transaction, game_id: str, span: Span) -> list[GameDay]:
    """A game on each measured day."""
    return [
        GameDay(
            day=day,
            coverage=coverage,
            watch_hours=watch_hours,
            average_viewers=ratio(watch_hours, covered_hours),
            peak_viewers=int(peak),
            average_streams=ratio(airtime_hours, covered_hours),
            viewers_per_stream=ratio(watch_hours, airtime_hours),
        )
        for _, day, covered_hours, coverage, watch_hours, airtime_hours, peak in tx.web.game_by_day(
            game_ids=[game_id], first=span.first, last=span.last
        )
    ]


def by_hour(tx: Transaction, site: Site, game_id: str, span: Span) -> list[GameHour]:
    """A game in each measured hour of some days."""
    from_at, to_at = site.calendar.day(span.first).starts_at, site.calendar.day(span.last).ends_at
    rows = tx.web.game_by_hour(game_ids=[game_id], from_at=from_at, to_at=to_at)
    return [GameHour(*row[1:]) for row in rows]


def last_day(tx: Transaction, game_id: str, poll: NewestPoll | None) -> list[GameHour]:
    """A game over the newest 24 hours."""
    if poll is None:
        return []
    from_at, to_at = last_hours(poll)
    return [GameHour(*row[1:]) for row in tx.web.game_by_hour(game_ids=[game_id], from_at=from_at, to_at=to_at)]


def by_hour_of_week(tx: Transaction, site: Site, game_id: str, span: Span, timezone: ZoneInfo) -> list[HourOfWeek]:
    """A game by the hour of the week, on the wall clock of a time zone; hours of the week in order."""
    hours: defaultdict[tuple[int, int], list[GameHour]] = defaultdict(list)
    for hour in by_hour(tx, site, game_id, span):
        local = hour.hour_at.astimezone(timezone)
        hours[local.isoweekday(), local.hour].append(hour)
    found = []
    for (weekday, clock_hour), seen in sorted(hours.items()):
        viewers = sum(hour.average_viewers for hour in seen) / len(seen)
        streams = sum(hour.average_streams for hour in seen) / len(seen)
        found.append(HourOfWeek(weekday, clock_hour, viewers, streams, ratio(viewers, streams), len(seen)))
    return found


def streamers(tx: Transaction, game_id: str, span: Span, part: Part) -> Rows[StreamerOfGame]:
    """Who was watched most with a game."""
    months = [month for (month,) in tx.web.whole_months(first=span.first, last=span.last)]
    whole = {(month.year, month.month) for month in months}
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    about = {
        "game_id": game_id,
        "months": months,
        "days": [day for day in days if (day.year, day.month) not in whole],
        "first": span.first,
        "last": span.last,
    }
    rows, total = counted(tx.web.streamers_of_game, about, part)
    found = [
        StreamerOfGame(
            rank=rank,
            streamer_id=streamer_id,
            streamer=name,
            slug=slug,
            watch_hours=watch_hours,
            airtime_hours=airtime_hours,
            average_viewers=ratio(watch_hours, airtime_hours),
            peak_viewers=peak,
        )
        for rank, (streamer_id, name, slug, watch_hours, airtime_hours, peak, _) in enumerate(rows, part.offset + 1)
    ]
    return Rows(found, total)


def counted(
    query: Callable[..., Iterable[tuple[Any, ...]]], about: Mapping[str, object], part: Part
) -> tuple[list[tuple[Any, ...]], int]:
    """A part of a table whose rows tell in their last column how many there are in all."""
    rows = list(query(**about, limit=part.limit, offset=part.offset))
    # Behind the end there is no row that could.
    tells = rows or list(query(**about, limit=1, offset=0))
    return rows, int(tells[0][-1]) if tells else 0


def ratio(part: float, whole: float | None) -> float | None:
    """One over the other; None where there is nothing to take it of."""
    return part / whole if whole else None
