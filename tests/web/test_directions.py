"""Names that are written from right to left."""

from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY_START, a_stream, stage
from tests.web.conftest import CALENDAR

STREAMER, GAME = "\u05e9\u05dc\u05d5\u05dd", "\u0634\u0637\u0631\u0646\u062c"
_VOID = {"br", "img", "input", "link", "meta"}


class Texts(HTMLParser):
    """The texts of the main part of a page that contain a name, each with the elements around it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.directions: list[str] = []
        self._around: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._around.append(tag)
        if "main" in self._around:
            self.directions += [f"{tag} {value}" for name, value in attrs if name == "dir"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self._around.pop() == tag

    def handle_data(self, data: str) -> None:
        if (STREAMER in data or GAME in data) and "main" in self._around:
            self.found.append((data, list(self._around)))


def test_name_from_right_to_left_moves_nothing_else(database: Database, url: str, serving: Callable[..., Any]) -> None:
    """Each name has a direction of its own, and no cell, heading or list gets that of its text."""
    stage(database, a_stream(500, streamer="ada", streamer_name=STREAMER, game_name=GAME), polls=48)
    clock = VirtualClock(DAY_START + timedelta(hours=24, minutes=5))
    Rollup(database, clock, CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url, clock.now()) as web:
        streamer = web.json("/now/streamers")["rows"][0]["slug"]
        game = web.json("/now/games")["rows"][0]["slug"]
        for path in (
            "/",
            f"/games/{game}",
            f"/streamers/{streamer}",
            f"/compare?games={game}",
            "/explore",
            "/streamers",
            "/days/2026-11-21",
            f"/search?q={STREAMER}{GAME}",
            f"/search?q={STREAMER}s",
        ):
            texts = Texts(web.get(path).text)
            assert texts.directions == [], path
            assert texts.found, path
            apart = {"bdi", "svg", "code"}
            assert [text for text, around in texts.found if not apart.intersection(around)] == [], path
