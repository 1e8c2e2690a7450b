"""The part of a page with a week by the hour: a script replaces it by that of the visitor's time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.web.read.games import HourOfWeek
from bot.web.read.ranges import RequestedDays
from bot.web.read.streamer_schedule import HourLive, Schedule
from bot.web.views import page_charts
from bot.web.views.charts.week import WeekPlot
from bot.web.views.page_charts import WEEK_UNITS, WeekMeasure


@dataclass(frozen=True, slots=True)
class WeekPart:
    """The values of `week.html`. `path`: the address of this part, and of its table in the API. `query` and
    `api_query`: the parameters of the two, without the time zone. `before` and `words`: the sentence above the chart,
    whose words are strong; `note` follows it."""

    path: str
    query: Mapping[str, str]
    api_query: Mapping[str, str]
    zone: str
    before: str
    words: str
    note: str
    chart: WeekPlot
    row: type
    rows: Sequence[Any]


def of_game(
    slug: str, hours: Sequence[HourOfWeek], days: RequestedDays, measure: WeekMeasure, zone: ZoneInfo
) -> WeekPart | None:
    """The best times to stream a game. None without hourly data."""
    chart = page_charts.game_week(hours, measure, zone)
    if chart is None:
        return None
    return WeekPart(
        path=f"/games/{slug}/week",
        query=days.query | {"week": measure},
        api_query=days.query,
        zone=zone.key,
        before="Best:",
        words=chart.best or "no data yet",
        note=f"The stronger the colour, the more {WEEK_UNITS[measure]}.",
        chart=chart,
        row=HourOfWeek,
        rows=hours,
    )


def of_genre(
    slug: str, hours: Sequence[HourOfWeek], days: RequestedDays, measure: WeekMeasure, zone: ZoneInfo
) -> WeekPart | None:
    """The hours of the week in which a genre is watched. None without hourly data."""
    chart = page_charts.game_week(hours, measure, zone, praise="Most")
    if chart is None:
        return None
    unit = WEEK_UNITS[measure]
    return WeekPart(
        path=f"/genres/{slug}/week",
        query=days.query | {"week": measure},
        api_query=days.query,
        zone=zone.key,
        before=f"Most {unit}:",
        words=chart.best or "no data yet",
        note=f"The stronger the colour, the more {unit}. A game of several genres counts wholly.",
        chart=chart,
        row=HourOfWeek,
        rows=hours,
    )


def of_streamer(slug: str, schedule: Schedule, zone: ZoneInfo) -> WeekPart | None:
    """The usual schedule of a streamer. None with too few streams."""
    chart = page_charts.streamer_week(schedule)
    if chart is None:
        return None
    return WeekPart(
        path=f"/streamers/{slug}/week",
        query={},
        api_query={},
        zone=zone.key,
        before="Usually live" if chart.best else "Live at",
        words=chart.best or "no fixed hours",
        note="The stronger the colour, the more of the time live.",
        chart=chart,
        row=HourLive,
        rows=schedule.hours,
    )
