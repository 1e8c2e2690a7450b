"""All games for who looks for one to stream: demand against supply. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.web.read.rows import GameInRange, Part, Rows
from helperfunctions.text import name_key


class By(StrEnum):
    """What games are sorted by."""

    WATCH_HOURS = "watch_hours"
    AVERAGE_VIEWERS = "average_viewers"
    PEAK_VIEWERS = "peak_viewers"
    AVERAGE_STREAMS = "average_streams"
    VIEWERS_PER_STREAM = "viewers_per_stream"
    CHANGE = "change"
    RANK = "rank"
    GAME = "game"


class Order(StrEnum):
    """Which way."""

    ASCENDING = "asc"
    DESCENDING = "desc"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which games are meant: those with these letters in their name, and within these bounds."""

    name: str = ""
    min_viewers: float | None = None
    max_viewers: float | None = None
    min_streams: float | None = None
    max_streams: float | None = None
    min_ratio: float | None = None

    def lets(self, game: GameInRange) -> bool:
        """Whether a game is among them."""
        return (
            (not self.name or name_key(self.name) in name_key(game.game))
            and _within(game.average_viewers, self.min_viewers, self.max_viewers)
            and _within(game.average_streams, self.min_streams, self.max_streams)
            and (self.min_ratio is None or (game.viewers_per_stream or 0) >= self.min_ratio)
        )


def explore(games: Sequence[GameInRange], filters: Filters, by: By, order: Order, part: Part) -> Rows[GameInRange]:
    """A part of the games that are meant, sorted; those without a value stand at the end, whichever way.

    `games` come as they are ranked, the most watched first.
    """
    meant = games if filters == Filters() else [game for game in games if filters.lets(game)]
    if (by, order) == (By.WATCH_HOURS, Order.DESCENDING):
        # As they come.
        return Rows(meant[part.offset : part.offset + part.limit], len(meant))
    meant = list(meant)
    if by is By.GAME:
        meant.sort(key=lambda game: game.game.casefold(), reverse=order is Order.DESCENDING)
    else:
        sign = -1 if order is Order.DESCENDING else 1

        def place(game: GameInRange) -> tuple[bool, float]:
            value = getattr(game, by)
            return value is None, sign * (value or 0)

        meant.sort(key=place)
    return Rows(meant[part.offset : part.offset + part.limit], len(meant))


def _within(value: float, least: float | None, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
