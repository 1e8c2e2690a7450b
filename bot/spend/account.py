"""Whose credentials are used on X. The answer is kept, since X charges for each question."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.ports import X
from bot.spend.ledger import Ledger, Purpose
from bot.spend.metered import MeteredX
from helperfunctions.database import Database, record
from helperfunctions.settings import Settings
from helperfunctions.x_models import XAccount

ACCOUNT_KEPT_FOR: Final = timedelta(days=7)
LONG_AGO: Final = datetime(2006, 3, 21, tzinfo=UTC)


def credentials_hash(settings: Settings) -> str:
    """A hash that identifies our credentials for X, and reveals nothing of them."""
    secrets = settings.x_credentials() or ()
    return hashlib.sha256("\0".join((settings.x_api_url, *secrets)).encode()).hexdigest()[:32]


def account_of(ledger: Ledger, x: X, credentials: str) -> XAccount:
    """The account that credentials belong to; X is asked once a week. `credentials` is a hash of them."""
    known = known_account(ledger.database, credentials, asked_after=ledger.clock.now() - ACCOUNT_KEPT_FOR)
    return known if known is not None else ask_account(ledger, x, credentials)


def ask_account(ledger: Ledger, x: X, credentials: str) -> XAccount:
    """The account that credentials belong to, and what they may do. X is asked, which it charges for once a day."""
    account = MeteredX(x, ledger, Purpose.ACCOUNT).me()
    with ledger.database.transaction() as tx:
        tx.spend.keep_account(
            credentials_hash=credentials,
            user_id=account.user_id,
            username=account.username,
            fetched_at=ledger.clock.now(),
        )
    return account


def known_account(database: Database, credentials: str, asked_after: datetime = LONG_AGO) -> XAccount | None:
    """The account that credentials belong to, if X was asked after a certain time; X is not asked here."""
    with database.transaction() as tx:
        known = tx.spend.account(credentials_hash=credentials, fetched_after=asked_after)
    return record(XAccount, known) if known is not None else None


def known_username(database: Database, credentials: str) -> str:
    """The username of the account that credentials belong to; "watchtime" if X was never asked for it."""
    account = known_account(database, credentials)
    return account.username if account is not None else "watchtime"
