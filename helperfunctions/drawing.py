"""Draws Vega-Lite specifications as PNG or SVG, and SVG as PNG. The only file that uses vl_convert.

Drawing needs a JavaScript engine, which takes about a hundred megabytes and sometimes hangs or crashes. So each drawing
runs in a process of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from helperfunctions.errors import ChartNotDrawn

TIMEOUT_SECONDS: Final = 60.0
LARGEST: Final = 5 * 1024 * 1024  # bytes; the limit of X
MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_VEGA_LITE: Final = "6.4"
_ROOT: Final = Path(__file__).resolve().parents[1]


def draw_png(spec: Mapping[str, Any], *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Draw a Vega-Lite specification as PNG, in the size that it gives. Raises ChartNotDrawn."""
    png = _drawn("png", json.dumps(dict(spec)), timeout_seconds)
    if not png.startswith(MAGIC):
        raise ChartNotDrawn("the drawing process gave no PNG")
    if len(png) > LARGEST:
        raise ChartNotDrawn(f"the chart has {len(png):,} bytes, more than the {LARGEST:,} that X allows")
    return png


def draw_svg(spec: Mapping[str, Any], timezone: str = "UTC", *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Draw a Vega-Lite specification as SVG, which uses a font of the browser; instants are shown in that time zone.
    Raises ChartNotDrawn."""
    return _drawn("svg", json.dumps(dict(spec)), timeout_seconds, timezone)


def svg_to_png(svg: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """Draw an SVG without images as PNG, in its own size. Raises ChartNotDrawn."""
    png = _drawn("card", svg, timeout_seconds)
    if not png.startswith(MAGIC):
        raise ChartNotDrawn("the drawing process gave no PNG")
    return png


def _drawn(what: str, given: str, timeout_seconds: float, timezone: str = "UTC") -> bytes:
    command = [sys.executable, "-m", "helperfunctions.drawing", what]
    try:
        done = subprocess.run(
            command,
            input=given.encode(),
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
            cwd=_ROOT,
            env=os.environ | {"TZ": timezone},
        )
    except subprocess.TimeoutExpired as exc:
        raise ChartNotDrawn(f"the chart was not drawn within {timeout_seconds:g} seconds") from exc
    except OSError as exc:
        raise ChartNotDrawn(f"the drawing process cannot be started: {exc.strerror}") from exc
    if done.returncode != 0:
        last = (done.stderr.decode(errors="replace").strip() or "no reason given").splitlines()[-1]
        raise ChartNotDrawn(f"the drawing process ended with {done.returncode}: {last[:200]}")
    return done.stdout


def _draw(what: str) -> None:
    """The drawing process: JSON comes in, a picture goes out."""
    import vl_convert

    if what == "card":
        sys.stdout.buffer.write(vl_convert.svg_to_png(_without_images(sys.stdin.read())))
        return
    # No URL of a specification is fetched. The second step has no such limit, so pictures are refused before it.
    svg = vl_convert.vegalite_to_svg(sys.stdin.read(), vl_version=_VEGA_LITE, allowed_base_urls=[])
    svg = _without_images(svg)
    sys.stdout.buffer.write(vl_convert.svg_to_png(svg) if what == "png" else svg.encode())


def _without_images(svg: str) -> str:
    if "<image" in svg:
        sys.exit("a chart must not hold an image, which would have to be fetched")
    return svg


if __name__ == "__main__":
    _draw(sys.argv[1])
