"""What the journal has of chat: ids of channels, hashes of ids of chatters and messages, times, and numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

from helperfunctions import irc

# The format of a batch.
_FORMAT: Final = 1


class Said(NamedTuple):
    """A message. `key` and `chatter` are hashes; `flags` are those of `irc.Flag`."""

    channel_id: str
    sent_ms: int
    key: int
    chatter: int
    flags: int
    bits: int
    emotes: Sequence[tuple[str, int]]


class Noticed(NamedTuple):
    """A subscription, a gift or a raid; `kind`: a value of `irc.NoticeKind`."""

    channel_id: str
    sent_ms: int
    key: int
    kind: str
    amount: int


class Moderated(NamedTuple):
    """A removed message, or a chatter who was timed out (`is_timeout`)."""

    channel_id: str
    sent_ms: int
    key: int
    is_timeout: bool


class Covered(NamedTuple):
    """We have heard everything that the server sent to these channels from one instant to another, in ms."""

    from_ms: int
    to_ms: int
    channel_ids: Sequence[str]


ChatEvent = Said | Noticed | Moderated | Covered
_KINDS: Final[Sequence[Callable[..., ChatEvent]]] = (Said, Noticed, Moderated, Covered)
_NUMBERS: Final[Mapping[Any, int]] = {kind: number for number, kind in enumerate(_KINDS)}


class UnknownFormat(ValueError):
    """A batch of another version of this program."""


def encode(events: Sequence[ChatEvent]) -> bytes:
    """A batch as bytes."""
    return orjson.dumps([_FORMAT, [to_fields(event) for event in events]])


def decode(batch: bytes) -> list[ChatEvent]:
    """The events of a batch. Raises UnknownFormat."""
    try:
        version, events = orjson.loads(batch)
    except ValueError as exc:
        raise UnknownFormat("a batch is damaged") from exc
    if version != _FORMAT:
        raise UnknownFormat(f"a batch has the format {version}")
    return [of_fields(fields) for fields in events]


def to_fields(event: ChatEvent) -> list[Any]:
    """An event as values of JSON: the number of its kind, and its fields."""
    return [_NUMBERS[type(event)], *event]


def of_fields(fields: Sequence[Any]) -> ChatEvent:
    """The event of such values. Raises ValueError, TypeError or IndexError for others."""
    number, *values = fields
    event: ChatEvent = _KINDS[number](*values)
    return event


def stripped(event: irc.Event, channel_id: str, hashed: Callable[[str], int]) -> ChatEvent:
    """An event with hashes in the place of ids of chatters and messages."""
    match event:
        case irc.Message():
            return Said(
                channel_id,
                event.sent_ms,
                hashed(event.message_id),
                hashed(event.user_id),
                event.flags,
                event.bits,
                event.emotes,
            )
        case irc.Notice():
            return Noticed(channel_id, event.sent_ms, hashed(event.message_id), event.kind.value, event.amount)
        case irc.Timeout():
            # It has no id of its own.
            own = f"{channel_id} {event.target_id} {event.sent_ms}"
            return Moderated(channel_id, event.sent_ms, hashed(own), is_timeout=True)
        case irc.Removed():
            return Moderated(channel_id, event.sent_ms, hashed(f"removed {event.message_id}"), is_timeout=False)
