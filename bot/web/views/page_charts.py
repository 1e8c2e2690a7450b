"""The charts of the pages, from the rows that the pages read."""

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.web.read import now
from bot.web.read.bot_status import DayCoverage
from bot.web.read.compare import ComparedDay, Measure, value_of
from bot.web.read.find_game import Candidate
from bot.web.read.games import GameDay, GameHour, HourOfWeek
from bot.web.read.genres import ClassOnDay
from bot.web.read.languages import LanguageDay
from bot.web.read.now import NewestPoll
from bot.web.read.own_hours import OwnHours, OwnTimes
from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange
from bot.web.read.shares import GameShare
from bot.web.read.streamer_schedule import Schedule
from bot.web.read.streamers import StreamerDay
from bot.web.read.week_hours import is_lasting
from bot.web.site import Site
from bot.web.views.charts import calendar, lines, spots, week
from bot.web.views.charts.calendar import CalendarPlot
from bot.web.views.charts.lines import ColumnPlot, LinePlot, Series, aligned
from bot.web.views.charts.scale import Instants, every_day, every_hour
from bot.web.views.charts.spots import Spot, SpotPlot
from bot.web.views.charts.stack import Column, StackPlot, days_per_column, stack
from bot.web.views.charts.treemap import Part, TreePlot, treemap
from bot.web.views.charts.week import StripPlot, WeekPlot
from helperfunctions.database import Transaction
from helperfunctions.text import shown_name

WeekMeasure = Literal["per-channel", "viewers", "channels"]
WEEK_UNITS: Final[Mapping[WeekMeasure, str]] = {
    "per-channel": "viewers per channel",
    "viewers": "viewers",
    "channels": "live channels",
}
_OF_WEEK: Final[Mapping[WeekMeasure, Callable[[HourOfWeek], float | None]]] = {
    "per-channel": lambda hour: hour.viewers_per_stream,
    "viewers": lambda hour: hour.average_viewers,
    "channels": lambda hour: hour.average_streams,
}
# More dots would hide each other.
_MAX_SPOTS: Final = 500
# A line of fewer values is a dot in a large box.
_MIN_VALUES: Final = 3
# Areas of a treemap; more would be too small to read.
MAX_SHARES: Final = 30


def last_24_hours(tx: Transaction, site: Site, poll: NewestPoll | None) -> LinePlot | None:
    """Viewers of all Twitch over 24 hours, with the day before and the same day a week ago. None with too few hours."""
    if poll is None:
        return None
    hours = now.hours_between(*now.last_hours(poll))
    series = []
    for name, days in (("Last 24 hours", 0), ("Previous day", 1), ("Same day last week", 7)):
        then = [now.ago(site, hour, days) for hour in hours]
        viewers = now.viewers_at(tx, then)
        if viewers:
            series.append(Series(name, [viewers.get(hour) for hour in then], is_before=days > 0))
    if not series or series[0].is_before or _count(series[0].values) < _MIN_VALUES:
        return None
    return lines.lines("Twitch viewers, last 24 hours", "viewers", hours, series, site.calendar.timezone)


def game_hours(
    title: str,
    hours: Sequence[GameHour],
    zone: ZoneInfo,
    *,
    is_channels: bool = False,
    height: int = 160,
    before: Sequence[GameHour] = (),
    days_before: int = 0,
    has_trend: bool = False,
) -> LinePlot | None:
    """A game in some hours, with those a number of days `before`, or else with the average of a day. None when there
    are too few."""
    if len(hours) < _MIN_VALUES:
        return None

    def value_of(hour: GameHour) -> float:
        return hour.average_streams if is_channels else hour.average_viewers

    at = every_hour(hours[0].hour_at, hours[-1].hour_at)
    unit = "live channels" if is_channels else "viewers"
    series = [Series(unit.capitalize(), aligned(at, {hour.hour_at: value_of(hour) for hour in hours}))]
    # On the wall clock, where a day of a change of the clocks has 23 or 25 hours.
    later = {
        (hour.hour_at.astimezone(zone) + timedelta(days=days_before)).astimezone(UTC): value_of(hour) for hour in before
    }
    series += _previous(at, later, days_before)
    if has_trend and len(series) == 1:
        series += _trend(series[0].values, 24, "24-hour average")
    return lines.lines(title, unit, at, series, zone, height=height)


