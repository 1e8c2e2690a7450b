"""The application: routes, error handlers, cache and gateway."""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from bot.web.http.cache import Cache
from bot.web.http.errors import API, RETRY_AFTER, ErrorResponses
from bot.web.http.gateway import HEALTH, STATIC, Gateway
from bot.web.http.live import LiveRows
from bot.web.http.owner import Owner
from bot.web.http.spelling import Route
from bot.web.http.theme import CHOOSE, STYLE
from bot.web.http.version import DataVersion
from bot.web.read.bot_health import health, lost_database
from bot.web.read.chat import channels_now
from bot.web.read.errors import InvalidRequest, NotFound
from bot.web.read.ranges import is_long
from bot.web.site import Site
from bot.web.views import (
    api,
    chat_api,
    chat_pages,
    day_pages,
    embeds,
    game_pages,
    genre_api,
    genre_pages,
    language_api,
    language_pages,
    pages,
    pictures,
    sharing,
    streamer_pages,
)
from bot.web.views.chat_rows import row_of
from bot.web.views.picture_queue import PictureQueue
from bot.web.views.render import Pages
from helperfunctions.errors import (
    ChartNotDrawn,
    DatabaseConflict,
    DatabaseError,
    DatabaseTooSlow,
    DatabaseUnavailable,
    SchemaMismatch,
    SettingsError,
)

log = logging.getLogger(__name__)


def make_app(site: Site) -> Gateway:
    """The whole application. Raises SettingsError for a root path that is the path of a page, and for an accent colour
    that cannot be read."""
    app = FastAPI(
        title=site.title,
        version="1",
        summary="How much Twitch is watched: every table of the dashboard as JSON and CSV.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # A redirect of FastAPI would lead to any host that a client names; the gateway redirects instead.
        redirect_slashes=False,
        servers=[{"url": site.root_path or "/"}],
        root_path_in_servers=False,
    )
    # For the dependencies of the routes.
    app.state.site = site
    app.state.root_path = site.root_path
    app.state.pages = Pages(site)
    app.state.picture_queue = PictureQueue()
    app.state.owner = Owner(site.chat.token if site.chat else "", site.root_path, site.trusted_proxies)
    app.state.live_chat = LiveRows(lambda: _live_rows(site))
    routes: list[Route] = []
    has_chat = site.chat is not None
    for router in (api.router, genre_api.router, language_api.router, *([chat_api.router] if has_chat else [])):
        _add(app, router)
        routes += _routes(router)
    paths = [API, STATIC, HEALTH, CHOOSE, STYLE]
    optional = [pictures.router] if site.pictures is not None else []
    optional += [chat_pages.router] if has_chat else []
    of_pages = [
        game_pages.router,
        genre_pages.router,
        language_pages.router,
        streamer_pages.router,
        day_pages.router,
        pages.router,
    ]
    for router in (embeds.router, sharing.router, *optional, *of_pages):
        _add(app, router)
        routes += _routes(router)
        paths += [str(getattr(route, "path", "")) for route in router.routes]
    _refuse_ambiguous(site.root_path, paths)
    # The status page is needed most while the database is away.
    away = {"/bot": partial(pages.bot_page_without_database, site, app.state.pages)}
    errors = ErrorResponses(app.state.pages.render, away, partial(lost_database, site))
    _handle_errors(app, site, errors)
    _know_health(site)
    cache = Cache(
        app,
        DataVersion(site).read,
        errors,
        is_picture=_is_picture,
        is_long=is_long,
        is_live=_is_live,
        is_stream=chat_pages.LIVE.__eq__,
    )
    return Gateway(cache, site, errors, routes, stop_streams=app.state.live_chat.stop)


def _live_rows(site: Site) -> Mapping[str, Mapping[str, object]]:
    """The rows of the live page, by login."""
    with site.database.transaction() as tx:
        return {one.login: row_of(one) for one in channels_now(tx, site.clock.now())}


def _know_health(site: Site) -> None:
    """Read the health of the bot before the first page, whose header has a sign of it."""
    try:
        with site.version_database.transaction() as tx:
            site.known_health.store(health(tx, site))
    except DatabaseError as exc:
        log.warning("the health of the bot is not known yet: %s", exc)


def _add(app: FastAPI, router: APIRouter) -> None:
    """Serve the routes of a router. `include_router` would build each of them a second time, at the first request: a
    quarter of a second of computing before the first page."""
    app.router.routes.extend(router.routes)


