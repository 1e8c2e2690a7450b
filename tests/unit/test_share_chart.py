"""Shares over time are stacked columns with names in the order of the stack."""

import json
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.ranges import Span
from bot.web.read.shares import GameShare
from bot.web.views.charts.scale import apart
from bot.web.views.charts.stack import Column, StackPlot, days_per_column, stack
from bot.web.views.page_charts import share_over_time

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = date(2026, 11, 18)


def days(number: int) -> list[date]:
    return [DAY + timedelta(days=place) for place in range(number)]


def a_stack() -> StackPlot:
    """Four days, the third of them without data."""
    at = days(4)
    columns = [Column(at[0], [0.5, 0.25]), Column(at[1], [0.25, 0.0]), Column(at[3], [0.5, 0.4])]
    return stack("Shares", "% of hours watched", ["Chess", "Go"], at, columns, PACIFIC)


def test_columns_are_stacked_and_a_day_without_data_is_a_gap() -> None:
    """The highest stack, of 0.9, is 1 / 1.06 of the height of 240."""
    chess, go = (layer.path for layer in a_stack().layers)
    assert chess == "M17.5 114.2h215v125.8h-215zM267.5 177.1h215v62.9h-215zM767.5 114.2h215v125.8h-215z"
    assert go == "M17.5 51.3h215v62.9h-215zM767.5 13.6h215v100.6h-215z"
    assert [line.text for line in a_stack().grid] == ["0%", "25%", "50%", "75%"]


def test_names_are_in_the_order_of_the_stack_with_the_last_share() -> None:
    assert [(layer.name, layer.style, layer.last, layer.name_y) for layer in a_stack().layers] == [
        ("Chess", 0, 0.5, 181.1),
        ("Go", 1, 0.4, 67.9),
    ]


def test_values_are_percent_for_the_cursor_and_shares_for_the_table() -> None:
    plot = a_stack()
    assert json.loads(plot.points)["series"] == [
        {"name": "Chess", "values": [50, 25, None, 50]},
        {"name": "Go", "values": [25, 0, None, 40]},
    ]
    assert [(day, [round(share, 2) for share in row]) for day, row in plot.rows] == [
        (DAY, [0.5, 0.25, 0.25]),
        (DAY + timedelta(days=1), [0.25, 0.0, 0.75]),
        (DAY + timedelta(days=3), [0.5, 0.4, 0.1]),
    ]
    assert plot.description == ("Shares, in % of hours watched. Chess: 25% to 50%, last 50%; Go: 0% to 40%, last 40%.")


def shares(number: int, of_all: float = 100.0) -> list[GameShare]:
    return [
        GameShare(day, name, name, name, hours, of_all, hours / of_all)
        for day in days(number)
        for name, hours in (("chess", 40.0), ("go", 20.0 if day == DAY else 10.0))
    ]


def test_days_of_a_long_range_share_a_column() -> None:
    assert [days_per_column(number) for number in (1, 92, 93, 365, 3660)] == [1, 1, 2, 4, 40]
    plot = share_over_time(shares(100), Span(DAY, DAY + timedelta(days=99)), PACIFIC)
    assert plot is not None
    assert (plot.days_per_column, len(plot.rows)) == (2, 50)
    for (day, row), first, expected in ((plot.rows[0], 0, [0.4, 0.15, 0.45]), (plot.rows[-1], 98, [0.4, 0.1, 0.5])):
        assert day == DAY + timedelta(days=first)
        assert row == pytest.approx(expected)


def test_two_days_are_too_few_for_a_chart() -> None:
    assert share_over_time(shares(2), Span(DAY, DAY + timedelta(days=1)), PACIFIC) is None
    assert share_over_time([], Span(DAY, DAY), PACIFIC) is None


def test_names_of_small_parts_are_apart_and_inside_the_chart() -> None:
    places = apart([99.0, 98.0, 97.0, 2.0], 100)
    assert places == [100, 85, 70, 15]
    assert all(one - other >= 15 for one, other in pairwise(places))
