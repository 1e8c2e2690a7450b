"""What X costs: every call is priced before it is made and written down after, and the month's budget is never passed.

X charges what it answers: a post, and each post or account read, the same one once a day (UTC). It says no price in its
answers, so this is a ledger of our own, kept by its price list. A month is a calendar month in UTC.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bot.spend.allowance import FEWEST_PER_PAGE, Allowance, allowance_of
from bot.spend.month import day_of, month_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import OverBudget, XCredentialsWrong, XError, XOutOfCredits, XUnknown

log = logging.getLogger(__name__)

# A budget that was raised should be noticed soon.
LOOK_AGAIN_AFTER: Final = timedelta(minutes=10)


class Purpose(StrEnum):
    """What a call is made for."""

    SUMMARIES = "summaries"
    REPLIES = "replies"
    MENTIONS = "mentions"
    SETTLING = "settling"
    ACCOUNT = "account"


# What strangers can cause. These stop while there is still enough for the month's summaries, and when a day's share is
# spent.
ANSWERING: Final = (Purpose.REPLIES, Purpose.MENTIONS)


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that an answer brought and that X charges for."""

    kind: str
    resource_id: str
    created_at: datetime | None


@dataclass(slots=True)
class Ledger:
    """Prices, reserves and records calls. `MeteredX` is an X that does so for every call.

    Every transaction that writes to the ledger takes the lock of `lock_spending` first and everything else after it:
    so none can wait for another that waits for it.
    """

    database: Database
    clock: Clock
    budget_usd: Decimal
    # whether the bot's account owns the developer app: reading is five times cheaper then
    owns_app: bool
    _stopped: set[tuple[str, datetime]] = field(default_factory=set)

    def was_published(self, tx: Transaction, post_id: int, *, at_first: bool = False) -> None:
        """The call whose outcome was unknown did publish the post; `at_first`: the first attempt of all did.

        To be called before anything else that the transaction locks.
        """
        tx.spend.lock_spending()
        if at_first:
            tx.spend.settle_earlier_charge(post_id=post_id)
        else:
            tx.spend.settle_charge(post_id=post_id, status="made")

    def was_not_published(self, tx: Transaction, post_id: int) -> None:
        """The call whose outcome was unknown did not publish the post.

        To be called before anything else that the transaction locks.
        """
        tx.spend.lock_spending()
        tx.spend.settle_charge(post_id=post_id, status="not_made")

    def reserve(self, kind: str, purpose: Purpose, *, post_id: int | None = None) -> int:
        """Set the price of a call that writes aside; the number of the charge.

        Raises OverBudget when it is not there, XOutOfCredits or XCredentialsWrong while X is not called.
        """
        with self._transaction() as tx:
            self._check_pauses(tx)
            allowance = self._allowance(tx)
            usd = allowance.prices[kind]
            if usd > self._left(tx, allowance, purpose):
                raise self._over_budget(tx, allowance, purpose)
            return self._reserve(tx, kind, purpose, 1, usd, post_id)

    def reserve_read(self, purpose: Purpose, most: int) -> tuple[int, int]:
        """Set the price of a page of posts aside: the number of the charge, and how many posts it is enough for.

        An answer may bring each post's author along, at a price, unless the posts are ours; it is set aside as well.
        What is read to be answered leaves enough for the answers that wait.
        """
        with self._transaction() as tx:
            for (lost_at,) in tx.spend.abandoned_reads(purpose=purpose):
                tx.spend.lose_read(purpose=purpose, lost_at=lost_at)
            self._check_pauses(tx)
            allowance = self._allowance(tx)
            left = self._left(tx, allowance, purpose)
            if purpose is Purpose.MENTIONS:
                left -= allowance.prices["reply"] * int(tx.spend.answers_waiting())
            each = allowance.prices[self.read_kind]
            if purpose is not Purpose.SETTLING:
                each += allowance.prices["user_read"]
            enough_for = min(most, int(left / each)) if each else most
            if enough_for < FEWEST_PER_PAGE:
                raise self._over_budget(tx, allowance, purpose)
            return self._reserve(tx, self.read_kind, purpose, enough_for, each * enough_for, None), enough_for

    def keep(self, charge_id: int) -> None:
        """A call that writes was made."""
        with self._transaction() as tx:
            tx.spend.end_pause(cause="credentials")
            tx.spend.settle_one(charge_id=charge_id)

    def keep_read(self, charge_id: int, purpose: Purpose, reads: Sequence[Read], *, is_last: bool) -> None:
        """Charge what an answer brought, and what an answer that was lost before it may have brought."""
        now = self.clock.now()
        with self._transaction() as tx:
            tx.spend.end_pause(cause="credentials")
            tx.spend.forget_charge(charge_id=charge_id)
            lost_at = tx.spend.lost_read(purpose=purpose)
            for kind in sorted({read.kind for read in reads}):
                of_kind = [read for read in reads if read.kind == kind]
                self._charge_read(tx, now, kind, purpose, of_kind)
                # The same day they are charged once, whether read twice or not.
                if lost_at is not None and lost_at.astimezone(UTC).date() < now.date():
                    before = [read for read in of_kind if read.created_at is None or read.created_at <= lost_at]
                    self._charge_read(tx, lost_at, kind, purpose, before)
            if lost_at is not None and is_last:
                tx.spend.found_read(purpose=purpose)
            if reads:
                tx.spend.forget_reads(before=now.date() - timedelta(days=3))

    def not_made(self, charge_id: int, error: XError, purpose: Purpose, *, is_read: bool) -> None:
        """A call came to nothing; what X says about money or credentials holds for all others too."""
        with self._transaction() as tx:
            if is_read:
                tx.spend.forget_charge(charge_id=charge_id)
                if isinstance(error, XUnknown) and error.is_charged:
                    tx.spend.lose_read(purpose=purpose, lost_at=self.clock.now())
            else:
                tx.spend.charge_not_made(charge_id=charge_id)
            if isinstance(error, XOutOfCredits | XCredentialsWrong):
                cause = "credits" if isinstance(error, XOutOfCredits) else "credentials"
                tx.spend.pause(cause=cause, until=error.not_before, reason=str(error))
                log.error("X is not called until=%s cause=%s: %s", f"{error.not_before:%F %H:%M}", cause, error)

    @property
    def read_kind(self) -> str:
        """The price that reading a post has for us."""
        return "owned_read" if self.owns_app else "post_read"

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        """A transaction in which nobody else spends or settles."""
        with self.database.transaction() as tx:
            tx.spend.lock_spending()
            yield tx

    def _check_pauses(self, tx: Transaction) -> None:
        for pause in tx.spend.pauses(now=self.clock.now()):
            kind = XOutOfCredits if pause.cause == "credits" else XCredentialsWrong
            until = pause.until.astimezone(UTC)
            raise kind(f"X is not called until {until:%F %H:%M} UTC: {pause.reason}", not_before=pause.until)

    def _allowance(self, tx: Transaction) -> Allowance:
        return allowance_of(tx, self.clock.now(), self.budget_usd, owns_app=self.owns_app)

    def _left(self, tx: Transaction, allowance: Allowance, purpose: Purpose) -> Decimal:
        """What a purpose may still spend, in USD."""
        if purpose in ANSWERING:
            return allowance.left_today_usd
        # What became of a post whose answer is lost can always be found out.
        return allowance.left_usd if purpose is Purpose.SETTLING else allowance.left_usd - allowance.settling_usd

    def _reserve(
        self, tx: Transaction, kind: str, purpose: Purpose, units: int, usd: Decimal, post_id: int | None
    ) -> int:
        return int(
            tx.spend.reserve(
                charged_at=self.clock.now(), kind=kind, purpose=purpose, units=units, usd=usd, post_id=post_id
            )
        )

    def _charge_read(self, tx: Transaction, at: datetime, kind: str, purpose: Purpose, reads: Sequence[Read]) -> None:
        ids = sorted({read.resource_id for read in reads})
        new = len(list(tx.spend.count_reads(day=at.astimezone(UTC).date(), kind=kind, resource_ids=ids))) if ids else 0
        if new:
            usd = Decimal(tx.spend.price(kind=kind)) * new
            tx.spend.add_charge(charged_at=at, kind=kind, purpose=purpose, units=new, usd=usd)

    def _over_budget(self, tx: Transaction, allowance: Allowance, purpose: Purpose) -> OverBudget:
        now = self.clock.now()
        what = "replies" if purpose in ANSWERING else str(purpose)
        left = max(self._left(tx, allowance, purpose), Decimal(0))
        if purpose in ANSWERING and allowance.is_paced:
            ends_at = day_of(now).ends_at
            message = (
                f"today's share of X_MONTHLY_BUDGET_USD ({allowance.share_usd:.3f} USD) leaves {left:.3f} USD for "
                f"{what}: raise it, or wait until midnight UTC"
            )
        else:
            ends_at = month_of(now).ends_at
            message = (
                f"X_MONTHLY_BUDGET_USD ({self.budget_usd}) leaves {left:.3f} USD for {what}: "
                "raise it, or wait for the next month"
            )
        if (what, ends_at) not in self._stopped:
            self._stopped.add((what, ends_at))
            log.warning("%s have stopped: %s", what, message)
        return OverBudget(message, not_before=min(now + LOOK_AGAIN_AFTER, ends_at))


def resume_x(database: Database, now: datetime) -> None:
    """End every pause of X, and make the posts due that wait: a person fixed the cause, or the clock was wrong.

    Were the cause still there, X would refuse again, and the pause begin again.
    """
    with database.transaction() as tx:
        tx.spend.lock_spending()
        tx.spend.end_pauses()
        tx.outbox.wait_no_longer(now=now)