def _routes(router: APIRouter) -> Iterator[Route]:
    """The addresses of a router, with their parameters."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            pattern = re.compile(route.path_regex.pattern.strip("^$"))
            yield Route(pattern, tuple(dict.fromkeys(_parameters(route.dependant))))


def _parameters(dependant: Any) -> Iterator[str]:
    yield from (parameter.alias for parameter in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _parameters(inner)


def _is_picture(path: str) -> bool:
    """Pictures that are drawn by a process of their own, unlike badges."""
    return path.startswith(("/charts/", "/cards/"))


def _is_live(path: str) -> bool:
    """Pages and tables of chat change every second, and depend on who reads them."""
    return path == "/chat" or path.startswith(("/chat/", f"{API}/chat/"))


def _refuse_ambiguous(root_path: str, paths: Sequence[str]) -> None:
    first, *own = (path.strip("/").partition("/")[0] for path in (root_path, *paths))
    if first and first in own:
        # A proxy may remove the root path or not, so such a path would have two meanings.
        raise SettingsError([f"WEB_ROOT_PATH: a page of the dashboard is called /{first}; take another path"])


@dataclass(frozen=True, slots=True)
class _Problem:
    """The description of an error for a client; without `detail`, the usual sentence for the status."""

    status: int
    detail: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    is_away: bool = False


def _handle_errors(app: FastAPI, site: Site, errors: ErrorResponses) -> None:
    def handle(request: Request, exc: Exception) -> Response:
        problem = _problem_of(exc, request.url.path, site)
        if problem.is_away and isinstance(exc, DatabaseError):
            site.known_health.database_is_away(site.clock.now(), exc)
        made = (
            errors.database_is_away(request.url.path)
            if problem.is_away
            else errors.make(request.url.path, problem.status, problem.detail, problem.headers)
        )
        return Response(made.body, made.status, {name.decode(): value.decode() for name, value in made.headers})

    for kind in (
        HTTPException,
        RequestValidationError,
        NotFound,
        InvalidRequest,
        ChartNotDrawn,
        DatabaseError,
        # Starlette raises it again after the response; the cache logs it.
        Exception,
    ):
        app.add_exception_handler(kind, handle)


def _problem_of(exc: Exception, path: str, site: Site) -> _Problem:
    """The response to an error. Errors that the operator can act on are logged."""
    match exc:
        case HTTPException():
            return _Problem(exc.status_code, None, dict(exc.headers or {}))
        case RequestValidationError():
            first = exc.errors()[0]
            return _Problem(422, f"{first['loc'][-1]}: {first['msg'].removeprefix('Value error, ')}")
        case NotFound():
            return _Problem(404, _sentence(exc))
        case InvalidRequest():
            return _Problem(422, _sentence(exc))
        case ChartNotDrawn():
            log.warning("a picture was not drawn path=%s: %s", path, exc)
            return _Problem(503, "This chart is temporarily unavailable. Try again in a minute.", RETRY_AFTER)
        case DatabaseConflict():
            log.warning("a page waited too long for a lock path=%s: %s", path, exc)
            return _Problem(503, None, RETRY_AFTER)
        case DatabaseTooSlow():
            log.warning("a response took too long path=%s: %s", path, exc)
            return _Problem(503, "This took too long. Request fewer days, or fewer rows.", RETRY_AFTER)
        case DatabaseUnavailable():
            log.warning("the dashboard cannot reach its database: %s", exc)
            return _Problem(503, None, RETRY_AFTER, is_away=True)
        case DatabaseError():
            return _problem_of_schema(exc, site)
    return _Problem(500)


def _problem_of_schema(exc: DatabaseError, site: Site) -> _Problem:
    """The response to a query that the database refused, which may be because its schema has changed."""
    try:
        site.check_schema()
    except SchemaMismatch as mismatch:
        log.error("the database was migrated to another version; restart the dashboard: %s", mismatch)
        detail = "The database is of another version than this dashboard, which has to be restarted."
        return _Problem(503, detail, RETRY_AFTER)
    except DatabaseError as why:
        log.warning("the version of the database could not be checked: %s", why)
    log.error("the dashboard's database refused a query: %s", exc, exc_info=exc)
    return _Problem(500)


def _sentence(exc: Exception) -> str:
    return f"{exc}"[:1].upper() + f"{exc}"[1:] + "."
