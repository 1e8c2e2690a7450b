"""Fetch mentions from X into the inbox, page by page, each with the position in the list in one transaction."""

import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.core.ports import X
from bot.reply.mention_filter import OLDEST
from bot.reply.urls import with_twitch_urls
from bot.spend.account import account_of
from bot.spend.charge import Purpose
from bot.spend.ledger import Ledger
from bot.spend.metered import MeteredX
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.x_models import XAccount, XPage, XPost

log = logging.getLogger(__name__)

CURSOR: Final = "mentions"
# So that a stop of the process never waits for a flood of mentions. X serves the newest 800: eight pages.
MOST_PAGES: Final = 40
# The first start fetches one page, of the smallest size of X, to learn which mention is the newest.
FIRST_PAGE_SIZE: Final = 5
# Ids hold their time, since November 2010: https://docs.x.com/fundamentals/x-ids
_ID_EPOCH_MS: Final = 1_288_834_974_657
_IDS_HOLD_TIME_SINCE: Final = datetime(2010, 11, 5, tzinfo=UTC)
_LEADING_NAMES = re.compile(r"(?:\s*[@＠]\w{1,20})+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list of mentions that was not fetched: newer than one id and older than another, both excluded.

    `after` None: from the beginning. `before` None: up to the newest mention.
    """

    after: str | None
    before: str | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Fetches the new mentions of an account. `credentials` is a hash of those that `x` uses."""

    x: X
    database: Database
    clock: Clock
    ledger: Ledger
    credentials: str

    def read(self) -> int:
        """Store the mentions since the last call, and those that earlier calls could not fetch; returns their number.

        The very first call stores nothing: older mentions are not answered. Raises XError when X fails, or OverBudget;
        the pages that were fetched before are stored, and the next call continues from there.
        """
        account = account_of(self.ledger, self.x, self.credentials)
        with self.database.transaction() as tx:
            cursor = tx.reply.cursor(name=CURSOR)
        x = MeteredX(self.x, self.ledger, Purpose.MENTIONS)
        if cursor is None:
            self._start_after_newest(x, account)
            return 0
        # The newest first: a new question must not wait behind an older flood.
        stored, pages = self._read_stretch(x, account, Stretch(cursor.x_id, None), MOST_PAGES)
        for gap in self._gaps():
            if pages:
                more, pages = self._read_stretch(x, account, gap, pages)
                stored += more
        if stored:
            log.info("mentions read new=%d", stored)
        return stored

    def _start_after_newest(self, x: MeteredX, account: XAccount) -> None:
        newest = max(x.mentions(account.user_id, max_results=FIRST_PAGE_SIZE).listed, key=int, default=None)
        with self.database.transaction() as tx:
            tx.reply.move_cursor(name=CURSOR, x_id=newest, moved_at=self.clock.now())
        log.info("first start: mentions are answered from now on%s", f", after id={newest}" if newest else "")

    def _gaps(self) -> list[Stretch]:
        """The stretches that were not fetched, newest first. Those too old to be answered are deleted."""
        oldest = self.clock.now() - OLDEST
        with self.database.transaction() as tx:
            gaps = [Stretch(after=gap.after_x_id, before=gap.before_x_id) for gap in tx.reply.gaps()]
            for gap in gaps:
                if _is_over(gap, oldest):
                    tx.reply.close_gap(before_x_id=gap.before)
        return [gap for gap in gaps if not _is_over(gap, oldest)]

    def _read_stretch(self, x: MeteredX, account: XAccount, stretch: Stretch, most_pages: int) -> tuple[int, int]:
        """Fetch a stretch, newest first; returns the number of stored mentions and of pages that are left."""
        bounds = self._bounds(stretch)
        stored, left, page_token = 0, stretch, None
        for read in range(1, most_pages + 1):
            page = x.mentions(account.user_id, page_token=page_token, **bounds)
            stored += len(page.posts)
            left = self._store(account, page, left)
            page_token = page.next_token
            if page_token is None:
                return stored, most_pages - read
        return stored, 0

    def _bounds(self, stretch: Stretch) -> dict[str, Any]:
        """The bounds of the request: no mention that is too old to be answered, so that no backlog is ever paid for.

        One lower bound only: of two, X may take the wider one.
        """
        oldest, after = self.clock.now() - OLDEST, stretch.after
        bounds: dict[str, Any] = {} if stretch.before is None else {"until_id": stretch.before}
        if after is None or _IDS_HOLD_TIME_SINCE < time_of_id(after) < oldest:
            return bounds | {"start_time": oldest}
        return bounds | {"since_id": after}

    def _store(self, account: XAccount, page: XPage, stretch: Stretch) -> Stretch:
        """Store a page of a stretch and the progress in it, in one transaction; returns the rest of the stretch."""
        now = self.clock.now()
        oldest = min(page.listed, key=int, default=stretch.before)
        with self.database.transaction() as tx:
            for post in page.posts:
                _store_mention(tx, post, account, now)
            if page.listed:
                # The query moves the cursor forward only.
                tx.reply.move_cursor(name=CURSOR, x_id=max(page.listed, key=int), moved_at=now)
            if stretch.before is not None:
                tx.reply.close_gap(before_x_id=stretch.before)
            if page.next_token is not None and oldest is not None:
                tx.reply.open_gap(before_x_id=oldest, after_x_id=stretch.after)
        return Stretch(stretch.after, oldest)


def _store_mention(tx: Transaction, post: XPost, account: XAccount, now: datetime) -> None:
    tx.reply.store_mention(
        mention_id=post.post_id,
        author_id=post.author_id,
        text=with_twitch_urls(own_words(post), post.links).replace("\0", ""),
        posted_at=post.created_at or time_of_id(post.post_id),
        seen_at=now,
        first_version=post.edit_ids[0] if post.edit_ids else post.post_id,
        is_repost=post.is_repost,
        is_explicit=is_explicit(post, account),
        is_to_us=is_to_us(post, account),
    )


def _is_over(gap: Stretch, oldest: datetime) -> bool:
    return gap.before is not None and _IDS_HOLD_TIME_SINCE < time_of_id(gap.before) <= oldest


def own_words(post: XPost) -> str:
    """The text that the author wrote: X puts the names of a thread's participants before the text of an answer.

    Where X does not mark its part, all names at the start of an answer are taken for X's.
    """
    visible_from = post.visible_from
    if visible_from is None and (post.replied_to is not None or post.in_reply_to_user_id is not None):
        leading = _LEADING_NAMES.match(post.text)
        visible_from = leading.end() if leading else 0
    return post.text[visible_from or 0 :]


def is_explicit(post: XPost, account: XAccount) -> bool:
    """True if the author wrote the account's name themselves: X adds the names of a thread's participants."""
    return re.search(rf"[@＠]{re.escape(account.username)}(?!\w)", own_words(post), re.IGNORECASE) is not None


def is_to_us(post: XPost, account: XAccount) -> bool:
    """True if a post is a reply to the account. If X gives no such field, the first of the leading names decides."""
    if post.in_reply_to_user_id is not None:
        return post.in_reply_to_user_id == account.user_id
    hidden = post.text[: post.visible_from or 0].lower()
    return hidden.startswith(f"@{account.username.lower()} ")


def time_of_id(x_id: str) -> datetime:
    """The time at which a post was created, from its id, to the millisecond."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(int(x_id) >> 22) + _ID_EPOCH_MS)
