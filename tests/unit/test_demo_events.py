"""The history of the demo has a game that comes out, and a game with a great day."""

from datetime import date, timedelta

from bot.core.polls import GameId
from bot.demo.events import Events
from tests.factories import a_stream

UNTIL = date(2026, 11, 21)
EVENTS = Events(UNTIL, GameId("new"), GameId("chess"), "Chess", GameId("great"))


def on_each_day(game: str) -> list[tuple[str, int]]:
    """The game and the viewers of a stream on each of the seven days before the end."""
    days = [UNTIL - timedelta(days=before) for before in range(7, 0, -1)]
    streams = [EVENTS.applied_to(a_stream(100, game=game), day) for day in days]
    return [(stream.game_name, stream.viewer_count) for stream in streams]


def test_new_game_comes_out_five_days_before_the_end() -> None:
    assert on_each_day("new") == [("Chess", 100)] * 2 + [("New", 100)] * 5


def test_game_has_one_great_day_and_others_have_none() -> None:
    assert on_each_day("great") == [("Great", 100)] * 4 + [("Great", 250)] + [("Great", 100)] * 2
    assert on_each_day("go") == [("Go", 100)] * 7
