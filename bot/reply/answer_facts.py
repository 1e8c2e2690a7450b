"""The facts that answer a question, read from the tables, before they are put into words."""

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
    """A game or a streamer over finished days, or over the current one so far.

    `days_measured`: days of the window with any measurement. `covered_hours`: measured hours, of the `hours` in the
    window. A subject that was not seen has 0 `watch_hours` and an empty `ranked`. `ranked`: the streamers of a game or
    the games of a streamer, most watched first. `more_than_viewers`: streams with more viewers are counted.
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
        """Number of days in the window."""
        return (self.window.last - self.window.first).days + 1

    @property
    def average_viewers(self) -> float:
        """Average viewers of a streamer while live; of a game, per stream."""
        return self.watch_hours / self.airtime_hours if self.airtime_hours else 0.0


@dataclass(frozen=True, slots=True)
class LiveFacts:
    """A game or a streamer at the newest poll. `polled_at` is None when no poll is recent enough.

    `is_whole`: the poll reached the viewer threshold. `game_name`: the game of a streamer.
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
