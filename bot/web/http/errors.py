"""What cannot be given, in words: a page for people, JSON for programs."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import orjson

from bot.web.http.responses import Answer, answer

API: Final = "/api/v1"
_FOR_PROGRAMS: Final = ("/api/", "/charts/")
_SAYS: Final = {
    404: "There is nothing at this address.",
    405: "This can only be read.",
    422: "This cannot be asked for.",
    500: "Something went wrong here. The log tells what; it is not your fault.",
    503: "The database is away or busy just now. Try again in a minute.",
}
AGAIN_IN: Final = {"retry-after": "30"}


class Refusals:
    """Makes them. `page` renders the page that tells of an error."""

    def __init__(self, page: Callable[..., str]) -> None:
        self._page = page

    def answer(self, path: str, status: int, says: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """For who asked for that path."""
        phrase = HTTPStatus(status).phrase
        says = says or _SAYS.get(status) or phrase
        if path.startswith(_FOR_PROGRAMS):
            kind, body = b"application/json", orjson.dumps({"detail": says})
        else:
            kind = b"text/html; charset=utf-8"
            body = self._page("error.html", title=phrase, status=status, says=says).encode()
        told = ((name.encode(), value.encode()) for name, value in (headers or {}).items())
        return answer(status, [(b"content-type", kind), *told], body)
