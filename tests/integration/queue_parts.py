"""Parts of the tests of chat through RabbitMQ: a simulated chat, its minutes, shipping, and counters."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from random import Random

from bot.chat.count import Counter
from bot.chat.count_queue import PREFETCH, QueueCounter
from bot.chat.events import ChatEvent, Covered, UnknownFormat, encode, stripped
from bot.chat.queue_health import QueueHealth
from bot.chat.ship import Shipper
from helperfunctions import irc
from helperfunctions.amqp import Consumer, Delivery, Publisher, Queues
from helperfunctions.chat_journal import Batch, Journal
from helperfunctions.chat_key import Hasher
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from sandbox.chat.rooms import Room, Speakers
from sandbox.chat.truth import ChatTruth
from tests.conftest import START
from tests.factories import rows, write
from tests.rabbit import PATIENCE_SECONDS

START_MS = int(START.timestamp() * 1000)
MINUTE_MS = 60_000
ROOMS = [Room(f"room{place}", f"77{place:04}", chatters=40) for place in range(24)]
SECRETS = ("planted-word-2b7e", "planted_chatter_2b")
COLUMNS = (
    "channel_id, minute_at, messages, mirrored_messages, chatters, subscriber_messages, bits, subs, gifted_subs,"
    " timeouts, removed_messages, late_messages, covered_seconds, top_emotes, top_emote_uses, is_closed"
)


class Counting:
    """Counters of a test; each is closed at its end."""

    def __init__(self, database: Database, clock: VirtualClock, url: str, queues: Queues) -> None:
        self._database, self._clock, self._url, self._queues = database, clock, url, queues
        self._open: list[QueueCounter] = []

    def new(self) -> QueueCounter:
        counter = QueueCounter(self._database, Consumer(self._url, self._queues, PREFETCH), self._clock)
        self._open.append(counter)
        return counter

    def close(self) -> None:
        for counter in self._open:
            counter.close()


def a_chat(messages: int, minutes: int, hashed: Hasher, seed: int = 1) -> list[tuple[int, list[ChatEvent]]]:
    """Batches of four a second with their times: lines of simulated chat, some of them twice, and in disorder."""
    random = Random(seed)
    speakers = Speakers(ChatTruth(), random, words=SECRETS[:1], logins=SECRETS[1])
    times = sorted(random.randrange(minutes * MINUTE_MS) for _ in range(messages))
    waiting: dict[int, list[ChatEvent]] = {}
    for sent_ms in times:
        parsed = irc.parse(speakers.message(random.choice(ROOMS), START_MS + sent_ms).line.rstrip(b"\r\n"))
        if not isinstance(parsed, irc.Message):
            continue
        event = stripped(parsed, parsed.room_id, hashed)
        for _ in range(2 if random.random() < 0.03 else 1):
            waiting.setdefault((sent_ms + random.randint(0, 1_500)) // 250, []).append(event)
    for second in range(0, minutes * 60 + 90, 2):
        span = Covered(START_MS + (second - 4) * 1000, START_MS + (second - 2) * 1000, [one.room_id for one in ROOMS])
        waiting.setdefault(second * 4, []).append(span)
    return [(START_MS + number * 250, events) for number, events in sorted(waiting.items())]


def write_into(journal: Journal, batches: Sequence[tuple[int, Sequence[ChatEvent]]]) -> None:
    for at_ms, events in batches:
        journal.append(encode(events), at_ms, {}, 1_000_000_000)


def stored(url: str) -> list[tuple[object, ...]]:
    found = rows(url, f"select {COLUMNS} from chat.minutes where is_closed order by minute_at, channel_id")
    return found + rows(url, "select channel_id, hour_at, messages, chatters from chat.hours order by 1, 2")


def ship_all(journal: Journal, url: str, queues: Queues, clock: VirtualClock) -> int:
    """Ship what waits, as another run of a listener. Returns the number of rounds."""

    async def run() -> int:
        shipper = Shipper(journal, lambda: Publisher.open(url, queues), QueueHealth(clock, "it waits"))
        done = 0
        while await shipper.ship():
            done += 1
        await shipper.ship_rest()
        return done

    return asyncio.run(run())


def count_until(counter: QueueCounter, is_done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        assert time.monotonic() < end
        counter.count(0.2)


def counted_alone(database: Database, journal: Journal, clock: VirtualClock, url: str) -> list[tuple[object, ...]]:
    """The minutes of a journal without a queue; the database is empty afterwards."""
    Counter(database, journal, clock).count()
    found = stored(url)
    empty(url)
    return found


def empty(url: str) -> None:
    write(url, "truncate chat.minute_counts, chat.hours, chat.hour_emote_counts, chat.moments, chat.cursors")


def a_short_chat(hashed: Hasher) -> list[tuple[int, list[ChatEvent]]]:
    return a_chat(200, 2, hashed)


class Handed:
    """A consumer to which the test hands messages."""

    def __init__(self) -> None:
        self.connection, self.problem = 1, None
        self.started_again = 0
        self._waiting: list[Delivery] = []

    def hand(self, bodies: Sequence[bytes], first_shard: int = 0) -> None:
        self._waiting += [Delivery(shard, body, 1, 1) for shard, body in enumerate(bodies, start=first_shard)]

    def take(self, most: int, wait_seconds: float = 0) -> list[Delivery]:
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        pass

    def start_again(self) -> None:
        self.started_again += 1
        self._waiting.clear()

    def close(self) -> None:
        pass


def no_damage(batch: Batch, error: UnknownFormat) -> None:
    raise AssertionError(batch.seq) from error
