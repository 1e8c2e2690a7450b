"""Ship the journal to the queue in rounds of a message for each shard. What is shipped is deleted from the journal when
the broker has all messages of the round on its disk."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.chat.events import UnknownFormat
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS, messages_of
from helperfunctions.chat_journal import Batch, Journal
from helperfunctions.errors import JournalUnusable, QueueFull, QueueUnavailable

log = logging.getLogger(__name__)

# What came in a second is one round. A round of fewer bytes than this has more, when more waits.
_ROUND_MS: Final = 1_000
_ROUND_BYTES: Final = 128_000
_ROUND_BATCHES: Final = 64
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
# At the end, the rest is shipped if that takes no longer.
_REST_SECONDS: Final = 5.0


class Publisher(Protocol):
    """A connection to the queue. Both methods raise QueueUnavailable."""

    async def publish(self, queue: int, body: bytes) -> bool: ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class _Round:
    """Batches up to a number as messages, and the shards whose message the broker has not confirmed."""

    until_seq: int
    bodies: list[bytes]
    open_shards: set[int] = field(default_factory=lambda: set(range(SHARDS)))


class Shipper:
    """Ships a journal. It is used by the process that appends to it, in the same thread."""

    def __init__(
        self,
        journal: Journal,
        open_publisher: Callable[[], Awaitable[Publisher]],
        health: QueueHealth,
        real_seconds: Callable[[float], float] = float,
    ) -> None:
        self._journal, self._open_publisher, self.health = journal, open_publisher, health
        self._real_seconds = real_seconds
        self._shipped = 0
        self._round: _Round | None = None
        self._publisher: Publisher | None = None

    async def run(self) -> None:
        """Ship until this is cancelled; then once more, for a short time."""
        pause = _FIRST_PAUSE_SECONDS
        try:
            while True:
                try:
                    while await self.ship():
                        pass
                    pause = _FIRST_PAUSE_SECONDS
                    await asyncio.sleep(self._real_seconds(_ROUND_MS / 1000))
                except (QueueUnavailable, JournalUnusable):
                    await asyncio.sleep(self._real_seconds(pause))
                    pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                except Exception:
                    log.exception("shipping chat failed unexpectedly")
                    self._round = None
                    await asyncio.sleep(_LONGEST_PAUSE_SECONDS)
        finally:
            await self._close()

    async def ship_rest(self) -> None:
        """Ship what waits, before the process ends; what takes too long is shipped after the next start."""

        async def rest() -> None:
            while await self.ship():
                pass

        try:
            await asyncio.wait_for(rest(), _REST_SECONDS)
        except (TimeoutError, QueueUnavailable, JournalUnusable) as exc:
            log.info("the rest is shipped after the next start: %s", exc)
        finally:
            await self._close()

    async def ship(self) -> bool:
        """Ship a round. Returns False if nothing waits. Raises QueueUnavailable and JournalUnusable; the next call
        tries the same round again, without the messages that were confirmed."""
        try:
            if self._publisher is None:
                self._publisher = await self._open_publisher()
            if self._round is None:
                self._round = self._next()
            if self._round is None:
                self.health.works()
                return False
            await self._publish(self._publisher, self._round)
        except QueueFull as exc:
            self.health.fails(exc)
            raise
        except QueueUnavailable as exc:
            self.health.fails(exc)
            await self._close()
            raise
        self.health.works()
        self._journal.delete_until(self._round.until_seq)
        self._shipped, self._round = self._round.until_seq, None
        return True

    async def _publish(self, publisher: Publisher, waiting: _Round) -> None:
        shards = sorted(waiting.open_shards)
        results = await asyncio.gather(
            *(publisher.publish(shard, waiting.bodies[shard]) for shard in shards), return_exceptions=True
        )
        waiting.open_shards -= {shard for shard, result in zip(shards, results, strict=True) if result is True}
        for result in results:
            if isinstance(result, BaseException):
                raise result
        if waiting.open_shards:
            raise QueueFull(f"the queue of chat is full, because nobody counts: {len(waiting.open_shards)} of {SHARDS}")

    def _next(self) -> _Round | None:
        """The oldest batches that wait: those of a second, or more up to a size."""
        batches: list[Batch] = []
        size = 0
        for batch in self._journal.after(self._shipped, _ROUND_BATCHES):
            if batches and size >= _ROUND_BYTES and batch.at_ms - batches[0].at_ms >= _ROUND_MS:
                break
            batches.append(batch)
            size += len(batch.events)
        if not batches:
            return None
        first = batches[0].seq
        if self._shipped and first != self._shipped + 1:
            log.warning("batches of chat are lost first=%d last=%d", self._shipped + 1, first - 1)
        bodies = messages_of(self._journal.id, first - 1, batches, _log_unreadable)
        return _Round(batches[-1].seq, bodies)

    async def _close(self) -> None:
        publisher, self._publisher = self._publisher, None
        if publisher is not None:
            await publisher.close()


def _log_unreadable(batch: Batch, error: UnknownFormat) -> None:
    log.error("a batch of chat cannot be read and is left out seq=%d: %s", batch.seq, error)
