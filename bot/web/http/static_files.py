"""The files that pages load: scripts, style and icon.

Each is prepared once, compressed, and sent without disk, database or rate limit. Starlette's StaticFiles would read
from disk each time and compress nothing.
"""

from pathlib import Path
from typing import Final

from bot.web.http.responses import PreparedResponse, prepare
from bot.web.views.palette import palette

FOLDER: Final = Path(__file__).parents[1] / "views" / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_ICON: Final = "icon.svg"
# The address of a file changes with its content.
_FOREVER: Final = "public, max-age=31536000, immutable"


def content(name: str, accent: str = "") -> bytes:
    """A static file. The icon has the accent colour of the site, if there is one: `#rrggbb`."""
    body = (FOLDER / name).read_bytes()
    return body.replace(palette("light")["accent"].encode(), accent.encode()) if accent and name == _ICON else body


class StaticFiles:
    """The static files by name, with the accent colour of the site, which may be ""."""

    def __init__(self, accent: str = "") -> None:
        names = [path.name for path in FOLDER.iterdir()]
        self._responses = {name: _prepared(name, content(name, accent)) for name in names}

    def get(self, name: str) -> PreparedResponse | None:
        """A file as a response; None when there is none of that name."""
        return self._responses.get(name)


def _prepared(name: str, body: bytes) -> PreparedResponse:
    headers = {"content-type": _TYPES[Path(name).suffix], "cache-control": _FOREVER}
    return prepare(200, [(key.encode(), value.encode()) for key, value in headers.items()], body)
