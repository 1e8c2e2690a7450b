"""Count the queue into the minutes of the database, shard by shard. Receiving a message twice, or stopping anywhere,
changes nothing.

A message is acknowledged when the cursor is past it, which moves in the transaction that closes its minutes. What a
counter had and did not acknowledge is received again, by the process that has the queue then, from the cursor on.
"""

import logging
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from bot.chat.close import instant_of
from bot.chat.count import Counted, store, to_ms
from bot.chat.events import UnknownFormat
from bot.chat.minutes import Minute, Minutes, OpenMinutes
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS, read
from helperfunctions.amqp import Delivery
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import QueueUnavailable

log = logging.getLogger(__name__)

# Messages of a shard that a counter may have without acknowledging them. A listener sends one a second, and a minute is
# open for 75 seconds.
PREFETCH: Final = 500
# With this number of them, the listener that has been silent for the longest time is taken to be gone.
_MOST_HELD: Final = 400
# Messages of one transaction.
_MESSAGES: Final = 400
_SEEN_EVERY: Final = timedelta(seconds=10)
_FORGOTTEN_AFTER: Final = timedelta(hours=1)
# RabbitMQ ends the channel of a consumer that has not acknowledged a message for 30 minutes. A counter has those of the
# last open minute of a listener that has ended.
_RECEIVED_AGAIN_AFTER: Final = timedelta(minutes=20)


class Consumer(Protocol):
    """The queues of all shards."""

    @property
    def connection(self) -> int: ...

    @property
    def problem(self) -> QueueUnavailable | None: ...

    def take(self, most: int, wait_seconds: float = 0) -> list[Delivery]: ...

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None: ...

    def start_again(self) -> None: ...

    def close(self) -> None: ...


class _Held(NamedTuple):
    journal_id: str
    until_seq: int
    delivery: Delivery
    received_at: datetime


@dataclass(slots=True)
class _Source:
    """A listener in a shard. `stored_cursor`: as the database has it; `is_new`: it has none for this shard."""

    minutes: Minutes
    stored_cursor: int
    is_new: bool


@dataclass(slots=True)
class _Shard:
    open: OpenMinutes = field(default_factory=OpenMinutes)
    sources: dict[str, _Source] = field(default_factory=dict)
    held: deque[_Held] = field(default_factory=deque)


class TakenOver(Exception):
    """Another counter has moved a cursor: it has the queue now."""


