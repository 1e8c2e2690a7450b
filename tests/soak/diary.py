"""The record of a run: attempts to poll, problems, memory, restarts, faults and tags."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.soak.plan import Happening


@dataclass(slots=True)
class Attempt:
    """A turn of the poll, and its outcome; none if the bot was killed during it.

    Not `is_certain`: the bot was killed during another job, before which it may have taken a poll.
    """

    began: datetime
    ended: datetime
    outcome: str = ""
    message: str = ""
    poll: dict[str, Any] | None = None
    is_certain: bool = True


@dataclass(slots=True)
class Level:
    """Peak memory of the bot and the database on a day, and size of the database on disk at its end, in MB."""

    day: date
    bot: float
    database: float
    disk: float


@dataclass
class Diary:
    """The record of a run, which the books check. `problems`: the names of the problems of each health check."""

    attempts: list[Attempt] = field(default_factory=list)
    problems: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    happened: list[Happening] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    posts_planned_at: list[datetime] = field(default_factory=list)
    restarts: list[datetime] = field(default_factory=list)
    tagged: dict[str, datetime] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
