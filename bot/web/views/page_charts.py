"""The charts of the pages: their data, and their addresses."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from bot.core.posts import Chart
from bot.web.deps import Days, GameFilters, SiteParts, Slugs, Timezone, slugs_in
from bot.web.read import bot_status, compare, explore, games, now, streamers
from bot.web.read.addresses import Kind, find
from bot.web.read.coverage import span_of
from bot.web.read.errors import NotFound
from bot.web.read.explore import Filters
from bot.web.read.games import HourOfWeek
from bot.web.read.ranges import MAX_DAYS, MAX_DAYS_BY_HOUR, RequestedDays
from bot.web.read.rankings import game_ranking
from bot.web.read.table import RowRange
from bot.web.site import Site
from bot.web.views import chart_shapes
from bot.web.views.svg_queue import SvgQueue
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
# Games of a streamer in the chart; the table has the others.
_MAX_BARS: Final = 10
# More points would hide each other, and take long to send.
_MAX_SPOTS: Final = 500


@dataclass(frozen=True, slots=True)
class ChartRequest:
    """The parameters in the address of a chart."""

    slug: str
    kind: Kind
    slugs: Sequence[str]
    days: RequestedDays
    measure: Measure
    timezone: ZoneInfo
    filters: Filters


def now_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """Viewers of all Twitch over 24 hours, with the day before and the same day a week ago."""
    poll = now.newest_poll(tx, site)
    points: list[tuple[str, datetime, float | None]] = []
    if poll is not None:
        hours = now.hours_between(*now.last_hours(poll))
        for name, days in (("last 24 hours", 0), ("the day before", 1), ("a week before", 7)):
            then = [now.ago(site, hour, days) for hour in hours]
            viewers = now.viewers_at(tx, then)
            points += [(name, hour, viewers[at]) for hour, at in zip(hours, then, strict=True) if at in viewers]
    return chart_shapes.lines("Viewers of all of Twitch", "viewers", points)


def game_day_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """A game over the newest 24 hours."""
    game = find(tx, "game", request.slug)
    hours = games.last_day(tx, game.id, now.newest_poll(tx, site))
    is_streams = request.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    points = [(unit, hour.hour_at, hour.average_streams if is_streams else hour.average_viewers) for hour in hours]
    return chart_shapes.lines(f"{shown_name(games.name_of(tx, game.id))}, the last 24 hours", unit, points)


def game_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """A game over some days; a few days by the hour."""
    game = find(tx, "game", request.slug)
    span = span_of(tx, site, request.days)
    is_streams = request.measure == "streamers"
    unit = _UNITS["streamers" if is_streams else "viewers"]
    title = f"{shown_name(games.name_of(tx, game.id))}, {span}"
    days = games.by_day(tx, game.id, span)
    if span.days <= MAX_DAYS_BY_HOUR:
        hours = games.by_hour(tx, site, game.id, span)
        days_with_hours = {site.calendar.day_of(hour.hour_at).date for hour in hours}
        # Days are kept for longer than hours.
        if hours and all(day.day in days_with_hours for day in days):
            points = [
                (unit, hour.hour_at, hour.average_streams if is_streams else hour.average_viewers) for hour in hours
            ]
            return chart_shapes.lines(title, unit, points)
    by_day = [(unit, day.day, day.average_streams if is_streams else day.average_viewers) for day in days]
    return chart_shapes.lines(title, unit, by_day)


def week_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """A game by the hour of the week."""
    game = find(tx, "game", request.slug)
    span = span_of(tx, site, request.days)
    measure = request.measure if request.measure in _OF_WEEK else "viewers"
    value_of = _OF_WEEK[measure]
    hours = games.by_hour_of_week(tx, site, game.id, span, request.timezone)
    cells = [(hour.weekday, hour.hour, value) for hour in hours if (value := value_of(hour)) is not None]
    return chart_shapes.heat_map(f"{shown_name(games.name_of(tx, game.id))}, hours of the week", _UNITS[measure], cells)


def streamer_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """A streamer over some days: viewers, hours watched, or hours on the air."""
    streamer = find(tx, "streamer", request.slug)
    span = span_of(tx, site, request.days)
    title = f"{shown_name(streamers.name_of(tx, streamer.id))}, {span}"
    days = streamers.by_day(tx, streamer.id, span)
    if request.measure == "viewers":
        points = [("average", day.day, day.average_viewers) for day in days]
        points += [("peak", day.day, day.peak_viewers if day.airtime_hours else None) for day in days]
        return chart_shapes.lines(title, "viewers", points)
    unit = _UNITS["airtime" if request.measure == "airtime" else "hours"]
    rows = [(day.day, day.airtime_hours if request.measure == "airtime" else day.watch_hours) for day in days]
    return chart_shapes.sums_by_day(title, unit, rows)


def streamer_games_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """The games of a streamer, by their share of the hours watched."""
    streamer = find(tx, "streamer", request.slug)
    span = span_of(tx, site, request.days)
    played = streamers.games(tx, streamer.id, span, RowRange(_MAX_BARS)).rows
    labels = _labels({game.game_id: (game.game, game.slug or game.game_id) for game in played})
    rows = [(labels[game.game_id], 100 * (game.share or 0)) for game in played]
    return chart_shapes.bars(
        f"Games of {shown_name(streamers.name_of(tx, streamer.id))}", "percent of the hours watched", rows
    )


def compare_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """Up to five games or streamers."""
    span = span_of(tx, site, request.days)
    days = compare.compared_days(tx, request.kind, request.slugs, span)
    labels = _labels({day.slug: (day.name, day.slug) for day in days})
    measure = request.measure if request.measure == "viewers" else "hours"
    points = [
        (labels[day.slug], day.day, day.average_viewers if measure == "viewers" else day.watch_hours) for day in days
    ]
    return chart_shapes.lines(f"{span}", _UNITS[measure], points)


def _labels(named: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The label of each line or bar, by id, from its name and its slug: two of one name would be drawn as one."""
    shown = {id_: shown_name(name) for id_, (name, _) in named.items()}
    uses = Counter(shown.values())
    return {id_: name if uses[name] == 1 else f"{name} ({named[id_][1]})" for id_, name in shown.items()}


