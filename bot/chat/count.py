"""Count the journal into the minutes of the database. Reading it twice, or stopping anywhere, changes nothing."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from bot.chat.close import instant_of, store_closed
from bot.chat.events import UnknownFormat, decode
from bot.chat.minutes import Minute, Minutes
from helperfunctions.chat_journal import Journal
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction

log = logging.getLogger(__name__)

# Batches of one transaction.
_BATCHES: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The columns that a minute has under the same name.
_COLUMNS: Final = (
    *("channel_id", "messages", "mirrored_messages", "subscriber_messages", "first_time_messages", "bot_messages"),
    *("emote_only_messages", "command_messages", "bits", "subs", "gifted_subs", "raid_viewers", "removed_messages"),
    *("timeouts", "late_messages", "covered_seconds", "is_closed"),
)


@dataclass(slots=True)
class Counted:
    """The result of a run: batches that were read, minutes that were stored, how many of these are closed, and the
    oldest of those that are."""

    batches: int = 0
    minutes: int = 0
    closed: int = 0
    oldest_closed_at: datetime | None = None

    def add(self, minutes: Sequence[Minute]) -> None:
        """Add minutes that were stored."""
        closed = [instant_of(minute.begin_ms) for minute in minutes if minute.is_closed]
        self.minutes += len(minutes)
        self.closed += len(closed)
        known = [self.oldest_closed_at] if self.oldest_closed_at is not None else []
        self.oldest_closed_at = min([*known, *closed], default=None)


class Counter:
    """Counts a journal. The caller holds the lock of the job `chat`.

    The open minutes stay in memory between two runs. The database has how far the journal is counted, in the same
    transaction as the minutes: after a stop, or a run of another process, counting begins there again.
    """

    def __init__(self, database: Database, journal: Journal, clock: Clock) -> None:
        self._database, self._journal, self._clock = database, journal, clock
        self._minutes: Minutes | None = None
        self._stored_cursor = 0

    def count(self) -> Counted:
        """Count everything that waits. Raises DatabaseError and JournalUnusable; the next run makes up for it."""
        counted = Counted()
        try:
            minutes = self._begin()
            while batches := self._journal.after(minutes.seq, _BATCHES):
                for batch in batches:
                    if batch.seq != minutes.seq + 1:
                        log.warning("batches of chat are lost first=%d last=%d", minutes.seq + 1, batch.seq - 1)
                        minutes.lost(batch.at_ms)
                    try:
                        events = decode(batch.events)
                    except UnknownFormat as exc:
                        log.error("a batch of chat cannot be read and is left out seq=%d: %s", batch.seq, exc)
                        events = []
                        minutes.lost(batch.at_ms)
                    minutes.apply(batch.seq, batch.at_ms, events)
                self._store(minutes, counted)
                counted.batches += len(batches)
        except BaseException:
            # Whether it was stored is unknown.
            self._minutes = None
            raise
        return counted

    def _begin(self) -> Minutes:
        """The open minutes: those in memory, unless another process went on meanwhile."""
        with self._database.transaction() as tx:
            row = tx.chat.cursor(journal_id=self._journal.id)
            opted_out = frozenset(int(row.id) for row in tx.chat.opted_out_chatters())
        seq = row.seq if row else 0
        if self._minutes is None or seq != self._stored_cursor:
            closed_until_ms = to_ms(row.closed_until) if row else 0
            self._minutes, self._stored_cursor = Minutes(seq, closed_until_ms, opted_out), seq
        self._minutes.opted_out = opted_out
        return self._minutes

    def _store(self, minutes: Minutes, counted: Counted) -> None:
        changed, cursor = minutes.changed(), minutes.cursor
        with self._database.transaction() as tx:
            store(tx, changed)
            if cursor != self._stored_cursor:
                tx.chat.move_cursor(
                    journal_id=self._journal.id,
                    seq=cursor,
                    closed_until=instant_of(minutes.closed_until_ms),
                    moved_at=self._clock.now(),
                )
        minutes.stored()
        counted.add(changed)
        if cursor != self._stored_cursor:
            self._stored_cursor = cursor
            self._journal.delete_until(cursor)


def store(tx: Transaction, changed: Sequence[Minute]) -> None:
    """Store minutes that changed, and what follows from those that this closes."""
    for day in sorted({instant_of(minute.begin_ms).date() for minute in changed}):
        tx.chat.make_partition(day=day)
    if changed:
        rows = [_row_of(minute) for minute in changed]
        tx.chat.number_emotes(emote_ids=sorted({emote for row in rows for emote in row["top_emotes"]}))
        stored = list(tx.chat.store_minutes(minutes=orjson.dumps(rows).decode()))
        closed = {(row.channel_id, to_ms(row.minute_at)) for row in stored if row.is_closed}
        store_closed(tx, [one for one in changed if (one.channel_id, one.begin_ms) in closed])


def _row_of(minute: Minute) -> dict[str, Any]:
    top = minute.top_emotes()
    return {name: getattr(minute, name) for name in _COLUMNS} | {
        "minute_at": instant_of(minute.begin_ms),
        "chatters": len(minute.authors),
        "top_emotes": [emote for emote, _ in top],
        "top_emote_uses": [uses for _, uses in top],
    }


def to_ms(instant: datetime) -> int:
    """The number of ms since 1970 of an instant."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)
