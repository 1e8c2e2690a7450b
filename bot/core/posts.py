"""Posts: their texts, charts, and rows of the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final


class SummaryKind(StrEnum):
    """The three summaries of a day."""

    GAMES = "games"
    STREAMERS = "streamers"
    STREAMERS_OF_GAME = "streamers_of_game"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as a declarative specification (Vega-Lite), and its alt text of at most 1000 characters."""

    spec: Mapping[str, Any]
    alt_text: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The text of one summary, within X's limits, and its chart."""

    kind: SummaryKind
    text: str
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class DaySummaries:
    """A day's summaries. If there are none, `skipped_because` is the reason."""

    date: date
    summaries: Sequence[Summary]
    skipped_because: str | None = None


# Statuses of posts that are not settled yet, and of those that X refused or that were not sent in time.
UNFINISHED: Final = frozenset({"due", "sending", "unknown"})
FAILED: Final = frozenset({"refused", "expired"})


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One row of the outbox for display. `about`: the day of a summary, or the id of the mention that is answered."""

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
