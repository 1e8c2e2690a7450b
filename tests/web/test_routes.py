"""When a route reads the database: not for an invalid request, and no longer than it has to."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import PlainTextResponse, Response
from fastapi.routing import APIRoute

from bot.web.deps import Rows
from bot.web.read.errors import InvalidRequest
from bot.web.read.table import RowRange
from bot.web.site import Site
from bot.web.views import (
    api,
    day_pages,
    game_pages,
    genre_api,
    genre_pages,
    language_api,
    language_pages,
    page_values,
    pages,
    streamer_pages,
    table_response,
)
from bot.wiring import open_site
from helperfunctions.clock import VirtualClock
from helperfunctions.database import ReadPool, Transaction
from helperfunctions.errors import DatabaseUnavailable
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.web.conftest import NOW, run_alone

VALUES = {
    "slug": "chess",
    "kind": "game",
    "names": "chess",
    "q": "chess",
    "game_id": "chess",
    "streamer_id": "ada",
    "day": "2026-11-21",
    "which": "recent",
}
# No game of the small world has a genre; this one is always there.
SLUGS = {"streamers": "ada", "genres": "unknown", "languages": "en"}
INVALID = {
    "limit": ["limit=0"],
    "days": ["days=0", "days=7&from=2026-11-20", "from=2026-11-20&to=2026-11-19"],
    "names": ["names=a,b,c,d,e,f"],
}


def valid_addresses(router: APIRouter) -> list[str]:
    """An address of each route, with the parameters that it requires."""
    return [_address(route) for route in router.routes if isinstance(route, APIRoute)]


def _address(route: APIRoute) -> str:
    slug = next((slug for folder, slug in SLUGS.items() if f"/{folder}/" in route.path), VALUES["slug"])
    values = VALUES | {"slug": slug}
    required = [each.alias for each in route.dependant.query_params if each.field_info.is_required()]
    query = "&".join(f"{name}={values[name]}" for name in required)
    return re.sub(r"\{(\w+)\}", lambda name: values[name[1]], route.path) + f"?{query}"


def invalid_addresses(router: APIRouter) -> list[str]:
    """Addresses of the routes with a range of days or of rows, each with one that is invalid."""
    return [
        f"{_address(route)}&{query}"
        for route in router.routes
        if isinstance(route, APIRoute)
        for parameter, queries in INVALID.items()
        if parameter in _query_parameters(route.dependant)
        for query in queries
    ]


def _query_parameters(dependant: Any) -> set[str]:
    own = {parameter.alias for parameter in dependant.query_params}
    return own.union(*(_query_parameters(inner) for inner in dependant.dependencies))


class Recorded:
    """A database that counts its open transactions."""

    def __init__(self, pool: ReadPool) -> None:
        self.pool = pool
        self.open = self.opened = 0

    @contextmanager
    def transaction(self, cost: int = 0) -> Iterator[Transaction]:
        with self.pool.transaction(cost) as tx:
            self.open, self.opened = self.open + 1, self.opened + 1
            try:
                yield tx
            finally:
                self.open -= 1


class Written:
    """Writes any response, and records the number of transactions that are open meanwhile."""

    wanted = RowRange()

    def __init__(self, database: Recorded) -> None:
        self._database = database
        self.open_at_once: list[int] = []

    def show(self, *_: Any, **__: Any) -> Response:
        self.open_at_once.append(self._database.open)
        return PlainTextResponse("")

    of = of_part = of_all = show

    def url(self, path: str, query: Any = None) -> str:
        return path


def site_of(database: Recorded) -> Site:
    """The dashboard of a database."""
    return replace(open_site(Settings(), database.pool, VirtualClock(NOW)), database=database)


def app_of(site: Site, written: Written) -> FastAPI:
    """The routes of pages and API, with responses that are only recorded."""
    app = FastAPI()
    app.state.site = site
    app.include_router(api.router)
    app.include_router(genre_api.router)
    app.include_router(genre_pages.router)
    app.include_router(language_api.router)
    app.include_router(language_pages.router)
    app.include_router(day_pages.router)
    app.include_router(game_pages.router)
    app.include_router(streamer_pages.router)
    app.include_router(pages.router)

    async def writer(rows: Rows) -> Written:
        return written

    app.dependency_overrides = dict.fromkeys((table_response._table, table_response._row, page_values._pages), writer)
    return app


async def statuses_of(app: FastAPI, addresses: Iterable[str]) -> dict[str, int]:
    """The status of each response, by address."""
    return {address: await _status_of(app, *address.split("?", 1)) for address in addresses}


async def _status_of(app: FastAPI, path: str, query: str = "") -> int:
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        messages.append(message)

    try:
        await app(
            {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []},
            receive,
            send,
        )
    except InvalidRequest:
        return 422
    except DatabaseUnavailable:
        return 503
    return int(messages[0]["status"])


def test_transaction_ends_before_the_response_is_written(web_url: str, queries: Queries) -> None:
    """JSON and CSV of ten thousand rows, and pages, are made while other requests can use the connection."""
    with closing(ReadPool(web_url, queries)) as pool:
        database = Recorded(pool)
        written = Written(database)
        app = app_of(site_of(database), written)
        addresses = [
            *valid_addresses(api.router),
            *valid_addresses(genre_api.router),
            *valid_addresses(language_api.router),
        ]
        routers = (
            streamer_pages.router,
            game_pages.router,
            genre_pages.router,
            language_pages.router,
            day_pages.router,
            pages.router,
        )
        for router in routers:
            addresses += valid_addresses(router)
        # Ada has too few streams for a schedule, and no day is summed up by genre.
        addresses.remove("/streamers/ada/week?")
        addresses.remove("/genres/unknown/week?")
        statuses = run_alone(statuses_of(app, addresses))
    assert {address: status for address, status in statuses.items() if status not in (200, 302, 303, 308)} == {}
    assert database.opened > 20
    assert set(written.open_at_once) == {0}


def test_invalid_request_is_refused_even_while_the_database_is_away(queries: Queries) -> None:
    database = Recorded(ReadPool("postgresql://nobody@127.0.0.1:1/nothing", queries))
    app = app_of(site_of(database), Written(database))
    invalid = [
        *invalid_addresses(api.router),
        *invalid_addresses(genre_api.router),
        *invalid_addresses(language_api.router),
        "/games/chess?days=0",
        "/streamers/ada?from=yesterday",
        "/explore?limit=0",
        "/compare?games=a&days=0",
    ]
    assert len(invalid) > 40
    assert run_alone(statuses_of(app, [*invalid, "/explore"])) == {**dict.fromkeys(invalid, 422), "/explore": 503}
