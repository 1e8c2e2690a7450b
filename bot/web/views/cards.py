"""Cards of links: what the picture of 1200 × 630 of a game, a streamer, a day or a comparison shows. Pure."""

import re
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
from bot.web.views.charts.scale import WIDTH, GridLine, apart
from helperfunctions.text import short_number, shortened, shown_name

# Games on the card of a day.
LISTED: Final = 5
# The length of a name, in the units of a post on X: wide characters count two.
_LONGEST_NAME: Final = 26
_LONGEST_LINE: Final = 34
_LONGEST_NAME_OF_LINE: Final = 16
# Pixels: the small chart of a game or streamer, the chart of a comparison right of the values of its axis, and the
# space between the names at its ends.
_SMALL_CHART: Final = 1024, 144
_CHART_WIDTH: Final = 620
_CHART_HEIGHT: Final = 196
_NAME_HEIGHT: Final = 31
_X: Final = re.compile(r"(?<=[ML])[\d.]+")


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
    """The chart of a comparison, `width` by `height` pixels, with horizontal lines and the first and last day."""

    width: int
    height: int
    lines: Sequence[NamedLine]
    grid: Sequence[GridLine]
    days: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its heading, a line below it, figures with their labels, the lines of a list, the path of a small chart
    in pixels, and a comparison: who has most, and a chart, or bars where there are too few days for lines. A path is
    not stretched by the picture: its line would be of uneven width."""

    heading: str
    line: str
    figures: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, str]] = ()
    path: str = ""
    winner: str = ""
    bars: Sequence[Bar] = ()
    chart: NamedLines | None = None


def of_game(game: GameSummary, days: Sequence[GameDay]) -> Card:
    """A game over the last 30 days, and now."""
    figures = [("Hours watched", _short(game.watch_hours)), ("Average viewers", _short(game.average_viewers))]
    if game.viewers_now is not None:
        figures.insert(0, ("Viewers now", _short(game.viewers_now)))
    rank = f"#{game.rank} of {game.games:,} games on Twitch" if game.rank else "Game on Twitch"
    return Card(
        _name(game.game), f"{rank}, 30 days", figures, path=spark([day.average_viewers for day in days], *_SMALL_CHART)
    )


def of_streamer(streamer: StreamerSummary, days: Sequence[StreamerDay]) -> Card:
    """A streamer over the last 30 days, and now."""
    figures = [
        ("Hours watched", _short(streamer.watch_hours)),
        ("Average viewers", _short(streamer.average_viewers)),
        ("Peak viewers", _short(streamer.peak_viewers)),
    ]
    line = "Streamer on Twitch, 30 days"
    if streamer.viewers_now is not None:
        line = f"Live now with {_short(streamer.viewers_now)} viewers · figures of 30 days"
    return Card(
        _name(streamer.streamer), line, figures, path=spark([day.watch_hours or None for day in days], *_SMALL_CHART)
    )


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
    totals = {one.slug: value for one, value in zip(compared, values, strict=True)}
    winner = _winner(names, values, measure)
    if (chart := _chart(by_day, totals, measure, span, zone)) is not None:
        return Card(heading, f"{line}, by day", [], winner=winner, chart=chart)
    longest = max(values, default=0.0) or 1.0
    bars = [
        Bar(shortened(name, _LONGEST_LINE), _short(value), value / longest)
        for name, value in zip(names, values, strict=True)
    ]
    return Card(heading, line, [], winner=winner, bars=bars)


def _winner(names: Sequence[str], values: Sequence[float], measure: Measure) -> str:
    """Who has most, in words; nothing where two have the same, or a single one is shown."""
    ranked = sorted(zip(values, names, strict=True), reverse=True)
    if len(ranked) < 2 or ranked[0][0] == ranked[1][0]:
        return ""
    words = "Most hours watched" if measure == "hours" else "Most viewers on average"
    return f"{words}: {_name(ranked[0][1])}, {_short(ranked[0][0])}"


def _chart(
    by_day: Sequence[ComparedDay], totals: Mapping[str, float], measure: Measure, span: Span, zone: ZoneInfo
) -> NamedLines | None:
    """The lines of a comparison. None when there are too few days."""
    plot = page_charts.compared(by_day, measure, span, zone, height=_CHART_HEIGHT)
    if plot is None:
        return None
    slugs = list(dict.fromkeys(day.slug for day in by_day))
    places = _places_of_names([line.end_y for line in plot.lines], [totals[slug] for slug in slugs], plot.height)
    drawn = [
        NamedLine(
            name=shortened(line.name, _LONGEST_NAME_OF_LINE),
            value=_short(totals[slug]),
            style=line.style,
            path=_in_pixels(line.path),
            dots=[(round(x / 100 * _CHART_WIDTH, 1), y) for x, y in line.dots],
            name_y=name_y,
        )
        for slug, line, name_y in zip(slugs, plot.lines, places, strict=True)
    ]
    first = min(day.day for day in by_day)
    days = (f"{first:%b} {first.day}", f"{span.last:%b} {span.last.day}")
    return NamedLines(_CHART_WIDTH, plot.height, drawn, plot.grid, days)


def _places_of_names(ends: Sequence[float], totals: Sequence[float], height: float) -> list[float]:
    """The places of names at these ends of lines. Names whose lines end close to each other are in the order of the
    totals next to them."""
    order = sorted(range(len(ends)), key=lambda number: ends[number])
    groups: list[list[int]] = []
    for number in order:
        if groups and ends[number] - ends[groups[-1][-1]] < _NAME_HEIGHT:
            groups[-1].append(number)
        else:
            groups.append([number])
    named = [number for group in groups for number in sorted(group, key=lambda number: -totals[number])]
    places = apart([ends[number] for number in order], height, _NAME_HEIGHT)
    return [place for _, place in sorted(zip(named, places, strict=True))]


def _in_pixels(path: str) -> str:
    """The path of a line, which is as wide as the charts of pages, as wide as the chart of a card."""
    return _X.sub(lambda x: f"{round(float(x[0]) * _CHART_WIDTH / WIDTH, 1):g}", path)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _name(name: str) -> str:
    return shortened(shown_name(name), _LONGEST_NAME)


def _short(value: float | None) -> str:
    """A number with three digits, as on the pages."""
    return "–" if value is None else short_number(value, 3)
