"""The posts' charts as declarative specifications (Vega-Lite), one each. Pure. `page_charts` has the pages'.

Written out as plain data: altair, which would build the same, adds 35 MB to a process that draws three charts a day. A
test holds them against the schema of Vega-Lite that altair brings.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core.posts import Chart
from helperfunctions.text import one_line, short_number, shortened

WIDTH: Final = 1600
HEIGHT: Final = 900
# The one font that the drawing engine brings along: it looks the same on a machine without any.
FONT: Final = "Liberation Sans"
CREDIT: Final = "Twitch Watch Time · data from Twitch"
LONGEST_ALT_TEXT: Final = 1000

# Opaque and of good contrast, so that it reads the same on a light and on a dark timeline.
_BACKGROUND: Final = "#15181f"
_TEXT: Final = "#f4f5f7"
_SOFT: Final = "#a9b1bf"
_BAR: Final = "#2a9d8f"
_FIRST_BAR: Final = "#f4a259"
_MARGIN, _TOP, _BOTTOM = 70, 220, 90
_INNER_WIDTH: Final = WIDTH - 2 * _MARGIN
_INNER_HEIGHT: Final = HEIGHT - _TOP - _BOTTOM
_ROWS: Final = 5
# How wide the characters of a value are in its font, a digit where nothing is said; and the gap before and behind it.
_DIGIT: Final = 25
_CHARACTERS: Final = {".": 12, "K": 32, "M": 37, "B": 32}
_GAP: Final = 18
# Room on the right for the value of the longest bar and what stands behind it.
_ROOM: Final = 1.3
_SHORTEST_BAR: Final = 0.004
_WIDEST_NAME: Final = 44
# A title up to this long has the large type.
_SHORT_TITLE: Final = 44
_WIDEST_TITLE: Final = 62
_NOT_DRAWN: Final = "(see the post)"
# What the font has of Latin, Greek and Cyrillic, and of the usual signs; combining marks are placed badly.
_GLYPHS: Final = (
    *((0x0020, 0x007E), (0x00A0, 0x02FF), (0x0374, 0x0375), (0x037A, 0x037E), (0x0384, 0x03CE), (0x03D0, 0x0482)),
    *((0x048A, 0x0513), (0x051A, 0x051D), (0x1E00, 0x1E9B), (0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9), (0x1F00, 0x1FFE)),
    *((0x2012, 0x2022), (0x2026, 0x2027), (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC)),
    *((0x2116, 0x2116), (0x2122, 0x2122), (0x2212, 0x2212), (0x221E, 0x221E), (0x2665, 0x2665)),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, another name for it in plain letters if there is one, its value and what stands behind it."""

    name: str
    plain_name: str | None
    value: float
    note: str


def ranking(
    title: str, subtitle: str, unit: str, bars: Sequence[Bar], *, subject: str = "", plain_subject: str | None = None
) -> Chart:
    """The most of something, one horizontal bar each, at most five, the longest first: 1600 by 900 pixels.

    `subject`: the name with which the title ends, if it does; `plain_subject` is drawn where the font lacks it.
    """
    drawn_title = f"{title} {drawable(subject, plain_subject)}" if subject else title
    drawn_title = shortened(drawn_title, _WIDEST_TITLE)
    most = max((bar.value for bar in bars), default=0.0) or 1.0
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": _INNER_WIDTH,
        "height": _INNER_HEIGHT,
        "background": _BACKGROUND,
        # The picture has this size, whatever is in it.
        "autosize": {"type": "none"},
        "padding": {"left": _MARGIN, "right": _MARGIN, "top": _TOP, "bottom": _BOTTOM},
        "config": {"view": {"stroke": None}},
        "title": _title(drawn_title, subtitle),
        "datasets": {"rows": [_row(rank, bar, most) for rank, bar in enumerate(bars, start=1)], "empty": [{}]},
        "layer": _layers(most),
    }
    told_title = f"{title} {shortened(one_line(subject), _WIDEST_NAME)}" if subject else title
    return Chart(spec, _in_words(told_title, subtitle, unit, bars))


def drawable(name: str, plain_name: str | None) -> str:
    """A name in characters that the font has: itself or the plain one, if need be what is left of it without the
    others, unless that is little: then a hint to look at the post."""
    composed, compatible = (unicodedata.normalize(form, one_line(name)) for form in ("NFC", "NFKC"))
    for candidate in (composed, compatible, one_line(plain_name or "")):
        if candidate and all(map(_has_glyph, candidate)):
            return shortened(candidate, _WIDEST_NAME)
    rest = "".join(filter(_has_glyph, compatible)).replace("()", "")
    if 2 * sum(map(str.isalpha, rest)) > sum(map(str.isalpha, compatible)):
        return shortened(" ".join(rest.split()), _WIDEST_NAME)
    return _NOT_DRAWN


