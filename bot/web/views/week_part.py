"""The part of a page with a week by the hour: a script replaces it by that of the visitor's time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.web.read import games
from bot.web.read.addresses import Addressed
from bot.web.read.games import HourOfWeek
from bot.web.read.own_hours import WEEKS, OwnHours, OwnTimes, own_times
from bot.web.read.ranges import RequestedDays, Span
from bot.web.read.streamer_schedule import HourLive, Schedule
from bot.web.read.week_hours import MIN_WEEKS
from bot.web.site import Site
from bot.web.views import page_charts
from bot.web.views.charts import week
from bot.web.views.charts.week import WeekPlot
from bot.web.views.page_charts import WEEK_UNITS, WeekMeasure
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class WeekPart:
    """The values of `week.html`. `path`: the address of this part, and of its table in the API. `query` and
    `api_query`: the parameters of the two, without the time zone. `before` and `words`: the sentence above the chart,
    whose words are strong; `note` follows it, and `more` words, which are
    folded. `span`: the days that are averaged, where the page does not say so.
    `own_hours`: those in which somebody can stream, and `own` the best of them; None if no channel is live in them. The
    part is then in their time zone."""

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
    more: Sequence[str] = ()
    span: Span | None = None
    own_hours: OwnHours | None = None
    own: OwnTimes | None = None


def of_game(
    tx: Transaction,
    site: Site,
    game: Addressed,
    days: RequestedDays,
    span: Span,
    measure: WeekMeasure,
    zone: ZoneInfo,
    own_hours: OwnHours | None = None,
) -> WeekPart | None:
    """The best times to stream a game, over the whole weeks of a range, at least four. None without hourly data."""
    weeks = span.whole_weeks(WEEKS)
    hours = games.by_hour_of_week(tx, site, game.id, weeks, zone)
    own = own_times(tx, site, [game.id], span, own_hours).get(game.id) if own_hours else None
    chart = page_charts.game_week(hours, measure, is_advice=True, own_hours=own_hours, own=own)
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
        path=f"/games/{game.slug}/week",
        query=days.query | {"week": measure},
        api_query=RequestedDays(first=weeks.first, last=weeks.last).query,
        zone=zone.key,
        before=f"{'Best' if measure == 'per-channel' else f'Most {unit}'}{' overall' if own_hours else ''}:",
        words=words,
        note=f"{note}The stronger the colour, the more {unit}.",
        chart=chart,
        row=HourOfWeek,
        rows=hours,
        span=weeks,
        own_hours=own_hours,
        own=own,
    )


def _advice(chart: WeekPlot, hours: Sequence[HourOfWeek]) -> tuple[str, str]:
    """The best hours in words, and in how many weeks they were so."""
    if not chart.best:
        if max((hour.weeks for hour in hours), default=0) < MIN_WEEKS:
            return "not known yet", f"At least {MIN_WEEKS} whole weeks of data are needed. "
        return "no hour stands out", "No hour is above its whole week in three of four weeks. "
    best = [hour for hour in hours if (hour.weekday, hour.hour) in chart.best_hours]
    least = min(best, key=lambda hour: (hour.weeks_above / hour.weeks, hour.weeks))
    above = f"{least.weeks_above} of {least.weeks} weeks"
    all_of = "" if least.weeks_above == least.weeks else "at least "
    return chart.best, (
        f"Each of these hours was above its whole week in {all_of}{above}. Large channels count too: these"
        " are averages, the median is not stored by the hour. "
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
        more=chart.more,
    )
