"""One call to X on the ledger: its price is reserved before the call, its outcome is recorded after it."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import XCredentialsWrong, XError, XOutOfCredits, XUnknown

log = logging.getLogger(__name__)

# X charges a post or an account once a day; a response that was lost can be about the day before.
READS_NEEDED_FOR: Final = timedelta(days=3)


class Purpose(StrEnum):
    """The part of the budget that pays for a call."""

    SUMMARIES = "summaries"
    REPLIES = "replies"
    MENTIONS = "mentions"
    SETTLING = "settling"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Read:
    """A post or an account in a response, for which X charges. `kind`: its price; `created_at`: None if unknown."""

    kind: str
    resource_id: str
    created_at: datetime | None


@contextmanager
def locked_ledger(database: Database) -> Iterator[Transaction]:
    """A transaction during which no other one reserves or settles a charge.

    Every transaction that writes to the ledger takes this lock before any other: so no two wait for each other.
    """
    with database.transaction() as tx:
        tx.spend.lock_spending()
        yield tx


@dataclass(frozen=True, slots=True)
class WriteCharge:
    """The reserved price of a call that writes. After the call, `made` or `failed` is called once.

    Of a post whose outcome is unknown, neither is called: its price stays reserved until the outbox settles it.
    """

    database: Database
    clock: Clock
    charge_id: int

    def made(self) -> None:
        """Record that the call was made."""
        with locked_ledger(self.database) as tx:
            tx.spend.end_pause(cause="credentials")
            tx.spend.mark_made(charge_id=self.charge_id)

    def failed(self, error: XError) -> None:
        """Record that the call failed: at no cost, unless X may have executed it although its response was lost."""
        if isinstance(error, XUnknown) and error.is_charged:
            self.made()  # Rather too high a bill in our ledger than too low a one.
            return
        with locked_ledger(self.database) as tx:
            tx.spend.mark_not_made(charge_id=self.charge_id)
            _pause_after(tx, error, self.clock.now())


@dataclass(frozen=True, slots=True)
class ReadCharge:
    """The reserved price of a call that reads up to `most` posts. After the call, one of the methods is called once."""

    database: Database
    clock: Clock
    charge_id: int
    purpose: Purpose
    most: int

    def page_read(self, reads: Sequence[Read]) -> None:
        """Charge the content of a page that is not the last of its list."""
        with locked_ledger(self.database) as tx:
            self._charge(tx, reads)

    def list_read(self, reads: Sequence[Read]) -> None:
        """Charge the content of the last page of a list: no response to an earlier call is uncertain any more."""
        with locked_ledger(self.database) as tx:
            self._charge(tx, reads)
            tx.spend.delete_uncertain_read(purpose=self.purpose)

    def failed(self, error: XError) -> None:
        """Record that the call failed; if X may have charged for a response that was lost, the next read decides."""
        with locked_ledger(self.database) as tx:
            tx.spend.delete_charge(charge_id=self.charge_id)
            if isinstance(error, XUnknown) and error.is_charged:
                tx.spend.store_uncertain_read(purpose=self.purpose, lost_at=self.clock.now())
            _pause_after(tx, error, self.clock.now())

    def _charge(self, tx: Transaction, reads: Sequence[Read]) -> None:
        """Replace the reserved price by that of the content, and of the content that a lost response may have had."""
        now = self.clock.now()
        tx.spend.end_pause(cause="credentials")
        tx.spend.delete_charge(charge_id=self.charge_id)
        lost_at = tx.spend.uncertain_read_at(purpose=self.purpose)
        for kind in sorted({read.kind for read in reads}):
            of_kind = [read for read in reads if read.kind == kind]
            self._add(tx, now, kind, of_kind)
            # On one day X charges a post once, whether it was in the lost response or not.
            if lost_at is not None and lost_at.astimezone(UTC).date() < now.date():
                before = [read for read in of_kind if read.created_at is None or read.created_at <= lost_at]
                self._add(tx, lost_at, kind, before)
        if reads:
            tx.spend.delete_reads(before=now.date() - READS_NEEDED_FOR)

    def _add(self, tx: Transaction, at: datetime, kind: str, reads: Sequence[Read]) -> None:
        """Charge those of one kind that were not read earlier on that day (UTC)."""
        ids = sorted({read.resource_id for read in reads})
        new = len(list(tx.spend.store_new_reads(day=at.astimezone(UTC).date(), kind=kind, ids=ids))) if ids else 0
        if new:
            usd = Decimal(tx.spend.price(kind=kind)) * new
            tx.spend.add_charge(charged_at=at, kind=kind, purpose=self.purpose, units=new, usd=usd)


def _pause_after(tx: Transaction, error: XError, now: datetime) -> None:
    """Pause all calls after an error about credits or credentials, which affects every other call too."""
    if isinstance(error, XOutOfCredits | XCredentialsWrong):
        cause = "credits" if isinstance(error, XOutOfCredits) else "credentials"
        tx.spend.pause(cause=cause, until=error.not_before, reason=str(error), now=now)
        log.error("X is not called until=%s cause=%s: %s", f"{error.not_before:%F %H:%M}", cause, error)
