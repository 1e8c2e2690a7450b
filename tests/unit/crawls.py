"""A crawl through a scripted list of live streams, and its results."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.collect.crawl import Crawl
from bot.core.polls import CrawlEnd, PollStatus, SetAside, Stream
from helperfunctions.errors import TwitchUnavailable
from tests.unit.live_streams import LAST, Page, Script, ScriptedStreams, raw_streams

MORE_THAN = 50
LATEST_START = datetime(2026, 11, 22, 15, tzinfo=UTC)
FULL_PAGE = 100
AWAY = TwitchUnavailable("Twitch does not answer")

COMPLETE, PARTIAL, FAILED = PollStatus.COMPLETE, PollStatus.PARTIAL, PollStatus.FAILED


@dataclass
class ListedStreams:
    """Stores the streams that a crawl adds, in their order."""

    streams: dict[str, Stream] = field(default_factory=dict)
    aside: list[SetAside] = field(default_factory=list)

    def add(self, streams: Sequence[Stream]) -> None:
        self.streams.update({stream.stream_id: stream for stream in streams})

    def add_set_aside(self, stream: SetAside) -> None:
        self.aside.append(stream)

    def started_at(self, stream_id: str) -> datetime | None:
        return self.streams[stream_id].started_at

    def remove(self, stream_id: str, streamer_id: str) -> int:
        assert self.streams[stream_id].streamer_id == streamer_id
        return self.streams.pop(stream_id).viewer_count


@dataclass
class Crawled:
    """The results of a crawl."""

    crawl: Crawl
    live: ScriptedStreams
    kept: list[str] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)

    @property
    def end(self) -> tuple[PollStatus, CrawlEnd]:
        return self.crawl.status, self.crawl.ended_because


def crawl(script: Script, *, page_cap: int = 1000, requests_in_time: int = 1000, more_than: int = MORE_THAN) -> Crawled:
    """Crawl a scripted list; the time is over after `requests_in_time` requests."""
    live = ScriptedStreams(script)
    found = ListedStreams()
    one = Crawl(
        live,
        found,
        more_than_viewers=more_than,
        page_cap=page_cap,
        is_out_of_time=lambda: len(live.asked) >= requests_in_time,
        latest_start=LATEST_START,
    )
    one.run()
    return Crawled(one, live, list(found.streams), found.aside)


def full(page: int) -> list[dict[str, Any]]:
    """A full page, the n-th of a list that does not change."""
    return raw_streams(page * FULL_PAGE, FULL_PAGE)


def to_the_end(streams: Sequence[Any]) -> Page:
    """The last page of a list, down to a stream below the threshold."""
    return Page([*streams, LAST])


def ids(*pages: Sequence[dict[str, Any]]) -> list[str]:
    return [stream["id"] for page in pages for stream in page]
