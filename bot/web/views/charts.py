"""The charts of the pages: what each is made from."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.core.posts import Chart
from bot.web.read import bot_status, games, streamers
from bot.web.read import compare as comparing
from bot.web.read import explore as exploring
from bot.web.read import now as at_present
from bot.web.read.addresses import find
from bot.web.read.coverage import span_of
from bot.web.read.explore import Filters
from bot.web.read.ranges import BY_HOUR, Wanted
from bot.web.read.rankings import standings
from bot.web.read.rows import HourOfWeek, Kind, Part
from bot.web.site import Site
from bot.web.views import chart_specs
from helperfunctions.database import Transaction
from helperfunctions.text import shown_name

Measure = Literal["viewers", "streamers", "per-streamer", "hours", "airtime"]
_UNITS: Final = {
    "viewers": "viewers",
    "streamers": "streamers",
    "per-streamer": "viewers per streamer",
    "hours": "hours watched",
    "airtime": "hours on the air",
}
_OF_WEEK: Final[Mapping[str, Callable[[HourOfWeek], float | None]]] = {
    "viewers": lambda hour: hour.average_viewers,
    "streamers": lambda hour: hour.average_streams,
    "per-streamer": lambda hour: hour.viewers_per_stream,
}
# Of a streamer's games; the table has the others.
_MOST_BARS: Final = 10
_MOST_DAYS: Final = 3_660
# More would be a cloud, and take longer to send than to look at.
_MOST_SPOTS: Final = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What a chart is about, as it stands in its address."""

    slug: str
    kind: Kind
    names: Sequence[str]
    wanted: Wanted
    measure: Measure
    timezone: ZoneInfo
    filters: Filters


