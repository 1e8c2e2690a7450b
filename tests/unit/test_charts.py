"""The specification and the alt text of a chart contain its data, with any names."""

import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from bot.core.posts import Chart
from bot.post.chart import Bar, bar_chart, drawable
from helperfunctions.x_models import LONGEST_ALT_TEXT

TITLE = "Most watched games on Twitch"
SUBTITLE = "Hours watched · Sat, Nov 21, 2026 · 24.0 of 24 hours measured"


def a_chart(*bars: Bar, subject: str = "", plain_subject: str | None = None) -> Chart:
    return bar_chart(TITLE, SUBTITLE, "hours", bars, subject=subject, plain_subject=plain_subject)


def rows_of(chart: Chart) -> list[dict[str, Any]]:
    """The rows of the bars."""
    return next(rows for rows in chart.spec["datasets"].values() if not rows or "rank" in rows[0])


def test_the_specification_holds_names_values_and_notes() -> None:
    chart = a_chart(Bar("Just Chatting", None, 5_312_000, "▲2"), Bar("Chess", None, 7.4, "new"))
    shown = [(row["name"], row["label"], row["note"]) for row in rows_of(chart)]
    assert shown == [("1. Just Chatting", "5.3M", "▲2"), ("2. Chess", "7", "new")]
    whole = json.dumps(chart.spec)
    for part in (TITLE, "24.0 of 24 hours measured", "data from Twitch"):
        assert part in whole


def test_the_picture_has_a_fixed_size() -> None:
    spec = a_chart(Bar("x" * 500, None, 1, "")).spec
    padding = spec["padding"]
    assert spec["width"] + padding["left"] + padding["right"] == 1600
    assert spec["height"] + padding["top"] + padding["bottom"] == 900
    assert spec["autosize"]["type"] == "none"


def test_bars_are_as_long_as_their_values() -> None:
    rows = rows_of(a_chart(Bar("a", None, 1000, ""), Bar("b", None, 250, ""), Bar("c", None, 0.001, "")))
    assert [row["length"] for row in rows][:2] == [1000, 250]
    # A shorter bar would be invisible.
    assert rows[2]["length"] == 4


def test_alt_text_of_a_chart() -> None:
    chart = a_chart(Bar("Just Chatting", None, 5_312_000, "▲2"), Bar("Chess", None, 7, "▼1"), Bar("Go", None, 5, "new"))
    assert chart.alt_text == (
        "Bar chart. Most watched games on Twitch. Hours watched · Sat, Nov 21, 2026 · 24.0 of 24 hours measured. "
        "1. Just Chatting: 5.3M hours (up 2); 2. Chess: 7 hours (down 1); 3. Go: 5 hours (new). "
        "Twitch Watch Time · data from Twitch."
    )


@pytest.mark.parametrize("name", ["x" * 500, "原神" * 300, "👨‍👩‍👧‍👦" * 100, "Z" + "\u0337" * 499, "\n", ""])
def test_an_alt_text_fits_with_any_names(name: str) -> None:
    chart = a_chart(*[Bar(name, None, 5_312_000, "▲1195")] * 5, subject=name)
    assert len(chart.alt_text) <= LONGEST_ALT_TEXT
    assert chart.alt_text.count("5.3M hours (up 1195)") == 5
    assert chart.alt_text.endswith("Twitch Watch Time · data from Twitch.")


@pytest.mark.parametrize(
    ("note", "spoken"),
    [("▲2", "up 2"), ("▼1", "down 1"), ("×15", "15 times as much"), ("=", "unchanged"), ("+4%", "+4%"), ("new", "new")],
)
def test_a_note_is_in_the_alt_text(note: str, spoken: str) -> None:
    assert f"1. Go: 7 hours ({spoken})." in a_chart(Bar("Go", None, 7, note)).alt_text


@pytest.mark.parametrize(
    ("name", "plain_name", "drawn"),
    [
        ("Just Chatting", None, "Just Chatting"),
        ("Pokémon Legends: Z-A", None, "Pokémon Legends: Z-A"),
        ("Poke\u0301mon", None, "Pokémon"),
        ("Ленинград", "leningrad", "Ленинград"),
        ("NieR:Automata™", None, "NieR:Automata™"),
        ("Ｆｕｌｌ Ⅶ", None, "Full VII"),
        ("Tom Clancy’s…", None, "Tom Clancy’s…"),
        ("한동숙", "handongsuk", "handongsuk"),
        ("原神", None, "(see the post)"),
        ("Genshin Impact（原神）★", None, "Genshin Impact"),
        ("ELDEN 😀 RING", None, "ELDEN RING"),
        ("原神原神 VR", None, "(see the post)"),
        ("2048 😀", None, "(see the post)"),
        ("\u1e9c", None, "(see the post)"),
        ("\u0530", "abc", "abc"),
        ("\u200b", None, "(see the post)"),
        ("😀", None, "(see the post)"),
        ("Z\u0337a", "zalgo", "zalgo"),
        ("two\nlines", None, "two lines"),
        ("", None, "(see the post)"),
    ],
)
def test_a_name_without_glyphs_in_the_font_is_replaced(name: str, plain_name: str | None, drawn: str) -> None:
    assert drawable(name, plain_name) == drawn
    assert rows_of(a_chart(Bar(name, plain_name, 1, "")))[0]["name"] == f"1. {drawn}"


@pytest.mark.parametrize(
    ("subject", "plain_subject", "drawn"),
    [
        ("Chess", None, "of Chess"),
        ("原神", "the day's game", "of the day's game"),
        ("原神", None, "of (see the post)"),
    ],
)
def test_the_title_has_only_characters_of_the_font(subject: str, plain_subject: str | None, drawn: str) -> None:
    chart = bar_chart("Most watched streamers of", SUBTITLE, "hours", [], subject=subject, plain_subject=plain_subject)
    assert chart.spec["title"]["text"] == f"Most watched streamers {drawn}"
    assert f"Most watched streamers of {subject}." in chart.alt_text


def test_a_chart_without_rows_can_be_made() -> None:
    assert rows_of(a_chart()) == []


BARS = [
    Bar("Just Chatting", None, 5_312_000, "▲2"),
    Bar("한동숙", "handongsuk", 0.5, "new"),
    Bar("c", None, 0.1, ""),
]


def check_schema(spec: Mapping[str, Any]) -> None:
    """Raise a ValidationError unless a specification follows the schema of Vega-Lite."""
    # Imported here: it takes a third of a second, in each test process that collects this file.
    import altair

    altair.LayerChart.from_dict(dict(spec), validate=True)


@pytest.mark.parametrize("bars", [[], BARS], ids=["no bars", "three bars"])
def test_the_specification_follows_the_schema_of_vega_lite(bars: list[Bar]) -> None:
    check_schema(bar_chart(TITLE, SUBTITLE, "hours", bars, subject="Chess").spec)


@pytest.mark.parametrize("slip", [{"subtitle": 5}, {"subtitleFonts": "Arial"}, {"anchor": "begin"}], ids=str)
def test_the_schema_finds_a_mistake_in_a_specification(slip: dict[str, Any]) -> None:
    spec = dict(bar_chart(TITLE, SUBTITLE, "hours", BARS).spec)
    with pytest.raises(jsonschema.ValidationError):
        check_schema(spec | {"title": spec["title"] | slip})
