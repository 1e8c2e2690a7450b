"""The questions of mentions, parsed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class SubjectKind(StrEnum):
    """The kinds of subjects of a question."""

    GAME = "game"
    STREAMER = "streamer"


@dataclass(frozen=True, slots=True)
class Subject:
    """A game or streamer that a question is about.

    `watch_hours`: of the last 30 days, to rank subjects of the same name. `main_id`: of a game that is one of several
    categories of the same name, the id that represents all of them; None for any other. `game_ids`: the games of a
    genre, game mode or theme, which is answered like one game; empty for any other.
    """

    kind: SubjectKind
    id: str
    name: str
    watch_hours: float = 0.0
    main_id: str | None = None
    game_ids: tuple[str, ...] = ()


class WindowKind(StrEnum):
    """The kinds of time spans, each of which is read from other tables."""

    LIVE = "live"
    """The newest poll."""
    TODAY = "today"
    """The current day, up to its last poll."""
    DAYS = "days"
    """Finished days."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time span of a question. `first` and `last` are dates of the bot's days, both included; the current day for
    LIVE and TODAY."""

    kind: WindowKind
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Question:
    """A question that can be answered."""

    subject: Subject
    window: Window


@dataclass(frozen=True, slots=True)
class GenreQuestion:
    """A question about a genre, a game mode or a theme (`kind`: genre, mode or theme), which is not looked up yet.

    `keys`: `text.name_key` of its name, with and without the courtesy after it, the longest first: "role playing" and
    "role". `window`: None for a time that is not supported.
    """

    kind: str
    keys: tuple[str, ...]
    window: Window | None


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """A question about the chat of a streamer in the last 24 hours."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class DidYouMean:
    """No subject has the name; up to three have a similar one, the likeliest first."""

    candidates: Sequence[Subject]


@dataclass(frozen=True, slots=True)
class TimeNotKnown:
    """The subject was found, but the time was not understood or has no data."""

    subject: Subject


class Command(StrEnum):
    """A mention that is a command instead of a question."""

    STOP = "stop"
    START = "start"
    HELP = "help"


Understood = Question | ChatQuestion | GenreQuestion | DidYouMean | TimeNotKnown | Command | None
