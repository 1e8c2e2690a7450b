"""Cards of links: what they show."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.compare import ComparedDay, ComparedGame
from bot.web.read.ranges import Span
from bot.web.views.cards import Bar, of_comparison

ZONE = ZoneInfo("America/Los_Angeles")
WEEK = Span(date(2026, 11, 15), date(2026, 11, 21))


def a_game(name: str, hours: float | None, viewers: float | None) -> ComparedGame:
    return ComparedGame("game", name, name, name.lower(), hours, 1.0, viewers, 1)


def a_day(one: ComparedGame, day: int, hours: float) -> ComparedDay:
    return ComparedDay(one.slug, one.name, date(2026, 11, day), 1.0, hours, hours / 24, 1)


def test_card_of_a_comparison_is_a_chart_with_a_name_and_a_value_at_the_end_of_each_line() -> None:
    chess, go = a_game("Chess", 40_000, 500.0), a_game("Go", 10_000, 2_000.0)
    days = [a_day(one, day, hours * day) for one, hours in ((chess, 100), (go, 99)) for day in range(15, 22)]
    card = of_comparison([chess, go], days, "hours", WEEK, ZONE)
    assert (card.heading, card.line) == ("Chess vs Go", "Hours watched on Twitch, 7 days up to Nov 21, 2026, by day")
    assert card.bars == ()
    assert card.chart is not None
    assert [(line.name, line.value, line.style) for line in card.chart.lines] == [
        ("Chess", "40.0K", 0),
        ("Go", "10.0K", 1),
    ]
    assert card.chart.days == ("Nov 15", "Nov 21")
    assert [line.path.count("L") for line in card.chart.lines] == [6, 6]
    first, second = (line.name_y for line in card.chart.lines)
    assert second - first >= 31
    assert card.winner == "Most hours watched: Chess, 40.0K"


def test_lines_of_a_chart_have_the_width_of_the_picture_and_are_not_stretched() -> None:
    """A line that the picture stretches is of uneven width."""
    chess, go = a_game("Chess", 40_000, 500.0), a_game("Go", 10_000, 2_000.0)
    days = [a_day(one, day, hours * day) for one, hours in ((chess, 100), (go, 99)) for day in (15, 17, 21)]
    chart = of_comparison([chess, go], days, "hours", WEEK, ZONE).chart
    assert chart is not None
    for line in chart.lines:
        across = [float(x) for x in re.findall(r"[ML]([\d.]+) ", line.path)]
        assert across == [0.0, pytest.approx(chart.width / 3, abs=0.1), chart.width]
        assert [x for x, _ in line.dots] == across


def test_names_of_lines_that_end_close_to_each_other_are_in_the_order_of_their_totals() -> None:
    """On the last day Go had a little more than Chess, which has four times as many in all."""
    chess, go, hex_ = a_game("Chess", 40_000, 500.0), a_game("Go", 10_000, 200.0), a_game("Hex", 5_000, 100.0)
    ends = ((chess, 1_000), (go, 1_010), (hex_, 20))
    days = [a_day(one, day, hours if day == 21 else 500) for one, hours in ends for day in range(15, 22)]
    chart = of_comparison([chess, go, hex_], days, "hours", WEEK, ZONE).chart
    assert chart is not None
    places = {line.name: line.name_y for line in chart.lines}
    assert places["Chess"] + 31 <= places["Go"] < places["Hex"] - 31


def test_card_names_no_winner_of_two_that_have_the_same() -> None:
    day = Span(WEEK.last, WEEK.last)
    chess, go, hex_ = a_game("Chess", 500, 3.0), a_game("Go", 500, 2.0), a_game("Hex", None, None)
    assert of_comparison([chess, go, hex_], [], "hours", day, ZONE).winner == ""
    assert of_comparison([chess, go, hex_], [], "viewers", day, ZONE).winner == "Most viewers on average: Chess, 3"
    assert of_comparison([chess], [], "hours", day, ZONE).winner == ""


def test_card_of_a_comparison_of_one_day_has_a_bar_for_each() -> None:
    compared = [a_game("Chess", 40_000, 500.0), a_game("Go", 10_000, 2_000.0), a_game("Hex", None, None)]
    day = Span(WEEK.last, WEEK.last)
    card = of_comparison(compared, [a_day(compared[0], 21, 40_000)], "hours", day, ZONE)
    assert (card.heading, card.line) == ("Chess vs Go vs Hex", "Hours watched on Twitch, 1 day up to Nov 21, 2026")
    assert card.bars == [Bar("Chess", "40.0K", 1.0), Bar("Go", "10.0K", 0.25), Bar("Hex", "0", 0.0)]
    by_viewers = of_comparison(compared, [], "viewers", day, ZONE)
    assert by_viewers.line == "Average viewers on Twitch, 1 day up to Nov 21, 2026"
    assert [bar.length for bar in by_viewers.bars] == [0.25, 1.0, 0.0]


def test_card_of_long_names_has_their_number_instead() -> None:
    compared = [a_game(f"A game with a long name {number}", 0.0, 0.0) for number in range(3)]
    assert of_comparison(compared, [], "hours", WEEK, ZONE).heading == "3 games compared"
    assert of_comparison(compared[:1], [], "hours", WEEK, ZONE).heading == "A game with a long name 0"
