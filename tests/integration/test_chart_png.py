"""A chart becomes a picture, in a process that can do no harm to ours."""

import os
import struct
import zlib
from pathlib import Path

import pytest

from bot.charts import Bar, ranking
from helperfunctions.chart_png import draw_png
from helperfunctions.errors import ChartNotDrawn

BARS = [Bar("Just Chatting", None, 5_312_000, "▲2"), Bar("한동숙", "handongsuk", 7, "new")]


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the raw rows of a PNG."""
    width, height = struct.unpack(">II", png[16:24])
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(data)


def test_a_chart_is_drawn_in_its_size_and_is_not_blank() -> None:
    width, height, raw = pixels(draw_png(ranking("Title", "Subtitle", "hours", BARS).spec))
    assert (width, height) == (1600, 900)
    assert len(set(raw)) > 50


def test_it_is_drawn_the_same_on_a_machine_without_fonts(tmp_path: Path) -> None:
    """The font comes with the engine: a name of a font that is nowhere draws nothing, ours draws letters."""
    spec = ranking("Title", "Subtitle", "hours", BARS).spec
    without_text = ranking("", "", "", []).spec
    assert len(draw_png(spec)) > len(draw_png(without_text)) + 5_000


def test_nothing_is_fetched() -> None:
    spec = {"data": {"url": "http://127.0.0.1:9/data.json"}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    with pytest.raises(ChartNotDrawn):
        draw_png(spec)


def test_what_is_no_chart_is_refused_in_one_line() -> None:
    with pytest.raises(ChartNotDrawn) as error:
        draw_png({"mark": "nonsense"})
    assert "\n" not in str(error.value)


def test_it_works_from_any_folder(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert draw_png(ranking("Title", "", "hours", BARS).spec).startswith(b"\x89PNG")
    finally:
        os.chdir(before)
    assert list(tmp_path.iterdir()) == []
