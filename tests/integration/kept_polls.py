"""Collectors of scripted lists, and the polls that they store or leave on disk."""

import zipfile
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.collect.keep import KeptPolls, store_kept
from bot.collect.poll import Collector
from bot.core.calendar import Calendar
from bot.core.ports import LiveStreams
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import a_raw_stream, rows
from tests.unit.live_streams import LAST, Page, ScriptedStreams

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
EVERYTHING = (
    "select day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, \
     viewers, duplicates, set_aside, error from staging.polls order by started_at",
    "select day, viewer_count, started_at, stream_id, streamer_id, game_id, language \
     from staging.streams order by 1, 2, 3, 4",
    "select game_id, viewers, streams, top_viewers, top3_viewers, median_viewers from staging.games order by 1, 2",
    "select language, viewers, streams from staging.languages order by 1, 2",
    "select position, reason, raw from staging.set_aside order by 1",
    "select * from streamers order by 1",
    "select * from games order by 1",
)
NAMES = ("tab\tname", "back\\slash", r"\N", "line\nbreak", "ボブ", "👨‍👩‍👧")
MakeCollector = Callable[..., Collector]


@pytest.fixture
def collecting(database: Database, clock: VirtualClock, kept: KeptPolls) -> MakeCollector:
    """Makes a collector of a given list; `database` and `kept` replace those of the test."""

    def make(live: LiveStreams, **other: Any) -> Collector:
        given: dict[str, Any] = {"database": database, "kept": kept} | other
        return Collector(live=live, clock=clock, calendar=CALENDAR, more_than_viewers=50, interval_minutes=30, **given)

    return make


class During:
    """A list of one page, and an event while it is requested."""

    def __init__(self, happens: Callable[[], object], *streams: Any) -> None:
        self._happens = happens
        self._streams = streams

    def get_streams(self, after: str | None = None) -> Page:
        self._happens()
        return Page([*self._streams, LAST])


def page(*streams: Any) -> ScriptedStreams:
    """A list of one page, read to its end."""
    return ScriptedStreams({None: [Page([*streams, LAST])]})


def odd_streams() -> list[Any]:
    """Streams that leave a row in every table."""
    named = [
        a_raw_stream(id=f"i{name}", user_id=f"u{name}", user_name=name, game_id=f"g{name}", game_name=name)
        for name in NAMES
    ]
    return [*named, a_raw_stream(game_id="", started_at=None), {"id": "nobody"}, None]


def stored(collector: Collector) -> int:
    """Store the kept polls in the collector's database. Returns the number of polls."""
    return store_kept(collector.kept, collector.database)


def everything(url: str) -> list[list[tuple[Any, ...]]]:
    return [rows(url, query) for query in EVERYTHING]


def change_file(path: Path, member: str, change: Callable[[bytes], bytes]) -> None:
    """Rewrite a kept poll with one of its members changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members[member] = change(members[member])
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
