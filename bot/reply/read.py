"""X mentions -> the inbox. The cursor moves in the transaction that stores what it covers."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.ports import X
from bot.spend.account import account_of
from bot.spend.ledger import Ledger, Purpose
from bot.spend.metered import MeteredX
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.x_models import XAccount, XPost

log = logging.getLogger(__name__)

CURSOR: Final = "mentions"
# X keeps the newest 800 mentions within reach: eight pages.
MOST_PAGES: Final = 40
# On the very first start one page is read only to learn which mention is the newest: the smallest that X gives.
FIRST_LOOK: Final = 5
# Ids hold their time: https://docs.x.com/fundamentals/x-ids
_ID_EPOCH_MS: Final = 1_288_834_974_657
_LEADING_NAMES = re.compile(r"(?:\s*[@＠]\w{1,20})+")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what is new among the mentions of an account. `credentials` is a hash of those that `x` uses."""

    x: X
    database: Database
    clock: Clock
    ledger: Ledger
    credentials: str

    def read(self) -> int:
        """Store every mention since the last time; how many. All pages are read before the cursor moves.

        On the very first time nothing is stored: what was there before us is not answered.
        Raises XError when X does not give them; nothing is lost then.
        """
        account = account_of(self.ledger, self.x, self.credentials)
        with self.database.transaction() as tx:
            cursor = tx.reply.cursor(name=CURSOR)
        x = MeteredX(self.x, self.ledger, Purpose.MENTIONS)
        if cursor is None:
            newest = x.mentions(account.user_id, max_results=FIRST_LOOK).posts_read
            self._store(account, [], max(newest, key=int, default=None))
            log.info("first start: mentions are answered from now on, after id=%s", max(newest, key=int, default=None))
            return 0
        since_id: str | None = cursor[0]
        posts: list[XPost] = []
        read: list[str] = []
        page_token: str | None = None
        for _ in range(MOST_PAGES):
            page = x.mentions(account.user_id, since_id=since_id, page_token=page_token)
            posts += page.posts
            read += page.posts_read
            page_token = page.next_token
            if page_token is None:
                break
        if read:
            self._store(account, posts, max(read, key=int))
            log.info("mentions read new=%d", len(posts))
        return len(posts)

    def _store(self, account: XAccount, posts: Sequence[XPost], newest: str | None) -> None:
        now = self.clock.now()
        with self.database.transaction() as tx:
            for post in posts:
                tx.reply.keep_mention(
                    mention_id=post.post_id,
                    author_id=post.author_id,
                    text=own_words(post).replace("\0", ""),
                    posted_at=post.created_at or time_of_id(post.post_id),
                    seen_at=now,
                    first_version=post.edit_ids[0] if post.edit_ids else post.post_id,
                    is_repost=post.is_repost,
                    is_explicit=is_explicit(post, account),
                    is_to_us=is_to_us(post, account),
                )
            tx.reply.move_cursor(name=CURSOR, x_id=newest, moved_at=now)


def own_words(post: XPost) -> str:
    """What the author wrote: an answer starts with the names of those in its thread, put there by X.

    Where X does not tell which part it wrote, all names at the start of an answer are taken for X's.
    """
    visible_from = post.visible_from
    if visible_from is None and (post.replied_to is not None or post.in_reply_to_user_id is not None):
        leading = _LEADING_NAMES.match(post.text)
        visible_from = leading.end() if leading else 0
    return post.text[visible_from or 0 :]


def is_explicit(post: XPost, account: XAccount) -> bool:
    """Whether the author wrote our name, and not only X."""
    return re.search(rf"[@＠]{re.escape(account.username)}(?!\w)", own_words(post), re.IGNORECASE) is not None


def is_to_us(post: XPost, account: XAccount) -> bool:
    """Whether a post answers one of ours. Where X does not say, the first of the names that it put before it tells."""
    if post.in_reply_to_user_id is not None:
        return post.in_reply_to_user_id == account.user_id
    hidden = post.text[: post.visible_from or 0].lower()
    return hidden.startswith(f"@{account.username.lower()} ")


def time_of_id(x_id: str) -> datetime:
    """When the thing with this id was made, to the millisecond."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(x_id) >> 22) + _ID_EPOCH_MS)
