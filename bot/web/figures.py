"""The charts of the pages: what each is made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from bot import page_charts
from bot.models import Chart
from bot.web import compare as comparing
from bot.web import game as games
from bot.web import now as at_present
from bot.web import own
from bot.web import streamer as streamers
from bot.web.ranges import BY_HOUR, Wanted
from bot.web.rows import Kind, Part
from bot.web.site import Site
from helperfunctions.database import Transaction

Measure = Literal["viewers", "streamers", "hours", "airtime"]
_UNITS: Final = {
    "viewers": "viewers",
    "streamers": "streamers",
    "hours": "hours watched",
    "airtime": "hours on the air",
}
# Of a streamer's games; the table has the others.
_MOST_BARS: Final = 10
_MOST_DAYS: Final = 3_660


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart is about, as it stands in its address."""

    slug: str
    kind: Kind
    names: Sequence[str]
    wanted: Wanted
    measure: Measure
    timezone: ZoneInfo


def now(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """All of Twitch over 24 hours, beside the day before and the same day a week ago."""
    poll = at_present.newest_poll(tx, site)
    points = []
    if poll is not None:
        from_at, to_at = at_present.last_hours(poll)
        for name, days in (("last 24 hours", 0), ("the day before", 1), ("a week before", 7)):
            rows = tx.web.viewers_by_hour(from_at=from_at - timedelta(days=days), to_at=to_at - timedelta(days=days))
            points += [(name, row[0] + timedelta(days=days), row[1]) for row in rows]
    return page_charts.lines("Viewers of all of Twitch", "viewers", points)


def game_day(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game over the newest 24 hours."""
    game_id, _ = games.find(tx, "game", asked.slug)
    hours = games.last_day(tx, game_id, at_present.newest_poll(tx, site))
    is_streams = asked.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    points = [(unit, hour.hour_at, hour.average_streams if is_streams else hour.average_viewers) for hour in hours]
    return page_charts.lines("The last 24 hours", unit, points)


def game(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game over some days; a few days by the hour."""
    game_id, _ = games.find(tx, "game", asked.slug)
    span = games.span_of(tx, site, asked.wanted)
    is_streams = asked.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    days = games.by_day(tx, game_id, span)
    if len(days) <= BY_HOUR:
        hours = games.by_hour(tx, site, game_id, span)
        if hours:
            points = [(unit, one.hour_at, one.average_streams if is_streams else one.average_viewers) for one in hours]
            return page_charts.lines(f"{span}", unit, points)
    by_day = [(unit, one.day, one.average_streams if is_streams else one.average_viewers) for one in days]
    return page_charts.lines(f"{span}", unit, by_day)


def week(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game by the hour of the week."""
    game_id, _ = games.find(tx, "game", asked.slug)
    span = games.span_of(tx, site, asked.wanted)
    cells = games.by_hour_of_week(tx, site, game_id, span, asked.timezone)
    if asked.measure == "streamers":
        return page_charts.heat_map(
            "Hours of the week", "streamers", [(c.weekday, c.hour, c.average_streams) for c in cells]
        )
    return page_charts.heat_map("Hours of the week", "viewers", [(c.weekday, c.hour, c.average_viewers) for c in cells])


def streamer(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A streamer over some days."""
    streamer_id, _ = games.find(tx, "streamer", asked.slug)
    span = games.span_of(tx, site, asked.wanted)
    days = streamers.by_day(tx, streamer_id, span)
    if asked.measure == "viewers":
        points = [("average", day.day, day.average_viewers) for day in days]
        points += [("peak", day.day, day.peak_viewers if day.airtime_hours else None) for day in days]
        return page_charts.lines(f"{span}", "viewers", points)
    unit = _UNITS["airtime" if asked.measure == "airtime" else "hours"]
    values = [(unit, day.day, day.airtime_hours if asked.measure == "airtime" else day.watch_hours) for day in days]
    return page_charts.lines(f"{span}", unit, values)


def streamer_games(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """What a streamer played."""
    streamer_id, _ = games.find(tx, "streamer", asked.slug)
    span = games.span_of(tx, site, asked.wanted)
    found = streamers.games(tx, streamer_id, span, Part(_MOST_BARS))
    rows = [(game.game or "(no category)", 100 * (game.share or 0)) for game in found.rows]
    return page_charts.bars("Games played", "percent of the hours watched", rows)


def compare(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """Up to five games or streamers."""
    span = games.span_of(tx, site, asked.wanted)
    _, days = comparing.compare(tx, asked.kind, asked.names, span)
    is_viewers = asked.measure == "viewers"
    points = [(day.name, day.day, day.average_viewers if is_viewers else day.watch_hours) for day in days]
    return page_charts.lines(f"{span}", _UNITS["viewers" if is_viewers else "hours"], points)


def coverage(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """How well each day was measured."""
    found = own.coverage(tx, games.span_of(tx, site, asked.wanted), Part(_MOST_DAYS))
    return page_charts.days(
        "How much of each day was measured", "measured", [(day.day, day.coverage) for day in found.rows]
    )


FIGURES: Final[Mapping[str, Callable[[Transaction, Site, Asked], Chart]]] = {
    "now": now,
    "game-day": game_day,
    "game": game,
    "week": week,
    "streamer": streamer,
    "streamer-games": streamer_games,
    "compare": compare,
    "coverage": coverage,
}
