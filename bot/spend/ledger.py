"""The ledger of X: every call is priced before it is made, and the month's budget is never passed.

X charges for its responses: for a post, and for each post or account that is read, the same one once a day (UTC). Its
responses contain no prices, so this is a ledger of our own, computed with X's price list. A month is a calendar month
in UTC.
"""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.spend.allowance import Allowance, allowance_of
from bot.spend.charge import Purpose, ReadCharge, WriteCharge, locked_ledger
from bot.spend.month import day_of, month_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import OverBudget, XCredentialsWrong, XOutOfCredits
from helperfunctions.x_models import FEWEST_RESULTS

log = logging.getLogger(__name__)

# So that a raised budget is noticed soon.
CHECK_AGAIN_AFTER: Final = timedelta(minutes=10)
# Calls that strangers can cause. They stop when a day's share is spent, and while the month's summaries can still be
# paid for.
ANSWERING: Final = (Purpose.REPLIES, Purpose.MENTIONS)


@dataclass(slots=True)
class Ledger:
    """Reserves the price of each call. `MeteredX` is an X that does so for every call.

    `owns_app`: whether the bot's account owns the developer app, for which X charges a fifth for a post that is read.
    """

    database: Database
    clock: Clock
    budget_usd: Decimal
    owns_app: bool
    _warned: set[tuple[str, datetime]] = field(default_factory=set)

    @property
    def read_kind(self) -> str:
        """The price of a post that is read."""
        return "owned_read" if self.owns_app else "post_read"

    def reserve(self, kind: str, purpose: Purpose, *, post_id: int | None = None) -> WriteCharge:
        """Reserve the price of a call that writes, for a post of the outbox if `post_id` is given.

        Raises OverBudget when the budget does not allow it, XOutOfCredits or XCredentialsWrong while X is not called.
        """
        return WriteCharge(self.database, self.clock, self._reserve_one(kind, purpose, post_id))

    def reserve_account(self, purpose: Purpose) -> ReadCharge:
        """Reserve the price of reading one account. Raises as `reserve`."""
        return ReadCharge(self.database, self.clock, self._reserve_one("user_read", purpose, None), purpose, most=1)

    def reserve_page(self, purpose: Purpose, most: int) -> ReadCharge:
        """Reserve the price of a page of at most `most` posts; the charge has the number that the budget allows.

        A response can include each post's author, at a price, unless the posts are ours: that is reserved as well.
        Reading mentions leaves enough for the answers that wait. Raises as `reserve`.
        """
        with locked_ledger(self.database) as tx:
            for abandoned in tx.spend.delete_abandoned_reads(purpose=purpose):
                tx.spend.store_uncertain_read(purpose=purpose, lost_at=abandoned.charged_at)
            self._check_pauses(tx)
            allowance = self._allowance(tx)
            left = _left_for(purpose, allowance)
            if purpose is Purpose.MENTIONS:
                left -= allowance.prices["reply"] * int(tx.spend.answers_waiting())
            each = allowance.prices[self.read_kind]
            if purpose is not Purpose.SETTLING:
                each += allowance.prices["user_read"]
            allowed = min(most, int(left / each)) if each else most
            if allowed < FEWEST_RESULTS:
                raise self._over_budget(allowance, purpose)
            charge_id = self._insert(tx, self.read_kind, purpose, allowed, each * allowed, None)
            return ReadCharge(self.database, self.clock, charge_id, purpose, allowed)

    def newest_attempt_published(self, tx: Transaction, post_id: int) -> None:
        """Settle the charges of a post: the newest of its calls published it.

        Called before the transaction takes any other lock.
        """
        tx.spend.lock_spending()
        tx.spend.settle_newest_charge(post_id=post_id, status="made")

    def first_attempt_published(self, tx: Transaction, post_id: int) -> None:
        """Settle the charges of a post: the first of its calls published it, and the others were refused.

        Called before the transaction takes any other lock.
        """
        tx.spend.lock_spending()
        tx.spend.settle_first_charge(post_id=post_id)

    def not_published(self, tx: Transaction, post_id: int) -> None:
        """Settle the charges of a post: the newest of its calls did not publish it.

        Called before the transaction takes any other lock.
        """
        tx.spend.lock_spending()
        tx.spend.settle_newest_charge(post_id=post_id, status="not_made")

    def _reserve_one(self, kind: str, purpose: Purpose, post_id: int | None) -> int:
        with locked_ledger(self.database) as tx:
            self._check_pauses(tx)
            allowance = self._allowance(tx)
            usd = allowance.prices[kind]
            if usd > _left_for(purpose, allowance):
                raise self._over_budget(allowance, purpose)
            return self._insert(tx, kind, purpose, 1, usd, post_id)

    def _insert(
        self, tx: Transaction, kind: str, purpose: Purpose, units: int, usd: Decimal, post_id: int | None
    ) -> int:
        now = self.clock.now()
        return int(tx.spend.reserve(charged_at=now, kind=kind, purpose=purpose, units=units, usd=usd, post_id=post_id))

    def _check_pauses(self, tx: Transaction) -> None:
        for pause in tx.spend.pauses(now=self.clock.now()):
            kind = XOutOfCredits if pause.cause == "credits" else XCredentialsWrong
            until = pause.until.astimezone(UTC)
            raise kind(f"X is not called until {until:%F %H:%M} UTC: {pause.reason}", not_before=pause.until)

    def _allowance(self, tx: Transaction) -> Allowance:
        return allowance_of(tx, self.clock.now(), self.budget_usd, owns_app=self.owns_app)

    def _over_budget(self, allowance: Allowance, purpose: Purpose) -> OverBudget:
        """The error for a call that the budget does not allow; logged once for each end of a share or month."""
        now = self.clock.now()
        subject = "replies" if purpose in ANSWERING else str(purpose)
        left = max(_left_for(purpose, allowance), Decimal(0))
        if purpose in ANSWERING and allowance.is_paced:
            ends_at = day_of(now).ends_at
            message = (
                f"today's share of X_MONTHLY_BUDGET_USD ({allowance.share_usd:.3f} USD) leaves {left:.3f} USD for "
                f"{subject}: raise it, or wait until midnight UTC"
            )
        else:
            ends_at = month_of(now).ends_at
            message = (
                f"X_MONTHLY_BUDGET_USD ({self.budget_usd}) leaves {left:.3f} USD for {subject}: "
                "raise it, or wait for the next month"
            )
        if (subject, ends_at) not in self._warned:
            self._warned.add((subject, ends_at))
            log.warning("%s have stopped: %s", subject, message)
        return OverBudget(message, not_before=min(now + CHECK_AGAIN_AFTER, ends_at))


def _left_for(purpose: Purpose, allowance: Allowance) -> Decimal:
    """The amount that a purpose may still spend, in USD."""
    if purpose in ANSWERING:
        return allowance.left_today_usd
    # The outcome of a post whose response was lost can always be checked.
    return allowance.left_usd if purpose is Purpose.SETTLING else allowance.left_usd - allowance.settling_usd


def resume_x(database: Database, now: datetime) -> None:
    """Call X and send the waiting posts at once, because a person has fixed the cause or the clock was wrong.

    If the cause persists, X's next response starts a new pause.
    """
    with locked_ledger(database) as tx:
        tx.spend.end_pauses()
        tx.outbox.end_waits(now=now)
