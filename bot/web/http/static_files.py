"""The files that pages load: scripts, style and icon.

Each is prepared once, compressed, and sent without disk, database or rate limit. Starlette's StaticFiles would read
from disk each time and compress nothing.
"""

from pathlib import Path
from typing import Final

from bot.web.http.responses import PreparedResponse, prepare

FOLDER: Final = Path(__file__).parents[1] / "views" / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
# The address of a file changes with its content.
_FOREVER: Final = "public, max-age=31536000, immutable"


class StaticFiles:
    """The static files by name."""

    def __init__(self) -> None:
        self._responses = {path.name: _prepared(path.name, path.read_bytes()) for path in FOLDER.iterdir()}

    def get(self, name: str) -> PreparedResponse | None:
        """A file as a response; None when there is none of that name."""
        return self._responses.get(name)


def _prepared(name: str, body: bytes) -> PreparedResponse:
    headers = {"content-type": _TYPES[Path(name).suffix], "cache-control": _FOREVER}
    return prepare(200, [(key.encode(), value.encode()) for key, value in headers.items()], body)
