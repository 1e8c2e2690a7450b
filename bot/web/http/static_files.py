"""The files that pages load: scripts, style and icon.

Each is prepared once, compressed, and sent without disk, database or rate limit. Starlette's StaticFiles would read
from disk each time, compress nothing, and not serve the script that draws charts, which is no file.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.web.http.responses import PreparedResponse, prepare

FOLDER: Final = Path(__file__).parents[1] / "views" / "static"
VEGA: Final = "vega.js"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# The address of a file changes with its content.
_FOREVER: Final = "public, max-age=31536000, immutable"


class StaticFiles:
    """The static files by name. `javascript` assembles the script that draws charts; it is called once, and takes a
    second or two."""

    def __init__(self, javascript: Callable[[], bytes]) -> None:
        self._javascript = javascript
        self._responses = {path.name: _prepared(path.name, path.read_bytes()) for path in FOLDER.iterdir()}
        self._assembling: asyncio.Lock | None = None

    async def get(self, name: str) -> PreparedResponse | None:
        """A file as a response; None when there is none of that name. Raises ChartNotDrawn as `javascript` does."""
        if name == VEGA and VEGA not in self._responses:
            self._assembling = self._assembling or asyncio.Lock()
            async with self._assembling:
                if VEGA not in self._responses:
                    script = await asyncio.to_thread(self._javascript)
                    self._responses[VEGA] = await asyncio.to_thread(_prepared, VEGA, script)
        return self._responses.get(name)


def _prepared(name: str, body: bytes) -> PreparedResponse:
    headers = {"content-type": _TYPES[Path(name).suffix], "cache-control": _FOREVER}
    return prepare(200, [(key.encode(), value.encode()) for key, value in headers.items()], body)
