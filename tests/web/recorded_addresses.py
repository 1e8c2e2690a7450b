"""The requests whose responses are recorded: every route, every parameter, and the errors.

Most are lines of `recorded/requests.txt`: the name of a server, and an address.
"""

from pathlib import Path
from typing import Final

from tests.web.recorded_world import PICTURES, digest
from tests.web.recording import Asked

FOLDER: Final = Path(__file__).parent / "recorded"
LISTED: Final = FOLDER / "requests.txt"
_LINES: Final = [line for line in LISTED.read_text().splitlines() if line and not line.startswith("#")]
ASKED: Final = (
    *(Asked(server, address) for server, address in (line.split(" ", 1) for line in _LINES)),
    *(Asked("full", f"/pictures/{kind}s/{id_}?v={digest(content)}") for kind, id_, _, content, _ in PICTURES),
    Asked("full", "/tw/api/v1/games/chess/genres", name="below the root path"),
    Asked("full", "/twain", name="beside the root path"),
    Asked("full", "/explore", "POST"),
    Asked("full", "/api/v1/games", "POST"),
    Asked("full", "/help", "HEAD"),
    Asked("full", "/explore?name=" + "x" * 4_000, name="too long"),
    Asked("full", "/theme.css", headers={"cookie": "theme=dark"}, name="theme.css dark"),
    Asked("full", "/theme.css", headers={"cookie": "theme=light"}, name="theme.css light"),
    *(
        Asked(
            "full", "/theme?set=light", headers={"referer": f"https://stats.example{page}"}, name=f"theme from {page}"
        )
        for page in ("/tw/games/chess?days=7", "/twain", "/tw/theme?set=dark", "//evil.example/tw/")
    ),
    Asked("full", "/theme?set=light", headers={"referer": "https://evil.example/tw/days"}, name="theme from elsewhere"),
)
