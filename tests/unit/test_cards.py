"""Cards of links: what they show."""

from datetime import date

from bot.web.read.compare import ComparedGame
from bot.web.read.ranges import Span
from bot.web.views.cards import Bar, of_comparison

WEEK = Span(date(2026, 11, 15), date(2026, 11, 21))


def a_game(name: str, hours: float | None, viewers: float | None) -> ComparedGame:
    return ComparedGame("game", name, name, name.lower(), hours, 1.0, viewers, 1)


def test_card_of_a_comparison_has_a_bar_for_each() -> None:
    compared = [a_game("Chess", 40_000, 500.0), a_game("Go", 10_000, 2_000.0), a_game("Hex", None, None)]
    card = of_comparison(compared, "hours", WEEK)
    assert (card.heading, card.line) == ("Chess vs Go vs Hex", "Hours watched on Twitch, 7 days up to Nov 21, 2026")
    assert card.bars == [Bar("Chess", "40K", 1.0), Bar("Go", "10K", 0.25), Bar("Hex", "0", 0.0)]
    by_viewers = of_comparison(compared, "viewers", Span(WEEK.last, WEEK.last))
    assert by_viewers.line == "Average viewers on Twitch, 1 day up to Nov 21, 2026"
    assert [bar.length for bar in by_viewers.bars] == [0.25, 1.0, 0.0]


def test_card_of_long_names_has_their_number_instead() -> None:
    compared = [a_game(f"A game with a long name {number}", 0.0, 0.0) for number in range(3)]
    assert of_comparison(compared, "hours", WEEK).heading == "3 games compared"
    assert of_comparison(compared[:1], "hours", WEEK).heading == "A game with a long name 0"