def now(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """All of Twitch over 24 hours, beside the day before and the same day a week ago."""
    poll = at_present.newest_poll(tx, site)
    points: list[tuple[str, datetime, float | None]] = []
    if poll is not None:
        hours = at_present.hours_between(*at_present.last_hours(poll))
        for name, days in (("last 24 hours", 0), ("the day before", 1), ("a week before", 7)):
            then = [at_present.ago(site, hour, days) for hour in hours]
            viewers = dict(tx.web.hours_at(hours=then))
            points += [(name, hour, viewers[at]) for hour, at in zip(hours, then, strict=True) if at in viewers]
    return chart_specs.lines("Viewers of all of Twitch", "viewers", points)


def game_day(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game over the newest 24 hours."""
    game_id, _ = find(tx, "game", asked.slug)
    hours = games.last_day(tx, game_id, at_present.newest_poll(tx, site))
    is_streams = asked.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    points = [(unit, hour.hour_at, hour.average_streams if is_streams else hour.average_viewers) for hour in hours]
    return chart_specs.lines(f"{_name_of(tx, 'game', game_id)}, the last 24 hours", unit, points)


def game(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game over some days; a few days by the hour."""
    game_id, _ = find(tx, "game", asked.slug)
    span = span_of(tx, site, asked.wanted)
    is_streams = asked.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    title = f"{_name_of(tx, 'game', game_id)}, {span}"
    days = games.by_day(tx, game_id, span)
    if span.days <= BY_HOUR:
        hours = games.by_hour(tx, site, game_id, span)
        seen = {site.calendar.day_of(hour.hour_at).date for hour in hours}
        # Days are older than hours.
        if hours and all(day.day in seen for day in days):
            points = [(unit, one.hour_at, one.average_streams if is_streams else one.average_viewers) for one in hours]
            return chart_specs.lines(title, unit, points)
    by_day = [(unit, one.day, one.average_streams if is_streams else one.average_viewers) for one in days]
    return chart_specs.lines(title, unit, by_day)


def week(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A game by the hour of the week."""
    game_id, _ = find(tx, "game", asked.slug)
    span = span_of(tx, site, asked.wanted)
    measure = asked.measure if asked.measure in _OF_WEEK else "viewers"
    value_of = _OF_WEEK[measure]
    hours = games.by_hour_of_week(tx, site, game_id, span, asked.timezone)
    cells = [(hour.weekday, hour.hour, value) for hour in hours if (value := value_of(hour)) is not None]
    return chart_specs.heat_map(f"{_name_of(tx, 'game', game_id)}, hours of the week", _UNITS[measure], cells)


def streamer(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """A streamer over some days."""
    streamer_id, _ = find(tx, "streamer", asked.slug)
    span = span_of(tx, site, asked.wanted)
    title = f"{_name_of(tx, 'streamer', streamer_id)}, {span}"
    days = streamers.by_day(tx, streamer_id, span)
    if asked.measure == "viewers":
        points = [("average", day.day, day.average_viewers) for day in days]
        points += [("peak", day.day, day.peak_viewers if day.airtime_hours else None) for day in days]
        return chart_specs.lines(title, "viewers", points)
    unit = _UNITS["airtime" if asked.measure == "airtime" else "hours"]
    rows = [(day.day, day.airtime_hours if asked.measure == "airtime" else day.watch_hours) for day in days]
    return chart_specs.sums_by_day(title, unit, rows)


def streamer_games(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """What a streamer played."""
    streamer_id, _ = find(tx, "streamer", asked.slug)
    span = span_of(tx, site, asked.wanted)
    found = streamers.games(tx, streamer_id, span, Part(_MOST_BARS))
    labels = _labels({game.game_id: (game.game, game.slug or game.game_id) for game in found.rows})
    rows = [(labels[game.game_id], 100 * (game.share or 0)) for game in found.rows]
    return chart_specs.bars(f"Games of {_name_of(tx, 'streamer', streamer_id)}", "percent of the hours watched", rows)


def compare(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """Up to five games or streamers."""
    span = span_of(tx, site, asked.wanted)
    days = comparing.compared_days(tx, asked.kind, asked.names, span)
    labels = _labels({day.slug: (day.name, day.slug) for day in days})
    measure = asked.measure if asked.measure == "viewers" else "hours"
    points = [
        (labels[day.slug], day.day, day.average_viewers if measure == "viewers" else day.watch_hours) for day in days
    ]
    return chart_specs.lines(f"{span}", _UNITS[measure], points)


def _name_of(tx: Transaction, kind: Kind, id_: str) -> str:
    return shown_name(dict(tx.web.names_of(kind=kind, ids=[id_]))[id_])


def _labels(named: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What each is called in a chart, by id, of its name and its address: two of one name would be drawn as one."""
    shown = {id_: shown_name(name) for id_, (name, _) in named.items()}
    called = Counter(shown.values())
    return {id_: name if called[name] == 1 else f"{name} ({named[id_][1]})" for id_, name in shown.items()}


def explore(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """Demand against supply of the most watched games that are meant."""
    of_all = standings(tx, site, span_of(tx, site, asked.wanted))
    meant = exploring.explore(
        of_all, asked.filters, exploring.By.WATCH_HOURS, exploring.Order.DESCENDING, Part(_MOST_SPOTS)
    )
    return chart_specs.spots(
        "Viewers against streamers",
        [
            chart_specs.Spot(
                game.game, f"{site.root_path}/games/{quote(game.slug)}", game.average_streams, game.average_viewers
            )
            for game in meant.rows
            if game.slug
        ],
    )


def coverage(tx: Transaction, site: Site, asked: Asked) -> Chart:
    """How well each day was measured, from the first that was; those that nothing is known of were not."""
    span = span_of(tx, site, asked.wanted)
    measured = {day.day: day.coverage for day in bot_status.coverage(tx, span, Part(_MOST_DAYS)).rows}
    first = max(span.first, tx.web.days_rolled_up()[0] or span.last)
    days = [first + timedelta(days=number) for number in range((span.last - first).days + 1)] if measured else []
    return chart_specs.shares_by_day(
        "How much of each day was measured", "measured", [(day, measured.get(day, 0.0)) for day in days]
    )


FIGURES: Final[Mapping[str, Callable[[Transaction, Site, Asked], Chart]]] = {
    "now": now,
    "game-day": game_day,
    "game": game,
    "week": week,
    "streamer": streamer,
    "streamer-games": streamer_games,
    "compare": compare,
    "explore": explore,
    "coverage": coverage,
}
