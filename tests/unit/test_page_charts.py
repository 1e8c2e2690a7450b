"""The charts of the dashboard tell what was measured, and of what was not nothing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot import page_charts

DAY = date(2026, 11, 21)
HOUR = datetime(2026, 11, 21, 16, tzinfo=UTC)


def drawn(chart: Any) -> list[tuple[str, str, float | None]]:
    """What a chart has to draw."""
    return [(row["name"], row["at"], row["value"]) for row in data(chart)]


def data(chart: Any) -> list[dict[str, Any]]:
    """The rows of its only table."""
    [rows] = chart.spec["datasets"].values()
    return list(rows)


def test_a_line_has_a_gap_where_no_day_was_measured() -> None:
    days = [DAY, DAY + timedelta(days=1), DAY + timedelta(days=5)]
    chart = page_charts.lines("A month", "viewers", [("chess", day, 7.0) for day in days])
    assert drawn(chart) == [
        ("chess", "2026-11-21", 7),
        ("chess", "2026-11-22", 7),
        ("chess", "2026-11-23", None),
        ("chess", "2026-11-26", 7),
    ]


def test_a_line_has_a_gap_where_no_hour_was_measured_and_none_to_the_next_line() -> None:
    hours = [HOUR, HOUR + timedelta(hours=2)]
    chart = page_charts.lines("A day", "viewers", [(name, hour, 7.0) for name in ("chess", "go") for hour in hours])
    assert [value for _, _, value in drawn(chart)] == [7, None, 7, 7, None, 7]
    assert [at[11:13] for _, at, _ in drawn(chart)] == ["16", "17", "18"] * 2


def test_a_line_of_a_name_that_cannot_be_seen_has_a_name() -> None:
    assert drawn(page_charts.lines("A day", "viewers", [("\u200b", HOUR, 7.0)]))[0][0] == "(no category)"


def test_a_chart_is_told_in_words_with_its_highest_and_lowest() -> None:
    values = [5.0, 2_000.0, None, 30.0]
    points = [("chess", DAY + timedelta(days=number), value) for number, value in enumerate(values)]
    chart = page_charts.lines("A week", "viewers", points)
    assert chart.alt_text == "A week, in viewers. chess: from 5 to 2.0K, at last 30."
    assert page_charts.lines("A week", "viewers", []).alt_text == "A week, in viewers. Nothing yet."


def test_the_best_hours_of_the_week_are_told_in_words() -> None:
    chart = page_charts.heat_map("Hours", "viewers", [(1, 20, 300.0), (7, 3, 10.0), (6, 21, 4_000.0), (2, 0, 20.0)])
    assert chart.alt_text == "Hours. Most viewers: Sat 21:00 (4.0K), Mon 20:00 (300), Tue 0:00 (20)."
    assert {(row["weekday"], row["hour"]) for row in data(chart)} == {
        ("Mon", 20),
        ("Sun", 3),
        ("Sat", 21),
        ("Tue", 0),
    }


def test_a_picture_has_its_own_ink_and_the_heat_of_its_theme() -> None:
    spec = dict(page_charts.heat_map("Hours", "viewers", [(1, 20, 300.0)]).spec)
    light, dark = (page_charts.themed(spec, theme) for theme in ("light", "dark"))
    assert light["config"]["background"] != dark["config"]["background"]
    ranges = [one["encoding"]["color"]["scale"]["range"] for one in (light, dark)]
    assert ranges[1] == spec["usermeta"][page_charts.IN_THE_DARK] != ranges[0]
    assert light["width"] == dark["width"] == page_charts.PICTURE_WIDTH
