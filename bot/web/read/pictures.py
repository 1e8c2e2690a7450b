"""The pictures of games and streamers: which there are, and each of them."""

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.pictures import DELETED_AFTER
from bot.web.read.addresses import Kind
from bot.web.read.errors import NotFound
from helperfunctions.clock import Clock
from helperfunctions.database import Transaction, Transactions
from helperfunctions.errors import DatabaseError

log = logging.getLogger(__name__)

# The list is read again after this time; the version of the data is checked as often.
_LIST_VALID_FOR: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture. `seconds_left`: for how long it may be shown, which leaves an hour of the 24 that Twitch allows."""

    media_type: str
    digest: str
    content: bytes
    seconds_left: int


class Pictures:
    """The pictures that may be shown: not too old, and not of streamers with these logins. For many threads."""

    def __init__(self, database: Transactions, clock: Clock, without_logins: Sequence[str] = ()) -> None:
        self._database = database
        self._clock = clock
        self._without_logins = list(without_logins)
        self._digests: Mapping[tuple[str, str], str] = {}
        self._read_at: datetime | None = None
        self._lock = threading.Lock()

    def digest(self, kind: Kind, id_: str) -> str | None:
        """A value that changes with the picture of a game or streamer; None if there is no picture."""
        return self._listed().get((kind, id_))

    def picture(self, tx: Transaction, kind: Kind, id_: str) -> StoredPicture:
        """A picture. Raises NotFound."""
        now = self._clock.now()
        row = tx.web.picture(kind=kind, id=id_, fetched_after=now - DELETED_AFTER, without_logins=self._without_logins)
        if row is None:
            raise NotFound(f"there is no picture of this {kind}")
        left = row.fetched_at + DELETED_AFTER - now
        return StoredPicture(row.media_type, row.digest, bytes(row.content), int(left.total_seconds()))

    def _listed(self) -> Mapping[tuple[str, str], str]:
        """The digests of all pictures, some hundred, as of two seconds ago at most. None while they cannot be read: a
        page without pictures is better than no page."""
        with self._lock:
            now = self._clock.now()
            if self._read_at is None or not timedelta(0) <= now - self._read_at < _LIST_VALID_FOR:
                try:
                    self._digests = self._read(now)
                except DatabaseError as exc:
                    log.warning("pages have no pictures, because the list of them cannot be read: %s", exc)
                    self._digests = {}
                # After the read, which can take seconds: who waited meanwhile need not read again.
                self._read_at = self._clock.now()
            return self._digests

    def _read(self, now: datetime) -> Mapping[tuple[str, str], str]:
        with self._database.transaction() as tx:
            rows = tx.web.shown_pictures(fetched_after=now - DELETED_AFTER, without_logins=self._without_logins)
            return {(row.kind, row.id): row.digest for row in rows}
