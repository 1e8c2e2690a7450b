"""Cards of links: what the picture of 1200 × 630 of a game, a streamer, a day or a comparison shows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from bot.web.read.bot_status import DayCoverage
from bot.web.read.compare import Compared, ComparedDay, Measure
from bot.web.read.games import GameDay, GameSummary
from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange
from bot.web.read.streamers import StreamerDay, StreamerSummary
from bot.web.views import page_charts
from bot.web.views.charts.lines import spark
from bot.web.views.charts.scale import GridLine, apart
from helperfunctions.text import short_number, shortened, shown_name

# Games on the card of a day.
LISTED: Final = 5
# The length of a name, in the units of a post on X: wide characters count two.
_LONGEST_NAME: Final = 26
_LONGEST_LINE: Final = 34
_LONGEST_NAME_OF_LINE: Final = 16
# The chart of a comparison is 700 pixels wide, and names are 30 pixels apart.
_CHART_HEIGHT: Final = 290
_NAME_HEIGHT: Final = 43


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a card: its name, its value in words, and its length as a share of the longest."""

    name: str
    value: str
    length: float


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line of a comparison, as its chart draws it, with its name and its value in words at its end. `name_y`: where
    these are; `style`: the number of its colour and dashes."""

    name: str
    value: str
    style: int
    path: str
    dots: Sequence[tuple[float, float]]
    name_y: float


@dataclass(frozen=True, slots=True)
class NamedLines:
    """The chart of a comparison: 1000 wide, `height` high, with horizontal lines and the first and last day."""

    height: int
    lines: Sequence[NamedLine]
    grid: Sequence[GridLine]
    days: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its heading, a line below it, figures with their labels, the lines of a list, the path of a small chart
    in a field of 96 × 24, and a comparison: a chart, or bars where there are too few days for lines."""

    heading: str
    line: str
    figures: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, str]] = ()
    path: str = ""
    bars: Sequence[Bar] = ()
    chart: NamedLines | None = None


def of_game(game: GameSummary, days: Sequence[GameDay]) -> Card:
    """A game over the last 30 days, and now."""
    figures = [("Hours watched", _short(game.watch_hours)), ("Average viewers", _short(game.average_viewers))]
    if game.viewers_now is not None:
        figures.insert(0, ("Viewers now", _short(game.viewers_now)))
    rank = f"#{game.rank} of {game.games:,} games on Twitch" if game.rank else "Game on Twitch"
    return Card(_name(game.game), f"{rank}, 30 days", figures, path=spark([day.average_viewers for day in days]))


def of_streamer(streamer: StreamerSummary, days: Sequence[StreamerDay]) -> Card:
    """A streamer over the last 30 days, and now."""
    figures = [
        ("Hours watched", _short(streamer.watch_hours)),
        ("Average viewers", _short(streamer.average_viewers)),
        ("Peak viewers", _short(streamer.peak_viewers)),
    ]
    line = "Streamer on Twitch, 30 days"
    if streamer.viewers_now is not None:
        line = f"Live now with {short_number(streamer.viewers_now)} viewers"
    return Card(_name(streamer.streamer), line, figures, path=spark([day.watch_hours for day in days]))


def of_day(day: DayCoverage, games: Sequence[GameInRange]) -> Card:
    """A day with its most watched games."""
    return Card(
        _day(day.day),
        "Most watched games on Twitch",
        [("Hours watched", _short(day.watch_hours))],
        [(shortened(shown_name(game.game), _LONGEST_LINE), _short(game.watch_hours)) for game in games],
    )


def of_comparison(
    compared: Sequence[Compared], by_day: Sequence[ComparedDay], measure: Measure, span: Span, zone: ZoneInfo
) -> Card:
    """Up to five games or streamers over some days."""
    values = [(one.watch_hours if measure == "hours" else one.average_viewers) or 0.0 for one in compared]
    names = [shown_name(one.name) for one in compared]
    heading = " vs ".join(names)
    if shortened(heading, _LONGEST_NAME) != heading:
        heading = f"{len(compared)} {compared[0].kind}s compared" if len(compared) > 1 else _name(names[0])
    unit = "Hours watched" if measure == "hours" else "Average viewers"
    line = f"{unit} on Twitch, {span.days:,} {'day' if span.days == 1 else 'days'} up to {_day(span.last)}"
    totals = {one.slug: short_number(value) for one, value in zip(compared, values, strict=True)}
    if (chart := _chart(by_day, totals, measure, span, zone)) is not None:
        return Card(heading, f"{line}, by day", [], chart=chart)
    longest = max(values, default=0.0) or 1.0
    bars = [
        Bar(shortened(name, _LONGEST_LINE), short_number(value), value / longest)
        for name, value in zip(names, values, strict=True)
    ]
    return Card(heading, line, [], bars=bars)


def _chart(
    by_day: Sequence[ComparedDay], totals: Mapping[str, str], measure: Measure, span: Span, zone: ZoneInfo
) -> NamedLines | None:
    """The lines of a comparison. None when there are too few days."""
    plot = page_charts.compared(by_day, measure, span, zone, height=_CHART_HEIGHT)
    if plot is None:
        return None
    slugs = list(dict.fromkeys(day.slug for day in by_day))
    places = apart([line.end_y for line in plot.lines], plot.height, _NAME_HEIGHT)
    drawn = [
        NamedLine(shortened(line.name, _LONGEST_NAME_OF_LINE), totals[slug], line.style, line.path, line.dots, y)
        for slug, line, y in zip(slugs, plot.lines, places, strict=True)
    ]
    first = min(day.day for day in by_day)
    return NamedLines(plot.height, drawn, plot.grid, (f"{first:%b} {first.day}", f"{span.last:%b} {span.last.day}"))


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _name(name: str) -> str:
    return shortened(shown_name(name), _LONGEST_NAME)


def _short(value: float | None) -> str:
    return "–" if value is None else short_number(value)
