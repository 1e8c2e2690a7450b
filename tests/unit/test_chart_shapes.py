"""Charts of the dashboard show measured values and gaps, and have descriptions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.web.views import chart_shapes

DAY = date(2026, 11, 21)
HOUR = datetime(2026, 11, 21, 16, tzinfo=UTC)


def drawn(chart: Any) -> list[tuple[str, str, float | None]]:
    """The values that a chart draws."""
    return [(row["name"], row["at"], row["value"]) for row in data(chart)]


def data(chart: Any) -> list[dict[str, Any]]:
    """The rows of its only table."""
    [rows] = chart.spec["datasets"].values()
    return list(rows)


def test_line_has_a_gap_at_a_day_without_measurement() -> None:
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=5)]
    chart = chart_shapes.lines("A month", "viewers", [("chess", day, 7.0) for day in days])
    assert drawn(chart) == [
        ("chess", "2026-11-21", 7),
        ("chess", "2026-11-22", 7),
        ("chess", "2026-11-23", None),
        ("chess", "2026-11-26", 7),
    ]


def test_line_has_a_gap_at_an_hour_without_measurement_and_none_before_the_next_line() -> None:
    hours = [HOUR, HOUR + timedelta(hours=2)]
    chart = chart_shapes.lines("A day", "viewers", [(name, hour, 7.0) for name in ("chess", "go") for hour in hours])
    assert [value for _, _, value in drawn(chart)] == [7, None, 7, 7, None, 7]
    assert [at[11:13] for _, at, _ in drawn(chart)] == ["16", "17", "18"] * 2


def test_invisible_name_is_replaced_in_a_chart() -> None:
    assert drawn(chart_shapes.lines("A day", "viewers", [("\u200b", HOUR, 7.0)]))[0][0] == "(no category)"


def test_description_of_daily_columns_names_the_least_day() -> None:
    chart = chart_shapes.sums_by_day("A week", "hours", [(DAY, 8.0), (DAY + timedelta(days=3), 2.0)])
    assert [(row["at"], row["value"]) for row in data(chart)] == [("2026-11-21", 8.0), ("2026-11-24", 2.0)]
    chart = chart_shapes.shares_by_day("Measured", "part", [(DAY, 1.0), (DAY + timedelta(days=1), 0.25)])
    assert chart.alt_text == "Measured. 2 days, the least on 2026-11-22: 25%."


def test_description_of_a_line_has_its_lowest_highest_and_newest_value() -> None:
    values = [5.0, 2_000.0, None, 30.0]
    points = [("chess", DAY + timedelta(days=number), value) for number, value in enumerate(values)]
    chart = chart_shapes.lines("A week", "viewers", points)
    assert chart.alt_text == "A week, in viewers: from 5 to 2.0K, at last 30."
    assert chart_shapes.lines("A week", "viewers", []).alt_text == "A week, in viewers: nothing yet."


def test_description_of_a_heat_map_names_the_best_hours() -> None:
    chart = chart_shapes.heat_map("Hours", "viewers", [(1, 20, 300.0), (7, 3, 10.0), (6, 21, 4_000.0), (2, 0, 20.0)])
    assert chart.alt_text == "Hours. Most viewers: Sat 21:00 (4.0K), Mon 20:00 (300), Tue 0:00 (20)."
    assert {(row["weekday"], row["hour"]) for row in data(chart)} == {
        ("Mon", 20),
        ("Sun", 3),
        ("Sat", 21),
        ("Tue", 0),
    }


def test_picture_has_the_colours_of_its_theme() -> None:
    spec = dict(chart_shapes.heat_map("Hours", "viewers", [(1, 20, 300.0)]).spec)
    light, dark = (chart_shapes.themed(spec, theme) for theme in ("light", "dark"))
    assert light["config"]["background"] != dark["config"]["background"]
    ranges = [one["encoding"]["color"]["scale"]["range"] for one in (light, dark)]
    assert ranges[1] == spec["usermeta"][chart_shapes.IN_THE_DARK] != ranges[0]
    assert light["width"] == dark["width"] == chart_shapes.PICTURE_WIDTH


def test_scatter_chart_has_a_point_per_game_and_describes_the_best() -> None:
    spots = [
        chart_shapes.Spot("Chess", "/games/chess", 10.0, 1_000.0),
        chart_shapes.Spot("Go", "/games/go", 0.5, 300.0),
        chart_shapes.Spot("Crowd", "/games/crowd", 400.0, 2_000.0),
        chart_shapes.Spot("Nobody", "/games/nobody", 0.0, 0.0),
    ]
    chart = chart_shapes.spots("Viewers against streamers", spots)
    assert chart.alt_text == (
        "Viewers against streamers. 3 games, half of them with more than 100 viewers per streamer. "
        "The most viewers per streamer: Go (600), Chess (100), Crowd (5)."
    )
    line, points = sorted(chart.spec["datasets"].values(), key=len)
    assert line == [{"streams": 0.5, "viewers": 50.0}, {"streams": 400.0, "viewers": 40_000.0}]
    assert [(row["name"], row["address"], row["ratio"]) for row in points] == [
        ("Chess", "/games/chess", 100),
        ("Go", "/games/go", 600),
        ("Crowd", "/games/crowd", 5),
    ]
    domains = [chart.spec["layer"][1]["encoding"][axis]["scale"]["domain"] for axis in "xy"]
    assert domains == [[0.1, 1000], [100, 10_000]]
    assert chart_shapes.spots("Viewers against streamers", []).alt_text == "Viewers against streamers. No game yet."


@pytest.mark.parametrize(
    ("streams", "viewers", "domains"),
    [
        ([1, 1], [10, 10], ([1, 10], [10, 100])),
        ([1], [1], ([1, 10], [1, 10])),
        ([0.1, 0.1], [1000, 1000], ([0.1, 1], [1000, 10_000])),
        ([1, 20], [7, 3000], ([1, 100], [1, 10_000])),
    ],
    ids=["one power each", "one game", "less than one", "several"],
)
def test_logarithmic_scale_spans_whole_powers_of_ten(
    streams: list[float], viewers: list[float], domains: tuple[list[float], list[float]]
) -> None:
    games = [
        chart_shapes.Spot(f"Game {number}", f"/games/{number}", *both)
        for number, both in enumerate(zip(streams, viewers, strict=True))
    ]
    encoding = chart_shapes.spots("Demand and supply", games).spec["layer"][1]["encoding"]
    assert [encoding[axis]["scale"]["domain"] for axis in "xy"] == [pytest.approx(domain) for domain in domains]
