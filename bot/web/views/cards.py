"""Cards of links: what the picture of 1200 × 630 of a game, a streamer, a day or a comparison shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.web.read.bot_status import DayCoverage
from bot.web.read.compare import Compared, Measure
from bot.web.read.games import GameDay, GameSummary
from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange
from bot.web.read.streamers import StreamerDay, StreamerSummary
from bot.web.views.charts.lines import spark
from helperfunctions.text import short_number, shortened, shown_name

# Games on the card of a day.
LISTED: Final = 5
# The length of a name, in the units of a post on X: wide characters count two.
_LONGEST_NAME: Final = 26
_LONGEST_LINE: Final = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a card: its name, its value in words, and its length as a share of the longest."""

    name: str
    value: str
    length: float


@dataclass(frozen=True, slots=True)
class Card:
    """A card: its heading, a line below it, figures with their labels, the lines of a list, the path of a small chart
    in a field of 96 × 24, and the bars of a comparison."""

    heading: str
    line: str
    figures: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, str]] = ()
    path: str = ""
    bars: Sequence[Bar] = ()


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


def of_comparison(compared: Sequence[Compared], measure: Measure, span: Span) -> Card:
    """Up to five games or streamers over some days."""
    values = [(one.watch_hours if measure == "hours" else one.average_viewers) or 0.0 for one in compared]
    names = [shown_name(one.name) for one in compared]
    heading = " vs ".join(names)
    if shortened(heading, _LONGEST_NAME) != heading:
        heading = f"{len(compared)} {compared[0].kind}s compared" if len(compared) > 1 else _name(names[0])
    unit = "Hours watched" if measure == "hours" else "Average viewers"
    longest = max(values, default=0.0) or 1.0
    return Card(
        heading,
        f"{unit} on Twitch, {span.days:,} {'day' if span.days == 1 else 'days'} up to {_day(span.last)}",
        [],
        bars=[
            Bar(shortened(name, _LONGEST_LINE), short_number(value), value / longest)
            for name, value in zip(names, values, strict=True)
        ],
    )


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _name(name: str) -> str:
    return shortened(shown_name(name), _LONGEST_NAME)


def _short(value: float | None) -> str:
    return "–" if value is None else short_number(value)
