"""The dashboard when much is asked of it, or little is to be had: it says so, and goes on."""

import asyncio
import gc
import logging
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from ipaddress import ip_network
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import psycopg2
import pytest

from bot.names import DatabaseNames
from bot.web import cache as caching
from bot.web.app import PAGES
from bot.web.asgi import answer
from bot.web.cache import Cache
from bot.web.drawings import MOST_WAITING
from bot.web.serve import Connection
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseUnavailable, SettingsError
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import a_stream, stage, write
from tests.web.conftest import NOW, Web, served

Serve = Callable[..., Any]
T = TypeVar("T")


@pytest.fixture
def shown(database: Database, url: str, serving: Serve) -> Iterator[Web]:
    """The dashboard over a poll."""
    stage(database, a_stream(), at=NOW)
    DatabaseNames(database).refresh()
    with serving(url) as web:
        yield web


def run_alone(life: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: where a browser is open, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, life).result()


@contextmanager
def locked(url: str, *tables: str) -> Iterator[None]:
    """As by a migration, or by a restore."""
    with closing(psycopg2.connect(url)) as holder:
        holder.cursor().execute(f"lock table {', '.join(tables)}")
        yield


def test_while_tables_are_locked_what_needs_none_is_there_and_what_is_kept(shown: Web, url: str) -> None:
    assert shown.get("/explore").status_code == 200
    with locked(url, "days", "addresses", "games"):
        began = time.monotonic()
        for path in ("/healthz", "/static/style.css", "/explore", "/explore"):
            assert shown.get(path).status_code == 200, path
        slow = shown.get("/explore?days=7")
        assert (slow.status_code, "This took too long. Ask for fewer days" in slow.text) == (503, True)
        # Nobody waited for a lock but who had to: that ends after five seconds.
        assert time.monotonic() - began < 60
    assert shown.get("/explore?days=7").status_code == 200


def test_a_database_that_does_not_even_refuse_keeps_nobody_waiting_for_ever() -> None:
    """What is kept holds for a while; then it is said at once, and nobody goes in to wait."""
    hangs = threading.Event()
    asked: list[str] = []

    def version() -> object:
        if asked:
            hangs.wait(60)
        return 1

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"made"})

    async def get(cache: Cache, path: str) -> tuple[int, bytes]:
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        await cache(scope, None, send)  # type: ignore[arg-type]
        return told[0]["status"], told[1]["body"]

    async def life() -> list[tuple[int, bytes]]:
        cache = Cache(app, version)
        seen = [await get(cache, "/a")]
        cache._looked_at -= caching.LOOK_EVERY_SECONDS
        seen.append(await get(cache, "/a"))
        cache._known_at -= caching.LOOK_HOLDS_SECONDS
        seen += [await get(cache, "/a"), await get(cache, "/b")]
        hangs.set()
        assert cache._look is not None
        await cache._look
        return [*seen, await get(cache, "/b")]

    seen = run_alone(life())
    assert [status for status, _ in seen] == [200, 200, 503, 503, 200]
    assert asked == ["/a", "/b"]


def test_a_version_that_cannot_be_told_keeps_nothing_and_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    made = 0

    def version() -> object:
        raise DatabaseUnavailable("it is away")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        nonlocal made
        made += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"made"})

    async def life() -> None:
        cache = Cache(app, version)
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}

        async def send(message: Any) -> None:
            pass

        for _ in range(3):
            await cache(scope, None, send)  # type: ignore[arg-type]

    with caplog.at_level(logging.WARNING):
        run_alone(life())
    assert made == 3
    assert [record.exc_info for record in caplog.records] == [None]


def test_what_is_kept_is_bounded_with_its_addresses_and_nothing_is_kept_of_what_is_not_there() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        status = 404 if scope["path"] == "/nowhere" else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 500})

    async def life() -> tuple[int, int, int]:
        cache = Cache(app, lambda: 1)

        async def send(message: Any) -> None:
            pass

        async def ask(path: str, query: bytes) -> None:
            scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
            await cache(scope, None, send)  # type: ignore[arg-type]

        await ask("/nowhere", b"")
        nothing = len(cache._answers)
        for number in range(2_500):
            await ask("/" + "\U0001f600" * 3_000, str(number).encode())
        held = sum(4 * len(path) for path, _ in cache._answers)
        return nothing, len(cache._answers), held

    nothing, kept, held = run_alone(life())
    assert nothing == 0
    assert 1_000 < kept < 2_500
    assert held < caching.MOST_BYTES


def test_an_address_that_is_too_long_is_refused_and_files_are_given_whatever_stands_behind(shown: Web) -> None:
    assert shown.get("/explore?name=" + "a" * 5_000).status_code == 414
    assert shown.get("/" + quote("\U0001f600" * 5_000)).status_code in (400, 414)
    plain, with_query = shown.get("/static/page.js"), shown.get("/static/page.js?y=1")
    assert plain.content == with_query.content
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_only_files_that_there_are_may_be_asked_for_as_often_as_one_likes(
    url: str, database: Database, serving: Serve
) -> None:
    with serving(url, requests_per_minute=5) as web:
        assert {web.get("/static/style.css").status_code for _ in range(9)} == {200}
        assert [web.get(f"/static/{number}.css").status_code for number in range(7)] == [404] * 5 + [429] * 2


