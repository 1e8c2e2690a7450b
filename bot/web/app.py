"""The application: what is asked for goes to a page or to the API, and what goes wrong becomes a page too."""

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.web import api, pages
from bot.web.cache import App, Cache
from bot.web.compare import TooMany
from bot.web.door import Door
from bot.web.ranges import BadRange
from bot.web.render import Renderer
from bot.web.site import NotThere, Site
from helperfunctions.errors import DatabaseError, DatabaseUnavailable

log = logging.getLogger(__name__)

API: Final = "/api/v1"
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


def make_app(site: Site) -> App:
    """Everything, behind its door."""
    app = FastAPI(
        title="Twitch Watch Time",
        version="1",
        summary="How much Twitch is watched: every table of the dashboard as JSON and CSV.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
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

    @app.exception_handler(DatabaseUnavailable)
    def away(request: Request, exc: DatabaseUnavailable) -> Response:
        log.warning("the dashboard cannot reach its database: %s", exc)
        return failed(request, 503, headers=dict(_AGAIN_IN))

    @app.exception_handler(DatabaseError)
    def refused_by_database(request: Request, exc: DatabaseError) -> Response:
        log.error("the dashboard's database refused: %s", exc, exc_info=exc)
        return failed(request, 500)

    @app.exception_handler(Exception)
    def broken(request: Request, exc: Exception) -> Response:
        # It is raised again for who logs it: the cache, through which everything goes.
        return failed(request, 500)

    def version() -> object:
        with site.reads.transaction() as tx:
            state = tuple(tx.web.state())
        # What is late is told from the clock.
        return (*state, site.clock.now().timestamp() // _LATE_IS_TOLD_AFTER_SECONDS)

    return Door(Cache(app, version), site)