def _row(rank: int, bar: Bar, most: float) -> dict[str, Any]:
    """What one row shows, and where: lengths are in the unit of the values."""
    length, label = max(bar.value, _SHORTEST_BAR * most), short_number(bar.value)
    per_pixel = most * _ROOM / _INNER_WIDTH
    return {
        "rank": rank,
        "name": f"{rank}. {drawable(bar.name, bar.plain_name)}",
        "length": length,
        "label": label,
        "note": bar.note,
        "note_at": length + (2 * _GAP + sum(_CHARACTERS.get(char, _DIGIT) for char in label)) * per_pixel,
    }


def _title(text: str, subtitle: str) -> dict[str, Any]:
    return {
        "text": text,
        "limit": _INNER_WIDTH,
        "anchor": "start",
        "frame": "group",
        "offset": 36,
        "font": FONT,
        "fontSize": 60 if len(text) <= _SHORT_TITLE else 44,
        "color": _TEXT,
        "subtitle": subtitle,
        "subtitleFont": FONT,
        "subtitleFontSize": 36,
        "subtitleColor": _SOFT,
        "subtitlePadding": 16,
    }


def _layers(most: float) -> list[dict[str, Any]]:
    """Each row: the name above its bar, the value and its note behind it; and the credit below."""
    across = {"domain": [0, most * _ROOM], "nice": False}
    down = {"domain": list(range(1, _ROWS + 1)), "paddingInner": 0.15, "paddingOuter": 0}
    row = {"field": "rank", "type": "ordinal", "axis": None, "scale": down}
    at_end = {"field": "length", "type": "quantitative", "axis": None, "scale": across}
    behind_value = {"field": "note_at", "type": "quantitative", "axis": None, "scale": across}
    colour = {"condition": {"test": "datum.rank == 1", "value": _FIRST_BAR}, "value": _BAR}
    name = {"align": "left", "fontSize": 42, "dy": -22, "color": _TEXT, "limit": _INNER_WIDTH}
    value = {"align": "left", "fontSize": 44, "fontWeight": "bold", "dx": _GAP, "dy": 27, "color": _TEXT}
    note = {"align": "left", "fontSize": 38, "dy": 28, "color": _SOFT}
    credit = {"align": "right", "baseline": "bottom", "fontSize": 34, "color": _SOFT, "text": CREDIT}
    credit_at = {"x": {"value": _INNER_WIDTH}, "y": {"value": _INNER_HEIGHT + _BOTTOM - 30}}
    return [
        _layer(
            {"type": "bar", "height": 46, "yOffset": 26, "cornerRadiusEnd": 8}, {"x": at_end, "y": row, "color": colour}
        ),
        _layer(_text(name), {"x": {"value": 0}, "y": row, "text": {"field": "name", "type": "nominal"}}),
        _layer(_text(value), {"x": at_end, "y": row, "text": {"field": "label", "type": "nominal"}}),
        _layer(_text(note), {"x": behind_value, "y": row, "text": {"field": "note", "type": "nominal"}}),
        _layer(_text(credit), credit_at, data="empty"),
    ]


def _layer(mark: dict[str, Any], encoding: dict[str, Any], *, data: str = "rows") -> dict[str, Any]:
    return {"data": {"name": data}, "mark": mark, "encoding": encoding}


def _text(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "font": FONT, "baseline": "middle"} | properties


def _in_words(title: str, subtitle: str, unit: str, bars: Sequence[Bar]) -> str:
    """The chart for who cannot see it; names are shortened until it fits."""
    for width in (_WIDEST_NAME * 2, _WIDEST_NAME, 20, 8):
        told = [
            f"{rank}. {shortened(one_line(bar.name), width)}: {short_number(bar.value)} {unit}"
            + (f" ({_spoken(bar.note)})" if bar.note else "")
            for rank, bar in enumerate(bars, start=1)
        ]
        text = f"Bar chart. {title}. {subtitle}. {'; '.join(told)}. {CREDIT}."
        if len(text) <= LONGEST_ALT_TEXT:
            return text
    return text[:LONGEST_ALT_TEXT]


def _spoken(note: str) -> str:
    """A mark as a screen reader should say it."""
    if note.startswith("▲"):
        return f"up {note[1:]}"
    if note.startswith("▼"):
        return f"down {note[1:]}"
    if note.startswith("×"):
        return f"{note[1:]} times as much"
    return "unchanged" if note == "=" else note


def _has_glyph(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _GLYPHS)