def test_an_address_with_a_slash_at_its_end_leads_on_below_our_own_path(shown: Web, url: str, serving: Serve) -> None:
    """Whatever host somebody says that we are."""
    with serving(url, root_path="/twitch") as below:
        for web, root in ((shown, ""), (below, "/twitch")):
            moved = web.get("/games/sch%C3%A4ch/?days=7", headers={"Host": "evil.example"})
            assert (moved.status_code, moved.headers["location"]) == (308, f"{root}/games/sch%C3%A4ch?days=7")
    assert shown.get("//evil.example/").status_code == 404
    assert "location" not in shown.get("//evil.example/").headers


def test_pictures_are_drawn_one_at_a_time_and_nobody_else_waits_for_them(
    database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(), at=NOW)
    DatabaseNames(database).refresh()
    may_go_on, at_once, most = threading.Event(), [], []

    def draw(spec: Any, timezone: str) -> bytes:
        at_once.append(1)
        most.append(len(at_once))
        may_go_on.wait(60)
        at_once.pop()
        return b"<svg/>"

    with serving(url, draw_svg=draw) as web, ThreadPoolExecutor(30) as many:
        asked = [many.submit(web.get, f"/charts/game.svg?slug=chess&days={number}") for number in range(1, 31)]
        refused = 30 - 1 - MOST_WAITING
        eventually(lambda: sum(one.done() for one in asked) >= refused - caching.MADE_AT_ONCE, "some are refused")
        for path in ("/healthz", "/static/page.js"):
            assert web.get(path).status_code == 200
        may_go_on.set()
        answers = [one.result() for one in asked]
    assert max(most) == 1
    assert {answer.status_code for answer in answers} == {200, 503}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)


def test_who_says_nothing_or_half_of_something_is_hung_up_on(web_url: str, queries: Queries) -> None:
    class Hasty(Connection):
        silent_seconds = 0.2

    with served(web_url, queries, NOW, connection=Hasty) as web:
        place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        whole = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
        for said in (b"", b"GET / HTTP/1.1\r\nHost: ", whole, whole + b"GET / HT"):
            with socket.create_connection(place, timeout=30) as connection:
                connection.sendall(said)
                heard = b""
                while piece := connection.recv(4096):
                    heard += piece
                assert heard.startswith(b"HTTP/1.1 200") is said.startswith(whole)
        assert web.get("/healthz").status_code == 200


def test_a_proxy_that_is_not_believed_is_told_of_once(
    url: str, database: Database, serving: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    for trusted, told in ((), 1), ([ip_network("127.0.0.1")], 0):
        caplog.clear()
        with serving(url, requests_per_minute=100, trusted_proxies=trusted) as web:
            for _ in range(3):
                web.get("/api", headers={"X-Forwarded-For": "192.0.2.1"})
        assert sum("WEB_TRUSTED_PROXIES" in record.getMessage() for record in caplog.records) == told


def test_a_schema_that_is_no_longer_ours_is_told_in_words(shown: Web, url: str) -> None:
    write(url, "alter table days rename to other_days")
    write(url, "insert into schema_migrations values ('20991231000000')")
    told = shown.get("/explore?days=90")
    assert (told.status_code, "of another version than this dashboard" in told.text) == (503, True)


def test_an_embedded_database_that_died_is_started_again(queries: Queries, url: str) -> None:
    """Though no bot runs beside it; and not over and over."""
    revived: list[int] = []
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with served(nowhere, queries, NOW, revive=lambda: revived.append(1)) as web:
        for number in range(3):
            assert web.get(f"/bot?x={number}").status_code == 503
        eventually(lambda: revived, "it is tried")
    assert revived == [1]


def test_a_path_that_one_of_our_pages_has_is_refused(web_url: str, serving: Serve) -> None:
    with (
        pytest.raises(SettingsError, match="WEB_ROOT_PATH: a page of the dashboard is called /bot"),
        serving(web_url, root_path="/bot/x"),
    ):
        pass


def test_every_page_is_among_those_that_no_path_may_be_called(web: Web) -> None:
    links = {urlsplit(path).path.split("/")[1] for path in web.json("/openapi.json")["paths"]}
    assert links <= PAGES
    for path in PAGES - {"games", "streamers", "charts", "static"}:
        assert web.get(f"/{path}").status_code in (200, 404), path


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br, gzip;q=0.0, deflate", False), ("br", False)],
)
def test_who_wants_no_gzip_gets_none(web: Web, accepts: str, is_packed: bool) -> None:
    given = web.get("/explore", headers={"Accept-Encoding": accepts})
    assert (given.headers.get("content-encoding") == "gzip") is is_packed
    assert given.headers["vary"] == "accept-encoding"
    for tag in (given.headers["etag"], "*", f'"other", {given.headers["etag"]}'):
        same = web.get("/explore", headers={"Accept-Encoding": accepts, "If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["vary"]) == (304, b"", "accept-encoding")


def test_an_answer_is_packed_when_that_is_worth_it() -> None:
    small, large = (answer(200, [(b"content-type", b"text/css")], b"a" * size) for size in (100, 10_000))
    assert small.gzipped is None
    assert large.gzipped is not None
    assert len(large.gzipped) < 200


def test_many_large_tables_at_once_are_made_a_few_at_a_time(web: Web) -> None:
    """None of them fails; each waits for its turn."""
    gc.collect()
    with ThreadPoolExecutor(40) as many:
        paths = [f"/api/v1/games?limit=10000&_={number}" for number in range(80)]
        assert {answer.status_code for answer in many.map(web.get, paths)} == {200}
