"""A dashboard over a small world of nine days. Some of its names and posts contain scripts and formulas."""

import asyncio
import html
import itertools
import json
import queue
import re
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
import pytest
import requests
from pydantic import SecretStr

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.web.http.server import Connection, Server
from bot.web.site import Site
from bot.wiring import open_site
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, ReadPool
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.conftest import clone, drop
from tests.factories import DAY_START, HALF_HOUR, a_stream, stage, write
from tests.kept_connections import KeptDatabase, give_up

# The first is the same browser without what draws its window: it needs two thirds of the computing.
_BROWSERS = [Path("/usr/bin") / name for name in ("chromium-headless-shell", "chromium")]
CHROMIUM = next((path for path in _BROWSERS if path.exists()), _BROWSERS[0])
NEEDS_CHROMIUM = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium-headless-shell"
)
BEGAN = datetime(2026, 11, 13, 16, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
LAST_POLL = datetime(2026, 11, 22, 18, tzinfo=UTC)
NEXT_DAY = date(2026, 11, 22)
NEXT_START = DAY_START + timedelta(days=1)
# When both days of `two_days` are over.
TWO_DAYS_LATER = DAY_START + timedelta(days=2, hours=1)
EVIL_GAME = '"><img src=x onerror=alert(1)>'
EVIL_STREAMER = "<script>alert(1)</script>"
FORMULA = "=1+1"
CHART = '{"mark": "bar", "data": {"values": [{"a": 1}]}, "encoding": {"x": {"field": "a"}}}'
EVIL_POST = "</blockquote><script>alert(2)</script> {{ 7*7 }}"


_numbers = itertools.count(1)


@dataclass(frozen=True)
class Web:
    """A dashboard that is served, and requests to it."""

    site: Site
    url: str

    def get(self, path: str, **more: Any) -> requests.Response:
        """The response to a request; redirects are not followed."""
        return requests.get(self.url + path, timeout=30, allow_redirects=False, **more)

    def charts(self, path: str) -> dict[str, Any]:
        """The charts of a page over time, by the first words of their descriptions: times, series and unit."""
        page = self.get(path)
        assert page.status_code == 200, page.text
        found = re.findall(r'data-points="([^"]*)".*?aria-label="([^",]*)', page.text, re.DOTALL)
        return {html.unescape(title): json.loads(html.unescape(points)) for points, title in found}

    def chart(self, path: str, title: str, series: int = 0) -> list[tuple[str, float | None]]:
        """The times and values of a line of one of these charts."""
        chart = self.charts(path)[title]
        return list(zip(chart["at"], chart["series"][series]["values"], strict=True))

    def json(self, path: str) -> Any:
        """The JSON of an API response."""
        response = self.get(f"/api/v1{path}")
        assert response.status_code == 200, response.text
        return response.json()


def fill(database: Database, url: str, clock: VirtualClock) -> None:
    """Nine days, a poll every two hours, and the morning of the tenth."""
    at, number = BEGAN, 0
    while at <= LAST_POLL:
        day = CALENDAR.day_of(at).date
        wave = 1 + (number % 12) / 10
        streams = [
            a_stream(round(1000 * wave), streamer="ada", game="chess"),
            a_stream(round(600 * wave), streamer="bob", game="just-chatting", game_name="Just Chatting"),
            a_stream(400, streamer="carol", game="chess" if number % 2 else "go"),
            a_stream(300, streamer="mallory", streamer_name=EVIL_STREAMER, game="evil", game_name=EVIL_GAME),
            a_stream(200, streamer="formula", streamer_name=FORMULA, game="", game_name=""),
        ]
        streams += [
            a_stream(60 + 7 * place, streamer=f"s{place}", game=f"g{place}", game_name=f"Game {place}")
            for place in range(60)
        ]
        stage(database, *streams, at=at, day=day, interval_minutes=120)
        at, number = at + timedelta(hours=2), number + 1
    clock.move_to(NOW)
    Rollup(database, clock, CALENDAR).daily()
    DatabaseNames(database).refresh()
    for kind, text, status, chart in (
        (
            "games",
            EVIL_POST,
            "sent",
            CHART,
        ),
        ("streamers", "Most watched streamers", "refused", None),
    ):
        write(
            url,
            "insert into posts (kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, expires_at,"
            " sent_at, x_id) values (%s, '2026-11-21', %s, %s, 'a chart', %s, 'refused by X', %s, %s, %s, %s, %s)",
            *(kind, text, chart, status, NOW, NOW, NOW),
            *((NOW, "17") if status == "sent" else (None, None)),
        )


CALENDAR = Calendar(Settings().timezone, Settings().day_starts_at)


@pytest.fixture(scope="session")
def web_url(server_url: str, template: str, queries: Queries) -> str:
    """A database with the small world."""
    url = clone(server_url, template, "web")
    fill(Database(url, queries), url, VirtualClock(BEGAN))
    return url


@pytest.fixture(scope="session")
def web(web_url: str, queries: Queries) -> Iterator[Web]:
    """The dashboard over the small world."""
    with served(web_url, queries, NOW) as web:
        yield web


@pytest.fixture(scope="session")
def recorded_url(server_url: str, template: str, queries: Queries) -> str:
    """A database with the world of the recorded responses."""
    # It is made of the parts of this file.
    from tests.web import recorded_world

    url = clone(server_url, template, "recorded")
    recorded_world.fill(Database(url, queries), url)
    return url


@pytest.fixture(scope="session")
def unsettled_url(server_url: str, template: str, queries: Queries) -> str:
    """A database whose newest polls are partial and failed."""
    from tests.web import recorded_world

    url = clone(server_url, template, "recorded_unsettled")
    recorded_world.fill_unsettled(Database(url, queries))
    return url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, without a window, for all tests that need one."""
    # Its library takes a third of a second to import.
    from tests.web.browsing import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def desk(browser: Any, web: Web) -> Iterator[Any]:
    """An ordinary window, which tests that need no other share: each new one costs half a second of computing."""
    from tests.web.browsing import new_visit

    desk = new_visit(browser, web)
    yield desk
    desk.context.close()


@pytest.fixture
def visit(browser: Any, web: Web, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Opens windows, and fails after an error in one of them: see `visits`."""
    from tests.web.browsing import visits

    with visits(browser, web, lambda: request.getfixturevalue("desk")) as visit:
        yield visit


@pytest.fixture
def serving(queries: Queries) -> Callable[..., Any]:
    """Serves a dashboard of another database, at another time, or with other settings."""
    return lambda url, now=NOW, **changes: served(url, queries, now, **changes)


@contextmanager
def served(
    url: str,
    queries: Queries,
    now: datetime,
    connection: type[Connection] = Connection,
    clock: VirtualClock | None = None,
    more_settings: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Iterator[Web]:
    """Serve the dashboard of a database for the length of the block."""
    pool = ReadPool(url, queries)
    # Without the address, a dashboard restarts the embedded server of the default data folder.
    settings = Settings(
        database_url=SecretStr(url), poll_every_minutes=60, web_requests_per_minute=0, **(more_settings or {})
    )
    site = replace(open_site(settings, pool, clock or VirtualClock(now)), **changes)
    addresses: queue.Queue[str] = queue.Queue()
    server = Server(site, "127.0.0.1", 0, addresses.put, connection)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield Web(site, addresses.get(timeout=30).rstrip("/"))
    finally:
        server.stop()
        thread.join(30)
        pool.close()


Serve = Callable[..., Any]
T = TypeVar("T")


@pytest.fixture
def shown(database: Database, url: str, serving: Serve) -> Iterator[Web]:
    """The dashboard of a database with one poll."""
    stage(database, a_stream(), at=NOW)
    DatabaseNames(database).refresh()
    with serving(url) as web:
        yield web


@pytest.fixture(scope="session")
def two_days_url(server_url: str, template: str, queries: Queries) -> str:
    """Ada streams all of two days, the second with half her viewers and in German; Bob has many viewers for an hour."""
    url = clone(server_url, template, "two_days")
    database = KeptDatabase(url, queries)
    ada = a_stream(100, streamer="ada", started_at=DAY_START)
    stage(database, ada, at=DAY_START, polls=48)
    german = a_stream(50, streamer="ada", started_at=DAY_START, language="de")
    others = [a_stream(size, streamer=f"s{size}", language="pt") for size in (90, 80, 70, 60)]
    stage(database, german, *others, at=NEXT_START, day=NEXT_DAY, polls=46)
    bob = a_stream(4_000, streamer="bob", game="go", started_at=NEXT_START + timedelta(hours=23), language="")
    stage(database, german, *others, bob, at=NEXT_START + 46 * HALF_HOUR, day=NEXT_DAY, polls=2)
    stage(database, german, bob, at=TWO_DAYS_LATER - HALF_HOUR, day=date(2026, 11, 23))
    Rollup(database, VirtualClock(TWO_DAYS_LATER), CALENDAR).daily()
    DatabaseNames(database).refresh()
    # A database with a connection cannot be cloned.
    give_up(url)
    return url


@pytest.fixture(scope="session")
def two_days(server_url: str, two_days_url: str, queries: Queries) -> Iterator[Web]:
    """The dashboard of two days, which tests only read."""
    with served(clone(server_url, "two_days", "two_days_read"), queries, TWO_DAYS_LATER) as web:
        yield web


@pytest.fixture
def own_two_days_url(server_url: str, two_days_url: str) -> Iterator[str]:
    """A copy of the database of two days for a test that changes its rows."""
    name = f"two_days_{next(_numbers)}"
    yield clone(server_url, "two_days", name)
    drop(server_url, name)


@pytest.fixture
def own_two_days(own_two_days_url: str, serving: Serve) -> Iterator[Web]:
    """The dashboard of this copy."""
    with serving(own_two_days_url, TWO_DAYS_LATER) as web:
        yield web


@contextmanager
def locked(url: str, *tables: str) -> Iterator[None]:
    """Lock tables, as a migration or a restore does."""
    with closing(psycopg2.connect(url)) as holder:
        holder.cursor().execute(f"lock table {', '.join(tables)}")
        yield


def run_alone(life: Coroutine[Any, Any, T]) -> T:
    """Run in a new thread: where a browser is open, this thread has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, life).result()
