"""Error responses: a page for people, JSON for programs."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

import orjson

from bot.health.problem import Problem
from bot.web.http.responses import PreparedResponse, prepare

API: Final = "/api/v1"
_JSON_PATHS: Final = ("/api/", "/charts/")
_DETAILS: Final = {
    404: "Nothing is at this address.",
    405: "This address can only be read.",
    422: "This request is not valid.",
    500: "Something went wrong on our side. The details are in the log.",
    503: "The database is unavailable or busy. Try again in a minute.",
}
# Where HTTP's own phrase says nothing to a visitor.
_TITLES: Final = {422: "This address is not valid"}
RETRY_AFTER: Final = {"retry-after": "30"}


class ErrorResponses:
    """Makes error responses. `page` renders the page of an error, from a template and its values; `without_database`
    renders the pages that can do without a database, by their paths; `lost` returns the problem of a database that is
    unavailable, whose reason and fix are shown."""

    def __init__(
        self,
        page: Callable[..., str],
        without_database: Mapping[str, Callable[[], str]] | None = None,
        lost: Callable[[], Problem | None] = lambda: None,
    ) -> None:
        self._page = page
        self._lost = lost
        self._without_database = without_database or {}

    def can_do_without_database(self, path: str) -> bool:
        """True for a page that can be made without a database."""
        return path in self._without_database

    def database_is_away(self, path: str, detail: str | None = None) -> PreparedResponse:
        """The response while the database is unavailable: the page itself if it can do without, else an error."""
        page = self._without_database.get(path)
        if page is None:
            return self.make(path, 503, detail, RETRY_AFTER, self._lost())
        headers = [(name.encode(), value.encode()) for name, value in RETRY_AFTER.items()]
        return prepare(503, [(b"content-type", b"text/html; charset=utf-8"), *headers], page().encode())

    def make(
        self,
        path: str,
        status: int,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
        lost: Problem | None = None,
    ) -> PreparedResponse:
        """The response to a request for `path`; `detail` is one or more sentences for the visitor, `lost` the problem
        of the database, for the operator."""
        phrase = HTTPStatus(status).phrase
        detail = detail or _DETAILS.get(status) or phrase
        if path.startswith(_JSON_PATHS):
            content_type, body = b"application/json", orjson.dumps({"detail": detail})
        else:
            content_type = b"text/html; charset=utf-8"
            title = _TITLES.get(status, phrase)
            body = self._page("error.html", title=title, status=status, detail=detail, lost=lost).encode()
        more = ((name.encode(), value.encode()) for name, value in (headers or {}).items())
        return prepare(status, [(b"content-type", content_type), *more], body)
