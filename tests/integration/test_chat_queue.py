"""Chat through RabbitMQ gives the same minutes as without it, whatever happens to the broker and to those who count."""

import asyncio
import itertools
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from bot.chat.count import Counter
from bot.chat.count_queue import PREFETCH, QueueCounter
from bot.chat.events import ChatEvent, Covered, UnknownFormat, encode, stripped
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS, messages_of
from bot.chat.ship import Shipper
from helperfunctions import irc
from helperfunctions.amqp import Consumer, Delivery, Publisher, Queues, purge
from helperfunctions.chat_journal import Batch, Journal
from helperfunctions.chat_key import Hasher, hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import QueueFull, QueueRefused, QueueUnavailable
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


def a_short_chat(hashed: Hasher) -> list[tuple[int, list[ChatEvent]]]:
    return a_chat(200, 2, hashed)


def test_two_counters_do_not_disturb_each_other_and_one_takes_over(
    tmp_path: Path,
    database: Database,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    queues: Queues,
    counting: Counting,
    hashed: Hasher,
) -> None:
    batches = a_short_chat(hashed)
    alone, journal = Journal(tmp_path / "alone"), Journal(tmp_path / "shipped")
    write_into(alone, batches)
    expected = counted_alone(database, alone, clock, url)
    first, second = counting.new(), counting.new()
    half = len(batches) // 2
    write_into(journal, batches[:half])
    ship_all(journal, rabbit.url, queues, clock)
    count_until(first, lambda: len(rows(url, "select from chat.cursors")) == SHARDS)
    # The second one waits for the queues that the first one has.
    assert second.count(1).batches == 0
    write_into(journal, batches[half:])
    ship_all(journal, rabbit.url, queues, clock)
    first.close()
    count_until(second, lambda: len(stored(url)) >= len(expected))
    assert stored(url) == expected
    assert rows(url, "select name from chat.nodes where kind = 'counter'") != []


