"""The game of the third summary: drawn with a weight equal to its watch time. Pure."""

from collections.abc import Sequence
from itertools import accumulate

from bot.core.polls import GameId


def draw_game(games: Sequence[tuple[GameId, float]], at: float) -> GameId:
    """The game on which a number from 0 to below 1 falls, when the games lie side by side, each as wide as its hours.

    `games` are pairs of id and watch hours, at least one of them above 0.
    """
    ends = list(accumulate(hours for _, hours in games))
    mark = at * ends[-1]
    return next(game_id for (game_id, _), end in zip(games, ends, strict=True) if mark < end)
