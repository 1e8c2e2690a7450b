"""The dashboard under load, with slow or hostile clients, and without its database."""

import asyncio
import logging
import resource
import socket
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from ipaddress import ip_network
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import psycopg2
import pytest

from bot.core.names import DatabaseNames
from bot.web.http import cache as caching
from bot.web.http.cache import Cache
from bot.web.http.errors import ErrorResponses
from bot.web.http.responses import prepare
from bot.web.http.server import Connection
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseUnavailable, SettingsError
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import a_stream, rows, stage, write
from tests.web.conftest import NOW, Web, served

Serve = Callable[..., Any]
T = TypeVar("T")


@pytest.fixture
def shown(database: Database, url: str, serving: Serve) -> Iterator[Web]:
    """The dashboard of a database with one poll."""
    stage(database, a_stream(), at=NOW)
    DatabaseNames(database).refresh()
    with serving(url) as web:
        yield web


def run_alone(life: Coroutine[Any, Any, T]) -> T:
    """Run in a new thread: where a browser is open, this thread has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, life).result()


@contextmanager
def locked(url: str, *tables: str) -> Iterator[None]:
    """Lock tables, as a migration or a restore does."""
    with closing(psycopg2.connect(url)) as holder:
        holder.cursor().execute(f"lock table {', '.join(tables)}")
        yield


def test_cached_responses_and_files_are_served_while_tables_are_locked(shown: Web, url: str) -> None:
    assert shown.get("/explore").status_code == 200
    with locked(url, "days", "addresses", "games"):
        for path in ("/healthz", "/static/style.css", "/explore", "/explore"):
            assert shown.get(path).status_code == 200, path
        # A request that waits for a lock is refused after a while.
        busy = shown.get("/explore?days=7")
        assert (busy.status_code, "The database is unavailable or busy" in busy.text) == (503, True)
    assert shown.get("/explore?days=7").status_code == 200


def test_long_ranges_wait_for_each_other_and_no_other_request_waits(shown: Web, url: str) -> None:
    """Two years are read at a time; other pages have their own connections, threads and turns."""
    waiting_for_the_lock = """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'watchtime web' and wait_event_type = 'Lock'
    """
    years = [f"/api/v1/games?days=365&offset={number}" for number in range(20)]
    drawn = [f"/charts/explore.json?days={days}" for days in range(340, 360)]
    with ThreadPoolExecutor(40) as visitors:
        with locked(url, "daily_games"):
            long_ones = [visitors.submit(shown.get, path) for path in (*years, *drawn)]
            eventually(lambda: rows(url, waiting_for_the_lock) == [(2,)], "as many read as are allowed to")
            for path in ("/healthz", "/", "/api/v1/now/games", "/api/v1/now/streamers", "/api/v1/bot/posts"):
                assert shown.get(path).status_code == 200, path
            assert rows(url, waiting_for_the_lock) == [(2,)]
        assert {long_one.result().status_code for long_one in long_ones} <= {200, 503}
    assert shown.get(years[0]).status_code == 200


def test_slow_query_is_reported_as_slow_and_not_as_an_unavailable_database(
    shown: Web, url: str, serving: Serve
) -> None:
    with serving(f"{url}&options=-c%20statement_timeout%3D200ms") as web:
        assert web.get("/bot").status_code == 200
        with locked(url, "daily_games"):
            slow = web.get("/explore")
    assert (slow.status_code, "This took too long. Request fewer days" in slow.text) == (503, True)
    assert slow.headers["retry-after"]


class Time:
    """A clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Made:
    """A cache in front of an application that records its requests."""

    def __init__(self, version: Callable[[], object], size: int = 4) -> None:
        self.requested: list[str] = []
        self.at_once = self.most_at_once = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.time = Time()
        self._size = size
        errors = ErrorResponses(lambda template, **values: str(values["detail"]))
        self._cache = Cache(self._app, version, errors, now=self.time)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.requested.append(scope["path"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may_go_on.wait()
        self.at_once -= 1
        await send(
            {"type": "http.response.start", "status": 404 if scope["path"] == "/nowhere" else 200, "headers": []}
        )
        await send({"type": "http.response.body", "body": b"x" * self._size})

    async def get(self, path: str, query: bytes = b"") -> int:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
        await self._cache(scope, None, send)  # type: ignore[arg-type]
        return int(messages[0]["status"])


def test_requests_are_refused_at_once_while_the_database_does_not_respond() -> None:
    """Cached responses are valid for a while; after that requests are refused, and none reaches the application."""
    hangs = threading.Event()
    checks = 0

    def version() -> object:
        nonlocal checks
        checks += 1
        if checks == 2:
            hangs.wait(60)
        return 1

    async def life() -> tuple[list[int], list[str]]:
        made = Made(version)
        seen = [await made.get("/a")]
        made.time.now += caching.CHECK_EVERY_SECONDS
        seen.append(await made.get("/a"))
        made.time.now += caching.VERSION_VALID_SECONDS
        seen += [await made.get("/a"), await made.get("/b")]
        hangs.set()
        while checks < 3:
            seen.append(await made.get("/b"))
            made.time.now += caching.CHECK_EVERY_SECONDS
        return seen, made.requested

    statuses, requested = run_alone(life())
    assert statuses[:4] == [200, 200, 503, 503]
    assert statuses[-1] == 200
    assert requested == ["/a", "/b"]


def test_nothing_is_cached_while_the_version_is_unknown_and_the_log_has_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def version() -> object:
        raise DatabaseUnavailable("it is away")

    async def life() -> list[str]:
        made = Made(version)
        for _ in range(3):
            await made.get("/")
        return made.requested

    with caplog.at_level(logging.WARNING):
        assert run_alone(life()) == ["/"] * 3
    assert [record.exc_info for record in caplog.records] == [None]


def test_response_that_was_begun_under_the_old_version_is_sent_and_not_cached() -> None:
    """The data has changed meanwhile: in the cache, it would be outdated until the next change."""
    versions = iter([1, *[2] * 9])

    async def life() -> list[str]:
        made = Made(lambda: next(versions))
        made.may_go_on.clear()
        old = asyncio.create_task(made.get("/a"))
        while not made.requested:
            await asyncio.sleep(0)
        made.time.now += caching.CHECK_EVERY_SECONDS
        other = asyncio.create_task(made.get("/b"))
        while len(made.requested) < 2:
            await asyncio.sleep(0)
        made.may_go_on.set()
        assert set(await asyncio.gather(old, other)) == {200}
        # The one of the new version is cached, the one of the old version is not.
        await made.get("/b")
        await made.get("/a")
        await made.get("/a")
        return made.requested

    assert run_alone(life()) == ["/a", "/b", "/a"]


def test_cache_is_bounded_including_addresses_and_does_not_cache_errors() -> None:
    """An address of a few thousand letters is larger than its response."""
    many = 2_500

    async def life() -> Made:
        made = Made(lambda: 1, size=500)
        for _ in range(2):
            await made.get("/nowhere")
        for number in (*range(many), many - 1, 0):
            await made.get("/" + "\U0001f600" * 3_000, str(number).encode())
        return made

    requested = run_alone(life()).requested
    assert requested.count("/nowhere") == 2
    # The newest was cached, the oldest was dropped.
    assert len(requested) - 2 == many + 1


def test_number_of_responses_made_at_once_is_limited_and_each_is_made_once() -> None:
    async def life() -> tuple[set[int], int, int]:
        made = Made(lambda: 1)
        made.may_go_on.clear()
        waiting = [asyncio.create_task(made.get(f"/{number // 2}")) for number in range(60)]
        while len(made.requested) < caching.MADE_AT_ONCE:
            await asyncio.sleep(0)
        made.may_go_on.set()
        return set(await asyncio.gather(*waiting)), made.most_at_once, len(made.requested)

    assert run_alone(life()) == ({200}, caching.MADE_AT_ONCE, 30)


def test_long_address_is_refused_and_the_query_of_a_file_is_ignored(shown: Web) -> None:
    assert shown.get("/explore?name=" + "a" * 5_000).status_code == 414
    assert shown.get("/" + quote("\U0001f600" * 5_000)).status_code in (400, 414)
    plain, with_query = shown.get("/static/page.js"), shown.get("/static/page.js?y=1")
    assert plain.content == with_query.content
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_rate_limit_does_not_apply_to_static_files_that_exist(url: str, database: Database, serving: Serve) -> None:
    with serving(url, requests_per_minute=5) as web:
        assert {web.get("/static/style.css").status_code for _ in range(9)} == {200}
        assert [web.get(f"/static/{number}.css").status_code for number in range(7)] == [404] * 5 + [429] * 2


def test_slash_at_the_end_redirects_within_the_site(shown: Web, url: str, serving: Serve) -> None:
    """For any Host header."""
    with serving(url, root_path="/twitch") as below:
        for web, root in ((shown, ""), (below, "/twitch")):
            moved = web.get("/games/sch%C3%A4ch/?days=7", headers={"Host": "evil.example"})
            assert (moved.status_code, moved.headers["location"]) == (308, f"{root}/games/sch%C3%A4ch?days=7")
    assert shown.get("//evil.example/").status_code == 404
    assert "location" not in shown.get("//evil.example/").headers


def test_pictures_are_drawn_one_at_a_time_and_no_other_request_waits(
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
        refused = 30 - caching.PICTURES_AT_ONCE
        eventually(lambda: sum(one.done() for one in asked) == refused, "the requests beyond the limit are refused")
        for path in ("/healthz", "/static/page.js", "/explore"):
            assert web.get(path).status_code == 200
        may_go_on.set()
        answers = [one.result() for one in asked]
    assert max(most) == 1
    assert Counter(answer.status_code for answer in answers) == {200: caching.PICTURES_AT_ONCE, 503: refused}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)


def test_connection_that_idles_or_sends_half_a_request_is_closed(web_url: str, queries: Queries) -> None:
    class Hasty(Connection):
        idle_seconds = 0.2

    with served(web_url, queries, NOW, connection=Hasty) as web:
        place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        whole = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
        for sent in (b"", b"GET / HTTP/1.1\r\nHost: ", whole, whole + b"GET / HT"):
            with socket.create_connection(place, timeout=30) as connection:
                connection.sendall(sent)
                heard = b""
                while piece := connection.recv(4096):
                    heard += piece
                assert heard.startswith(b"HTTP/1.1 200") is sent.startswith(whole)
        assert web.get("/healthz").status_code == 200


class Crowd:
    """Hundreds of connections from one address, closed at the end."""

    def __init__(self, web: Web, address: str) -> None:
        self._place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        self._address = address
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        # Both ends of each connection are in this process.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.sockets:
            one.close()

    def send(self, how_many: int, request: bytes) -> None:
        for _ in range(how_many):
            one = socket.create_connection(self._place, timeout=60, source_address=(self._address, 0))
            self.sockets.append(one)
            with suppress(ConnectionError):
                one.sendall(request)

    def answers(self) -> list[bytes]:
        """The bytes that each connection receives until it is closed."""
        heard = []
        for one in self.sockets:
            received = b""
            with suppress(ConnectionError):
                while piece := one.recv(65_536):
                    received += piece
            heard.append(received)
        return heard


def test_hundreds_of_half_requests_do_not_keep_other_clients_out(web_url: str, queries: Queries) -> None:
    class Patient(Connection):
        header_seconds = 600.0
        idle_seconds = 600.0

    with served(web_url, queries, NOW, connection=Patient) as web, Crowd(web, "127.0.0.2") as crowd:
        crowd.send(600, b"GET / HTTP/1.1\r\nHost: ")
        for shown in ("/healthz", "/explore", "/static/style.css"):
            assert web.get(shown).status_code == 200, shown
        # The same address still gets the health check, and an explanation for everything else.
        with Crowd(web, "127.0.0.2") as more:
            for path in (b"/healthz", b"/explore", b"/api/v1/games"):
                more.send(1, b"GET " + path + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            health, page, program = more.answers()
    assert health.startswith(b"HTTP/1.1 200")
    assert page.startswith(b"HTTP/1.1 503")
    assert b"Too many connections from your address. Try again in a minute." in page
    assert b"frame-ancestors 'none'" in page
    assert b"</html>" in page
    assert b'{"detail":"Too many connections from your address. Try again in a minute."}' in program
    assert b"retry-after: 30" in program


def test_each_of_hundreds_of_requests_is_served_or_refused_with_a_reason(
    web_url: str, queries: Queries, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        served(web_url, queries, NOW) as web,
        Crowd(web, "127.0.0.2") as crowd,
    ):
        crowd.send(600, b"GET /explore HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        statuses = Counter(answer[:12] for answer in crowd.answers())
        assert web.get("/explore").status_code == 200
    assert set(statuses) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert statuses[b"HTTP/1.1 200"] >= 100
    assert sum("connections to the dashboard are refused" in one.getMessage() for one in caplog.records) <= 1
    assert [one.getMessage() for one in caplog.records if one.name.startswith("uvicorn")] == []


def test_bytes_that_are_not_http_get_a_full_error_response(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), Crowd(web, "127.0.0.3") as crowd:
        crowd.send(3, b"\x16\x03\x01 this is TLS\r\n\r\n")
        answers = crowd.answers()
    for heard in answers:
        assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"x-content-type-options: nosniff" in heard
        assert b"This is not an HTTP request." in heard
    assert caplog.records == []


def test_untrusted_proxy_is_logged_once(
    url: str, database: Database, serving: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    for trusted, warnings in ((), 1), ([ip_network("127.0.0.1")], 0):
        caplog.clear()
        with serving(url, requests_per_minute=100, trusted_proxies=trusted) as web:
            for _ in range(3):
                web.get("/api", headers={"X-Forwarded-For": "192.0.2.1"})
                # A visitor on the proxy's own machine.
                web.get("/api", headers={"X-Forwarded-For": "127.0.0.1"})
        assert sum("WEB_TRUSTED_PROXIES" in record.getMessage() for record in caplog.records) == warnings


def test_schema_of_another_version_is_reported(shown: Web, url: str) -> None:
    write(url, "alter table days rename to other_days")
    write(url, "insert into schema_migrations values ('20991231000000')")
    response = shown.get("/explore?days=90")
    assert (response.status_code, "of another version than this dashboard" in response.text) == (503, True)


def test_embedded_database_that_died_is_started_again(queries: Queries, url: str) -> None:
    """Even without a bot, and not again and again."""
    revived: list[int] = []
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with served(nowhere, queries, NOW, revive=lambda: revived.append(1)) as web:
        for number in range(3):
            assert web.get(f"/explore?days={number + 1}").status_code == 503
        eventually(lambda: revived, "it is tried")
    assert revived == [1]


def test_root_path_that_is_the_path_of_a_page_is_refused(web_url: str, serving: Serve) -> None:
    with (
        pytest.raises(SettingsError, match="WEB_ROOT_PATH: a page of the dashboard is called /bot"),
        serving(web_url, root_path="/bot/x"),
    ):
        pass


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br, gzip;q=0.0, deflate", False), ("br", False)],
)
def test_gzip_is_sent_only_to_clients_that_accept_it(web: Web, accepts: str, is_packed: bool) -> None:
    given = web.get("/explore", headers={"Accept-Encoding": accepts})
    assert (given.headers.get("content-encoding") == "gzip") is is_packed
    assert given.headers["vary"] == "accept-encoding"
    for tag in (given.headers["etag"], "*", f'"other", {given.headers["etag"]}'):
        same = web.get("/explore", headers={"Accept-Encoding": accepts, "If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["vary"]) == (304, b"", "accept-encoding")


def test_addresses_with_the_same_meaning_share_one_cached_response(shown: Web, url: str) -> None:
    """All of these are served from the cache while no table can be read."""
    assert shown.get("/explore?days=7&sort=rank").status_code == 200
    same = (
        "/explore?sort=rank&days=7",
        "/explore?days=07&sort=rank&x=1",
        "/explore?utm_source=x&days=7&days=7&sort=rank&",
        "/explore?days=7&sort=rank&name=&min_viewers=",
    )
    with locked(url, "days", "addresses", "games", "daily_games"):
        assert [shown.get(path).status_code for path in same] == [200] * len(same)


def test_address_in_upper_case_redirects_to_lower_case(shown: Web, serving: Serve, url: str) -> None:
    """On this site, with its query."""
    evil = {"Host": "evil.example"}
    for asked, led in (
        ("/games/CHESS?days=7&x=1", "/games/chess?days=7&x=1"),
        ("/Streamers/ADA/", "/streamers/ada"),
        ("/api/v1/streamers/ADA/days?format=csv", "/api/v1/streamers/ada/days?format=csv"),
        ("/games/%5C%5Cevil.example%2FA", "/games/%5C%5Cevil.example/a"),
        ("/games/%0D%0AX:A", "/games/%0D%0Ax%3Aa"),
    ):
        moved = shown.get(asked, headers=evil)
        assert (moved.status_code, moved.headers["location"]) == (308, led), asked
    assert shown.get("/games/chess").status_code == 200
    assert shown.get("/compare?games=CHESS").text == shown.get("/compare?games=chess").text
    with serving(url, root_path="/twitch") as below:
        assert below.get("/games/CHESS").headers["location"] == "/twitch/games/chess"


def test_large_text_responses_are_compressed() -> None:
    small, large = (prepare(200, [(b"content-type", b"text/css")], b"a" * size) for size in (100, 10_000))
    assert small.gzipped is None
    assert large.gzipped is not None
    assert len(large.gzipped) < 200
