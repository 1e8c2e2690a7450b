"""Messages of the queue: which shard has which channel, and what is refused."""

from collections.abc import Sequence

import orjson
import pytest

from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said, UnknownFormat, encode
from bot.chat.shards import SHARDS, Part, ShardMessage, messages_of, read, shard_of
from helperfunctions.chat_journal import Batch

NOON = 1_795_276_800_000


def unreadable(batch: Batch, error: UnknownFormat) -> None:
    raise AssertionError(batch) from error


def test_a_channel_has_the_same_shard_for_good() -> None:
    """Another one after an upgrade would be counted with another cursor."""
    assert [shard_of(str(number)) for number in range(71092938, 71092946)] == [2, 4, 7, 1, 3, 5, 6, 0]


def test_each_event_is_in_the_message_of_its_shard_and_each_shard_has_a_message() -> None:
    channels = [str(number) for number in range(100)]
    said = [Said(channel, NOON, 2**63 + number, 5, 1, 0, [("25", 2)]) for number, channel in enumerate(channels)]
    others: list[ChatEvent] = [Noticed("7", NOON, 1, "sub", 1), Moderated("7", NOON, 2, True)]
    batches = [
        Batch(5, NOON, encode([*said, *others])),
        Batch(7, NOON + 1, encode([Covered(NOON, NOON + 2, channels)])),
    ]
    messages = [read(body) for body in messages_of("journal", 4, batches, unreadable)]
    assert [(one.journal_id, one.after_seq, one.until_seq) for one in messages] == [("journal", 4, 7)] * SHARDS
    found: list[ChatEvent] = []
    for shard, message in enumerate(messages):
        assert [(part.seq, part.at_ms) for part in message.parts] == [(5, NOON), (7, NOON + 1)]
        found += message.parts[0].events
        [covered] = message.parts[1].events
        mine = [channel for channel in channels if shard_of(channel) == shard]
        assert covered == Covered(NOON, NOON + 2, mine)
    # In JSON, a pair is a list.
    expected = [one._replace(emotes=[["25", 2]]) for one in said]  # type: ignore[list-item]
    assert sorted(map(repr, found)) == sorted(map(repr, [*expected, *others]))


def test_a_quiet_shard_learns_that_time_has_passed() -> None:
    batches = [Batch(1, NOON, encode([])), Batch(2, NOON + 5, encode([]))]
    assert [read(body) for body in messages_of("j", 0, batches, unreadable)] == [
        ShardMessage("j", 0, 2, [Part(2, NOON + 5, [])])
    ] * SHARDS


def test_a_batch_that_cannot_be_read_is_reported_and_left_out() -> None:
    reported = []
    bodies = messages_of("j", 0, [Batch(1, NOON, b"damaged")], lambda batch, error: reported.append(batch.seq))
    assert reported == [1]
    assert read(bodies[0]).parts == [Part(1, NOON, [])]


def with_events(*events: Sequence[object]) -> bytes:
    return orjson.dumps([1, "j", 0, 1, [[1, NOON, events]]])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\x00",
        b"17",
        b"[]",
        b'[2, "j", 0, 1, []]',
        b'[1, "j", 0, 1]',
        b"[1, 5, 0, 1, []]",
        b'[1, "", 0, 1, []]',
        b'[1, "j", "0", 1, []]',
        b'[1, "j", 0, 1, [[1]]]',
        b'[1, "j", 0, 1, [[1, -5, []]]]',
        b'[1, "j", 0, 1, [[1, 9e30, []]]]',
        b'[1, "j", 0, 1, {"a": 1}]',
        with_events([9, "11", NOON]),
        with_events([]),
        with_events([0, "11", NOON, 1, 1, 1, "many", []]),
        with_events([0, 11, NOON, 1, 1, 1, 0, []]),
        with_events([0, "11", NOON, 1, 1, 1, 0, [["25"]]]),
        with_events([0, "11", NOON, 1, 1, 1, 0, 5]),
        with_events([1, "11", NOON, 1, "sub"]),
        with_events([2, "11", NOON, 1, 1]),
        with_events([3, 0, NOON, ["11"]]),
        with_events([3, NOON, NOON + 1, [11]]),
        with_events(5),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_what_is_no_message_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(UnknownFormat):
        read(body)
