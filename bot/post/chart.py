"""The bar charts of the posts as declarative specifications (Vega-Lite). Pure.

Written out as plain data: altair, which would build the same, adds 35 MB to a process that draws three charts a day. A
test validates them against altair's schema of Vega-Lite.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.core.posts import Chart
from helperfunctions.text import one_line, short_number, shortened
from helperfunctions.x_models import LONGEST_ALT_TEXT

WIDTH: Final = 1600
HEIGHT: Final = 900
# The one font that the drawing engine includes, so that charts look the same on a machine without fonts.
FONT: Final = "Liberation Sans"
CREDIT: Final = "Twitch Watch Time · data from Twitch"

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
# Pixels: widths of the characters of a value in its font (_DIGIT for any other), and the gap before and after it. A
# browser that draws the chart may have a wider font.
_DIGIT: Final = 29
_CHARACTERS: Final = {".": 15, "K": 36, "M": 42, "B": 36}
_GAP: Final = 18
# The axis is this many times as long as the longest bar, whose value and note are to its right.
_ROOM: Final = 1.3
_SHORTEST_BAR: Final = 0.004
_WIDEST_NAME: Final = 44
# A title of up to this many characters has the large type.
_SHORT_TITLE: Final = 44
_WIDEST_TITLE: Final = 62
_NOT_DRAWN: Final = "(see the post)"
# The Latin, Greek and Cyrillic letters and the common signs of the font; not its combining marks, which it misplaces.
_GLYPHS: Final = (
    *((0x0020, 0x007E), (0x00A0, 0x02FF), (0x0374, 0x0375), (0x037A, 0x037E), (0x0384, 0x03CE), (0x03D0, 0x0482)),
    *((0x048A, 0x0513), (0x051A, 0x051D), (0x1E00, 0x1E9B), (0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9), (0x1F00, 0x1FFE)),
    *((0x2012, 0x2022), (0x2026, 0x2027), (0x2030, 0x2030), (0x2032, 0x2033), (0x2039, 0x203A), (0x20AC, 0x20AC)),
    *((0x2116, 0x2116), (0x2122, 0x2122), (0x2212, 0x2212), (0x221E, 0x221E), (0x2665, 0x2665)),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `plain_name`: another name in ASCII letters, if any; `note`: a text after the value, may be empty."""

    name: str
    plain_name: str | None
    value: float
    note: str


def bar_chart(
    title: str, subtitle: str, unit: str, bars: Sequence[Bar], *, subject: str = "", plain_subject: str | None = None
) -> Chart:
    """A chart of up to five horizontal bars, the longest first, of 1600 by 900 pixels.

    `subject`: a name at the end of the title, may be empty; `plain_subject` is drawn if the font lacks its characters.
    """
    drawn_title = f"{title} {drawable(subject, plain_subject)}" if subject else title
    drawn_title = shortened(drawn_title, _WIDEST_TITLE)
    most = max((bar.value for bar in bars), default=0.0) or 1.0
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": _INNER_WIDTH,
        "height": _INNER_HEIGHT,
        "background": _BACKGROUND,
        # The size does not depend on the content.
        "autosize": {"type": "none"},
        "padding": {"left": _MARGIN, "right": _MARGIN, "top": _TOP, "bottom": _BOTTOM},
        "config": {"view": {"stroke": None}},
        "title": _title(drawn_title, subtitle),
        "datasets": {"rows": [_row(rank, bar, most) for rank, bar in enumerate(bars, start=1)], "empty": [{}]},
        "layer": _layers(most),
    }
    full_title = f"{title} {shortened(one_line(subject), _WIDEST_NAME)}" if subject else title
    return Chart(spec, _alt_text(full_title, subtitle, unit, bars))


def drawable(name: str, plain_name: str | None) -> str:
    """A name in characters of the font: the name itself or the plain one, otherwise the part of it that the font has.

    If that is less than half of its letters, a reference to the post.
    """
    composed, compatible = (unicodedata.normalize(form, one_line(name)) for form in ("NFC", "NFKC"))
    for candidate in (composed, compatible, one_line(plain_name or "")):
        if candidate and all(map(_has_glyph, candidate)):
            return shortened(candidate, _WIDEST_NAME)
    rest = "".join(filter(_has_glyph, compatible)).replace("()", "")
    if 2 * sum(map(str.isalpha, rest)) > sum(map(str.isalpha, compatible)):
        return shortened(" ".join(rest.split()), _WIDEST_NAME)
    return _NOT_DRAWN


def _row(rank: int, bar: Bar, most: float) -> dict[str, Any]:
    """The data of one row; `length` and `note_at` are in the unit of the values."""
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
    """For each row the name above its bar, then the value and the note to its right; the credit below all rows."""
    across = {"domain": [0, most * _ROOM], "nice": False}
    down = {"domain": list(range(1, _ROWS + 1)), "paddingInner": 0.15, "paddingOuter": 0}
    row = {"field": "rank", "type": "ordinal", "axis": None, "scale": down}
    at_end = {"field": "length", "type": "quantitative", "axis": None, "scale": across}
    after_value = {"field": "note_at", "type": "quantitative", "axis": None, "scale": across}
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
        _layer(_text(note), {"x": after_value, "y": row, "text": {"field": "note", "type": "nominal"}}),
        _layer(_text(credit), credit_at, data="empty"),
    ]


def _layer(mark: dict[str, Any], encoding: dict[str, Any], *, data: str = "rows") -> dict[str, Any]:
    return {"data": {"name": data}, "mark": mark, "encoding": encoding}


def _text(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "text", "font": FONT, "baseline": "middle"} | properties


def _alt_text(title: str, subtitle: str, unit: str, bars: Sequence[Bar]) -> str:
    """The content of the chart as text, its names shortened until it fits X's limit."""
    for width in (_WIDEST_NAME * 2, _WIDEST_NAME, 20, 8):
        listed = [
            f"{rank}. {shortened(one_line(bar.name), width)}: {short_number(bar.value)} {unit}"
            + (f" ({_spoken(bar.note)})" if bar.note else "")
            for rank, bar in enumerate(bars, start=1)
        ]
        text = f"Bar chart. {title}. {subtitle}. {'; '.join(listed)}. {CREDIT}."
        if len(text) <= LONGEST_ALT_TEXT:
            return text
    return text[:LONGEST_ALT_TEXT]


def _spoken(note: str) -> str:
    """A note as a screen reader should speak it."""
    if note.startswith("▲"):
        return f"up {note[1:]}"
    if note.startswith("▼"):
        return f"down {note[1:]}"
    if note.startswith("×"):
        return f"{note[1:]} times as much"
    return "unchanged" if note == "=" else note


def _has_glyph(char: str) -> bool:
    return any(first <= ord(char) <= last for first, last in _GLYPHS)
