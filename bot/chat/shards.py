"""Batches of the journal as messages of the queue: a channel belongs to one of eight shards, each with a queue. Pure.

A message has what a listener heard in the channels of a shard, over some batches of its journal: from after one number
to another one. Each round of the shipper makes a message for every shard, also without an event, so that the minutes of
quiet channels are closed, and a message that is missing is noticed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from zlib import crc32

import orjson

from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said, UnknownFormat, decode, of_fields, to_fields
from helperfunctions.chat_journal import Batch

SHARDS: Final = 8
# The format of a message.
_FORMAT: Final = 1
_TYPES: Final[Mapping[type, tuple[type, ...]]] = {
    Said: (str, int, int, int, int, int, list),
    Noticed: (str, int, int, str, int),
    Moderated: (str, int, int, bool),
    Covered: (int, int, list),
}
# The year 9999.
_LATEST_MS: Final = 253_000_000_000_000
_LONGEST_COVERED_MS: Final = 86_400_000


class Part(NamedTuple):
    """The events of a batch in one shard. `at_ms`: when the batch was appended to the journal."""

    seq: int
    at_ms: int
    events: Sequence[ChatEvent]


class ShardMessage(NamedTuple):
    """A message. `journal_id`: of the listener's journal; it stands for the batches after `after_seq` up to
    `until_seq`."""

    journal_id: str
    after_seq: int
    until_seq: int
    parts: Sequence[Part]


def shard_of(channel_id: str) -> int:
    """The shard of a channel."""
    return crc32(channel_id.encode()) % SHARDS


def messages_of(
    journal_id: str, after_seq: int, batches: Sequence[Batch], unreadable: Callable[[Batch, UnknownFormat], None]
) -> list[bytes]:
    """The messages of some batches, one for each shard. A batch that cannot be read has no events, and is reported."""
    parts: list[list[Part]] = [[] for _ in range(SHARDS)]
    for batch in batches:
        try:
            events = decode(batch.events)
        except UnknownFormat as exc:
            unreadable(batch, exc)
            events = []
        for shard, own in enumerate(_split(events)):
            # The last one shows that time has passed.
            if own or batch is batches[-1]:
                parts[shard].append(Part(batch.seq, batch.at_ms, own))
    until_seq = batches[-1].seq
    return [_encoded(ShardMessage(journal_id, after_seq, until_seq, own)) for own in parts]


def _split(events: Iterable[ChatEvent]) -> list[list[ChatEvent]]:
    found: list[list[ChatEvent]] = [[] for _ in range(SHARDS)]
    for event in events:
        if isinstance(event, Covered):
            by_shard: dict[int, list[str]] = {}
            for channel_id in event.channel_ids:
                by_shard.setdefault(shard_of(channel_id), []).append(channel_id)
            for shard, channel_ids in by_shard.items():
                found[shard].append(Covered(event.from_ms, event.to_ms, channel_ids))
        else:
            found[shard_of(event.channel_id)].append(event)
    return found


def _encoded(message: ShardMessage) -> bytes:
    parts = [[part.seq, part.at_ms, [to_fields(event) for event in part.events]] for part in message.parts]
    return orjson.dumps([_FORMAT, message.journal_id, message.after_seq, message.until_seq, parts])


def read(body: bytes) -> ShardMessage:
    """A message of the queue. Raises UnknownFormat for whatever is none: other programs may use the same broker."""
    try:
        version, journal_id, after_seq, until_seq, parts = orjson.loads(body)
        if version != _FORMAT or not journal_id or _types((journal_id, after_seq, until_seq)) != (str, int, int):
            raise UnknownFormat("a message has another format")
        return ShardMessage(journal_id, after_seq, until_seq, [_part(*part) for part in parts])
    except UnknownFormat:
        raise
    except (ValueError, TypeError, IndexError, KeyError) as exc:
        raise UnknownFormat("a message is damaged") from exc


def _part(seq: int, at_ms: int, events: Sequence[Sequence[Any]]) -> Part:
    if _types((seq, at_ms)) != (int, int) or not 0 <= at_ms <= _LATEST_MS:
        raise UnknownFormat("a message is damaged")
    return Part(seq, at_ms, [_event(fields) for fields in events])


def _event(fields: Sequence[Any]) -> ChatEvent:
    event = of_fields(fields)
    is_right = _types(event) == _TYPES[type(event)]
    if isinstance(event, Said):
        is_right = is_right and all(_types(pair) == (str, int) for pair in event.emotes)
    elif isinstance(event, Covered):
        is_right = is_right and all(isinstance(channel_id, str) for channel_id in event.channel_ids)
        is_right = is_right and 0 <= event.to_ms - event.from_ms <= _LONGEST_COVERED_MS
    if not is_right:
        raise UnknownFormat("a message is damaged")
    return event


def _types(values: Iterable[object]) -> tuple[type, ...]:
    return tuple(map(type, values))
