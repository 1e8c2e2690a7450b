"""How many polls, posts and mentions there were since the beginning, without counting all of them every minute."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from helperfunctions.database import Transaction

# A post is sent, or given up, within a day. What still changes after that is seen when the old days are counted again.
RECENT: Final = timedelta(days=7)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """Polls by status, posts by kind and status, mentions by status."""

    polls: Mapping[str, int]
    posts: Mapping[tuple[str, str], int]
    mentions: Mapping[str, int]


class Totals:
    """Counts since the beginning. Everything older than a week is counted once a day and remembered; for one thread."""

    def __init__(self) -> None:
        self._recent_since: date | None = None
        self._old = Counts({}, {}, {})

    def read(self, tx: Transaction, now: datetime) -> Counts:
        """The counts at this instant."""
        since = (now.astimezone(UTC) - RECENT).date()
        if since != self._recent_since:
            self._old = _count(tx, date.min, since)
            self._recent_since = since
        recent = _count(tx, since, date.max)
        return Counts(
            polls=_sum(self._old.polls, recent.polls),
            posts=_sum(self._old.posts, recent.posts),
            mentions=_sum(self._old.mentions, recent.mentions),
        )


def _count(tx: Transaction, since: date, before: date) -> Counts:
    """What a span of days had; `before` is not part of it."""
    span: dict[str, Any] = {"since": since, "before": before}
    return Counts(
        polls=dict(tx.health.polls_by_status(**span)),
        posts={(kind, status): posts for kind, status, posts in tx.health.posts_by_status(**span)},
        mentions=dict(tx.health.mentions_by_status(**span)),
    )


def _sum(one: Mapping[Key, int], other: Mapping[Key, int]) -> Mapping[Key, int]:
    return dict(Counter(one) + Counter(other))
