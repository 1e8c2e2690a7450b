"""Chat through RabbitMQ gives the same minutes as without it, whatever happens to the broker and to those who count."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.chat.count import Counter
from bot.chat.count_queue import PREFETCH, QueueCounter
from bot.chat.events import ChatEvent, Covered, encode, stripped
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS
from bot.chat.ship import Shipper
from helperfunctions import irc
from helperfunctions.amqp import Consumer, Publisher, Queues
from helperfunctions.chat_journal import Journal
from helperfunctions.chat_key import Hasher, hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import QueueError, QueueFull, QueueUnavailable
from sandbox.chat.rooms import Room, Speakers
from sandbox.chat.truth import ChatTruth
from tests.conftest import START
from tests.factories import rows, write
from tests.planted import found_below
from tests.rabbit import PATIENCE_SECONDS, Rabbit

START_MS = int(START.timestamp() * 1000)
MINUTE_MS = 60_000
ROOMS = [Room(f"room{place}", f"77{place:04}", chatters=40) for place in range(24)]
SECRETS = ("planted-word-2b7e", "planted_chatter_2b")
COLUMNS = (
    "channel_id, minute_at, messages, mirrored_messages, chatters, subscriber_messages, bits, subs, gifted_subs,"
    " timeouts, removed_messages, late_messages, covered_seconds, top_emotes, top_emote_uses, is_closed"
)
_numbers = itertools.count(1)


@pytest.fixture
def queues() -> Queues:
    """Queues that no other test has."""
    return Queues(f"chat-{time.time_ns()}-{next(_numbers)}", SHARDS)


@pytest.fixture
def hashed(tmp_path: Path) -> Hasher:
    return hasher_of(tmp_path / "key")


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


@pytest.fixture
def counting(database: Database, clock: VirtualClock, rabbit: Rabbit, queues: Queues) -> Iterator[Counting]:
    counting = Counting(database, clock, rabbit.url, queues)
    yield counting
    counting.close()


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
    write(url, "truncate chat.minutes, chat.hours, chat.hour_emotes, chat.moments, chat.cursors")


@pytest.mark.parametrize(
    ("messages", "minutes"),
    [(1_500, 6), pytest.param(400_000, 60, marks=pytest.mark.long)],
    ids=["some minutes", "an hour"],
)
def test_the_same_minutes_through_the_journal_and_the_queue_and_read_twice(
    messages: int,
    minutes: int,
    tmp_path: Path,
    database: Database,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    queues: Queues,
    counting: Counting,
    hashed: Hasher,
) -> None:
    batches = a_chat(messages, minutes, hashed)
    alone, journal, again = (Journal(tmp_path / name) for name in ("alone", "shipped", "again"))
    for one in (alone, journal, again):
        write_into(one, batches)
    expected = counted_alone(database, alone, clock, url)
    assert len(expected) >= len(ROOMS) * minutes
    # Through the queue, by two counters one after the other: the second one gets again what the first one had.
    ship_all(journal, rabbit.url, queues, clock)
    assert journal.after(0, 1) == []
    first = counting.new()
    count_until(first, lambda: len(stored(url)) > len(expected) // 2)
    first.close()
    second = counting.new()
    count_until(second, lambda: len(stored(url)) >= len(expected))
    assert stored(url) == expected
    # The whole journal once more, under its old number: everything is known.
    again.id = journal.id
    ship_all(again, rabbit.url, queues, clock)
    seqs = rows(url, "select shard, seq from chat.cursors order by shard")
    count_until(second, lambda: second.count(0.5).batches == 0)
    assert stored(url) == expected
    assert rows(url, "select shard, seq from chat.cursors order by shard") == seqs
    # And counted from the beginning by a counter that knows nothing, while the minutes are there.
    write(url, "delete from chat.cursors")
    again = Journal(tmp_path / "from the beginning")
    write_into(again, batches)
    again.id = journal.id
    ship_all(again, rabbit.url, queues, clock)
    third = counting.new()
    second.close()
    count_until(third, lambda: len(rows(url, "select from chat.cursors where seq > 0")) == SHARDS)
    count_until(third, lambda: third.count(0.5).batches == 0)
    assert stored(url) == expected
    assert found_below(rabbit.folder, SECRETS) == []
