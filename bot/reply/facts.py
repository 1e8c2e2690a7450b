"""What the tables tell about a question, ready to be put into words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.questions import Subject, Window


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of an answer: a streamer or a game, with hours watched (of `LiveFacts`: viewers)."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class SpanFacts:
    """A game or a streamer over finished days, or over the present one so far.

    `days_measured` of the window's days are known, `covered_hours` of the `hours` in the whole window. Where nothing is
    known of the subject, `watch_hours` is 0 and `ranked` is empty. `ranked`: the streamers of a game, the games of a
    streamer, most watched first. `more_than_viewers`: the threshold above which streams are counted.
    """

    subject: Subject
    window: Window
    days_measured: int
    covered_hours: float
    hours: float
    watch_hours: float
    airtime_hours: float
    peak_viewers: int
    ranked: Sequence[Ranked]
    more_than_viewers: int

    @property
    def days(self) -> int:
        """Days in the window."""
        return (self.window.last - self.window.first).days + 1

    @property
    def average_viewers(self) -> float:
        """Of a streamer: while on the air."""
        return self.watch_hours / self.airtime_hours if self.airtime_hours else 0.0


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """A game or a streamer at the newest poll. `polled_at` is None when there is none that is recent.

    `is_whole`: the poll saw everybody above the threshold. `game_name`: what a streamer plays.
    """

    subject: Subject
    polled_at: datetime | None
    is_whole: bool
    viewers: int
    streams: int
    game_name: str | None
    ranked: Sequence[Ranked]
    more_than_viewers: int


Facts = SpanFacts | LiveFacts
