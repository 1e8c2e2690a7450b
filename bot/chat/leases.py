"""Which listener has which channels, when several share them: each leases some in the database, and renews the leases.

While the database is unavailable a listener goes on with what it has: nobody else can lease that meanwhile.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final

import orjson

from bot.chat.queue_health import QueueHealth
from bot.chat.rooms import MAY_PASS, MOST_ROOMS
from helperfunctions.chat_journal import Journal, WantedRoom
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DatabaseError, JournalUnusable, SettingsError

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=30)
RENEW_SECONDS: Final = 5.0
_LOG_EVERY: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Leases:
    """The leases of the listener with a journal. `health`: whether it can use the queue. Used by one thread."""

    database: Database
    folder: Path
    clock: Clock
    health: QueueHealth
    real_seconds: Callable[[float], float] = float
    _logged: dict[str, object] = field(default_factory=dict)

    def keep(self, stopped: threading.Event) -> None:
        """Renew the leases until `stopped` is set, then give them back."""
        while not stopped.is_set():
            try:
                journal = Journal(self.folder)
            except JournalUnusable as exc:
                self._log("the channels stay as they are: %s", exc)
                stopped.wait(self.real_seconds(RENEW_SECONDS))
                continue
            try:
                while not stopped.is_set():
                    self._try(journal)
                    stopped.wait(self.real_seconds(RENEW_SECONDS))
                self._end(journal)
            finally:
                journal.close()

    def renew(self, journal: Journal) -> None:
        """Renew the leases, take free channels, and exchange channels and their states with the listener. Raises
        DatabaseError, JournalUnusable, and SettingsError when another listener hashes ids with another key."""
        now, listener, mark = self.clock.now(), journal.id, key_mark(self.folder)
        with self.database.transaction() as tx:
            # First of all, because it is one of the listeners.
            tx.chat.see_node(
                name=listener,
                kind="listener",
                now=now,
                waiting_bytes=journal.waiting_bytes(),
                failing_since=self.health.failing_since,
                problem=self.health.problem if self.health.failing_since else "",
                key_mark=mark,
            )
            share = tx.chat.share(key_mark=mark, since=now - LEASE, now=now)
            if share.has_other_key:
                raise SettingsError(
                    [f"another listener has another key: copy the file {self.folder / 'key'} from one to the other"]
                )
            fair = min(MOST_ROOMS, -(-share.wanted // share.listeners))
            # A channel that moves is not heard for some seconds: none moves for a small difference.
            most = fair if self._has_many(tx, listener, fair) else MOST_ROOMS
            tx.chat.give_back_leases(listener=listener, now=now, most=most)
            tx.chat.renew_leases(listener=listener, until=now + LEASE)
            tx.chat.take_leases(listener=listener, now=now, until=now + LEASE, most=fair, may_pass=sorted(MAY_PASS))
            rooms = [
                WantedRoom(row.channel_id, row.login, int(row.asked_at.timestamp() * 1000))
                for row in tx.chat.leased(listener=listener)
            ]
            _store_states(tx, journal, rooms, now)
        journal.want(rooms)

    @staticmethod
    def _has_many(tx: Transaction, listener: str, fair: int) -> bool:
        mine = len(list(tx.chat.leased(listener=listener)))
        return mine > fair + max(2, fair // 4)

    def _try(self, journal: Journal) -> None:
        try:
            self.renew(journal)
            self._logged.clear()
        except (DatabaseError, JournalUnusable) as exc:
            self._log("the channels stay as they are: %s", exc)
        except SettingsError as exc:
            journal.want([])
            self._log("no channel is joined: %s", exc)
        except Exception:
            # The next attempt may succeed, and without it others would lease our channels.
            log.exception("renewing the leases failed unexpectedly")

    def _log(self, text: str, error: Exception) -> None:
        now = self.clock.now()
        at = self._logged.get(text)
        if at is None or not timedelta(0) <= now - at < _LOG_EVERY:  # type: ignore[operator]
            log.warning(text, error)
            self._logged[text] = now

    def _end(self, journal: Journal) -> None:
        try:
            with self.database.transaction() as tx:
                tx.chat.end_leases(listener=journal.id)
                tx.chat.forget_node(name=journal.id)
        except DatabaseError as exc:
            log.info("the leases end by themselves: %s", exc)


def _store_states(tx: Transaction, journal: Journal, rooms: list[WantedRoom], now: object) -> None:
    """Store what became of the leased channels."""
    asked = {room.channel_id: room.asked_at_ms for room in rooms}
    states = [
        {"channel_id": row.channel_id, "state": row.state, "reason": row.reason}
        for row in journal.rooms()
        if asked.get(row.channel_id) == row.asked_at_ms
    ]
    if states:
        tx.chat.store_states(states=orjson.dumps(states).decode(), now=now)


def key_mark(folder: Path) -> str:
    """A hash of the key of a folder, by which two keys can be compared. Raises JournalUnusable."""
    try:
        return blake2b((folder / "key").read_bytes(), digest_size=16, person=b"wt key mark").hexdigest()
    except OSError as exc:
        raise JournalUnusable(f"the key of chat cannot be used path={folder / 'key'}: {exc.strerror}") from exc
