"""Send the posts of the outbox to X, one at a time: the intent is stored before the call, the outcome after it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.core.ports import X
from bot.outbox.settle import Settler
from bot.spend.charge import Purpose
from bot.spend.ledger import Ledger
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

log = logging.getLogger(__name__)

# So that a stop, or another job, never waits for a long queue.
MOST_PER_TURN: Final = 20
# A summary without its chart is better than none.
CHART_ATTEMPTS: Final = 4
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=10)
# A refusal can end within minutes, such as a challenge page, or take hours, such as a locked account.
FIRST_PAUSE_REFUSED: Final = timedelta(minutes=1)
LONGEST_PAUSE_REFUSED: Final = timedelta(hours=1)
# Errors about the account, which affect every other post too.
_OF_ACCOUNT: Final = (OverBudget, XOutOfCredits, XCredentialsWrong)


@dataclass(frozen=True, slots=True)
class ClaimedPost:
    """A post that only this process may send. `was_unknown`: an earlier attempt had an unknown outcome."""

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
        """The part of the budget that pays for it."""
        return Purpose.REPLIES if self.kind == "reply" else Purpose.SUMMARIES


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends the posts that are due. `x` is None without credentials; `draw` makes a PNG of a chart's specification."""

    x: X | None
    database: Database
    clock: Clock
    ledger: Ledger
    settler: Settler | None
    draw: Callable[[Any], bytes]

    def send(self) -> int:
        """Settle unknown outcomes, then send up to MOST_PER_TURN due posts. Returns how many posts were published.

        Raises Busy when another process is sending.
        """
        with self.database.exclusive("outbox"):
            with self.database.transaction() as tx:
                tx.outbox.release_claims(now=self.clock.now())
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
        """Log the due posts instead of sending them. They are never sent later, because they would be old news."""
        with self.database.transaction() as tx:
            for post in tx.outbox.give_up_all():
                log.info(
                    "not sent, because X_API_KEY and the other credentials are not set: %s %d %r",
                    *(post.kind, post.post_id, post.text),
                )

    def _claim(self) -> ClaimedPost | None:
        with self.database.transaction() as tx:
            row = tx.outbox.claim_next(now=self.clock.now())
        return record(ClaimedPost, row) if row is not None else None

    def _send(self, x: X, post: ClaimedPost) -> bool:
        """Try to send one post and store the outcome. Returns whether it was published."""
        metered = MeteredX(x, self.ledger, post.purpose, post.post_id)
        problem = _problem_with(post.text)
        if problem:
            self._refuse(post, f"our own check found {problem}")
            return False
        try:
            media = self._media(metered, post)
        except XError as exc:
            # Errors about pictures alone are no reason to postpone answers.
            self._postpone(post, exc, others_too=isinstance(exc, _OF_ACCOUNT))
            return False
        try:
            x_id = metered.create_post(post.text, reply_to=post.mention_id, media_ids=media)
        except XError as exc:
            self._not_sent(post, exc)
            return False
        with self.database.transaction() as tx:
            tx.outbox.mark_sent(post_id=post.post_id, x_id=x_id, sent_at=self.clock.now())
        log.info("sent kind=%s post=%d x_id=%s", post.kind, post.post_id, x_id)
        return True

    def _media(self, x: MeteredX, post: ClaimedPost) -> Sequence[str]:
        """The ids of the post's picture on X: its chart is drawn, uploaded and described. Empty if that fails for good.

        Raises XError when a later attempt can succeed.
        """
        if post.chart is None:
            return ()
        if post.media_id and post.media_expires_at and post.media_expires_at > self.clock.now():
            return (post.media_id,)
        try:
            media = x.upload_png(self.draw(post.chart))
            if post.alt_text:
                x.describe_media(media.media_id, post.alt_text)
        except ChartNotDrawn as exc:
            log.warning("sending without its chart post=%d: %s", post.post_id, exc)
            return ()
        except _OF_ACCOUNT:
            raise
        except XError as exc:
            is_for_good = isinstance(exc, XRefused) and not exc.may_pass
            if not is_for_good and post.attempts < CHART_ATTEMPTS:
                raise
            log.warning("sending without its chart post=%d: %s", post.post_id, exc)
            return ()
        with self.database.transaction() as tx:
            tx.outbox.store_media(post_id=post.post_id, media_id=media.media_id, expires_at=media.expires_at)
        return (media.media_id,)

    def _not_sent(self, post: ClaimedPost, error: XError) -> None:
        """Store the status of a post after an error of the call: refused for good, unknown, or due again later."""
        if isinstance(error, XUnknown):
            self._mark_unknown(post, error, was_duplicate=False)
        elif isinstance(error, XRefused) and error.duplicate and post.was_unknown:
            # So the attempt with the unknown outcome published it.
            self._mark_unknown(post, error, was_duplicate=True)
        elif isinstance(error, XRefused) and (not error.may_pass or post.kind == "reply"):
            # A reply can be refused because of its recipient's settings, which do not change; a summary has none.
            self._refuse(post, str(error))
        else:
            self._postpone(post, error, others_too=isinstance(error, XNotYet))

    def _refuse(self, post: ClaimedPost, reason: str) -> None:
        with self.database.transaction() as tx:
            tx.outbox.mark_refused(post_id=post.post_id, reason=reason)
        log.error("refused for good kind=%s post=%d: %s", post.kind, post.post_id, reason)

    def _mark_unknown(self, post: ClaimedPost, error: XError, *, was_duplicate: bool) -> None:
        with self.database.transaction() as tx:
            tx.outbox.mark_unknown(
                post_id=post.post_id, was_duplicate=was_duplicate, error=str(error), next_try_at=self.clock.now()
            )
        log.warning("outcome unknown kind=%s post=%d: %s", post.kind, post.post_id, error)

    def _postpone(self, post: ClaimedPost, error: XError, *, others_too: bool) -> None:
        """Try a post again later; with `others_too` the other due posts wait as well: the error affects them."""
        next_try_at = self._next_try_at(post, error)
        is_for_budget = isinstance(error, OverBudget)
        why = {"error": str(error), "is_for_budget": is_for_budget}
        with self.database.transaction() as tx:
            tx.outbox.postpone(post_id=post.post_id, next_try_at=next_try_at, **why)
            if others_too and isinstance(error, XNotYet):
                only_replies = is_for_budget and post.purpose is Purpose.REPLIES
                tx.outbox.postpone_due(not_before=error.not_before, only_replies=only_replies, **why)
        log.warning("postponed kind=%s post=%d until=%s: %s", post.kind, post.post_id, f"{next_try_at:%F %T}", error)

    def _next_try_at(self, post: ClaimedPost, error: XError) -> datetime:
        """The time of the next attempt: the one that X gives, or after a pause that doubles with each attempt."""
        if isinstance(error, XRefused | XRefusedForNow):
            first, longest = FIRST_PAUSE_REFUSED, LONGEST_PAUSE_REFUSED
        else:
            first, longest = FIRST_PAUSE, LONGEST_PAUSE
        pause: timedelta = min(first * 2 ** min(post.attempts - 1, 10), longest)
        after_pause = self.clock.now() + pause
        if isinstance(error, XRefusedForNow):
            return max(error.not_before, after_pause)
        return error.not_before if isinstance(error, XNotYet) else after_pause


def _problem_with(text: str) -> str | None:
    """The reason not to send a text; None if there is none. A second check, independent of the code that wrote it."""
    if not text.strip():
        return "no text"
    length = weighted_length(text)
    if length > POST_LIMIT:
        return f"{length} characters, as X counts, where {POST_LIMIT} are allowed"
    found = unwanted(text)
    return f"text that X would make a link, a mention or a tag: {', '.join(found)}" if found else None
