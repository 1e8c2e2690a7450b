"""Shares of a whole as areas."""

import math

import pytest

from bot.web.views.charts.treemap import Part, treemap


def test_areas_of_a_treemap_have_the_shares_of_their_parts_and_fill_the_whole() -> None:
    parts = [Part(f"Game {number}", 1000 / (number + 1), f"/games/{number}") for number in range(12)]
    plot = treemap("Shares", parts, 5_000, height=300)
    assert len(plot.areas) == 13
    whole = 1000 * 300
    for area in plot.areas:
        assert area.width * area.height / whole == pytest.approx(area.share, abs=0.001)
        assert 0 <= area.x <= area.x + area.width <= 1000.1
        assert 0 <= area.y <= area.y + area.height <= 300.1
    assert sum(area.width * area.height for area in plot.areas) == pytest.approx(whole, rel=0.001)
    assert plot.areas[-1].part.name == "Others"
    assert plot.description == "Shares: Game 0 20%, Game 1 10%, Game 2 7%."


def test_no_two_areas_of_a_treemap_overlap() -> None:
    areas = treemap("Shares", [Part(str(value), value) for value in (60, 60, 40, 30, 20, 10)], 220).areas
    for number, one in enumerate(areas):
        for other in areas[number + 1 :]:
            is_beside = one.x + one.width <= other.x + 0.1 or other.x + other.width <= one.x + 0.1
            is_above = one.y + one.height <= other.y + 0.2 or other.y + other.height <= one.y + 0.2
            assert is_beside or is_above


def test_treemap_of_a_total_that_was_added_up_in_another_order_has_no_other_part() -> None:
    values = [0.1 * number for number in range(31, 16, -1)]
    total = math.fsum(values) + 1e-12
    areas = treemap("Shares", [Part("Game", value) for value in values], total).areas
    assert [area.part.name for area in areas] == 15 * ["Game"]
    assert len(treemap("Shares", [Part("x", 1.0)], 1 + 1e-12).areas) == 1
    assert len(treemap("Shares", [Part("x", 1.0)], 1.1).areas) == 2


def test_parts_of_a_treemap_without_room_for_their_names_are_among_the_others() -> None:
    """On a phone there are fewer; the areas of both fill the whole, and are as large as their shares."""
    parts = [Part(f"Game {number}", 100 / (number + 1)) for number in range(60)]
    plot = treemap("Shares", parts, 500, height=300)
    for areas, width, height in ((plot.areas, 1_150, 300), (plot.phone_areas, 330, plot.phone_height)):
        assert all(area.label for area in areas)
        assert areas[-1].part.name == "Others"
        assert sum(area.share for area in areas) == pytest.approx(1)
        for area in areas:
            size = area.width / 1_000 * width * area.height
            assert size == pytest.approx(area.share * width * height, rel=0.02)
    assert 5 < len(plot.phone_areas) < len(plot.areas) < 61


def test_name_is_written_in_an_area_only_where_it_has_room() -> None:
    large, small = treemap("Shares", [Part("A long name of a game", 999), Part("A long name of a game", 1)], 1000).areas
    assert (large.label, small.label) == ("A long name of a game", "")
    assert treemap("Shares", [], 0).description == "Shares: no data yet."
