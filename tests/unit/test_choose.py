"""The day's game is drawn with a weight equal to its watch time."""

from collections import Counter

import pytest

from bot.core.polls import GameId
from bot.post.choose import draw_game

Games = list[tuple[GameId, float]]

# The largest number that `random.random` returns.
ALMOST_ONE = 1 - 2**-53


def games(**hours: float) -> Games:
    return [(GameId(name), of_it) for name, of_it in hours.items()]


def test_each_game_is_drawn_as_often_as_its_share_of_the_hours() -> None:
    """1,024 even numbers from 0 to 1 draw games of 1, 2 and 5 eighths exactly that often."""
    drawn = Counter(draw_game(games(chess=1.0, go=2.0, poker=5.0), mark / 1024) for mark in range(1024))
    assert drawn == {"chess": 128, "go": 256, "poker": 640}


def test_the_order_of_the_games_does_not_change_their_shares() -> None:
    drawn = Counter(draw_game(games(poker=5.0, chess=1.0, go=2.0), mark / 1024) for mark in range(1024))
    assert drawn == {"chess": 128, "go": 256, "poker": 640}


@pytest.mark.parametrize("at", [0.0, 0.25, 0.5, 0.75, ALMOST_ONE])
def test_a_game_that_nobody_watched_is_never_drawn(at: float) -> None:
    assert draw_game(games(first=0.0, chess=1.0, middle=0.0, go=1.0, last=0.0), at) in {"chess", "go"}


@pytest.mark.parametrize(
    ("at", "drawn"), [(0.0, "chess"), (0.2499999, "chess"), (0.25, "go"), (0.75, "poker"), (ALMOST_ONE, "poker")]
)
def test_a_number_on_a_boundary_draws_the_game_that_begins_there(at: float, drawn: str) -> None:
    assert draw_game(games(chess=1.0, go=2.0, poker=1.0), at) == drawn


@pytest.mark.parametrize(
    ("hours", "at"), [(1e-300, ALMOST_ONE), (1 / 3, 0.0), (1e300, ALMOST_ONE)], ids=["hardly any", "a third", "many"]
)
def test_the_only_game_is_drawn_with_any_hours(hours: float, at: float) -> None:
    assert draw_game(games(chess=hours), at) == "chess"


def test_the_largest_number_draws_a_game_after_any_rounding_of_hours() -> None:
    many = [(GameId(str(number)), 0.1 * number) for number in range(1, 1000)]
    assert draw_game(many, ALMOST_ONE) == "999"
