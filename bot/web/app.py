"""The application: what is asked for goes to a page or to the API, and what goes wrong becomes an answer too."""

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from bot.web.http.cache import Cache
from bot.web.http.errors import AGAIN_IN, API, Refusals
from bot.web.http.gateway import HEALTH, STATIC, Door
from bot.web.http.spelling import Known
from bot.web.http.version import Changes
from bot.web.read.ranges import is_long
from bot.web.site import Site
from bot.web.views import api, pages
from bot.web.views.render import Renderer
from helperfunctions.errors import (
    CannotBeAsked,
    ChartNotDrawn,
    DatabaseConflict,
    DatabaseError,
    DatabaseTooSlow,
    DatabaseUnavailable,
    NotThere,
    SchemaMismatch,
    SettingsError,
)

log = logging.getLogger(__name__)


def make_app(site: Site) -> Door:
    """Everything, behind its door. Raises SettingsError for a root path that could not be told from a page of ours."""
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
    own_api = api.router(site)
    app.include_router(own_api, prefix=API)
    own_pages = pages.router(site, renderer, app.openapi)
    app.include_router(own_pages)
    own_paths = [str(getattr(route, "path", "")) for route in own_pages.routes]
    _refuse_ambiguous(site.root_path, [API, STATIC, HEALTH, *own_paths])
    refusals = Refusals(renderer.page)

    def refused(request: Request, exc: Exception) -> Response:
        status, says, headers = _in_words(exc, request.url.path, site)
        made = refusals.answer(request.url.path, status, says, headers)
        return Response(made.body, made.status, {name.decode(): value.decode() for name, value in made.headers})

    for kind in (
        HTTPException,
        RequestValidationError,
        NotThere,
        CannotBeAsked,
        ChartNotDrawn,
        DatabaseError,
        # It is raised again for who logs it: the cache, through which everything goes.
        Exception,
    ):
        app.add_exception_handler(kind, refused)
    cache = Cache(app, Changes(site).version, refusals, waits_elsewhere=_is_picture, is_long=is_long)
    return Door(cache, site, refusals, [*_known("", own_pages), *_known(API, own_api)])


def _known(prefix: str, router: APIRouter) -> Iterator[Known]:
    """The parameters that the addresses of a router have."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            pattern = re.compile(re.escape(prefix) + route.path_regex.pattern.strip("^$"))
            yield Known(pattern, tuple(dict.fromkeys(_parameters(route.dependant))))


def _parameters(dependant: Any) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _is_picture(path: str) -> bool:
    return path.endswith(".svg")


def _refuse_ambiguous(root_path: str, own_paths: Sequence[str]) -> None:
    first, *own = (path.strip("/").partition("/")[0] for path in (root_path, *own_paths))
    if first and first in own:
        # A proxy may take the path away or not, and so it could mean both.
        raise SettingsError([f"WEB_ROOT_PATH: a page of the dashboard is called /{first}; take another path"])


def _in_words(exc: Exception, path: str, site: Site) -> tuple[int, str | None, dict[str, str]]:
    """What an error means for who asked: status, words and headers. What our people should know goes to the log."""
    match exc:
        case HTTPException():
            return exc.status_code, None, dict(exc.headers or {})
        case RequestValidationError():
            first = exc.errors()[0]
            return 422, f"{first['loc'][-1]}: {first['msg']}", {}
        case NotThere():
            return 404, _sentence(exc), {}
        case CannotBeAsked():
            return 422, _sentence(exc), {}
        case ChartNotDrawn():
            log.warning("a picture was not drawn path=%s: %s", path, exc)
            return 503, "This picture is not to be had just now. Try again in a minute.", AGAIN_IN
        case DatabaseConflict():
            log.warning("a page had to wait for a lock for too long path=%s: %s", path, exc)
            return 503, None, AGAIN_IN
        case DatabaseTooSlow():
            log.warning("an answer took too long path=%s: %s", path, exc)
            return 503, "This took too long. Ask for fewer days, or for fewer rows.", AGAIN_IN
        case DatabaseUnavailable():
            log.warning("the dashboard cannot reach its database: %s", exc)
            return 503, None, AGAIN_IN
        case DatabaseError():
            return _of_refusal(exc, site)
    return 500, None, {}


def _of_refusal(exc: DatabaseError, site: Site) -> tuple[int, str | None, dict[str, str]]:
    """The database refused what was right when we started."""
    try:
        site.check_schema()
    except SchemaMismatch as mismatch:
        log.error("the database is no longer that of this program; start the dashboard anew: %s", mismatch)
        says = "The database is of another version than this dashboard, which has to be started anew."
        return 503, says, AGAIN_IN
    except DatabaseError as why:
        log.warning("nobody knows whether the database is that of this program: %s", why)
    log.error("the dashboard's database refused: %s", exc, exc_info=exc)
    return 500, None, {}


def _sentence(exc: Exception) -> str:
    return f"{exc}"[:1].upper() + f"{exc}"[1:] + "."
