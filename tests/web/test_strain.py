"""The dashboard when much is asked of it, or little is to be had: it says so, and goes on."""

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
from bot.web.http.errors import Refusals
from bot.web.http.responses import answer
from bot.web.http.server import Connection
from bot.web.views.svg_queue import MOST_WAITING
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
        for path in ("/healthz", "/static/style.css", "/explore", "/explore"):
            assert shown.get(path).status_code == 200, path
        # Who has to wait for a lock does not wait for ever.
        busy = shown.get("/explore?days=7")
        assert (busy.status_code, "The database is away or busy just now" in busy.text) == (503, True)
    assert shown.get("/explore?days=7").status_code == 200


def test_long_ranges_wait_for_each_other_and_nobody_else_waits_for_them(shown: Web, url: str) -> None:
    """Two years are read at a time; other pages have connections, threads and turns of their own."""
    waiting_for_the_lock = """
        select count(*) from pg_stat_activity
        where datname = current_database() and application_name = 'watchtime web' and wait_event_type = 'Lock'
    """
    years = [f"/api/v1/games?days=365&offset={number}" for number in range(20)]
    drawn = [f"/charts/explore.json?days={days}" for days in range(340, 360)]
    with ThreadPoolExecutor(40) as visitors:
        with locked(url, "daily_games"):
            long_ones = [visitors.submit(shown.get, path) for path in (*years, *drawn)]
            eventually(lambda: rows(url, waiting_for_the_lock) == [(2,)], "as many are at it as may be")
            for path in ("/healthz", "/", "/api/v1/now/games", "/api/v1/now/streamers", "/api/v1/bot/posts"):
                assert shown.get(path).status_code == 200, path
            assert rows(url, waiting_for_the_lock) == [(2,)]
        assert {long_one.result().status_code for long_one in long_ones} <= {200, 503}
    assert shown.get(years[0]).status_code == 200


def test_what_takes_too_long_is_told_as_that_and_not_as_a_database_that_is_away(
    shown: Web, url: str, serving: Serve
) -> None:
    with serving(f"{url}&options=-c%20statement_timeout%3D200ms") as web:
        assert web.get("/bot").status_code == 200
        with locked(url, "daily_games"):
            slow = web.get("/explore")
    assert (slow.status_code, "This took too long. Ask for fewer days" in slow.text) == (503, True)
    assert slow.headers["retry-after"]


