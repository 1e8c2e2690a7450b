"""A chart is drawn as a picture, in a process of its own."""

import os
import socket
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from bot.post.chart import Bar, bar_chart
from helperfunctions.drawing import draw_png
from helperfunctions.errors import ChartNotDrawn

BARS = [Bar("Just Chatting", None, 5_312_000, "▲2"), Bar("한동숙", "handongsuk", 7, "new")]


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the rows of a PNG, as they are before compression."""
    width, height = struct.unpack(">II", png[16:24])
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    return width, height, zlib.decompress(data)


def test_a_chart_is_drawn_in_its_size_and_is_not_blank() -> None:
    width, height, raw = pixels(draw_png(bar_chart("Title", "Subtitle", "hours", BARS).spec))
    assert (width, height) == (1600, 900)
    assert len(set(raw)) > 50


def test_a_chart_is_the_same_on_a_machine_without_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The font comes with the engine."""
    spec = bar_chart("Title", "Subtitle", "hours", BARS).spec
    drawn = draw_png(spec)
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path / 'fonts'}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    assert draw_png(spec) == drawn
    assert len(drawn) > len(draw_png(bar_chart("", "", "", []).spec)) + 5_000


def test_wide_names_end_before_the_edge() -> None:
    """The end of each row of pixels is background; longer letters would change it."""
    bars = [Bar("W" * 500, None, 5_312_000, "▲1195")] * 5
    width, height, raw = pixels(draw_png(bar_chart("Most watched", "", "hours", bars, subject="W" * 500).spec))
    stride = len(raw) // height
    assert stride == 4 * width + 1
    edges = {raw[(row + 1) * stride - 60 : (row + 1) * stride] for row in range(1, height)}
    # Most rows contain differences to the pixels left of or above them: a plain edge has only zeros.
    assert edges <= {bytes(60), bytes([0x15, 0x18, 0x1F, 0xFF]) * 15}


@pytest.mark.parametrize("way", ["data", "image"])
def test_nothing_is_fetched(way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/a.png"
        spec: dict[str, Any] = {"data": {"url": url}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
        if way == "image":
            spec = {"data": {"values": [{}]}, "mark": {"type": "image", "url": url, "width": 9, "height": 9}}
        with pytest.raises(ChartNotDrawn):
            draw_png(spec, timeout_seconds=20)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_drawing_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(ChartNotDrawn, match=r"not drawn within 0\.01 seconds"):
        draw_png(bar_chart("Title", "", "hours", BARS).spec, timeout_seconds=0.01)


def test_an_invalid_chart_is_refused_in_one_line() -> None:
    with pytest.raises(ChartNotDrawn) as error:
        draw_png({"mark": "nonsense"})
    assert "\n" not in str(error.value)


def test_drawing_works_in_any_folder(tmp_path: Path) -> None:
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        assert draw_png(bar_chart("Title", "", "hours", BARS).spec).startswith(b"\x89PNG")
    finally:
        os.chdir(before)
    assert list(tmp_path.iterdir()) == []
