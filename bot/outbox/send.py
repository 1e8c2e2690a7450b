"""The outbox -> X: one post at a time, its intent written down before the call and its outcome after it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core.ports import X
from bot.outbox.settle import Settler
from bot.spend.ledger import Ledger, Purpose
from bot.spend.metered import MeteredX
from helperfunctions.clock import Clock
from helperfunctions.database import Database, record
from helperfunctions.errors import (
    ChartNotDrawn,
    OverBudget,
    XCredentialsWrong,
    XError,
    XNotYet,
    XOutOfCredits,
    XRefused,
    XRefusedForNow,
    XUnknown,
)
from helperfunctions.text import POST_LIMIT, unwanted, weighted_length
from helperfunctions.x_models import XMedia

log = logging.getLogger(__name__)

# So that being stopped, or another job, never waits for a long queue.
MOST_PER_TURN: Final = 20
# A summary without its chart is better than none.
CHART_ATTEMPTS: Final = 4
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)
# A refusal may pass within minutes, such as a challenge page, or take hours, such as a locked account.
FIRST_PAUSE_REFUSED: Final = timedelta(minutes=1)
LONGEST_PAUSE_REFUSED: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A post that is ours to send."""

    post_id: int
    kind: str
    mention_id: str | None
    text: str
    chart: Any
    alt_text: str | None
    attempts: int
    was_unknown: bool
    media_id: str | None
    media_expires_at: datetime | None

    @property
    def purpose(self) -> Purpose:
        """Which part of the budget pays for it."""
        return Purpose.REPLIES if self.kind == "reply" else Purpose.SUMMARIES


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is due. `x` is None without credentials; `draw` makes a PNG of a chart's specification."""

    x: X | None
    database: Database
    clock: Clock
    ledger: Ledger
    settler: Settler | None
    draw: Callable[[Any], bytes]

    def send(self) -> int:
        """Settle what is unknown, then send what is due, up to a turn's worth; how many posts went out.

        Raises Busy when another process is sending.
        """
        with self.database.only_one("outbox"):
            with self.database.transaction() as tx:
                tx.outbox.take_back_claims(now=self.clock.now())
                tx.outbox.expire(now=self.clock.now())
            if self.x is None or self.settler is None:
                self._give_up()
                return 0
            sent = self.settler.settle()
            for _ in range(MOST_PER_TURN):
                claimed = self._claim()
                if claimed is None:
                    break
                sent += self._send(self.x, claimed)
            return sent

    def _give_up(self) -> None:
        """Write to the log what would be sent. It is never sent later: nobody wants a backlog of old news."""
        with self.database.transaction() as tx:
            for post_id, kind, text in tx.outbox.give_up_all():
                log.info("not sent, for X_API_KEY and the other credentials are not set: %s %d %r", kind, post_id, text)

    def _claim(self) -> Claimed | None:
        with self.database.transaction() as tx:
            row = tx.outbox.claim_next(now=self.clock.now())
        return record(Claimed, row) if row is not None else None

    def _send(self, x: X, post: Claimed) -> bool:
        """Try to send one post; whether it is out. Whatever happens is on its row when this returns."""
        metered = MeteredX(x, self.ledger, post.purpose, post.post_id)
        wrong = _unfit(post.text)
        if wrong:
            self._refuse(post, f"our own check found {wrong}")
            return False
        try:
            media = self._media(metered, post)
        except XError as exc:
            # Trouble with pictures alone is no reason to keep answers waiting.
            self._postpone(post, exc, holds_others=isinstance(exc, OverBudget | XOutOfCredits | XCredentialsWrong))
            return False
        try:
            x_id = metered.create_post(post.text, reply_to=post.mention_id, media_ids=media)
        except XRefused as exc:
            if exc.duplicate and post.was_unknown:
                self._not_known(post, exc, was_duplicate=True)
            elif exc.may_pass and post.kind != "reply":
                # A summary answers nobody, so that nobody's settings can be the reason.
                self._postpone(post, exc, holds_others=False)
            else:
                self._refuse(post, str(exc))
            return False
        except XUnknown as exc:
            self._not_known(post, exc, was_duplicate=False)
            return False
        except XError as exc:
            self._postpone(post, exc, holds_others=isinstance(exc, XNotYet))
            return False
        with self.database.transaction() as tx:
            tx.outbox.sent(post_id=post.post_id, x_id=x_id, sent_at=self.clock.now())
        log.info("sent kind=%s post=%d x_id=%s", post.kind, post.post_id, x_id)
        return True

    def _media(self, x: MeteredX, post: Claimed) -> Sequence[str]:
        """The chart as X wants it: drawn, handed over, described. Nothing if it cannot be had.

        Raises XError when it is worth trying again later.
        """
        if post.chart is None:
            return ()
        if post.media_id and post.media_expires_at and post.media_expires_at > self.clock.now():
            return (post.media_id,)
        try:
            media: XMedia = x.upload_png(self.draw(post.chart))
            if post.alt_text:
                x.describe_media(media.media_id, post.alt_text)
        except ChartNotDrawn as exc:
            log.warning("sending without its chart post=%d: %s", post.post_id, exc)
            return ()
        except (OverBudget, XOutOfCredits, XCredentialsWrong):
            raise
        except XError as exc:
            is_for_good = isinstance(exc, XRefused) and not exc.may_pass
            if not is_for_good and post.attempts < CHART_ATTEMPTS:
                raise
            log.warning("sending without its chart post=%d: %s", post.post_id, exc)
            return ()
        with self.database.transaction() as tx:
            tx.outbox.keep_media(post_id=post.post_id, media_id=media.media_id, expires_at=media.expires_at)
        return (media.media_id,)

    def _refuse(self, post: Claimed, reason: str) -> None:
        with self.database.transaction() as tx:
            tx.outbox.refuse(post_id=post.post_id, reason=reason)
        log.error("refused for good kind=%s post=%d: %s", post.kind, post.post_id, reason)

    def _not_known(self, post: Claimed, error: XError, *, was_duplicate: bool) -> None:
        with self.database.transaction() as tx:
            tx.outbox.not_known(
                post_id=post.post_id, was_duplicate=was_duplicate, error=str(error), next_try_at=self.clock.now()
            )
        log.warning("outcome unknown kind=%s post=%d: %s", post.kind, post.post_id, error)

    def _postpone(self, post: Claimed, error: XError, *, holds_others: bool) -> None:
        """Nothing came of it yet. What X says about one call can hold for those behind it in the queue."""
        next_try_at = self._next_try_at(post, error)
        is_for_budget = isinstance(error, OverBudget)
        why = {"error": str(error), "is_for_budget": is_for_budget}
        with self.database.transaction() as tx:
            tx.outbox.postpone(post_id=post.post_id, next_try_at=next_try_at, **why)
            if holds_others and isinstance(error, XNotYet):
                only_replies = is_for_budget and post.purpose is Purpose.REPLIES
                tx.outbox.hold(not_before=error.not_before, only_replies=only_replies, **why)
        log.warning("postponed kind=%s post=%d until=%s: %s", post.kind, post.post_id, f"{next_try_at:%F %T}", error)

    def _next_try_at(self, post: Claimed, error: XError) -> datetime:
        """When X says; else with a pause that doubles with each attempt."""
        if isinstance(error, XRefused | XRefusedForNow):
            first, longest = FIRST_PAUSE_REFUSED, LONGEST_PAUSE_REFUSED
        else:
            first, longest = FIRST_PAUSE, LONGEST_PAUSE
        pause: timedelta = min(first * 2 ** min(post.attempts - 1, 10), longest)
        after_pause = self.clock.now() + pause
        if isinstance(error, XRefusedForNow):
            return max(error.not_before, after_pause)
        return error.not_before if isinstance(error, XNotYet) else after_pause


def _unfit(text: str) -> str | None:
    """What keeps a text from going out: it is checked once more, whoever wrote it."""
    if not text.strip():
        return "no text"
    length = weighted_length(text)
    if length > POST_LIMIT:
        return f"{length} characters, as X counts, where {POST_LIMIT} are allowed"
    found = unwanted(text)
    return f"what X would make a link, a mention or a tag: {', '.join(found)}" if found else None
