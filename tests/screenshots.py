"""Screenshots of the dashboard with the data of the demo, on a desktop and a phone, in light and dark.

`make screenshots` writes them into docs/screenshots. It needs Chromium, and takes about two minutes. Without fonts
for Chinese, Japanese and Korean (Debian: fonts-noto-cjk), some names are boxes.
"""

import subprocess
import sys
import tempfile
from base64 import b64encode
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
    "find": "/find?viewers=120&on=weekdays&start=18&end=23",
    "streamers": "/streamers?days=7",
    "day": "/days/2026-11-21",
    "explore": "/explore?min_viewers=500",
    "records": "/records",
    "genres": "/genres?days=7",
    "bot": "/bot",
    "search": "/search?q=leage",
}

# The first picture of the README: a desktop in light colours, and a phone in dark ones before it.
OVERVIEW: ViewportSize = {"width": 1480, "height": 980}
_OVERVIEW_PAGE = """
<body style="margin: 0; height: 100vh; overflow: hidden; position: relative;
 background: linear-gradient(135deg, #7142e0, #2b1470)">
<img src="%s" style="position: absolute; left: 60px; top: 60px; width: 1230px; border-radius: 14px;
 box-shadow: 0 20px 60px #0008">
<img src="%s" style="position: absolute; right: 60px; top: 210px; width: 330px; border-radius: 26px;
 border: 8px solid #0f0d15; box-shadow: 0 20px 60px #000a">
"""


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
        page = browser.new_page(viewport=OVERVIEW, device_scale_factor=1)
        page.set_content(_OVERVIEW_PAGE % (_data(folder / "now-desk-light.jpg"), _data(folder / "game-phone-dark.jpg")))
        page.screenshot(path=folder / "overview.jpg", type="jpeg", quality=85)
        browser.close()


def _data(path: Path) -> str:
    """A picture as an address: a page without an address of its own may not load files."""
    return f"data:image/jpeg;base64,{b64encode(path.read_bytes()).decode()}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