def explore_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """Viewers against streamers of the most watched games that pass the filters."""
    ranking = game_ranking(tx, site, span_of(tx, site, request.days))
    matching = explore.matching_games(
        ranking, request.filters, explore.By.WATCH_HOURS, explore.Order.DESCENDING, RowRange(_MAX_SPOTS)
    )
    return chart_shapes.spots(
        "Viewers against streamers",
        [
            chart_shapes.Spot(
                game.game, f"{site.root_path}/games/{quote(game.slug)}", game.average_streams, game.average_viewers
            )
            for game in matching.rows
            if game.slug
        ],
    )


def coverage_chart(tx: Transaction, site: Site, request: ChartRequest) -> Chart:
    """The measured part of each day, from the first that is known; a day without a row was not measured."""
    span = span_of(tx, site, request.days)
    measured = {day.day: day.coverage for day in bot_status.coverage(tx, span, RowRange(MAX_DAYS)).rows}
    first = max(span.first, tx.web.days_rolled_up().first_day or span.last)
    days = [first + timedelta(days=number) for number in range((span.last - first).days + 1)] if measured else []
    return chart_shapes.shares_by_day(
        "How much of each day was measured", "measured", [(day, measured.get(day, 0.0)) for day in days]
    )


CHARTS: Final[Mapping[str, Callable[[Transaction, Site, ChartRequest], Chart]]] = {
    "now": now_chart,
    "game-day": game_day_chart,
    "game": game_chart,
    "week": week_chart,
    "streamer": streamer_chart,
    "streamer-games": streamer_games_chart,
    "compare": compare_chart,
    "explore": explore_chart,
    "coverage": coverage_chart,
}

router = APIRouter(include_in_schema=False)


class ChartFormat(StrEnum):
    """The format of a chart: a specification that the page draws, or a picture."""

    JSON = "json"
    SVG = "svg"


async def _svg_queue(request: Request) -> SvgQueue:
    queue: SvgQueue = request.app.state.svg_queue
    return queue


async def _chart_request(
    days: Days,
    timezone: Timezone,
    filters: GameFilters,
    site: SiteParts,
    slug: Annotated[str, Query(max_length=120)] = "",
    kind: Kind = "game",
    names: Slugs = "",
    measure: Measure = "viewers",
) -> ChartRequest:
    zone = timezone or site.calendar.timezone
    return ChartRequest(slug.replace("\0", ""), kind, slugs_in(names), days, measure, zone, filters)


Pictures = Annotated[SvgQueue, Depends(_svg_queue)]
RequestedChart = Annotated[ChartRequest, Depends(_chart_request)]


@router.get("/charts/post.svg")
def chart_of_post(site: SiteParts, pictures: Pictures, post: Annotated[int, Query(ge=1, le=2**62)]) -> Response:
    """The chart of a post, as a picture."""
    # A picture can take a second: the transaction ends before it is drawn.
    with site.database.transaction() as tx:
        spec = bot_status.chart_of_post(tx, post)
    return Response(pictures.draw(spec, site.calendar.timezone.key), media_type="image/svg+xml")


@router.get("/charts/{chart_name}.{form}")
def chart(
    site: SiteParts,
    pictures: Pictures,
    chart_name: str,
    form: ChartFormat,
    request: RequestedChart,
    theme: Literal["light", "dark"] = "light",
) -> Response:
    """A chart, as a Vega-Lite specification with its description, or as a picture."""
    chart_of = CHARTS.get(chart_name)
    if chart_of is None:
        raise NotFound("there is no such chart")
    with site.read(request.days) as tx:
        made = chart_of(tx, site, request)
    if form is ChartFormat.SVG:
        themed = chart_shapes.themed(dict(made.spec), theme)
        return Response(pictures.draw(themed, request.timezone.key), media_type="image/svg+xml")
    return Response(orjson.dumps({"spec": made.spec, "description": made.alt_text}), media_type="application/json")
