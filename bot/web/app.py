"""The application: what is asked for goes to a page or to the API, and what goes wrong becomes a page too."""

import logging
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.web import api, pages
from bot.web.asgi import App
from bot.web.cache import Cache
from bot.web.compare import TooMany
from bot.web.door import Door
from bot.web.drawings import TooManyDrawings
from bot.web.ranges import BadRange
from bot.web.render import Renderer
from bot.web.site import NotThere, Site
from helperfunctions.errors import ChartNotDrawn, DatabaseError, DatabaseTooSlow, DatabaseUnavailable, SchemaMismatch

log = logging.getLogger(__name__)

API: Final = "/api/v1"
# What addresses here begin with.
PAGES: Final = frozenset(
    {"api", "bot", "charts", "compare", "explore", "games", "healthz", "robots.txt", "search", "static", "streamers"}
)
_SAYS: Final = {
    404: "There is nothing at this address.",
    405: "This can only be read.",
    422: "This cannot be asked for.",
    500: "Something went wrong here. The log tells what; it is not your fault.",
    503: "The database is away just now. Try again in a minute.",
}
_AGAIN_IN: Final = {"retry-after": "30"}
# Within a poll's ten minutes of grace.
_LATE_IS_TOLD_AFTER_SECONDS: Final = 300
_REVIVE_EVERY_SECONDS: Final = 30.0
# So old may be a poll that was kept on disk while the database was away.
_POLLS_COME_WITHIN: Final = timedelta(days=30)


def make_app(site: Site) -> App:
    """Everything, behind its door."""
    app = FastAPI(
        title="Twitch Watch Time",
        version="1",
        summary="How much Twitch is watched: every table of the dashboard as JSON and CSV.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # It would lead to whatever host somebody says that we are; the door does it.
        redirect_slashes=False,
        servers=[{"url": site.root_path or "/"}],
        root_path_in_servers=False,
    )
    # Where the API's own addresses begin.
    app.state.root_path = site.root_path
    renderer = Renderer(site)
    app.include_router(api.router(site), prefix=API)
    app.include_router(pages.router(site, renderer, app.openapi))

    def failed(
        request: Request, status: int, says: str | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        says = says or _SAYS.get(status) or HTTPStatus(status).phrase
        if request.url.path.startswith(f"{API}/") or request.url.path.startswith("/charts/"):
            return JSONResponse({"detail": says}, status, headers)
        page = renderer.page("error.html", title=HTTPStatus(status).phrase, status=status, says=says)
        return HTMLResponse(page, status, headers)

    @app.exception_handler(HTTPException)
    def refused(request: Request, exc: HTTPException) -> Response:
        return failed(request, exc.status_code, headers=dict(exc.headers or {}))

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, exc: RequestValidationError) -> Response:
        first = exc.errors()[0]
        return failed(request, 422, f"{first['loc'][-1]}: {first['msg']}")

    @app.exception_handler(BadRange)
    @app.exception_handler(TooMany)
    def out_of_bounds(request: Request, exc: ValueError) -> Response:
        return failed(request, 422, f"{exc}"[:1].upper() + f"{exc}"[1:] + ".")

    @app.exception_handler(NotThere)
    def not_there(request: Request, exc: NotThere) -> Response:
        return failed(request, 404, f"{exc}"[:1].upper() + f"{exc}"[1:] + ".")

    @app.exception_handler(TooManyDrawings)
    @app.exception_handler(ChartNotDrawn)
    def not_drawn(request: Request, exc: Exception) -> Response:
        log.warning("a picture was not drawn: %s", exc or "too many at once")
        return failed(request, 503, "This picture is not to be had just now. Try again in a minute.", dict(_AGAIN_IN))

    @app.exception_handler(DatabaseTooSlow)
    def too_slow(request: Request, exc: DatabaseTooSlow) -> Response:
        log.warning("an answer took too long path=%s: %s", request.url.path, exc)
        return failed(request, 503, "This took too long. Ask for fewer days, or for fewer rows.")

    @app.exception_handler(DatabaseUnavailable)
    def away(request: Request, exc: DatabaseUnavailable) -> Response:
        log.warning("the dashboard cannot reach its database: %s", exc)
        return failed(request, 503, headers=dict(_AGAIN_IN))

    @app.exception_handler(DatabaseError)
    def refused_by_database(request: Request, exc: DatabaseError) -> Response:
        try:
            site.check_schema()
        except SchemaMismatch as mismatch:
            log.error("the database is no longer that of this program; start the dashboard anew: %s", mismatch)
            return failed(
                request, 503, "The database is of another version than this dashboard, which has to be started anew."
            )
        except DatabaseError:
            pass
        log.error("the dashboard's database refused: %s", exc, exc_info=exc)
        return failed(request, 500)

    @app.exception_handler(Exception)
    def broken(request: Request, exc: Exception) -> Response:
        # It is raised again for who logs it: the cache, through which everything goes.
        return failed(request, 500)

    may_revive_at = 0.0

    def revive() -> None:
        nonlocal may_revive_at
        if time.monotonic() >= may_revive_at:
            may_revive_at = time.monotonic() + _REVIVE_EVERY_SECONDS
            site.revive()

    def version() -> object:
        now = site.clock.now()
        try:
            with site.looks.transaction() as tx:
                state = tuple(tx.web.state(since=(now - _POLLS_COME_WITHIN).date()))
        except DatabaseUnavailable:
            revive()
            raise
        # What is late is told from the clock.
        return (*state, now.timestamp() // _LATE_IS_TOLD_AFTER_SECONDS)

    return Door(Cache(app, version), site)
