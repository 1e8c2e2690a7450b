"""What became of a call without an answer: our own timeline tells. Nothing is tried again before that."""

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
from bot.spend.ledger import Ledger, Purpose
from bot.spend.metered import MeteredX
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, records
from helperfunctions.errors import XError
from helperfunctions.x_models import XPost

log = logging.getLogger(__name__)

FIRST_LOOK: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=2)
# Where we have nothing to start from, the newest few: each one read costs.
NEWEST: Final = 20
_LEADING_NAMES = re.compile(r"^(?:@\w{1,20}\s+)+")
_TRAILING_LINKS = re.compile(r"(?:\s*https://t\.co/\w+)+$")


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A post whose publication is unknown.

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
    """Looks posts with an unknown outcome up on our own timeline.

    The timeline may lag: a post counts as not published only when it is not there `lag` after the call. `credentials`
    is a hash of those that `x` uses.
    """

    x: X
    database: Database
    clock: Clock
    ledger: Ledger
    credentials: str
    lag: timedelta

    def settle(self) -> int:
        """Look all of them up whose turn it is; how many turned out to be published."""
        with self.database.transaction() as tx:
            uncertain = records(Uncertain, tx.outbox.unknown_posts(now=self.clock.now()))
        if not uncertain:
            return 0
        try:
            seen = self._own_posts(min(int(post.after_x_id) for post in uncertain))
        except XError as exc:
            log.warning("our timeline cannot be read, so that unknown outcomes stay unknown: %s", exc)
            self._look_again(uncertain)
            return 0
        found = 0
        for post in uncertain:
            match = _matching(post, seen)
            if match is not None:
                seen.remove(match)
            found += self._decide(post, match)
        return found

    def _own_posts(self, after: int) -> list[XPost]:
        """Our posts that came later than an id (0: the newest few) and that no row of the outbox has yet."""
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
            known = {x_id for (x_id,) in tx.outbox.known_x_ids(x_ids=[post.post_id for post in posts])}
        return [post for post in posts if post.post_id not in known]

    def _decide(self, post: Uncertain, match: XPost | None) -> bool:
        now = self.clock.now()
        with self.database.transaction() as tx:
            if match is not None:
                self._published(tx, post, match.post_id)
                return True
            if now - post.claimed_at < self.lag:
                self._schedule(tx, post)
                return False
            if post.was_duplicate:
                log.warning("X says that it has post=%d, and it could not be found on our timeline", post.post_id)
                self._published(tx, post, None)
                return True
            self.ledger.was_not_published(tx, post.post_id)
            error = "an attempt without an answer was not published"
            tx.outbox.postpone(post_id=post.post_id, next_try_at=now, error=error, is_for_budget=False)
            tx.outbox.expire(now=now)
        log.info("settled: not published kind=%s post=%d", post.kind, post.post_id)
        return False

    def _published(self, tx: Transaction, post: Uncertain, x_id: str | None) -> None:
        self.ledger.was_published(tx, post.post_id, at_first=post.was_duplicate)
        tx.outbox.sent(post_id=post.post_id, x_id=x_id, sent_at=self.clock.now())
        log.info("settled: published kind=%s post=%d x_id=%s", post.kind, post.post_id, x_id)

    def _look_again(self, uncertain: Iterable[Uncertain]) -> None:
        with self.database.transaction() as tx:
            for post in uncertain:
                self._schedule(tx, post)

    def _schedule(self, tx: Transaction, post: Uncertain) -> None:
        """Look again after as long as it has been, but when the lag is over at the latest."""
        now = self.clock.now()
        pause = min(max(now - post.claimed_at, FIRST_LOOK), LONGEST_PAUSE)
        end = post.claimed_at + self.lag
        next_look = min(now + pause, end) if end > now else now + pause
        tx.outbox.look_again(post_id=post.post_id, next_try_at=next_look)


def _matching(post: Uncertain, seen: Iterable[XPost]) -> XPost | None:
    """The one among our posts that is this one. An answer is known by what it answers, for there is one per mention."""
    for candidate in seen:
        if post.mention_id is not None and candidate.replied_to is not None:
            if candidate.replied_to == post.mention_id:
                return candidate
        elif comparable(candidate.text) == comparable(post.text):
            return candidate
    return None


def comparable(text: str) -> str:
    """A text without what X adds: the names before an answer, the links to pictures behind, and its way of spacing."""
    bare = _TRAILING_LINKS.sub("", _LEADING_NAMES.sub("", html.unescape(text)))
    return " ".join(unicodedata.normalize("NFC", bare).split())