class QueueCounter:
    """Counts the queue. The open minutes stay in memory between two runs.

    Several counters may run: the broker gives each shard to one of them. One that does not know yet that it has lost a
    shard may store the same open minutes; the first that moves a cursor goes on, and the other one begins again.
    """

    def __init__(self, database: Database, consumer: Consumer, clock: Clock) -> None:
        self._database, self._consumer, self._clock = database, consumer, clock
        self.health = QueueHealth(clock, "trying again")
        self._shards = [_Shard() for _ in range(SHARDS)]
        self._opted_out: frozenset[int] = frozenset()
        self._name = secrets.token_hex(8)
        self._seen_at: datetime | None = None

    def count(self, wait_seconds: float = 0) -> Counted:
        """Count what was received; waits for the first message. Raises DatabaseError; the next run makes up for it."""
        counted = Counted()
        deliveries = self._consumer.take(_MESSAGES, wait_seconds)
        self._note_health()
        try:
            while deliveries:
                self._count(deliveries, counted)
                deliveries = self._consumer.take(_MESSAGES)
        except TakenOver:
            log.warning("another counter goes on with a shard of chat; beginning again")
            self._begin_again()
        except BaseException:
            # Whether it was stored is unknown.
            self._begin_again()
            raise
        self._see()
        return counted

    def close(self) -> None:
        """Give the queue back."""
        self._consumer.close()

    def _note_health(self) -> None:
        problem = self._consumer.problem
        if problem is not None:
            self.health.fails(problem)
        elif self._consumer.connection:
            self.health.works()

    def _see(self) -> None:
        """Note in the database, now and then, whether the queue can be used."""
        now = self._clock.now()
        if self._seen_at is not None and timedelta(0) <= now - self._seen_at < _SEEN_EVERY:
            return
        with self._database.transaction() as tx:
            tx.chat.see_node(
                name=self._name,
                kind="counter",
                now=now,
                waiting_bytes=0,
                failing_since=self.health.failing_since,
                problem=self.health.problem,
                key_mark="",
            )
            tx.chat.forget_nodes(before=now - _FORGOTTEN_AFTER)
        self._seen_at = now
        held = [shard.held[0].received_at for shard in self._shards if shard.held]
        if held and now - min(held) > _RECEIVED_AGAIN_AFTER:
            for shard in self._shards:
                shard.held.clear()
            self._consumer.start_again()

    def _begin_again(self) -> None:
        self._shards = [_Shard() for _ in range(SHARDS)]
        self._consumer.start_again()

    def _count(self, deliveries: Sequence[Delivery], counted: Counted) -> None:
        with self._database.transaction() as tx:
            self._opted_out = frozenset(int(row.id) for row in tx.chat.opted_out_chatters())
            for delivery in deliveries:
                self._apply(tx, delivery)
            stored = [self._store(tx, number) for number in range(SHARDS)]
        counted.batches += len(deliveries)
        for number, minutes in enumerate(stored):
            counted.add(minutes)
            self._acknowledge(self._shards[number])

    def _apply(self, tx: Transaction, delivery: Delivery) -> None:
        try:
            message = read(delivery.body)
        except UnknownFormat as exc:
            log.error("a message of the queue cannot be read and is left out shard=%d: %s", delivery.queue, exc)
            self._consumer.acknowledge([delivery])
            return
        shard = self._shards[delivery.queue]
        source = self._source(tx, delivery.queue, message.journal_id)
        if message.after_seq > source.minutes.seq:
            log.warning(
                "batches of chat are lost shard=%d first=%d last=%d",
                *(delivery.queue, source.minutes.seq + 1, message.after_seq),
            )
            source.minutes.lost(message.parts[0].at_ms if message.parts else 0)
        for part in message.parts:
            if part.seq > source.minutes.seq:
                source.minutes.apply(part.seq, part.at_ms, part.events)
        shard.held.append(_Held(message.journal_id, message.until_seq, delivery._replace(body=b""), self._clock.now()))

    def _source(self, tx: Transaction, number: int, journal_id: str) -> _Source:
        shard = self._shards[number]
        source = shard.sources.get(journal_id)
        if source is None:
            row = tx.chat.shard_cursor(journal_id=journal_id, shard=number)
            seq, closed_until_ms = (row.seq, to_ms(row.closed_until)) if row else (0, 0)
            minutes = Minutes(seq, closed_until_ms, self._opted_out, journal_id, shard.open)
            stored_seq = row.stored_seq if row else None
            is_new, stored_cursor = stored_seq is None, seq if stored_seq is None else stored_seq
            source = shard.sources[journal_id] = _Source(minutes, stored_cursor, is_new)
        source.minutes.opted_out = self._opted_out
        return source

    @staticmethod
    def _give_up_the_most_silent(shard: _Shard) -> None:
        """Close the minutes of the listener that is the furthest behind: the others could not go on."""
        arrived_ms = shard.open.arrived_ms
        behind = min((one.journal_id for one in shard.held), key=lambda journal_id: arrived_ms.get(journal_id, 0))
        log.warning("nothing comes from a listener of chat any more; closing its minutes journal=%s", behind)
        shard.sources[behind].minutes.close_all()

    def _store(self, tx: Transaction, number: int) -> list[Minute]:
        """Store what changed in a shard. Raises TakenOver."""
        shard = self._shards[number]
        changed = list(shard.open.changed.values())
        store(tx, changed)
        for journal_id, source in shard.sources.items():
            cursor = source.minutes.cursor
            if cursor != source.stored_cursor or source.is_new:
                moved = tx.chat.move_shard_cursor(
                    journal_id=journal_id,
                    shard=number,
                    seq=cursor,
                    closed_until=instant_of(source.minutes.closed_until_ms),
                    moved_at=self._clock.now(),
                    was=source.stored_cursor,
                )
                if moved is None:
                    raise TakenOver
                source.stored_cursor, source.is_new = cursor, False
        shard.open.changed.clear()
        return changed

    def _acknowledge(self, shard: _Shard) -> None:
        done = [one for one in shard.held if one.until_seq <= shard.sources[one.journal_id].stored_cursor]
        if done:
            self._consumer.acknowledge([one.delivery for one in done])
        connection = self._consumer.connection
        # What an earlier connection had is received again.
        shard.held = deque(
            one
            for one in shard.held
            if one.delivery.connection == connection and one.until_seq > shard.sources[one.journal_id].stored_cursor
        )
        if len(shard.held) > _MOST_HELD:
            self._give_up_the_most_silent(shard)