def game_history(
    rows: Sequence[GameDay] | Sequence[GameHour],
    span: Span,
    zone: ZoneInfo,
    *,
    is_channels: bool = False,
    before: Sequence[GameDay] | Sequence[GameHour] = (),
) -> LinePlot | None:
    """A game on each day of a range, or in each of its hours, with gaps where there is no data; and in the previous
    period, whose rows are `before`. None when there are too few."""
    unit = "live channels" if is_channels else "viewers"
    title = f"Average {unit}"
    if rows and isinstance(rows[0], GameHour):
        hours, hours_before = ([row for row in some if isinstance(row, GameHour)] for some in (rows, before))
        return game_hours(
            title,
            hours,
            zone,
            is_channels=is_channels,
            height=lines.HEIGHT,
            before=hours_before,
            days_before=span.days,
            has_trend=True,
        )
    days = [row for row in rows if isinstance(row, GameDay)]
    if len(days) < _MIN_VALUES:
        return None

    def value_of(day: GameDay) -> float | None:
        return day.average_streams if is_channels else day.average_viewers

    at = every_day(days[0].day, span.last)
    later = {row.day + timedelta(days=span.days): value_of(row) for row in before if isinstance(row, GameDay)}
    series = [Series(title, aligned(at, {day.day: value_of(day) for day in days})), *_previous(at, later, span.days)]
    if len(series) == 1:
        series += _trend(series[0].values, 7, "7-day average")
    return lines.lines(title, unit, at, series, zone)


def _trend(values: Sequence[float | None], length: int, name: str) -> list[Series]:
    """The pale line of the average of the last `length` values, where none of them is missing. None for few values."""
    if len(values) < 2 * length:
        return []
    windows = (values[max(0, end - length) : end] for end in range(1, len(values) + 1))
    known = ([value for value in window if value is not None] for window in windows)
    averages = [sum(window) / length if len(window) == length else None for window in known]
    return [Series(name, averages, is_before=True, is_pale=True, is_trend=True)] if _count(averages) else []


def _previous(
    at: Instants, values: Mapping[datetime, float | None] | Mapping[date, float | None], days: int, name: str = ""
) -> list[Series]:
    """The pale line of the previous period of as many days, whose `values` are moved to this one. Without any, none."""
    period = "previous day" if days == 1 else f"previous {days} days"
    label = f"{name}, {period}" if name else period.capitalize()
    series = Series(label, aligned(at, values), is_before=True, is_pale=True)
    return [series] if _count(series.values) else []


def game_week(
    hours: Sequence[HourOfWeek],
    measure: WeekMeasure,
    *,
    is_advice: bool = False,
    own_hours: OwnHours | None = None,
    own: OwnTimes | None = None,
) -> WeekPlot | None:
    """A game or genre by weekday and hour. None without hourly data. `is_advice`: the best hours by viewers per channel
    are those that are so in most weeks. `own_hours` are outlined, and the `own` ones that are recommended more
    strongly."""
    if not hours:
        return None
    plot = _game_week(hours, measure, is_advice=is_advice)
    if own_hours is None:
        return plot
    best = [(time.weekday, time.start, (time.end - time.start) % 24) for time in own.recommended] if own else []
    return replace(plot, outlines=week.outlines(own_hours.places, best))


def _game_week(hours: Sequence[HourOfWeek], measure: WeekMeasure, *, is_advice: bool) -> WeekPlot:
    value_of, unit = _OF_WEEK[measure], WEEK_UNITS[measure]
    cells = {(hour.weekday, hour.hour): value_of(hour) for hour in hours}
    title = f"{unit.capitalize()} by weekday and hour"
    if not is_advice or measure != "per-channel":
        return week.week(title, unit, cells, "Most")
    sure = {(hour.weekday, hour.hour) for hour in hours if is_lasting(hour.weeks, hour.weeks_above)}
    return week.week(title, unit, cells, sure=sure)


def streamer_week(schedule: Schedule) -> WeekPlot | None:
    """A streamer by weekday and hour. None with too few streams."""
    if not schedule.is_known:
        return None
    shares = {(hour.weekday, hour.hour): hour.share for hour in schedule.hours}
    return week.usual_week("Share of the time live by weekday and hour", shares)


