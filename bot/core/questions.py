"""What people ask about, understood."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SubjectKind(StrEnum):
    """What can be asked about."""

    GAME = "game"
    STREAMER = "streamer"


@dataclass(frozen=True, slots=True)
class Subject:
    """A game or streamer that a question is about.

    `watch_hours`: of the last 30 days, to rank subjects of the same name. `main_id`: of a game that is one of several
    categories of the same name, the id that represents all of them; None for any other.
    """

    kind: SubjectKind
    id: str
    name: str
    watch_hours: float = 0.0
    main_id: str | None = None


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
