"""The account that X credentials belong to. It is stored, because X charges for each request for it."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.ports import X
from bot.spend.charge import Purpose
from bot.spend.ledger import Ledger
from bot.spend.metered import MeteredX
from helperfunctions.database import Database, record
from helperfunctions.settings import Settings
from helperfunctions.x_models import XAccount

REFRESH_AFTER: Final = timedelta(days=7)
LONG_AGO: Final = datetime(2006, 3, 21, tzinfo=UTC)


def credentials_hash(settings: Settings) -> str:
    """A hash that identifies our credentials for X, and reveals nothing of them."""
    secrets = settings.x_credentials() or ()
    return hashlib.sha256("\0".join((settings.x_api_url, *secrets)).encode()).hexdigest()[:32]


def account_of(ledger: Ledger, x: X, credentials: str) -> XAccount:
    """The account of credentials, fetched from X once a week. `credentials` is a hash of them."""
    stored = stored_account(ledger.database, credentials, fetched_after=ledger.clock.now() - REFRESH_AFTER)
    return stored if stored is not None else fetch_account(ledger, x, credentials)


def fetch_account(ledger: Ledger, x: X, credentials: str) -> XAccount:
    """The account and the permissions of credentials, fetched from X, which charges for it once a day."""
    account = MeteredX(x, ledger, Purpose.ACCOUNT).me()
    with ledger.database.transaction() as tx:
        tx.spend.store_account(
            credentials_hash=credentials,
            user_id=account.user_id,
            username=account.username,
            fetched_at=ledger.clock.now(),
        )
    return account


def stored_account(database: Database, credentials: str, fetched_after: datetime = LONG_AGO) -> XAccount | None:
    """The account of credentials if it was fetched after a certain time; X is not called."""
    with database.transaction() as tx:
        row = tx.spend.account(credentials_hash=credentials, fetched_after=fetched_after)
    return record(XAccount, row) if row is not None else None


def stored_username(database: Database, credentials: str) -> str:
    """The username of the account of credentials; "watchtime" if it was never fetched."""
    account = stored_account(database, credentials)
    return account.username if account is not None else "watchtime"
