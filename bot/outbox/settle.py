"""Settle posts with an unknown outcome by reading our own timeline. None is sent again before that."""

import html
import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ports import X
from bot.spend.account import account_of
from bot.spend.charge import Purpose
from bot.spend.ledger import Ledger
from bot.spend.metered import MeteredX
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, records
from helperfunctions.errors import XError
from helperfunctions.x_models import XPost

log = logging.getLogger(__name__)

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=2)
# Without a post of ours to start from, this many of the newest are read: each one costs.
NEWEST: Final = 20
_LEADING_NAMES = re.compile(r"^(?:@\w{1,20}\s+)+")
_TRAILING_LINKS = re.compile(r"(?:\s*https://t\.co/\w+)+$")


@dataclass(frozen=True, slots=True)
class UnknownPost:
    """A post of which it is unknown whether it was published.

    `was_duplicate`: X refused a later attempt as a duplicate, so an earlier one published it.
    """

    post_id: int
    kind: str
    mention_id: str | None
    text: str
    claimed_at: datetime
    expires_at: datetime
    after_x_id: str
    was_duplicate: bool


@dataclass(frozen=True, slots=True)
class Settler:
    """Searches for posts with an unknown outcome on our own timeline.

    The timeline can lag: a post counts as not published only if it is not there `lag` after the call. `credentials` is
    a hash of those that `x` uses.
    """

    x: X
    database: Database
    clock: Clock
    ledger: Ledger
    credentials: str
    lag: timedelta

    def settle(self) -> int:
        """Settle the posts whose check is due. Returns the number of those that were published."""
        with self.database.transaction() as tx:
            unknown = records(UnknownPost, tx.outbox.unknown_posts(now=self.clock.now()))
        if not unknown:
            return 0
        try:
            candidates = self._own_posts(min(int(post.after_x_id) for post in unknown))
        except XError as exc:
            log.warning("our timeline cannot be read, so unknown outcomes stay unknown: %s", exc)
            with self.database.transaction() as tx:
                for post in unknown:
                    self._schedule(tx, post)
            return 0
        found = 0
        for post in unknown:
            match = _matching(post, candidates)
            if match is not None:
                candidates.remove(match)
            found += self._decide(post, match)
        return found

    def _own_posts(self, after: int) -> list[XPost]:
        """Our posts that are newer than an id (0: the newest few) and that no row of the outbox has yet."""
        x = MeteredX(self.x, self.ledger, Purpose.SETTLING)
        user_id = account_of(self.ledger, self.x, self.credentials).user_id
        posts: list[XPost] = []
        page_token: str | None = None
        while True:
            page = (
                x.own_posts(user_id, since_id=str(after), page_token=page_token)
                if after
                else x.own_posts(user_id, max_results=NEWEST)
            )
            posts += page.posts
            page_token = page.next_token if after else None
            if page_token is None:
                break
        with self.database.transaction() as tx:
            known = {row.x_id for row in tx.outbox.known_x_ids(x_ids=[post.post_id for post in posts])}
        return [post for post in posts if post.post_id not in known]

    def _decide(self, post: UnknownPost, match: XPost | None) -> bool:
        """Store the outcome of a post, if its lag is over or it was found. Returns whether it was published."""
        now = self.clock.now()
        with self.database.transaction() as tx:
            if match is not None:
                self._published(tx, post, match.post_id)
                return True
            if now - post.claimed_at < self.lag:
                self._schedule(tx, post)
                return False
            if post.was_duplicate:
                log.warning("X refused post=%d as a duplicate, but our timeline does not have it", post.post_id)
                self._published(tx, post, None)
                return True
            self.ledger.not_published(tx, post.post_id)
            error = "an attempt without a response was not published"
            tx.outbox.postpone(post_id=post.post_id, next_try_at=now, error=error, is_for_budget=False)
            tx.outbox.expire(now=now)
        log.info("settled: not published kind=%s post=%d", post.kind, post.post_id)
        return False

    def _published(self, tx: Transaction, post: UnknownPost, x_id: str | None) -> None:
        if post.was_duplicate:
            self.ledger.first_attempt_published(tx, post.post_id)
        else:
            self.ledger.newest_attempt_published(tx, post.post_id)
        tx.outbox.mark_sent(post_id=post.post_id, x_id=x_id, sent_at=self.clock.now())
        log.info("settled: published kind=%s post=%d x_id=%s", post.kind, post.post_id, x_id)

    def _schedule(self, tx: Transaction, post: UnknownPost) -> None:
        """Check a post again after as long as it has been unknown, but at the latest when its lag is over."""
        now = self.clock.now()
        pause = min(max(now - post.claimed_at, FIRST_PAUSE), LONGEST_PAUSE)
        end = post.claimed_at + self.lag
        next_lookup = min(now + pause, end) if end > now else now + pause
        tx.outbox.schedule_lookup(post_id=post.post_id, next_try_at=next_lookup)


def _matching(post: UnknownPost, candidates: Iterable[XPost]) -> XPost | None:
    """The post on our timeline that is this one. An answer is found by the mention it answers: each has one."""
    for candidate in candidates:
        if post.mention_id is not None and candidate.replied_to is not None:
            if candidate.replied_to == post.mention_id:
                return candidate
        elif comparable(candidate.text) == comparable(post.text):
            return candidate
    return None


def comparable(text: str) -> str:
    """A text without X's additions: names before an answer, links to pictures at its end, and its spacing."""
    bare = _TRAILING_LINKS.sub("", _LEADING_NAMES.sub("", html.unescape(text)))
    return " ".join(unicodedata.normalize("NFC", bare).split())
