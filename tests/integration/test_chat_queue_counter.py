"""The counter of the queue, with messages that a test hands to it: another counter, and a listener that has ended."""

from pathlib import Path

import pytest

from bot.chat.count_queue import QueueCounter
from bot.chat.events import Said, encode
from bot.chat.shards import SHARDS, messages_of, shard_of
from helperfunctions.chat_journal import Batch, Journal
from helperfunctions.chat_key import Hasher
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.conftest import START
from tests.factories import rows, write
from tests.integration.queue_parts import (
    COLUMNS,
    START_MS,
    Handed,
    a_short_chat,
    counted_alone,
    no_damage,
    stored,
    write_into,
)


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


def test_a_queue_that_is_used_again_goes_on_after_what_was_counted_without_it(
    database: Database, url: str, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    for shard, seq in ((-1, 10), *((shard, 4) for shard in range(SHARDS))):
        write(url, "insert into chat.cursors values ('again', %s, %s, %s, %s)", seq, START, START, shard)
    consumer = Handed()
    counter = QueueCounter(database, consumer, clock)
    said = Batch(11, START_MS, encode([Said("7", START_MS, 1, 1, 0, 0, [])]))
    after = Batch(12, START_MS + 80_000, encode([]))
    consumer.hand(messages_of("again", 10, [said, after], no_damage))
    counter.count()
    assert rows(url, "select messages, is_closed from chat.minutes") == [(1, True)]
    assert rows(url, "select distinct seq from chat.cursors where shard >= 0") == [(12,)]
    assert (consumer.started_again, "lost" in caplog.text) == (0, False)


def test_messages_that_cannot_be_acknowledged_for_long_are_received_again(
    tmp_path: Path, database: Database, url: str, clock: VirtualClock, hashed: Hasher
) -> None:
    """RabbitMQ would end the channel: those of the last minute of a listener that has ended stay."""
    journal = Journal(tmp_path / "alone")
    write_into(journal, a_short_chat(hashed))
    waiting = journal.after(0, 10_000)
    consumer = Handed()
    counter = QueueCounter(database, consumer, clock)
    consumer.hand(messages_of(journal.id, 0, waiting, no_damage))
    counter.count()
    before = rows(url, f"select {COLUMNS} from chat.minutes order by 1, 2")
    clock.advance(1_300)
    counter.count()
    assert consumer.started_again == 1
    consumer.hand(messages_of(journal.id, 0, waiting, no_damage))
    clock.advance(60)
    counter.count()
    assert consumer.started_again == 1
    assert rows(url, f"select {COLUMNS} from chat.minutes order by 1, 2") == before


def test_a_listener_that_has_ended_does_not_stop_the_others(
    tmp_path: Path, database: Database, url: str, clock: VirtualClock, hashed: Hasher, caplog: pytest.LogCaptureFixture
) -> None:
    """Its messages cannot be acknowledged, and the broker hands out only so many: its last minute is closed."""
    shard = shard_of("7")
    consumer = Handed()
    counter = QueueCounter(database, consumer, clock)
    event = Said("7", START_MS, 1, 1, 0, 0, [])
    for number in range(1, 412):
        batch = Batch(number, START_MS + number, encode([event] if number == 1 else []))
        consumer.hand([messages_of("ended", number - 1, [batch], no_damage)[shard]], shard)
    assert rows(url, "select from chat.minutes") == []
    counter.count()
    assert "nothing comes from a listener of chat any more" in caplog.text
    consumer.hand([messages_of("other", 0, [Batch(1, START_MS, encode([]))], no_damage)[shard]], shard)
    counter.count()
    assert rows(url, "select messages, is_closed from chat.minutes") == [(1, True)]
    assert rows(url, f"select seq from chat.cursors where journal_id = 'ended' and shard = {shard}") == [(411,)]
