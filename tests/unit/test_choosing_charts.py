"""Charts and tables for somebody who chooses a game: trends, outlined hours, and the columns of a phone."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.column_types import Change, Column, PeakViewers, Rank, StreamerName, WatchHours
from bot.web.read.games import GameDay, GameHour
from bot.web.read.ranges import Span
from bot.web.read.streamer_ranking import StreamerInRange
from bot.web.views.charts import week
from bot.web.views.charts.week import Outline
from bot.web.views.page_charts import game_history
from bot.web.views.tables import table_columns

ZONE = ZoneInfo("UTC")
DAY = date(2026, 11, 1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def days(number: int) -> list[GameDay]:
    """Days of a game with 7, 14, 21 … viewers."""
    return [
        GameDay(DAY + timedelta(days=place), 1.0, 24.0, 7.0 * (place + 1), 100, 3.0, 8.0) for place in range(number)
    ]


@pytest.mark.parametrize(("number", "names"), [(13, ["Average viewers"]), (14, ["Average viewers", "7-day average"])])
def test_chart_of_two_weeks_has_the_average_of_seven_days(number: int, names: list[str]) -> None:
    plot = game_history(days(number), Span(DAY, DAY + timedelta(days=number - 1)), ZONE)
    assert plot is not None
    assert [line.name for line in plot.lines] == names
    assert [series["name"] for series in json.loads(plot.points)["series"]] == ["Average viewers"]


def test_average_line_begins_after_seven_days_and_ends_with_the_last_ones() -> None:
    """Of the last seven of 14 days, the average is that of the eleventh, which is less than the last."""
    plot = game_history(days(14), Span(DAY, DAY + timedelta(days=13)), ZONE)
    assert plot is not None
    first, trend = plot.lines
    assert trend.path.startswith("M461.5 ")
    assert trend.end_y > first.end_y
    assert not plot.named_ends
    assert plot.area


def test_chart_by_the_hour_has_the_average_of_a_day_unless_it_is_compared() -> None:
    hours = [GameHour(START + timedelta(hours=place), 10.0, 20, 2.0) for place in range(72)]
    span = Span(DAY, DAY + timedelta(days=2))
    plot = game_history(hours, span, ZONE)
    assert plot is not None
    assert [line.name for line in plot.lines] == ["Viewers", "24-hour average"]
    before = [GameHour(hour.hour_at - timedelta(days=3), 9.0, 20, 2.0) for hour in hours]
    compared = game_history(hours, span, ZONE, before=before)
    assert compared is not None
    assert [line.name for line in compared.lines] == ["Viewers", "Previous 3 days"]


def test_outlines_are_neighbouring_hours_of_a_day_and_the_best_are_drawn_last() -> None:
    sunday, monday = 6 * 24, 0
    places = [sunday + 22, sunday + 23, monday, monday + 1]
    assert week.outlines(places, [(7, 23, 2)]) == [
        Outline(0, 0, 2, False),
        Outline(6, 22, 2, False),
        Outline(0, 0, 1, True),
        Outline(6, 23, 1, True),
    ]
    assert week.outlines([], []) == []


@pytest.mark.parametrize(
    ("last", "least", "first"),
    [(1, 4, date(2026, 10, 25)), (30, 4, date(2026, 10, 25)), (90, 4, date(2026, 8, 30))],
    ids=["at-least-four", "of-thirty-days", "of-ninety-days"],
)
def test_whole_weeks_of_a_range(last: int, least: int, first: date) -> None:
    end = date(2026, 11, 21)
    assert Span(end - timedelta(days=last - 1), end).whole_weeks(least) == Span(first, end)


@dataclass(frozen=True, slots=True)
class Row:
    """A row with more columns than a phone has room for."""

    rank: Rank
    name: StreamerName
    watch_hours: WatchHours
    change: Change | None
    peak_viewers: PeakViewers
    other: Annotated[int, Column("Other", "number")]
    slug: str = "somebody"


def on_phone(
    change: float | None, sorted_by: str | None = None, phone: tuple[str, ...] = (), most: int = 4
) -> list[str]:
    columns = table_columns(Row, [Row(1, "a", 1.0, change, 2, 3)], None, phone, most, sorted_by)
    return [column.field for column in columns if not column.is_wide]


def test_phone_shows_the_name_and_the_first_columns_or_those_that_are_wanted() -> None:
    assert on_phone(0.5) == ["rank", "name", "watch_hours", "change"]
    assert on_phone(0.5, most=3) == ["rank", "name", "watch_hours"]
    assert on_phone(0.5, phone=("watch_hours", "peak_viewers")) == ["rank", "name", "watch_hours", "peak_viewers"]


def test_column_by_which_a_table_is_sorted_takes_the_place_of_the_last_on_a_phone() -> None:
    assert on_phone(0.5, sorted_by="peak_viewers") == ["rank", "name", "watch_hours", "peak_viewers"]
    assert on_phone(0.5, sorted_by="watch_hours") == ["rank", "name", "watch_hours", "change"]


def test_column_of_changes_without_any_is_left_out() -> None:
    assert on_phone(None) == ["rank", "name", "watch_hours", "other"]
    assert "change" in on_phone(None, sorted_by="change")
    row = StreamerInRange(1, "a", "A", "a", 1.0, None, 1.0, 1.0, 1)
    assert "change" not in [column.field for column in table_columns(StreamerInRange, [row], None, (), 4, None)]