def test_a_counter_that_does_not_know_that_it_lost_a_shard_changes_nothing(
    tmp_path: Path, database: Database, url: str, clock: VirtualClock, hashed: Hasher
) -> None:
    """Both have received everything; the one that is later to move a cursor begins again."""
    batches = a_short_chat(hashed)
    alone = Journal(tmp_path / "alone")
    write_into(alone, batches)
    waiting = alone.after(0, 10_000)
    expected = counted_alone(database, alone, clock, url)
    halves = waiting[: len(waiting) // 2], waiting[len(waiting) // 2 :]
    early, late = Handed(), Handed()
    first, second = QueueCounter(database, early, clock), QueueCounter(database, late, clock)
    for after_seq, half in ((0, halves[0]), (halves[0][-1].seq, halves[1])):
        for consumer, counter in ((early, first), (late, second)):
            consumer.hand(messages_of(alone.id, after_seq, half, no_damage))
            counter.count()
    assert stored(url) == expected
    assert (early.started_again, late.started_again) == (0, 1)
    # It gets again what nobody has acknowledged.
    late.hand(messages_of(alone.id, 0, waiting, no_damage))
    second.count()
    assert stored(url) == expected
    assert late.started_again == 1


class Handed:
    """A consumer to which the test hands messages."""

    def __init__(self) -> None:
        self.connection, self.problem = 1, None
        self.started_again = 0
        self._waiting: list[Delivery] = []

    def hand(self, bodies: Sequence[bytes]) -> None:
        self._waiting += [Delivery(shard, body, 1, 1) for shard, body in enumerate(bodies)]

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


def test_a_full_queue_refuses_and_what_is_refused_is_shipped_once_it_has_room(
    tmp_path: Path,
    database: Database,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    hashed: Hasher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    batches = a_short_chat(hashed)
    queues = Queues(f"small-{time.time_ns()}", SHARDS, most_bytes=8_000)
    alone, journal = Journal(tmp_path / "alone"), Journal(tmp_path / "shipped")
    for one in (alone, journal):
        write_into(one, batches)
    expected = counted_alone(database, alone, clock, url)
    health = QueueHealth(clock, "it waits")

    async def ship(how: Callable[[Shipper], Awaitable[None]]) -> None:
        shipper = Shipper(journal, lambda: Publisher.open(rabbit.url, queues), health)
        try:
            await how(shipper)
        finally:
            await shipper.ship_rest()

    async def until_full(shipper: Shipper) -> None:
        with suppress(QueueFull):
            while await shipper.ship():
                pass
        # A second attempt within the minute, without another line in the log.
        with pytest.raises(QueueFull):
            await shipper.ship()
        assert (health.problem, health.failing_since) == ("full", START)
        assert len([record for record in caplog.records if "is full" in record.message]) == 1
        assert journal.waiting_bytes() > 0

    async def to_its_end(shipper: Shipper) -> None:
        """While another thread counts."""
        while not has_counted.is_set():
            with suppress(QueueFull):
                await shipper.ship()
            await asyncio.sleep(0.1)

    asyncio.run(ship(until_full))
    counting = Counting(database, clock, rabbit.url, queues)
    counter, has_counted = counting.new(), threading.Event()
    try:
        shipping = threading.Thread(target=lambda: asyncio.run(ship(to_its_end)))
        shipping.start()
        count_until(counter, lambda: len(stored(url)) >= len(expected))
    finally:
        has_counted.set()
        shipping.join()
        counting.close()
    assert stored(url) == expected
    assert (health.problem, journal.waiting_bytes()) == ("", 0)


def test_a_full_journal_in_front_of_a_full_queue_drops_the_oldest_and_coverage_shows_it(
    tmp_path: Path,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    queues: Queues,
    counting: Counting,
    hashed: Hasher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    journal = Journal(tmp_path)
    for at_ms, events in a_chat(2_000, 4, hashed):
        journal.append(encode(events), at_ms, {}, 60_000)
    assert journal.times_dropped() > 0
    ship_all(journal, rabbit.url, queues, clock)
    counter = counting.new()
    count_until(counter, lambda: len(rows(url, "select from chat.minutes where is_closed")) > len(ROOMS))
    covered = rows(
        url, "select minute_at, max(covered_seconds) from chat.minutes where is_closed group by 1 order by 1"
    )
    assert covered[0][1] < 60
    assert covered[-1][1] == 60
    assert "batches of chat are lost" in caplog.text


def test_what_is_no_message_is_left_out_and_the_rest_is_counted(
    tmp_path: Path,
    database: Database,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    queues: Queues,
    counting: Counting,
    hashed: Hasher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    batches = a_short_chat(hashed)
    alone, journal = Journal(tmp_path / "alone"), Journal(tmp_path / "shipped")
    for one in (alone, journal):
        write_into(one, batches)
    expected = counted_alone(database, alone, clock, url)

    async def garble() -> None:
        publisher = await Publisher.open(rabbit.url, queues)
        for shard in range(SHARDS):
            assert await publisher.publish(shard, b"\xff not ours")
        await publisher.close()

    asyncio.run(garble())
    ship_all(journal, rabbit.url, queues, clock)
    counter = counting.new()
    count_until(counter, lambda: len(stored(url)) >= len(expected))
    assert stored(url) == expected
    assert caplog.text.count("cannot be read and is left out") == SHARDS


def test_a_broker_that_was_killed_has_what_it_confirmed_and_both_sides_come_back(
    tmp_path: Path,
    database: Database,
    url: str,
    clock: VirtualClock,
    rabbit: Rabbit,
    queues: Queues,
    counting: Counting,
    hashed: Hasher,
) -> None:
    batches = a_short_chat(hashed)
    alone, journal = Journal(tmp_path / "alone"), Journal(tmp_path / "shipped")
    write_into(alone, batches)
    expected = counted_alone(database, alone, clock, url)
    half = len(batches) // 2
    write_into(journal, batches[:half])
    counter = counting.new()
    ship_all(journal, rabbit.url, queues, clock)
    count_until(counter, lambda: len(rows(url, "select from chat.cursors")) == SHARDS)
    rabbit.kill()
    try:
        write_into(journal, batches[half:])
        with pytest.raises(QueueUnavailable):
            ship_all(journal, rabbit.url, queues, clock)
        count_until(counter, lambda: counter.health.problem == "unavailable")
    finally:
        rabbit.start()
    ship_all(journal, rabbit.url, queues, clock)
    count_until(counter, lambda: len(stored(url)) >= len(expected))
    assert stored(url) == expected
    assert counter.health.problem == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("guest:guest", "guest:planted-wrong"), "refuses the user or password"),
        (lambda url: f"{url}nowhere", "does not allow us to use the virtual host"),
    ],
    ids=["a wrong password", "an unknown virtual host"],
)
def test_a_broker_that_refuses_us_is_reported_without_the_password(
    change: Callable[[str], str], words: str, rabbit: Rabbit, queues: Queues
) -> None:
    with pytest.raises(QueueRefused, match=words) as caught:
        asyncio.run(Publisher.open(change(rabbit.url), queues))
    assert "planted" not in str(caught.value)
    assert f"127.0.0.1:{rabbit.ports[0]}" in str(caught.value)


def test_queues_with_another_limit_are_not_changed(rabbit: Rabbit, queues: Queues) -> None:
    async def open_both() -> None:
        publisher = await Publisher.open(rabbit.url, queues)
        await publisher.close()
        await Publisher.open(rabbit.url, replace(queues, most_bytes=1_000))

    with pytest.raises(QueueRefused, match="other arguments"):
        asyncio.run(open_both())


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"AMQP\0\0\x09\x01", b"\x01\0\0\xff\xff\xff\xff", b"\xce" * 64],
    ids=["the end", "HTTP", "another version", "a frame without an end", "noise"],
)
def test_a_server_that_is_no_broker_is_unavailable(answer: bytes, queues: Queues) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await Publisher.open(f"amqp://guest:guest@127.0.0.1:{port}/", queues)

    with pytest.raises(QueueUnavailable):
        asyncio.run(run())


def test_everything_that_waits_in_the_queue_can_be_deleted(
    tmp_path: Path, clock: VirtualClock, rabbit: Rabbit, queues: Queues, counting: Counting, hashed: Hasher
) -> None:
    journal = Journal(tmp_path)
    write_into(journal, a_short_chat(hashed)[:20])
    ship_all(journal, rabbit.url, queues, clock)
    asyncio.run(purge(rabbit.url, queues))
    counter = counting.new()
    count_until(counter, lambda: counter.health.failing_since is None and counter._consumer.connection > 0)
    assert counter.count(1).batches == 0
