"""Every response of the dashboard over one small world is the recorded one (`make recorded` records them again).

A recorded figure is only as good as the eyes that read it: `test_recorded_figures.py` computes the figures again.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from fastapi.routing import APIRoute

from bot.health.health_facts import LEADER_LOCK
from bot.health.record import RunRecord
from bot.web.app import _parameters
from bot.web.views import (
    api,
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
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.conftest import clone
from tests.recorded import compare
from tests.web.conftest import Web, served
from tests.web.recorded_addresses import ASKED, FOLDER, LISTED
from tests.web.recorded_world import NOW, run_record
from tests.web.recording import Asked, as_text, body_lines, headers_of

FULL = {
    "web_root_path": "/tw",
    "web_public_url": "https://stats.example/tw",
    "web_title": "Stats <of> Twitch",
    "web_about_url": "https://example.org/about",
    "web_account": "statsbot",
    "web_accent": "#0b5394",
    "web_pictures": True,
    "web_no_pictures_of": "ken",
    "igdb_enabled": True,
}
Ask = Callable[[Asked], str]
# Of this address, the whole response is recorded.
NOTHING_OF_ITS_OWN = "/nowhere"


@pytest.fixture(scope="session")
def servers(
    recorded_url: str, unsettled_url: str, server_url: str, template: str, queries: Queries
) -> Iterator[dict[str, Web]]:
    """The dashboards by name. Pictures are what a card is drawn from, instead of being drawn by a process each."""
    drawn = {
        "draw_card": lambda svg: svg.encode(),
        "draw_svg": lambda spec, zone: f"<svg>{zone} {json.dumps(spec, sort_keys=True)}</svg>".encode(),
    }
    silent = {**drawn, "run_record": RunRecord}
    empty = clone(server_url, template, "recorded_empty")
    with ExitStack() as stack:
        # Of a bot that runs.
        lock = Database(recorded_url, queries).try_lock(LEADER_LOCK)
        assert lock is not None
        stack.callback(lock.release)

        def opened(url: str, now: object = NOW, **changes: object) -> Web:
            return stack.enter_context(served(url, queries, now, **changes))  # type: ignore[arg-type]

        yield {
            "full": opened(recorded_url, more_settings=FULL, **drawn, run_record=run_record),
            "plain": opened(recorded_url, **silent),
            "later": opened(recorded_url, NOW + timedelta(hours=6), **silent),
            # The whole poll is as old as it may be, and a second older.
            "settled": opened(unsettled_url, NOW.replace(minute=0), **silent),
            "unsettled": opened(unsettled_url, NOW.replace(minute=0, second=1), **silent),
            "empty": opened(empty, **silent, has_genres=True),
            "away": opened("postgresql://nobody@127.0.0.1:1/nothing", **silent),
        }


@pytest.fixture(scope="session")
def ask(servers: dict[str, Web]) -> Ask:
    """Sends a request. The lines and headers that pages share are those of a page that has nothing of its own."""
    usual = headers_of(servers["full"].get(NOTHING_OF_ITS_OWN))
    chrome = {name: _around(body_lines(web.get(NOTHING_OF_ITS_OWN))) for name, web in servers.items() if name != "away"}

    def asked(one: Asked) -> str:
        web = servers[one.server]
        response = requests.request(
            one.method, web.url + one.address, headers=one.headers, timeout=30, allow_redirects=False
        )
        is_whole = one.address == NOTHING_OF_ITS_OWN
        shared = frozenset() if is_whole else chrome.get(one.server, frozenset())
        return as_text(response, {} if is_whole else usual, shared).replace(web.url, "http://here")

    return asked


def _around(page: list[str]) -> frozenset[str]:
    """The lines of a page before and after its own part."""
    first = next(number for number, line in enumerate(page) if line.startswith("<main"))
    return frozenset([*page[:first], *page[page.index("</main>") + 1 :]])


@pytest.mark.parametrize("one", ASKED, ids=lambda one: one.file.removesuffix(".txt"))
def test_response_is_the_recorded_one(one: Asked, ask: Ask, request: pytest.FixtureRequest) -> None:
    compare(FOLDER / one.file, ask(one), request)


def test_every_file_belongs_to_a_request() -> None:
    """And no two requests have the same file."""
    files = [one.file for one in ASKED]
    assert len(files) == len(set(files))
    stored = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.txt") if path != LISTED}
    assert {file for file in stored if not file.startswith("queries/")} == set(files)


# Without chat_pages and chat_api, which are off here: they show the present minute, and what the reader may choose.
# `test_chat.py` tests them.
ROUTERS = (
    embeds,
    sharing,
    pictures,
    game_pages,
    genre_pages,
    language_pages,
    streamer_pages,
    day_pages,
    pages,
    api,
    genre_api,
    language_api,
)


def test_every_route_and_every_parameter_is_requested() -> None:
    """Of a route that was added, and of a parameter, there is a recorded response."""
    asked = [urlsplit(one.address.removeprefix("/tw")) for one in ASKED if one.server == "full"]
    missing = []
    for route in (route for module in ROUTERS for route in module.router.routes if isinstance(route, APIRoute)):
        pattern = re.compile(route.path_regex.pattern.strip("^$"))
        given = [dict(parse_qsl(one.query)) for one in asked if pattern.fullmatch(one.path)]
        names = {name for query in given for name in query}
        # Rows, format and days are parsed in one place; some tables are enough.
        wanted = set(_parameters(route.dependant)) - {"limit", "offset", "format", "days", "from", "to"}
        missing += [route.path] * (not given)
        missing += [f"{route.path}?{name}" for name in sorted(wanted - names)]
    assert missing == []
