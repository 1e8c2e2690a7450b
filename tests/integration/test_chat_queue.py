"""Chat through RabbitMQ gives the same minutes as without it, whatever happens to the broker and to those who count."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.chat.count_queue import QueueCounter
from bot.chat.events import ChatEvent, encode
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS
from bot.chat.ship import Shipper
from helperfunctions.amqp import Publisher, Queues, purge
from helperfunctions.chat_journal import Journal
from helperfunctions.chat_key import Hasher
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import QueueFull, QueueUnavailable
from tests.conftest import START
from tests.factories import rows, write
from tests.integration.queue_parts import (
    ROOMS,
    SECRETS,
    Counting,
    a_chat,
    a_short_chat,
    count_until,
    counted_alone,
    ship_all,
    stored,
    write_into,
)
from tests.planted import found_below
from tests.rabbit import Rabbit


@dataclass(frozen=True, slots=True)
class ShortChat:
    """Two minutes of chat: its batches, a journal from which they are shipped, and the rows that they make without a
    queue."""

    batches: list[tuple[int, list[ChatEvent]]]
    journal: Journal
    expected: list[tuple[object, ...]]
    url: str
    ship: Callable[[], int]
    """Ships what the journal has."""

    @property
    def halves(self) -> tuple[list[tuple[int, list[ChatEvent]]], list[tuple[int, list[ChatEvent]]]]:
        half = len(self.batches) // 2
        return self.batches[:half], self.batches[half:]

    def is_counted_by(self, counter: QueueCounter) -> None:
        """Let a counter count until all is there."""
        count_until(counter, lambda: len(stored(self.url)) >= len(self.expected))
        assert stored(self.url) == self.expected


@pytest.fixture
def chat(
    tmp_path: Path, database: Database, url: str, clock: VirtualClock, rabbit: Rabbit, queues: Queues, hashed: Hasher
) -> ShortChat:
    batches = a_short_chat(hashed)
    alone, journal = Journal(tmp_path / "alone"), Journal(tmp_path / "shipped")
    write_into(alone, batches)
    expected = counted_alone(database, alone, clock, url)
    return ShortChat(batches, journal, expected, url, partial(ship_all, journal, rabbit.url, queues, clock))


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


def test_two_counters_do_not_disturb_each_other_and_one_takes_over(
    chat: ShortChat, counting: Counting, url: str
) -> None:
    first, second = counting.new(), counting.new()
    write_into(chat.journal, chat.halves[0])
    chat.ship()
    count_until(first, lambda: len(rows(url, "select from chat.cursors")) == SHARDS)
    # The second one waits for the queues that the first one has.
    assert second.count(1).batches == 0
    write_into(chat.journal, chat.halves[1])
    chat.ship()
    first.close()
    chat.is_counted_by(second)
    assert rows(url, "select name from chat.nodes where kind = 'counter'") != []


def test_a_full_queue_refuses_and_what_is_refused_is_shipped_once_it_has_room(
    chat: ShortChat, database: Database, clock: VirtualClock, rabbit: Rabbit, caplog: pytest.LogCaptureFixture
) -> None:
    queues = Queues(f"small-{time.time_ns()}", SHARDS, most_bytes=8_000)
    journal = chat.journal
    write_into(journal, chat.batches)
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
        chat.is_counted_by(counter)
    finally:
        has_counted.set()
        shipping.join()
        counting.close()
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
    chat: ShortChat, rabbit: Rabbit, queues: Queues, counting: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    async def garble() -> None:
        publisher = await Publisher.open(rabbit.url, queues)
        for shard in range(SHARDS):
            assert await publisher.publish(shard, b"\xff not ours")
        await publisher.close()

    asyncio.run(garble())
    write_into(chat.journal, chat.batches)
    chat.ship()
    chat.is_counted_by(counting.new())
    assert caplog.text.count("cannot be read and is left out") == SHARDS


def test_a_broker_that_was_killed_has_what_it_confirmed_and_both_sides_come_back(
    chat: ShortChat, url: str, rabbit: Rabbit, counting: Counting
) -> None:
    write_into(chat.journal, chat.halves[0])
    counter = counting.new()
    chat.ship()
    count_until(counter, lambda: len(rows(url, "select from chat.cursors")) == SHARDS)
    rabbit.kill()
    try:
        write_into(chat.journal, chat.halves[1])
        with pytest.raises(QueueUnavailable):
            chat.ship()
        count_until(counter, lambda: counter.health.problem == "unavailable")
    finally:
        rabbit.start()
    chat.ship()
    chat.is_counted_by(counter)
    assert counter.health.problem == ""


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