def streamer_calendar(days: Sequence[StreamerDay], span: Span) -> CalendarPlot | None:
    """The hours streamed on each day of a range. None without measured days."""
    if not days:
        return None
    at = every_day(span.first, span.last)
    return calendar.calendar("Hours streamed by day", "hours", at, {day.day: day.airtime_hours for day in days})


def streamer_viewers(
    days: Sequence[StreamerDay], span: Span, zone: ZoneInfo, before: Sequence[StreamerDay] = ()
) -> LinePlot | None:
    """Average and peak viewers of a streamer, and the average of the previous period. None when there are too few
    days."""
    if len(days) < _MIN_VALUES:
        return None
    at = every_day(days[0].day, span.last)
    average: dict[date, float | None] = {day.day: day.average_viewers for day in days}
    peak: dict[date, float | None] = {day.day: day.peak_viewers if day.airtime_hours else None for day in days}
    series = [Series("Average", aligned(at, average)), Series("Peak", aligned(at, peak))]
    later = {day.day + timedelta(days=span.days): day.average_viewers for day in before}
    series += _previous(at, later, span.days, "Average")
    return lines.lines("Average and peak viewers per day", "viewers", at, series, zone)


def streamer_hours(
    days: Sequence[StreamerDay], span: Span, zone: ZoneInfo, *, is_streamed: bool = False
) -> ColumnPlot | None:
    """Hours watched or streamed on each day. None without days."""
    if not days:
        return None
    at = every_day(days[0].day, span.last)
    values: dict[date, float | None] = {day.day: day.airtime_hours if is_streamed else day.watch_hours for day in days}
    unit = "hours streamed" if is_streamed else "hours watched"
    return lines.columns(f"{unit.capitalize()} per day", unit, at, aligned(at, values), zone)


def hours_of_days(days: Sequence[DayCoverage], zone: ZoneInfo) -> ColumnPlot | None:
    """Hours watched of all Twitch on each of some days, the newest first. None when there are too few days."""
    if len(days) < _MIN_VALUES:
        return None
    at = every_day(days[-1].day, days[0].day)
    values: dict[date, float | None] = {day.day: day.watch_hours for day in days}
    return lines.columns("Hours watched per day", "hours watched", at, aligned(at, values), zone)


def genre_hours(days: Sequence[ClassOnDay], span: Span, zone: ZoneInfo) -> ColumnPlot | None:
    """Hours watched of a genre on each day. None without days."""
    if not days:
        return None
    at = every_day(days[0].day, span.last)
    values: dict[date, float | None] = {day.day: day.watch_hours for day in days}
    return lines.columns("Hours watched per day", "hours watched", at, aligned(at, values), zone)


def share_of_language(days: Sequence[LanguageDay], span: Span, zone: ZoneInfo) -> LinePlot | None:
    """The share of a language on each day, in percent. None when there are too few days."""
    if len(days) < _MIN_VALUES:
        return None
    at = every_day(days[0].day, span.last)
    values: dict[date, float | None] = {day.day: None if day.share is None else 100 * day.share for day in days}
    title = "Share of hours watched per day"
    return lines.lines(title, "% of hours watched", at, [Series("Share", aligned(at, values))], zone)


def compared(
    days: Sequence[ComparedDay], measure: Measure, span: Span, zone: ZoneInfo, *, height: int = lines.HEIGHT
) -> LinePlot | None:
    """Up to five games or streamers. None when there are too few days."""
    at = every_day(min((day.day for day in days), default=span.last), span.last)
    if len(at) < _MIN_VALUES:
        return None
    unit = "viewers" if measure == "viewers" else "hours watched"
    labels = _labels({day.slug: (day.name, day.slug) for day in days})
    series = []
    for slug, label in labels.items():
        values: dict[date, float | None] = {day.day: value_of(day, measure) for day in days if day.slug == slug}
        series.append(Series(label, aligned(at, values)))
    title = f"{'Average viewers' if unit == 'viewers' else 'Hours watched'} per day"
    return lines.lines(title, unit, at, series, zone, height=height)


