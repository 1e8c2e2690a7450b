"""The part of a page with a week by the hour: a script replaces it by that of the visitor's time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.web.read.games import HourOfWeek
from bot.web.read.ranges import RequestedDays
from bot.web.read.streamer_schedule import HourLive, Schedule
from bot.web.views import page_charts
from bot.web.views.charts import week
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
    chart = page_charts.game_week(hours, measure, is_advice=True)
    if chart is None:
        return None
    unit = WEEK_UNITS[measure]
    words, note = chart.best or "no data yet", ""
    if measure == "per-channel":
        words, note = _advice(chart, hours)
    elif measure == "channels" and chart.best:
        top = max(hour.average_streams for hour in hours)
        fewest = week.in_words(
            week.best_spans({(hour.weekday, hour.hour): top - hour.average_streams for hour in hours})
        )
        note = f"Fewest: {fewest}. " if fewest else ""
    return WeekPart(
        path=f"/games/{slug}/week",
        query=days.query | {"week": measure},
        api_query=days.query,
        zone=zone.key,
        before="Best:" if measure == "per-channel" else f"Most {unit}:",
        words=words,
        note=f"{note}The stronger the colour, the more {unit}.",
        chart=chart,
        row=HourOfWeek,
        rows=hours,
    )


def _advice(chart: WeekPlot, hours: Sequence[HourOfWeek]) -> tuple[str, str]:
    """The best hours in words, and in how many weeks they were so."""
    if not chart.best:
        if max((hour.weeks for hour in hours), default=0) < 2:
            return "not known yet", "At least two whole weeks of data are needed. "
        return "no hour stands out", "No hour is above the average of its week in three of four weeks. "
    best = [hour for hour in hours if (hour.weekday, hour.hour) in chart.best_hours]
    least = min(best, key=lambda hour: (hour.weeks_above / hour.weeks, hour.weeks))
    above = f"{least.weeks_above} of {least.weeks} weeks"
    all_of = "" if least.weeks_above == least.weeks else "at least "
    return chart.best, (
        f"Each of these hours was above the average of its week in {all_of}{above}. Large channels count too: what a"
        " typical channel has is not stored by the hour. "
    )


def of_genre(
    slug: str, hours: Sequence[HourOfWeek], days: RequestedDays, measure: WeekMeasure, zone: ZoneInfo
) -> WeekPart | None:
    """The hours of the week in which a genre is watched. None without hourly data."""
    chart = page_charts.game_week(hours, measure)
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
        note=(f"Most often {chart.strongest}. " if chart.strongest and not chart.best else "")
        + "The stronger the colour, the more of the time live.",
        chart=chart,
        row=HourLive,
        rows=schedule.hours,
    )
