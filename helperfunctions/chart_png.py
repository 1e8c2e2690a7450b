"""A chart's specification -> a PNG. The only file that touches vl_convert.

Drawing takes a JavaScript engine: about a hundred megabytes, and now and then a hang or a crash of its own. So it
happens in a process that lives no longer than the drawing.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from helperfunctions.errors import ChartNotDrawn

TIMEOUT_SECONDS: Final = 60.0
LARGEST: Final = 5 * 1024 * 1024  # what X takes
MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_ROOT: Final = Path(__file__).resolve().parents[1]


def draw_png(spec: Mapping[str, Any], *, timeout_seconds: float = TIMEOUT_SECONDS) -> bytes:
    """The picture of a Vega-Lite specification, in its own size. Raises ChartNotDrawn."""
    command = [sys.executable, "-m", "helperfunctions.chart_png"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(dict(spec)).encode(),
            capture_output=True,
            timeout=timeout_seconds,
            check=False,
            cwd=_ROOT,
        )
    except subprocess.TimeoutExpired as exc:
        raise ChartNotDrawn(f"the chart was not drawn within {timeout_seconds:g} seconds") from exc
    except OSError as exc:
        raise ChartNotDrawn(f"the drawing process cannot be started: {exc.strerror}") from exc
    if done.returncode != 0:
        last = (done.stderr.decode(errors="replace").strip() or "no reason given").splitlines()[-1]
        raise ChartNotDrawn(f"the drawing process ended with {done.returncode}: {last[:200]}")
    if not done.stdout.startswith(MAGIC):
        raise ChartNotDrawn("the drawing process gave no PNG")
    if len(done.stdout) > LARGEST:
        raise ChartNotDrawn(f"the chart has {len(done.stdout):,} bytes, more than the {LARGEST:,} that X takes")
    return done.stdout


def _draw() -> None:
    """The drawing process: JSON comes in, a PNG goes out."""
    import vl_convert

    # Nothing is fetched, whatever a specification names. The second step asks nobody before it loads an image.
    svg = vl_convert.vegalite_to_svg(sys.stdin.read(), vl_version="6.4", allowed_base_urls=[])
    if "<image" in svg:
        sys.exit("a chart must not hold an image, which would have to be fetched")
    sys.stdout.buffer.write(vl_convert.svg_to_png(svg))


if __name__ == "__main__":
    _draw()