def _labels(named: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """The label of each line, by id, from its name and its slug: two lines with the same name would look the same."""
    shown = {id_: shown_name(name) for id_, (name, _) in named.items()}
    uses = Counter(shown.values())
    return {id_: name if uses[name] == 1 else f"{name} ({named[id_][1]})" for id_, name in shown.items()}


def games_between(games: Sequence[GameInRange], site: Site) -> SpotPlot:
    """Games by live channels and viewers per channel, in the order of the table, whose first ones are named."""
    return spots.spots(
        "Live channels and viewers per channel",
        [
            Spot(
                game.game,
                f"{site.root_path}/games/{quote(game.slug)}",
                game.average_streams,
                game.viewers_per_stream or 0,
            )
            for game in games[:_MAX_SPOTS]
            if game.slug
        ],
    )


def candidates(found: Sequence[Candidate], site: Site) -> SpotPlot:
    """Games to choose from, by live channels and viewers per channel; the best are named."""
    return spots.spots(
        "Live channels and viewers per channel",
        [
            Spot(
                one.game.game,
                f"{site.root_path}/games/{quote(one.game.slug)}",
                one.game.average_streams,
                one.game.median_viewers or 0,
            )
            for one in found[:_MAX_SPOTS]
            if one.game.slug
        ],
    )


def shares(title: str, games: Sequence[tuple[str, str | None, float]], total: float, site: Site) -> TreePlot | None:
    """Games by their share of a whole, from their names, slugs and values. None for fewer than three."""
    if len(games) < _MIN_VALUES or total <= 0:
        return None
    parts = [Part(name, value, f"{site.root_path}/games/{quote(slug)}" if slug else "") for name, slug, value in games]
    return treemap(title, parts, total)


def genre_shares(genres: Sequence[tuple[str, str | None, float]], kind: str, site: Site) -> TreePlot | None:
    """Genres, game modes or themes by their split hours, from their names, slugs and hours. `kind` is in their
    addresses; "" for genres. None for fewer than three."""
    if len(genres) < _MIN_VALUES:
        return None
    folder, query = f"{site.root_path}/genres", f"?kind={kind}" if kind else ""
    parts = [Part(name, value, f"{folder}/{quote(slug)}{query}" if slug else "") for name, slug, value in genres]
    return treemap("Share of hours watched", parts[:MAX_SHARES], sum(part.value for part in parts))


def share_over_time(shares: Sequence[GameShare], span: Span, zone: ZoneInfo) -> StackPlot | None:
    """The most watched games as parts of the whole, day by day, or several days together in a long range. None when
    there are too few days."""
    known = sorted({share.day for share in shares})
    if len(known) < _MIN_VALUES:
        return None
    names = {share.game_id: share.game for share in shares}
    step = days_per_column((span.last - known[0]).days + 1)
    at = every_day(known[0], span.last)[::step]
    hours: dict[tuple[date, str], float] = defaultdict(float)
    whole: dict[date, float] = defaultdict(float)
    for share in shares:
        first = at[(share.day - at[0]).days // step]
        hours[first, share.game_id] += share.watch_hours
        # Each day is there once for each game.
        whole[first] += share.of_all / len(names)
    columns = [Column(day, [hours[day, game_id] / whole[day] for game_id in names]) for day in at if day in whole]
    labels = _labels({id_: (name, id_) for id_, name in names.items()})
    return stack("Share of hours watched", "% of hours watched", list(labels.values()), at, columns, zone)


def calendar_of(days: Sequence[DayCoverage]) -> list[tuple[date, list[list[DayCoverage | date | None]]]]:
    """The months of some days, newest first: for each its first day, and its weeks from Monday. A date without figures
    is there as a date, and a place outside of the month as None."""
    known = {day.day: day for day in days}
    months = sorted({(day.day.year, day.day.month) for day in days}, reverse=True)
    return [
        (
            date(year, month, 1),
            [
                [known.get(one, one) if one.month == month else None for one in week_of_month]
                for week_of_month in Calendar().monthdatescalendar(year, month)
            ],
        )
        for year, month in months
    ]


def coverage(days: Sequence[DayCoverage], first_day: date | None, span: Span) -> StripPlot | None:
    """How much of each day was measured, from the first that is known. None before the first day."""
    if not days or first_day is None:
        return None
    at = every_day(max(span.first, first_day), span.last)
    return week.strip("Data coverage by day", at, {day.day: day.coverage for day in days})


def _count(values: Sequence[float | None]) -> int:
    return sum(1 for value in values if value is not None)
