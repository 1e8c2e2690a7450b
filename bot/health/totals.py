"""Total numbers of polls, posts and mentions, without counting all rows every minute."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from helperfunctions.database import Transaction

# A post is sent or abandoned within a day. Later changes are seen when old days are counted again, once a day.
RECENT: Final = timedelta(days=7)

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Counts:
    """Polls by status, posts by kind and status, mentions by status."""

    polls: Mapping[str, int]
    posts: Mapping[tuple[str, str], int]
    mentions: Mapping[str, int]


class Totals:
    """Counts of all rows. Rows older than a week are counted once a day. Not safe to share between threads."""

    def __init__(self) -> None:
        self._recent_since: date | None = None
        self._old = Counts({}, {}, {})

    def read(self, tx: Transaction, now: datetime) -> Counts:
        """Count the rows at an instant."""
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
    """Counts of a span of days; `before` is not part of it."""
    span: dict[str, Any] = {"since": since, "before": before}
    return Counts(
        polls=dict(tx.health.polls_by_status(**span)),
        posts={(kind, status): posts for kind, status, posts in tx.health.posts_by_status(**span)},
        mentions=dict(tx.health.mentions_by_status(**span)),
    )


def _sum(one: Mapping[Key, int], other: Mapping[Key, int]) -> Mapping[Key, int]:
    return dict(Counter(one) + Counter(other))