class Time:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Made:
    """An application that counts what is asked of it, and a cache before it."""

    def __init__(self, version: Callable[[], object], size: int = 4) -> None:
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.time = Time()
        self._size = size
        self._cache = Cache(self._app, version, Refusals(lambda template, **facts: str(facts["says"])), now=self.time)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["path"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may_go_on.wait()
        self.at_once -= 1
        await send(
            {"type": "http.response.start", "status": 404 if scope["path"] == "/nowhere" else 200, "headers": []}
        )
        await send({"type": "http.response.body", "body": b"x" * self._size})

    async def get(self, path: str, query: bytes = b"") -> int:
        told: list[Any] = []

        async def send(message: Any) -> None:
            told.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
        await self._cache(scope, None, send)  # type: ignore[arg-type]
        return int(told[0]["status"])


def test_a_database_that_does_not_even_refuse_keeps_nobody_waiting_for_ever() -> None:
    """What is kept holds for a while; then it is said at once, and nobody goes in to wait."""
    hangs = threading.Event()
    looks = 0

    def version() -> object:
        nonlocal looks
        looks += 1
        if looks == 2:
            hangs.wait(60)
        return 1

    async def life() -> tuple[list[int], list[str]]:
        made = Made(version)
        seen = [await made.get("/a")]
        made.time.now += caching.LOOK_EVERY_SECONDS
        seen.append(await made.get("/a"))
        made.time.now += caching.LOOK_HOLDS_SECONDS
        seen += [await made.get("/a"), await made.get("/b")]
        hangs.set()
        while looks < 3:
            seen.append(await made.get("/b"))
            made.time.now += caching.LOOK_EVERY_SECONDS
        return seen, made.asked

    seen, asked = run_alone(life())
    assert seen[:4] == [200, 200, 503, 503]
    assert seen[-1] == 200
    assert asked == ["/a", "/b"]


def test_a_version_that_cannot_be_told_keeps_nothing_and_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def version() -> object:
        raise DatabaseUnavailable("it is away")

    async def life() -> list[str]:
        made = Made(version)
        for _ in range(3):
            await made.get("/")
        return made.asked

    with caplog.at_level(logging.WARNING):
        assert run_alone(life()) == ["/"] * 3
    assert [record.exc_info for record in caplog.records] == [None]


def test_an_answer_that_was_begun_under_the_old_version_is_given_and_not_kept() -> None:
    """What it is made of has changed meanwhile: kept, it would stay old until the next change."""
    versions = iter([1, *[2] * 9])

    async def life() -> list[str]:
        made = Made(lambda: next(versions))
        made.may_go_on.clear()
        old = asyncio.create_task(made.get("/a"))
        while not made.asked:
            await asyncio.sleep(0)
        made.time.now += caching.LOOK_EVERY_SECONDS
        other = asyncio.create_task(made.get("/b"))
        while len(made.asked) < 2:
            await asyncio.sleep(0)
        made.may_go_on.set()
        assert set(await asyncio.gather(old, other)) == {200}
        # Of the new version one is kept, of the old none.
        await made.get("/b")
        await made.get("/a")
        await made.get("/a")
        return made.asked

    assert run_alone(life()) == ["/a", "/b", "/a"]


def test_what_is_kept_is_bounded_with_its_addresses_and_nothing_is_kept_of_what_is_not_there() -> None:
    """An address of a few thousand letters takes more than its answer."""
    many = 2_500

    async def life() -> Made:
        made = Made(lambda: 1, size=500)
        for _ in range(2):
            await made.get("/nowhere")
        for number in (*range(many), many - 1, 0):
            await made.get("/" + "\U0001f600" * 3_000, str(number).encode())
        return made

    asked = run_alone(life()).asked
    assert asked.count("/nowhere") == 2
    # The newest was kept, the oldest had to go.
    assert len(asked) - 2 == many + 1


def test_so_many_different_answers_are_made_at_a_time_and_the_same_one_once() -> None:
    async def life() -> tuple[set[int], int, int]:
        made = Made(lambda: 1)
        made.may_go_on.clear()
        waiting = [asyncio.create_task(made.get(f"/{number // 2}")) for number in range(60)]
        while len(made.asked) < caching.MADE_AT_ONCE:
            await asyncio.sleep(0)
        made.may_go_on.set()
        return set(await asyncio.gather(*waiting)), made.most_at_once, len(made.asked)

    assert run_alone(life()) == ({200}, caching.MADE_AT_ONCE, 30)


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
        eventually(lambda: sum(one.done() for one in asked) == refused, "those for whom there is no room are refused")
        for path in ("/healthz", "/static/page.js", "/explore"):
            assert web.get(path).status_code == 200
        may_go_on.set()
        answers = [one.result() for one in asked]
    assert max(most) == 1
    assert Counter(answer.status_code for answer in answers) == {200: 1 + MOST_WAITING, 503: refused}
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


class Crowd:
    """Hundreds of sockets of one address; closed at the end."""

    def __init__(self, web: Web, address: str) -> None:
        self._place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        self._address = address
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        # Both ends of each are in this process.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.sockets:
            one.close()

    def come(self, how_many: int, says: bytes) -> None:
        for _ in range(how_many):
            one = socket.create_connection(self._place, timeout=60, source_address=(self._address, 0))
            self.sockets.append(one)
            with suppress(ConnectionError):
                one.sendall(says)

    def answers(self) -> list[bytes]:
        """What each hears until it is hung up on; nothing for one that is cut off."""
        heard = []
        for one in self.sockets:
            said = b""
            with suppress(ConnectionError):
                while piece := one.recv(65_536):
                    said += piece
            heard.append(said)
        return heard


def test_a_crowd_that_says_half_of_something_keeps_nobody_else_out(web_url: str, queries: Queries) -> None:
    class Patient(Connection):
        header_seconds = 600.0
        silent_seconds = 600.0

    with served(web_url, queries, NOW, connection=Patient) as web, Crowd(web, "127.0.0.2") as crowd:
        crowd.come(600, b"GET / HTTP/1.1\r\nHost: ")
        for shown in ("/healthz", "/explore", "/static/style.css"):
            assert web.get(shown).status_code == 200, shown
        # Its own health check is answered too, and the rest is told in words.
        with Crowd(web, "127.0.0.2") as more:
            for path in (b"/healthz", b"/explore", b"/api/v1/games"):
                more.come(1, b"GET " + path + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            health, page, program = more.answers()
    assert health.startswith(b"HTTP/1.1 200")
    assert page.startswith(b"HTTP/1.1 503")
    assert b"Too many connections from your address. Try again in a minute." in page
    assert b"frame-ancestors 'none'" in page
    assert b"</html>" in page
    assert b'{"detail":"Too many connections from your address. Try again in a minute."}' in program
    assert b"retry-after: 30" in program


def test_of_a_crowd_that_asks_whole_questions_each_is_served_or_told_in_words(
    web_url: str, queries: Queries, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        served(web_url, queries, NOW) as web,
        Crowd(web, "127.0.0.2") as crowd,
    ):
        crowd.come(600, b"GET /explore HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        told = Counter(answer[:12] for answer in crowd.answers())
        assert web.get("/explore").status_code == 200
    assert set(told) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert told[b"HTTP/1.1 200"] >= 100
    assert sum("connections to the dashboard are refused" in one.getMessage() for one in caplog.records) <= 1
    assert [one.getMessage() for one in caplog.records if one.name.startswith("uvicorn")] == []


def test_what_is_no_http_is_refused_like_everything_else(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), Crowd(web, "127.0.0.3") as crowd:
        crowd.come(3, b"\x16\x03\x01 this is TLS\r\n\r\n")
        answers = crowd.answers()
    for heard in answers:
        assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"x-content-type-options: nosniff" in heard
        assert b"This is no HTTP request." in heard
    assert caplog.records == []


def test_a_proxy_that_is_not_believed_is_told_of_once(
    url: str, database: Database, serving: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    for trusted, told in ((), 1), ([ip_network("127.0.0.1")], 0):
        caplog.clear()
        with serving(url, requests_per_minute=100, trusted_proxies=trusted) as web:
            for _ in range(3):
                web.get("/api", headers={"X-Forwarded-For": "192.0.2.1"})
                # A visitor on the proxy's own machine.
                web.get("/api", headers={"X-Forwarded-For": "127.0.0.1"})
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
            assert web.get(f"/explore?days={number + 1}").status_code == 503
        eventually(lambda: revived, "it is tried")
    assert revived == [1]


def test_a_path_that_one_of_our_pages_has_is_refused(web_url: str, serving: Serve) -> None:
    with (
        pytest.raises(SettingsError, match="WEB_ROOT_PATH: a page of the dashboard is called /bot"),
        serving(web_url, root_path="/bot/x"),
    ):
        pass


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


def test_what_changes_nothing_is_no_other_question(shown: Web, url: str) -> None:
    """All of these are answered with what is kept, though nothing can be read just now."""
    assert shown.get("/explore?days=7&sort=rank").status_code == 200
    same = (
        "/explore?sort=rank&days=7",
        "/explore?days=07&sort=rank&x=1",
        "/explore?utm_source=x&days=7&days=7&sort=rank&",
        "/explore?days=7&sort=rank&name=&min_viewers=",
    )
    with locked(url, "days", "addresses", "games", "daily_games"):
        assert [shown.get(path).status_code for path in same] == [200] * len(same)


def test_an_address_in_capitals_leads_to_the_one_in_small_letters(shown: Web, serving: Serve, url: str) -> None:
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


def test_an_answer_is_packed_when_that_is_worth_it() -> None:
    small, large = (answer(200, [(b"content-type", b"text/css")], b"a" * size) for size in (100, 10_000))
    assert small.gzipped is None
    assert large.gzipped is not None
    assert len(large.gzipped) < 200
