"""Charts of the dashboard as declarative specifications (Vega-Lite). Pure.

They carry no colours of ink and paper: the page, which knows whether it is dark, adds them (`themed` does so for a
picture that is drawn here). Widths are those of their container.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, log10
from statistics import median
from typing import Any, Final, TypeVar

from bot.core.posts import Chart
from helperfunctions.environment import some_home
from helperfunctions.text import short_number, shown_name

# It names a cache below the home folder, which a user of a container may not have.
with some_home():
    import altair as alt

HEIGHT: Final = 260
# Of a picture, which has no container.
PICTURE_WIDTH: Final = 760
# Colour-blind safe on light and dark (Okabe-Ito, adjusted).
COLOURS: Final = ("#1b87c9", "#d95f02", "#0a9e73", "#c65fa3", "#b58900")
_ONE: Final = COLOURS[0]
_HEAT: Final = ("#e8f1f8", "#8fc1e3", "#1b87c9", "#0b3c5d")
_HEAT_DARK: Final = ("#12202b", "#155a86", "#3aa0df", "#d8efff")
# In one row a legend of five would not fit; the page, which knows how wide it is, has its own.
LEGEND_COLUMNS: Final = 3
# The key of a specification under which the colours of its scale on a dark page are.
IN_THE_DARK: Final = "rangeInTheDark"
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_INK: Final = {
    "light": ("#1a1d23", "#5a6270", "#d9dee6", "#ffffff"),
    "dark": ("#eceff4", "#a9b1bf", "#333a46", "#171a21"),
}
_NUMBER: Final = ",.0f"
# A day is a date, wherever the visitor is; an hour is an instant, on the visitor's own clock.
_DAY: Final = "utcyearmonthdate(at)"
_DAY_SHOWN: Final = "%a, %b %-d, %Y"

Instant = TypeVar("Instant", date, datetime)


def lines(title: str, unit: str, points: Sequence[tuple[str, Instant, float | None]]) -> Chart:
    """Values over time: one line per name, in the given order, with a point per day or hour. A point without a value
    leaves a gap, and so does a missing point."""
    names = list(dict.fromkeys(name for name, _, _ in points))
    points = _with_gaps(points)
    values = [{"name": shown_name(name), "at": at.isoformat(), "value": value} for name, at, value in points]
    is_by_day = bool(points) and not isinstance(points[0][1], datetime)
    chart = _line(values, unit, [shown_name(name) for name in names], is_by_day).properties(height=HEIGHT)
    return Chart(_finished(chart), _description(title, unit, points))


def heat_map(title: str, unit: str, cells: Sequence[tuple[int, int, float]]) -> Chart:
    """The week, an hour a cell: day of the week (1: Monday), hour, value."""
    values = [{"weekday": _WEEKDAYS[day - 1], "hour": hour, "value": value} for day, hour, value in cells]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_rect(cornerRadius=2)
        .encode(
            x=alt.X("hour:O", title="hour", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("weekday:O", title=None, sort=list(_WEEKDAYS), scale=alt.Scale(domain=list(_WEEKDAYS))),
            color=alt.Color(
                "value:Q", title=unit, scale=alt.Scale(range=list(_HEAT), zero=False), legend=alt.Legend(format="~s")
            ),
            tooltip=[
                alt.Tooltip("weekday:N", title="day"),
                alt.Tooltip("hour:O", title="hour"),
                alt.Tooltip("value:Q", title=unit, format=_NUMBER),
            ],
        )
        .properties(height=200, usermeta={IN_THE_DARK: list(_HEAT_DARK)})
    )
    best = sorted(cells, key=lambda cell: -cell[2])[:3]
    text = ", ".join(f"{_WEEKDAYS[day - 1]} {hour}:00 ({short_number(value)})" for day, hour, value in best)
    return Chart(_finished(chart), f"{title}. Most {unit}: {text or 'nothing yet'}.")


def bars(title: str, unit: str, rows: Sequence[tuple[str, float]]) -> Chart:
    """Shares or counts, one horizontal bar each, in the order in which they come."""
    values = [{"name": shown_name(name), "value": value} for name, value in rows]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(color=_ONE, cornerRadiusEnd=3)
        .encode(
            x=alt.X("value:Q", title=unit, axis=alt.Axis(format="~s", tickCount=5)),
            y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=180)),
            tooltip=[alt.Tooltip("name:N", title=" "), alt.Tooltip("value:Q", title=unit, format=",.1f")],
        )
        .properties(height=max(60, 26 * len(values)))
    )
    text = "; ".join(f"{shown_name(name)}: {short_number(value)}" for name, value in rows[:5])
    return Chart(_finished(chart), f"{title}, in {unit}. {text or 'Nothing yet'}.")


@dataclass(frozen=True, slots=True)
class Spot:
    """A game between demand and supply: how it is called, the address that a click leads to, how many stream it at a
    time, and how many watch it."""

    name: str
    address: str
    streams: float
    viewers: float


def spots(title: str, games: Sequence[Spot]) -> Chart:
    """Demand against supply: a point per game, by how many stream it and how many watch it, and the line of those that
    have as many viewers per streamer as the one in the middle: above it there is more room than usual."""
    # A logarithm begins above nothing.
    games = [game for game in games if game.streams > 0 and game.viewers > 0]
    values = [
        {"name": shown_name(game.name), "address": game.address, "streams": game.streams, "viewers": game.viewers}
        | {"ratio": game.viewers / game.streams}
        for game in games
    ]
    usual = median(game.viewers / game.streams for game in games) if games else 1.0
    ends = [bound(game.streams for game in games) for bound in (min, max)] if games else []
    x = _powers(alt.X, "streams:Q", "streamers at a time", ",~g", [game.streams for game in games])
    y = _powers(alt.Y, "viewers:Q", "viewers", "~s", [game.viewers for game in games])
    line = (
        alt.Chart(alt.InlineData(values=[{"streams": end, "viewers": usual * end} for end in ends]))
        .mark_line(color=COLOURS[1], strokeDash=[6, 4], strokeWidth=1.5)
        .encode(x=x, y=y)
    )
    points = (
        alt.Chart(alt.InlineData(values=values))
        .mark_circle(color=_ONE, size=50, opacity=0.65)
        .encode(
            x=x,
            y=y,
            href="address:N",
            tooltip=[
                alt.Tooltip("name:N", title=" "),
                alt.Tooltip("viewers:Q", title="viewers", format=_NUMBER),
                alt.Tooltip("streams:Q", title="streamers at a time", format=",.1f"),
                alt.Tooltip("ratio:Q", title="viewers per streamer", format=",.1f"),
            ],
        )
    )
    best = sorted(games, key=lambda game: -game.viewers / game.streams)[:3]
    text = ", ".join(f"{shown_name(game.name)} ({short_number(game.viewers / game.streams)})" for game in best)
    words = f"{title}. {len(games)} games, half of them with more than {short_number(usual)} viewers per streamer. "
    return Chart(
        _finished((line + points).properties(height=340)),
        words + f"The most viewers per streamer: {text}." if games else f"{title}. No game yet.",
    )


def _powers(channel: Any, what: str, title: str, form: str, values: Sequence[float]) -> Any:
    """A logarithmic scale from one power of ten to another."""
    first, last = floor(log10(min(values, default=1))), ceil(log10(max(values, default=10)))
    # All values may be the same power of ten; a scale needs two different ends.
    last = max(last, first + 1)
    powers = [10.0**power for power in range(first, last + 1)]
    scale = alt.Scale(type="log", domain=[powers[0], powers[-1]])
    return channel(what, title=title, scale=scale, axis=alt.Axis(values=powers, format=form))


def shares_by_day(title: str, unit: str, rows: Sequence[tuple[date, float]]) -> Chart:
    """A value from 0 to 1 for each day, as columns."""
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=4))
    shares = dict(rows)
    least = min(shares, key=shares.__getitem__, default=None)
    text = "No day yet" if least is None else f"{len(shares)} days, the least on {least}: {shares[least]:.0%}"
    return Chart(_columns(rows, unit, y, ".1%", height=160), f"{title}. {text}.")


def sums_by_day(title: str, unit: str, rows: Sequence[tuple[date, float]]) -> Chart:
    """The total of each measured day, as columns."""
    y = alt.Y("value:Q", title=unit, axis=alt.Axis(format="~s", tickCount=5))
    points = [(unit, day, value) for day, value in rows]
    return Chart(_columns(rows, unit, y, ",.1f", height=HEIGHT), _description(title, unit, points))


def _columns(rows: Sequence[tuple[date, float]], unit: str, y: Any, form: str, *, height: int) -> dict[str, Any]:
    chart = (
        alt.Chart(alt.InlineData(values=[{"at": day.isoformat(), "value": value} for day, value in rows]))
        .mark_bar(color=_ONE)
        .encode(
            x=alt.X(f"{_DAY}:T", title=None, axis=alt.Axis(format="%b %-d", labelOverlap=True, tickCount=6)),
            y=y,
            tooltip=[
                alt.Tooltip(f"{_DAY}:T", title="day", format=_DAY_SHOWN),
                alt.Tooltip("value:Q", title=unit, format=form),
            ],
        )
        .properties(height=height)
    )
    return _finished(chart)


def themed(spec: dict[str, Any], theme: str) -> dict[str, Any]:
    """The same for a picture: `light` or `dark`, in a width of its own."""
    ink, soft, grid, paper = _INK[theme]
    axis = {"labelColor": soft, "titleColor": soft, "gridColor": grid, "domainColor": grid, "tickColor": grid}
    config = {
        "background": paper,
        "axis": axis,
        "legend": {"labelColor": ink, "titleColor": soft, "columns": LEGEND_COLUMNS},
        "view": {"stroke": None},
    }
    sized = {key: value for key, value in spec.items() if key != "autosize"}
    sized["width"] = PICTURE_WIDTH
    dark = spec.get("usermeta", {}).get(IN_THE_DARK)
    if theme == "dark" and dark:
        colour = spec["encoding"]["color"]
        scale = {**colour["scale"], "range": dark}
        sized["encoding"] = {**spec["encoding"], "color": {**colour, "scale": scale}}
    return {**sized, "config": config}


def _line(values: list[dict[str, Any]], unit: str, names: list[str], is_by_day: bool) -> Any:
    at = f"{_DAY}:T" if is_by_day else "at:T"
    shown = _DAY_SHOWN if is_by_day else "%a, %b %-d, %H:%M"
    tooltip = [alt.Tooltip(at, title="day" if is_by_day else "hour", format=shown)]
    colours: Any = alt.value(_ONE)
    if len(names) > 1:
        tooltip.append(alt.Tooltip("name:N", title=" "))
        scale = alt.Scale(domain=names, range=list(COLOURS[: len(names)]))
        colours = alt.Color("name:N", scale=scale, title=None, legend=alt.Legend(orient="top", labelLimit=220))
    tooltip.append(alt.Tooltip("value:Q", title=unit, format=_NUMBER))
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_line(
            strokeWidth=2,
            point=alt.OverlayMarkDef(size=24, filled=True),
            invalid="break-paths-filter-domains",
        )
        .encode(
            x=alt.X(at, title=None, axis=alt.Axis(labelOverlap=True, tickCount=8, grid=False)),
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(format="~s", tickCount=5)),
            color=colours,
            tooltip=tooltip,
        )
    )
    if len(names) < 2:
        return chart
    # A click on a name in the legend brings its line out.
    chosen = alt.selection_point(fields=["name"], bind="legend")
    return chart.encode(opacity=alt.condition(chosen, alt.value(1), alt.value(0.15))).add_params(chosen)


def _finished(chart: Any) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    spec["width"] = "container"
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    # Altair's default size of a view would take precedence over that of the page.
    spec.pop("config", None)
    return spec


def _with_gaps(points: Sequence[tuple[str, Instant, float | None]]) -> list[tuple[str, Instant, float | None]]:
    """The points, and an empty one after each that the next day or hour does not follow: a line across a time without
    measurement would be false."""
    whole: list[tuple[str, Instant, float | None]] = []
    for name, at, value in points:
        if whole and whole[-1][0] == name:
            following = whole[-1][1] + (timedelta(hours=1) if isinstance(at, datetime) else timedelta(days=1))
            if following < at:
                whole.append((name, following, None))
        whole.append((name, at, value))
    return whole


def _description(title: str, unit: str, points: Sequence[tuple[str, Instant, float | None]]) -> str:
    """A description for screen readers: of each line the lowest, the highest and the newest value."""
    by_name: dict[str, list[float]] = {}
    for name, _, value in points:
        if value is not None:
            by_name.setdefault(name, []).append(value)
    text = {
        shown_name(name): f"from {short_number(min(values))} to {short_number(max(values))}, "
        f"at last {short_number(values[-1])}"
        for name, values in by_name.items()
    }
    if len(text) < 2:
        return f"{title}, in {unit}: {''.join(text.values()) or 'nothing yet'}."
    return f"{title}, in {unit}. {'; '.join(f'{name}: {values}' for name, values in text.items())}."
