"""Screenshots of the dashboard with the data of the demo, on a desktop and a phone, in light and dark.

`make screenshots` writes them into docs/screenshots. It needs Chromium and takes about two minutes.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize, sync_playwright

from tests.web.conftest import CHROMIUM

SIZES: dict[str, ViewportSize] = {
    "desk": {"width": 1280, "height": 1500},
    "phone": {"width": 390, "height": 1300},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PAGES = {
    "now": "/",
    "game": "/games/just-chatting",
    "streamer": "/streamers/amberanchor",
    "compare": "/compare?games=valorant,league-of-legends,grand-theft-auto-v,counter-strike",
    "find": "/find?size=any&days=7",
    "streamers": "/streamers?days=7",
    "day": "/days/2026-11-21",
    "explore": "/explore?min_viewers=500",
    "bot": "/bot",
    "search": "/search?q=leage",
}


def main(folder: Path) -> None:
    """Run the demo and write the screenshots."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as charts:
        command = [sys.executable, "-m", "bot", "demo", "--web-port", "0", "--charts", charts]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
            try:
                assert demo.stdout is not None
                lines = iter(demo.stdout.readline, "")
                address = next(
                    line.split(" is at ")[1].strip() for line in lines if "the dashboard of this demo is at" in line
                )
                _look(address.rstrip("/"), folder)
            finally:
                demo.terminate()


def _look(address: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        for size, viewport in SIZES.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport=viewport, color_scheme=scheme, timezone_id="America/Los_Angeles", locale="en-US"
                )
                page = context.new_page()
                for name, path in PAGES.items():
                    page.goto(address + path)
                    page.screenshot(path=folder / f"{name}-{size}-{scheme}.jpg", type="jpeg", quality=80)
                context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
