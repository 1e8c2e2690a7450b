"""Cards of links: what the picture of 1200 × 630 of a game, a streamer or a day shows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.web.read.bot_status import DayCoverage
from bot.web.read.games import GameDay, GameSummary
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
class Card:
    """A card: its heading, a line below it, figures with their labels, the lines of a list, and the path of a small
    chart in a field of 96 × 24."""

    heading: str
    line: str
    figures: Sequence[tuple[str, str]]
    entries: Sequence[tuple[str, str]] = ()
    path: str = ""


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
        f"{day.day:%b} {day.day.day}, {day.day.year}",
        "Most watched games on Twitch",
        [("Hours watched", _short(day.watch_hours))],
        [(shortened(shown_name(game.game), _LONGEST_LINE), _short(game.watch_hours)) for game in games],
    )


def _name(name: str) -> str:
    return shortened(shown_name(name), _LONGEST_NAME)


def _short(value: float | None) -> str:
    return "–" if value is None else short_number(value)
