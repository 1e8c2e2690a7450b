"""The files that pages load: scripts, style and icon. Kept as they go out; nobody's questions are in their way."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.web.http.responses import Answer, answer

FOLDER: Final = Path(__file__).parents[1] / "views" / "static"
VEGA: Final = "vega.js"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# Their addresses change when they do.
_FOREVER: Final = "public, max-age=31536000, immutable"


class Files:
    """By name. `javascript` puts the script together that draws charts, which takes a second or two, once."""

    def __init__(self, javascript: Callable[[], bytes]) -> None:
        self._javascript = javascript
        self._answers = {path.name: _answer(path.name, path.read_bytes()) for path in FOLDER.iterdir()}
        self._making: asyncio.Lock | None = None

    async def get(self, name: str) -> Answer | None:
        """A file; None when there is none of that name. Raises what `javascript` raises."""
        if name == VEGA and VEGA not in self._answers:
            self._making = self._making or asyncio.Lock()
            async with self._making:
                if VEGA not in self._answers:
                    script = await asyncio.to_thread(self._javascript)
                    self._answers[VEGA] = await asyncio.to_thread(_answer, VEGA, script)
        return self._answers.get(name)


def _answer(name: str, body: bytes) -> Answer:
    headers = {"content-type": _TYPES[Path(name).suffix], "cache-control": _FOREVER}
    return answer(200, [(key.encode(), value.encode()) for key, value in headers.items()], body)
