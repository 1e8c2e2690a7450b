"""Charts of the dashboard show measured values and gaps, and have descriptions."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.bot_status import DayCoverage
from bot.web.read.compare import ComparedDay, Measure
from bot.web.read.ranges import Span
from bot.web.read.streamers import StreamerDay
from bot.web.views import page_charts
from bot.web.views.charts import lines, spots, week
from bot.web.views.charts.lines import LinePlot, Series
from bot.web.views.charts.scale import Scale, every_day, every_hour, round_step, tick, time_labels
from bot.web.views.charts.spots import Spot

PACIFIC = ZoneInfo("America/Los_Angeles")
DAY = date(2026, 11, 21)
HOUR = datetime(2026, 11, 21, 16, tzinfo=UTC)


def a_line(*values: float | None, name: str = "viewers") -> LinePlot:
    at = every_day(DAY, DAY + timedelta(days=len(values) - 1))
    return lines.lines("A week", "viewers", at, [Series(name, values)], PACIFIC, height=100)


def test_line_goes_from_edge_to_edge_and_from_zero_to_a_little_below_the_top() -> None:
    plot = a_line(0, 50, 100)
    assert plot.lines[0].path == "M0 100L500 52.8L1000 5.7"
    assert (plot.lines[0].end_x, plot.lines[0].end_y) == (100, 5.7)


def test_line_and_its_area_have_a_gap_at_a_day_without_measurement() -> None:
    plot = a_line(100, 100, None, 100, 100)
    assert plot.lines[0].path == "M0 5.7L250 5.7M750 5.7L1000 5.7"
    assert plot.area == "M0 100L0 5.7L250 5.7L250 100ZM750 100L750 5.7L1000 5.7L1000 100Z"


def test_day_between_two_gaps_is_a_dot() -> None:
    assert a_line(None, 100, None).lines[0].path == "M500 5.7h.01"
    assert a_line(100).lines[0].path == "M500 5.7h.01"
    assert a_line(None, 100, None).lines[0].dots == [(50.0, 5.7)]
    assert a_line(100, 100, None, 100, 100).lines[0].dots == []


def test_names_at_the_ends_of_lines_do_not_overlap_and_stay_in_the_chart() -> None:
    series = [
        Series(name, [10.0, value]) for name, value in (("a", 1.0), ("b", 1.1), ("c", 1.2), ("d", 9.0), ("e", 0.0))
    ]
    plot = lines.lines("Five", "viewers", every_day(DAY, DAY + timedelta(days=1)), series, PACIFIC, height=100)
    places = sorted(line.name_y for line in plot.lines)
    assert all(later - earlier >= 15 for earlier, later in pairwise(places))
    assert places[-1] <= 100
    assert places[0] >= 15
    assert plot.area == ""


def test_line_of_an_earlier_time_is_named_above_the_chart_and_a_pale_one_has_a_style_of_its_own() -> None:
    now, peak = Series("Average", [1, 2]), Series("Peak", [3, 4])
    before = Series("Previous 2 days", [5, None], is_before=True, is_pale=True)
    at = every_day(DAY, DAY + timedelta(days=1))
    two, three = (
        lines.lines("Days", "viewers", at, series, PACIFIC) for series in ([now, before], [now, peak, before])
    )
    assert [(line.style, line.is_before) for line in three.lines] == [(0, False), (1, False), (5, True)]
    assert (two.named_ends, bool(two.area), three.named_ends, three.area) == (False, True, False, "")
    plain = lines.lines("Days", "viewers", at, [now, peak], PACIFIC)
    assert (plain.named_ends, plain.area) == (True, "")
    assert "Previous 2 days: 5 to 5" in two.description


def test_points_have_every_time_and_no_value_where_nothing_was_measured() -> None:
    hours = every_hour(HOUR, HOUR + timedelta(hours=2))
    plot = lines.lines("A day", "viewers", hours, [Series("\u200b", [7.04, None, 1234.6])], PACIFIC)
    assert json.loads(plot.points) == {
        "unit": "viewers",
        "at": ["2026-11-21T16:00:00+00:00", "2026-11-21T17:00:00+00:00", "2026-11-21T18:00:00+00:00"],
        "series": [{"name": "No category", "values": [7.0, None, 1235]}],
    }


def test_description_of_a_line_has_its_lowest_highest_and_last_value() -> None:
    assert a_line(5, 2_000, None, 30).description == "A week, in viewers. 5 to 2.0K, last 30."
    assert a_line(None, None).description == "A week, in viewers. No data yet."
    two = [Series("Chess", [1.0, 2.5]), Series("Go", [3.0, 3.0])]
    plot = lines.lines("Two", "hours", every_day(DAY, DAY + timedelta(days=1)), two, PACIFIC)
    assert plot.description == "Two, in hours. Chess: 1 to 2.5, last 2.5; Go: 3 to 3, last 3."


def test_columns_have_a_width_for_each_day_and_labels_below_their_middles() -> None:
    plot = lines.columns("Hours", "hours", every_day(DAY, DAY + timedelta(days=3)), [8, 0, 4, 8], PACIFIC, height=100)
    assert plot.columns == [(95, 94.3), (345, 0), (595, 47.2), (845, 94.3)]
    assert plot.column_width == 60
    assert [(label.x, label.text) for label in plot.labels] == [
        (12.5, "Nov 21"),
        (37.5, "Nov 22"),
        (62.5, "Nov 23"),
        (87.5, "Nov 24"),
    ]


@pytest.mark.parametrize(
    ("highest", "texts"),
    [
        (3_100_000, ["0", "1M", "2M", "3M"]),
        (630_000, ["0", "200K", "400K", "600K"]),
        (9_000, ["0", "2.5K", "5K", "7.5K"]),
        (3.4, ["0", "1", "2", "3"]),
        (0.9, ["0", "0.2", "0.5", "0.8"]),
        (0, ["0", "0.5", "1"]),
    ],
)
def test_grid_has_round_values_from_zero(highest: float, texts: list[str]) -> None:
    assert [line.text for line in Scale.of([highest], 100).grid()] == texts


@pytest.mark.parametrize(
    ("least", "step"), [(1, 1), (1.1, 2), (2.1, 2.5), (2.6, 5), (5.1, 10), (0.03, 0.05), (99, 100)]
)
def test_round_step(least: float, step: float) -> None:
    assert round_step(least) == pytest.approx(step)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (50_000, "50K"), (2_500_000, "2.5M"), (0.01, "0.01"), (0.1, "0.1"), (7.5, "7.5")]
)
def test_tick(value: float, text: str) -> None:
    assert tick(value) == text


def test_hours_of_a_day_have_labels_of_the_wall_clock_with_the_weekday_at_midnight() -> None:
    labels = time_labels(every_hour(HOUR, HOUR + timedelta(hours=23)), PACIFIC)
    # 16:00 UTC is 08:00 Pacific.
    assert [label.text for label in labels] == ["09:00", "12:00", "15:00", "18:00", "21:00", "Sun", "03:00", "06:00"]
    assert [label.is_minor for label in labels] == [True, False] * 4
    assert labels[0].at == "2026-11-21T17:00:00+00:00"


def test_hours_of_a_week_have_a_label_at_each_midnight() -> None:
    labels = time_labels(every_hour(HOUR, HOUR + timedelta(days=4)), PACIFIC)
    assert [(label.text, label.is_weekday) for label in labels] == [(day, True) for day in ("Sun", "Mon", "Tue", "Wed")]


def test_days_have_at_most_nine_labels_up_to_the_last_and_the_year_where_it_changes() -> None:
    labels = time_labels(every_day(date(2026, 12, 1), date(2027, 1, 29)), PACIFIC)
    assert [label.text for label in labels][-4:] == ["Jan 8", "Jan 15", "Jan 22", "Jan 29"]
    assert [label.text for label in labels][:5] == ["Dec 4, 2026", "Dec 11", "Dec 18", "Dec 25", "Jan 1, 2027"]
    assert labels[-1].x == 100


def test_week_has_a_step_for_each_hour_and_names_the_best() -> None:
    hours = {(day, hour): float(hour) for day in range(1, 8) for hour in range(24)}
    hours |= {(2, 4): 100.0, (2, 5): 110.0, (2, 6): 90.0, (6, 21): 105.0}
    del hours[1, 0]
    plot = week.week("Hours", "viewers", hours)
    [(monday, cells), (_, tuesday), *_] = plot.days
    assert (monday, len(plot.days), len(cells)) == ("Mon", 7, 24)
    assert (cells[0].step, cells[0].text, cells[0].is_measured) == (None, "Mon 00:00: no data", False)
    assert (tuesday[0].step, tuesday[0].text, tuesday[0].is_measured) == (None, "Tue 00:00: nothing live", True)
    assert (plot.has_gaps, plot.has_nothing_live) == (True, True)
    assert (tuesday[5].step, tuesday[5].text) == (4, "Tue 05:00: 110 viewers")
    steps = [cell.step for _, cells_of_day in plot.days for cell in cells_of_day if cell.step is not None]
    assert all(25 <= steps.count(step) <= 45 for step in range(5))
    assert (tuesday[1].step, plot.low, plot.high) == (0, "1", "110")
    few = {key: value for key, value in hours.items() if value >= 90}
    assert week.in_words(week.best_spans(few)) == "Tue 05–06"
    assert plot.best.startswith("Tue 04–07")
    assert plot.description == f"Hours. Best: {plot.best}."


def test_best_hours_of_a_week_are_among_the_sure_ones() -> None:
    hours = {(day, hour): float(hour + 1) for day in range(1, 8) for hour in range(24)}
    plot = week.week("Hours", "viewers", hours, sure={(3, 20), (3, 21), (5, 2)})
    assert (plot.best, plot.best_hours) == ("Wed 20–22, Fri 02–03", [(3, 20), (3, 21), (5, 2)])
    none = week.week("Hours", "viewers", hours, sure=set())
    assert (none.best, none.description) == ("", "Hours. Best: not known yet.")


def test_best_hours_of_two_days_are_two_spans() -> None:
    """Also where the clock goes on from the hour of the one to the hour of the other, and over midnight."""
    hours = {(day, hour): float(hour == 2 + day) for day in (1, 2) for hour in range(10)}
    assert week.in_words(week.best_spans(hours, len(hours))) == "Mon 03–04, Tue 04–05"
    night = {
        (day, hour): float((day, hour) in {(1, 23), (2, 0)}) for day in (1, 2) for hour in (*range(5), *range(19, 24))
    }
    assert week.in_words(week.best_spans(night, len(night))) == "Mon 23–24, Tue 00–01"


def test_week_of_equal_values_has_one_step_and_without_values_none() -> None:
    equal = week.week("Hours", "viewers", dict.fromkeys([(1, 0), (2, 3)], 7.0))
    assert [cell.step for _, cells in equal.days for cell in cells if cell.step is not None] == [2, 2]
    empty = week.week("Hours", "viewers", {})
    assert (empty.best, empty.description) == ("", "Hours. Best: no data yet.")


def test_strip_has_a_step_for_each_day() -> None:
    shares = {DAY: 1.0, DAY + timedelta(days=1): 0.95, DAY + timedelta(days=2): 0.6, DAY + timedelta(days=3): 0.1}
    plot = week.strip("Coverage", every_day(DAY, DAY + timedelta(days=4)), shares)
    assert [day.step for day in plot.days] == [4, 3, 2, 1, 0]
    assert plot.days[1].text == "Sun, Nov 22: 95%"
    assert plot.description == "Coverage: 5 days, the lowest 0% on Nov 25."


def a_day(day: date, coverage: float) -> DayCoverage:
    return DayCoverage(day, HOUR, HOUR + timedelta(days=1), 48, 24 * coverage, coverage, 100.0, 10.0, HOUR)


def test_coverage_is_shown_from_the_first_day_of_the_bot_and_from_no_later_one() -> None:
    """The newest days come first. A day without figures was not measured; there was no bot before the first."""
    span = Span(DAY - timedelta(days=29), DAY)
    known = [a_day(DAY, 1.0), a_day(DAY - timedelta(days=3), 0.5)]
    plot = page_charts.coverage(known, DAY - timedelta(days=3), span)
    assert plot is not None
    assert [day.text for day in plot.days] == [
        "Wed, Nov 18: 50%",
        "Thu, Nov 19: 0%",
        "Fri, Nov 20: 0%",
        "Sat, Nov 21: 100%",
    ]
    earlier = page_charts.coverage(known, DAY - timedelta(days=300), span)
    assert earlier is not None
    assert len(earlier.days) == 30
    assert page_charts.coverage([], None, span) is None


def test_calendar_has_whole_weeks_of_each_month_and_marks_dates_without_figures() -> None:
    known = [a_day(date(2026, 12, 1), 1.0), a_day(date(2026, 10, 31), 0.5)]
    december, october = page_charts.calendar_of(known)
    assert (december[0], october[0]) == (date(2026, 12, 1), date(2026, 10, 1))
    first_week, *_, last_week = december[1]
    assert first_week == [None, known[0], *(date(2026, 12, day) for day in range(2, 7))]
    assert last_week == [*(date(2026, 12, day) for day in range(28, 32)), None, None, None]
    assert october[1][-1][5:] == [known[1], None]


def a_streamers_day(number: int, airtime_hours: float = 2.0) -> StreamerDay:
    live = airtime_hours > 0
    return StreamerDay(
        DAY + timedelta(days=number),
        1.0,
        100.0 * airtime_hours,
        airtime_hours,
        100.0 if live else None,
        150 if live else 0,
    )


def test_line_of_a_streamer_has_a_gap_on_a_day_off_and_goes_to_the_end_of_the_range() -> None:
    """Three days are a line, two are not."""
    days = [a_streamers_day(0), a_streamers_day(1, 0.0), a_streamers_day(2)]
    span = Span(DAY, DAY + timedelta(days=3))
    plot = page_charts.streamer_viewers(days, span, PACIFIC)
    assert plot is not None
    assert [one["values"] for one in json.loads(plot.points)["series"]] == [
        [100, None, 100, None],
        [150, None, 150, None],
    ]
    assert page_charts.streamer_viewers(days[:2], span, PACIFIC) is None


def test_columns_of_a_streamer_have_no_value_on_days_without_figures() -> None:
    span = Span(DAY, DAY + timedelta(days=2))
    for is_streamed, hours in ((True, 2.0), (False, 200.0)):
        plot = page_charts.streamer_hours([a_streamers_day(0)], span, PACIFIC, is_streamed=is_streamed)
        assert plot is not None
        assert json.loads(plot.points)["series"][0]["values"] == [hours, None, None]
    assert page_charts.streamer_hours([], span, PACIFIC) is None


def a_compared_day(number: int, slug: str) -> ComparedDay:
    return ComparedDay(slug, "Chess", DAY + timedelta(days=number), 1.0, 24.0 * number, 100.0 + number, 500)


def test_comparison_begins_on_the_first_measured_day_and_names_games_of_one_name_by_their_addresses() -> None:
    days = [a_compared_day(number, "chess") for number in (1, 2, 3)] + [a_compared_day(3, "chess-2")]
    span = Span(DAY - timedelta(days=20), DAY + timedelta(days=3))
    measures: list[tuple[Measure, list[int]]] = [("hours", [24, 48, 72]), ("viewers", [101, 102, 103])]
    for measure, values in measures:
        plot = page_charts.compared(days, measure, span, PACIFIC)
        assert plot is not None
        assert json.loads(plot.points)["series"] == [
            {"name": "Chess (chess)", "values": values},
            {"name": "Chess (chess-2)", "values": [None, None, values[2]]},
        ]
    assert page_charts.compared(days[1:], "hours", span, PACIFIC) is None


def test_day_on_which_a_streamer_was_not_live_is_a_gap_in_a_comparison() -> None:
    days = [a_compared_day(number, "ada") for number in (1, 2, 3)]
    days[1] = replace(days[1], watch_hours=0.0, average_viewers=None)
    plot = page_charts.compared(days, "hours", Span(DAY, DAY + timedelta(days=3)), PACIFIC)
    assert plot is not None
    assert json.loads(plot.points)["series"][0]["values"] == [24, None, 72]


def test_spots_are_games_with_a_live_channel_on_average() -> None:
    plot = spots.spots(
        "Games",
        [
            Spot("Chess", "/games/chess", 10.0, 100.0),
            Spot("Go", "/games/go", 0.5, 600.0),
            Spot("Crowd", "/games/crowd", 400.0, 5.0),
            Spot("Nobody", "/games/nobody", 0.0, 0.0),
        ],
        height=100,
    )
    assert [(place.spot.name, place.x, place.y) for place in plot.spots] == [
        ("Chess", 3.52, 4.3),
        ("Crowd", 96.48, 95.7),
    ]
    assert [line.text for line in plot.grid] == ["5", "10", "20", "50", "100"]
    assert [label.text for label in plot.labels] == ["10", "20", "50", "100", "200"]
    assert plot.description == "Games. 2 games, the first: Chess, Crowd."
    assert spots.spots("Games", []).description == "Games. No games."


def test_names_of_spots_do_not_overlap() -> None:
    near = [Spot(f"A long name of game {number}", f"/games/{number}", 10.0, 100 + number / 100) for number in range(30)]
    apart = [Spot("Above", "/games/a", 10.0, 900.0), Spot("Right", "/games/b", 900.0, 100.0)]
    labels = [place.label for place in spots.spots("Games", [*near, *apart]).spots if place.label]
    # The first are drawn strongly with and without a name; the others have no room between the dots.
    assert labels == ["A long name of game 0"]
    plot = spots.spots("Games", [near[0], *apart, near[29]])
    assert [place.label for place in plot.spots] == ["A long name of game 0", "Above", "Right", ""]
    assert all(place.is_first for place in plot.spots)


def test_name_of_a_spot_is_where_it_hides_no_dot() -> None:
    left, right = Spot("Left", "/l", 10.0, 100.0), Spot("Right", "/r", 11.0, 100.0)
    far = [Spot("Low", "/a", 1.0, 10.0), Spot("High", "/b", 900.0, 900.0)]
    plot = spots.spots("Games", [left, right, *far])
    assert [(place.label, place.label_anchor) for place in plot.spots] == [
        ("Left", "end"),
        ("Right", "start"),
        ("Low", "start"),
        ("High", "end"),
    ]


def test_spark_goes_from_edge_to_edge_and_is_level_for_equal_values() -> None:
    assert lines.spark([0, 10]) == "M2 21L94 3"
    assert lines.spark([7, 7]) == "M2 12L94 12"
    assert lines.spark([None, None]) == ""


def test_name_of_a_line_is_next_to_the_chart_and_no_longer_than_its_room() -> None:
    at = every_day(DAY, DAY + timedelta(days=2))
    series = [Series("A" * 40, [1, None, 2]), Series("Peak", [None, 3, 4])]
    plot = lines.lines("Days", "viewers", at, series, PACIFIC)
    assert [line.name for line in plot.lines] == ["A" * 24 + "…", "Peak"]
    assert plot.names_width >= 26 * 8
    assert plot.has_gaps
    # Before its first value, a line is not broken.
    assert not lines.lines("Days", "viewers", at, series[1:], PACIFIC).has_gaps


def test_day_that_was_not_measured_has_no_column_and_no_value() -> None:
    plot = lines.columns("Hours", "hours", every_day(DAY, DAY + timedelta(days=2)), [8, None, 4], PACIFIC, height=100)
    assert [height for _, height in plot.columns][1] == 0
    assert json.loads(plot.points)["series"][0]["values"] == [8, None, 4]
