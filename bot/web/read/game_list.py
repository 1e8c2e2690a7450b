"""Filter and sort all games, for streamers who choose one: demand against supply. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.web.read.rankings import GameGrowth, GameInRange
from bot.web.read.table import Order, RowRange, TablePart, slice_of
from helperfunctions.text import name_key

MIN_GROWING_CHANNELS: Final = 5


class By(StrEnum):
    """The column that games are sorted by."""

    WATCH_HOURS = "watch_hours"
    AVERAGE_VIEWERS = "average_viewers"
    PEAK_VIEWERS = "peak_viewers"
    AVERAGE_STREAMS = "average_streams"
    VIEWERS_PER_STREAM = "viewers_per_stream"
    MEDIAN_VIEWERS = "median_viewers"
    CHANGE = "change"
    RANK = "rank"
    GAME = "game"


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of games: letters in the name, bounds, both ends included, and the slug of a genre, which the query of
    the games applies."""

    name: str = ""
    min_viewers: float | None = None
    max_viewers: float | None = None
    min_streams: float | None = None
    max_streams: float | None = None
    min_ratio: float | None = None
    genre: str = ""

    def match(self, game: GameInRange) -> bool:
        """True if a game passes every filter."""
        return (
            (not self.name or name_key(self.name) in name_key(game.game))
            and _within(game.average_viewers, self.min_viewers, self.max_viewers)
            and _within(game.average_streams, self.min_streams, self.max_streams)
            and (self.min_ratio is None or (game.viewers_per_stream or 0) >= self.min_ratio)
        )


def matching_games(
    games: Sequence[GameInRange], filters: Filters, by: By, order: Order, wanted: RowRange
) -> TablePart[GameInRange]:
    """The requested rows of the games that pass the filters, sorted; games without a value come last in both orders.

    `games` are sorted by hours watched, the most first.
    """
    matching = games if filters == Filters() else [game for game in games if filters.match(game)]
    if (by, order) == (By.WATCH_HOURS, Order.DESCENDING):
        return slice_of(matching, wanted)
    matching = list(matching)
    if by is By.GAME:
        matching.sort(key=lambda game: game.game.casefold(), reverse=order is Order.DESCENDING)
    else:
        sign = -1 if order is Order.DESCENDING else 1

        def place(game: GameInRange) -> tuple[bool, float]:
            value = getattr(game, by)
            return value is None, sign * (value or 0)

        matching.sort(key=place)
    return slice_of(matching, wanted)


def growing(
    games: Sequence[GameInRange], most: int, growths: Mapping[str, GameGrowth]
) -> list[tuple[GameInRange, GameGrowth]]:
    """The games that grew most, of those with some live channels: the changes of smaller ones are chance, as is that of
    a single channel."""
    grown = [
        (game, growth)
        for game in games
        if game.average_streams >= MIN_GROWING_CHANNELS
        and (growth := growths.get(game.game_id)) is not None
        and growth.lasting > 0
        and not growth.is_steady
    ]
    return sorted(grown, key=lambda one: -one[1].lasting)[:most]


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
