"""Draw the game of the third summary, weighted by watch time. Pure."""

from collections.abc import Sequence
from itertools import accumulate

from bot.core.polls import GameId


def draw_game(games: Sequence[tuple[GameId, float]], at: float) -> GameId:
    """Draw a game with a probability proportional to its watch hours. `at`: a random number from 0 to below 1.

    `games`: pairs of id and watch hours, at least one of them above 0.
    """
    ends = list(accumulate(hours for _, hours in games))
    mark = at * ends[-1]
    return next(game_id for (game_id, _), end in zip(games, ends, strict=True) if mark < end)
