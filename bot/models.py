"""What travels between the steps: frozen, typed, without behaviour that reaches outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NewType

StreamId = NewType("StreamId", str)
StreamerId = NewType("StreamerId", str)
GameId = NewType("GameId", str)

NO_GAME = GameId("")


@dataclass(frozen=True, slots=True)
class Stream:
    """One live stream as a poll saw it."""

    stream_id: StreamId
    streamer_id: StreamerId
    login: str
    streamer_name: str
    game_id: GameId
    game_name: str
    viewer_count: int
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class SetAside:
    """One stream that could not be understood: why, and the beginning of what Twitch wrote."""

    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Day:
    """One of the bot's days: the date on which it starts, and the instants (UTC) at which it starts and ends."""

    date: date
    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        """24 hours, or 23 or 25 when the clocks change."""
        return self.ends_at - self.starts_at


class PollStatus(StrEnum):
    """How a poll ended."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class CrawlEnd(StrEnum):
    """Why a crawl through the list of streams ended."""

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
    """How one poll went; the row that it leaves."""

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


@dataclass(frozen=True, slots=True)
class RolledUpDay:
    """One row of `days`."""

    date: date
    starts_at: datetime
    ends_at: datetime
    polls: int
    covered_hours: float
    coverage: float
    watch_hours: float
    airtime_hours: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A game or streamer and the hours that it was watched; the day before, too, where it was seen then.

    `plain_name`: the name in plain letters, where there is one besides.
    """

    name: str
    watch_hours: float
    plain_name: str | None = None
    hours_before: float | None = None
    rank_before: int | None = None


class SubjectKind(StrEnum):
    """What can be asked about."""

    GAME = "game"
    STREAMER = "streamer"


@dataclass(frozen=True, slots=True)
class Subject:
    """A game or streamer that a question is about. `watch_hours`: of the last 30 days, to tell the more watched."""

    kind: SubjectKind
    id: str
    name: str
    watch_hours: float = 0.0


class WindowKind(StrEnum):
    """Which tables a window is read from."""

    LIVE = "live"
    """The newest poll."""
    TODAY = "today"
    """The day that is not over, as far as it is polled."""
    DAYS = "days"
    """Finished days."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a question is about. `first` and `last` are dates of the bot's days, both included; of `live` and
    `today` both are the present day."""

    kind: WindowKind
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, understood."""

    subject: Subject
    window: Window


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """Nothing of that name, but up to three that are near, the likeliest first."""

    candidates: Sequence[Subject]


@dataclass(frozen=True, slots=True)
class TimeNotKnown:
    """What was asked about is understood, the time is not, or nothing is kept for it."""

    subject: Subject


class Command(StrEnum):
    """What somebody wants who asks for no name."""

    STOP = "stop"
    START = "start"
    HELP = "help"


Understood = Question | DidYouMean | TimeNotKnown | Command | None


class SummaryKind(StrEnum):
    """The three summaries of a day."""

    GAMES = "games"
    STREAMERS = "streamers"
    STREAMERS_OF_GAME = "streamers_of_game"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture as a declarative specification (Vega-Lite), and the same in words, at most 1000 characters."""

    spec: Mapping[str, Any]
    alt_text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The text of one summary, fit for X, and its chart."""

    kind: SummaryKind
    text: str
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class DaySummaries:
    """A day's summaries; none, with the reason, when there is nothing true to say."""

    date: date
    summaries: Sequence[Summary]
    skipped_because: str | None = None


# The statuses of posts that are not settled yet, and of those that X did not take or that came too late.
UNFINISHED: Final = frozenset({"due", "sending", "unknown"})
FAILED: Final = frozenset({"refused", "expired"})


@dataclass(frozen=True, slots=True)
class NamedPost:
    """One row of the outbox, as it is shown: `about` is the day of a summary or the mention that is answered."""

    post_id: int
    kind: str
    about: str
    status: str
    attempts: int
    next_try_at: datetime
    expires_at: datetime
    why: str | None
    text: str
    x_id: str | None
