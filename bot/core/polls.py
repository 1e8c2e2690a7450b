"""A poll of Twitch: its streams, and how it ended."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

StreamId = NewType("StreamId", str)
StreamerId = NewType("StreamerId", str)
GameId = NewType("GameId", str)
NO_GAME = GameId("")


@dataclass(frozen=True, slots=True)
class Stream:
    """One live stream at the time of a poll. `language`: ISO 639-1 as Twitch reports it, or "other"; "" is unknown."""

    stream_id: StreamId
    streamer_id: StreamerId
    login: str
    streamer_name: str
    game_id: GameId
    game_name: str
    viewer_count: int
    started_at: datetime | None
    language: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stream that could not be parsed: the reason, and the beginning of the raw item from Twitch."""

    reason: str
    raw: str


class PollStatus(StrEnum):
    """The outcome of a poll."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class CrawlEnd(StrEnum):
    """The reason why a crawl through the list of streams ended."""

    BELOW_THRESHOLD = "below_threshold"
    END_OF_LIST = "end_of_list"
    BACK_TO_TOP = "back_to_top"
    CURSOR_REPEATED = "cursor_repeated"
    INVALID_CURSOR = "invalid_cursor"
    PAGE_CAP = "page_cap"
    OUT_OF_TIME = "out_of_time"
    NOTHING_USABLE = "nothing_usable"
    TWITCH_UNAVAILABLE = "twitch_unavailable"
    TWITCH_REFUSED = "twitch_refused"


@dataclass(frozen=True, slots=True)
class Poll:
    """The result of one poll; a row of `staging.polls`."""

    poll_id: int
    day: date
    started_at: datetime
    ended_at: datetime
    status: PollStatus
    ended_because: CrawlEnd
    pages: int
    streams: int
    viewers: int
    duplicates: int
    set_aside: int
    error: str | None
