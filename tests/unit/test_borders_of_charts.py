"""The limits in the charts of pages, in literal numbers: what is on one side, and what is on the other."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.ranges import Span
from bot.web.read.streamers import StreamerDay
from bot.web.views import page_charts
from bot.web.views.charts import calendar, lines, spots, stack, week
from bot.web.views.charts.treemap import Part, treemap
from bot.web.views.page_charts import streamer_viewers
from tests.unit.test_page_charts import a_day

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("share", "step"),
    [(0.0, 0), (0.01, 1), (0.49, 1), (0.5, 2), (0.89, 2), (0.9, 3), (0.97, 3), (0.98, 4), (1.0, 4)],
)
def test_step_of_a_day_in_the_strip_of_coverage(share: float, step: int) -> None:
    assert [cell.step for cell in week.strip("Coverage", [DAY], {DAY: share}).days] == [step]


@pytest.mark.parametrize(
    ("share", "step"),
    [(0.0, None), (0.1, 0), (0.19, 0), (0.2, 1), (0.39, 1), (0.4, 2), (0.6, 3), (0.8, 4), (1.0, 4)],
)
def test_step_of_an_hour_in_a_usual_week(share: float, step: int | None) -> None:
    assert week.usual_week("Live", {(1, 0): share}).days[0][1][0].step == step


def test_steps_of_a_week_have_a_fifth_of_its_hours_each() -> None:
    cells = {(1, hour): float(hour + 1) for hour in range(10)}
    plot = week.week("Viewers", "viewers", dict(cells))
    assert [cell.step for cell in plot.days[0][1]] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, *[None] * 14]
    assert (plot.low, plot.high, plot.best) == ("1", "10", "Mon 09–10")


def test_steps_of_a_calendar_end_at_the_95th_of_a_hundred_days() -> None:
    days = [DAY + timedelta(days=number) for number in range(22)]
    values = {day: float(number) for number, day in enumerate(days)} | {days[21]: 1_000.0}
    plot = calendar.calendar("Hours", "hours", days, values)
    # 21 days have hours; the 20th of them, of 20 hours, is the highest step.
    assert [cell.step for cell in plot.days] == [None, *(min(4, number // 4) for number in range(1, 21)), 4]
    assert (plot.low, plot.high, plot.weeks) == ("1", "1.0K hours", 4)


@pytest.mark.parametrize(("days", "width"), [(1, 60), (119, 6.72), (120, 8.33)])
def test_columns_have_gaps_between_them_up_to_119_days(days: int, width: float) -> None:
    at = [DAY + timedelta(days=number) for number in range(days)]
    assert lines.columns("Hours", "hours", at, [1.0] * days, ZoneInfo("UTC")).column_width == width


@pytest.mark.parametrize(("days", "per_column"), [(1, 1), (92, 1), (93, 2), (184, 2), (185, 3)])
def test_days_per_column_of_a_stack(days: int, per_column: int) -> None:
    assert stack.days_per_column(days) == per_column


@pytest.mark.parametrize(("days", "is_drawn"), [(2, False), (3, True)])
def test_line_of_fewer_than_three_days_is_not_drawn(days: int, is_drawn: bool) -> None:
    rows = [StreamerDay(DAY + timedelta(days=number), 1.0, 10.0, 2.0, 5.0, 9) for number in range(days)]
    span = Span(DAY, DAY + timedelta(days=days - 1))
    assert (streamer_viewers(rows, span, ZoneInfo("UTC")) is not None) is is_drawn
    known = [a_day(DAY - timedelta(days=number), 1.0) for number in range(days)]
    assert (page_charts.hours_of_days(known, ZoneInfo("UTC")) is not None) is is_drawn


def test_spot_has_one_channel_at_least_and_its_name_on_the_left_where_there_is_no_room_on_the_right() -> None:
    def spot(channels: float, viewers: float = 100.0, name: str = "x") -> spots.Spot:
        return spots.Spot(name, "/x", channels, viewers)

    assert len(spots.spots("", [spot(0.99), spot(1.0), spot(5.0, 0.0)]).spots) == 1
    # From 1 to 10,000, and 15 % more at both ends.
    drawn = spots.spots("", [spot(1.0), spot(1_072.0, 5.0), spot(10_000.0, 1_000.0, "long")]).spots
    assert [(place.x, place.label_anchor) for place in drawn] == [(1.47, "start"), (75.0, "start"), (98.53, "end")]
    names = [spots.spots("", [spot(2.0, 10.0, "n" * length)]).spots[0].label for length in (22, 23)]
    assert names == ["n" * 22, "n" * 21 + "…"]
    many = spots.spots("", [spot(2.0, 10.0 * 3**number) for number in range(12)]).spots
    assert [bool(place.label) for place in many] == [True] * 10 + [False] * 2


def test_treemap_leaves_out_parts_without_value_and_names_the_rest() -> None:
    plot = treemap("Shares", [Part("a", 60.0), Part("b", 30.0), Part("c", 0.0)], 100.0)
    assert [(area.part.name, area.share) for area in plot.areas] == [("a", 0.6), ("b", 0.3), ("Others", 0.1)]
    assert plot.description == "Shares: a 60%, b 30%, Others 10%."
    assert [area.part.name for area in treemap("", [Part("a", 1.0)], 1.0 + 5e-10).areas] == ["a"]
    assert [area.part.name for area in treemap("", [Part("a", 1.0)], 1.0 + 1e-8).areas] == ["a", "Others"]
