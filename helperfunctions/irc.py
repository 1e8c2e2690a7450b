"""Twitch's chat protocol (IRC): bytes to events. Pure, and the only place that sees what people write.

Whatever the bytes are, a line becomes an event or a Reason: never an exception. An event has ids, times and numbers,
and neither a text nor the name of a chatter.

Sources: https://dev.twitch.tv/docs/chat/irc, https://dev.twitch.tv/docs/chat/irc/#tags
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

# Bytes of a line without an end, after which it is given up. The longest known one has about 4,500.
LONGEST_LINE: Final = 16_384


class Reason(StrEnum):
    """The reason why a line is no event."""

    NOT_NEEDED = "not_needed"
    """A command that is not measured, such as PART or USERSTATE."""
    OTHER_NOTICE = "other_notice"
    """A notice that is not measured, such as an announcement, or a kind that Twitch has added."""
    UNKNOWN_COMMAND = "unknown_command"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_ROOM = "no_room"
    NO_TIME = "no_time"
    NO_ID = "no_id"
    NO_USER = "no_user"


class Flag:
    """What is known about a message besides its author and time: bits of a number."""

    MIRRORED: Final = 1
    """Written in another channel of a shared chat."""
    SUBSCRIBER: Final = 2
    FIRST: Final = 4
    """The author's first message in this channel ever."""
    BOT: Final = 8
    EMOTES_ONLY: Final = 16
    COMMAND: Final = 32
    """Begins with an exclamation mark."""


class Message(NamedTuple):
    """A message in a channel. `emotes`: the id of each emote, and how often it is used."""

    room_id: str
    sent_ms: int
    message_id: str
    user_id: str
    flags: int
    bits: int
    emotes: tuple[tuple[str, int], ...]


class NoticeKind(StrEnum):
    """The notices that are measured."""

    SUB = "sub"
    GIFTED_SUB = "gifted_sub"
    RAID = "raid"


class Notice(NamedTuple):
    """A subscription, or a raid with `amount` viewers."""

    room_id: str
    sent_ms: int
    message_id: str
    kind: NoticeKind
    amount: int


class Timeout(NamedTuple):
    """A chatter was timed out or banned. `target_id` is their user id."""

    room_id: str
    sent_ms: int
    target_id: str


class Removed(NamedTuple):
    """A moderator removed a message. `room_id` may be empty; then `login` names the channel."""

    room_id: str
    login: str
    sent_ms: int
    message_id: str


class RoomState(NamedTuple):
    """We are in the chat of this channel."""

    login: str
    room_id: str


class Refused(NamedTuple):
    """The server does not let us into a channel, or no longer. `code` is one of REFUSALS."""

    login: str
    code: str


class LoginRefused(NamedTuple):
    """The server rejects our login."""


class Ping(NamedTuple):
    """The server wants `PONG` with the same payload."""

    payload: str


class Pong(NamedTuple):
    """The answer to our `PING`."""


class Welcome(NamedTuple):
    """The login is accepted."""


class Reconnect(NamedTuple):
    """The server closes this connection soon."""


Event = Message | Notice | Timeout | Removed
Control = RoomState | Refused | LoginRefused | Ping | Pong | Welcome | Reconnect
Parsed = Event | Control | Reason
_Tags = dict[bytes, bytes]

# https://dev.twitch.tv/docs/chat/irc/#notice-message-ids, and `msg_concurrent_channel_limit_reached` of 2024.
REFUSALS: Final = frozenset(
    {
        "msg_banned",
        "msg_channel_blocked",
        "msg_channel_suspended",
        "msg_concurrent_channel_limit_reached",
        "msg_room_not_found",
        "tos_ban",
    }
)
# These have no msg-id.
_LOGIN_REFUSALS: Final = (
    *(b"Login authentication failed", b"Improperly formatted auth", b"Login unsuccessful", b"Invalid NICK"),
)
# Bots that write in many channels and have no badge of a bot.
BOTS: Final = frozenset(
    {
        *(b"nightbot", b"streamelements", b"streamlabs", b"moobot", b"fossabot", b"wizebot", b"sery_bot"),
        *(b"pokemoncommunitygame", b"soundalerts", b"botrixoficial", b"streamlootsbot", b"kofistreambot"),
        *(b"own3d", b"tangiabot", b"stay_hydrated_bot", b"supibot", b"potatbotat", b"titlechange_bot"),
    }
)
_NOT_NEEDED: Final = frozenset(
    {
        *(b"JOIN", b"PART", b"CAP", b"MODE", b"HOSTTARGET", b"GLOBALUSERSTATE", b"USERSTATE", b"WHISPER"),
        *(b"002", b"003", b"004", b"353", b"366", b"372", b"375", b"376", b"421"),
    }
)
_NOTICES: Final[Mapping[bytes, NoticeKind]] = {
    b"sub": NoticeKind.SUB,
    b"resub": NoticeKind.SUB,
    # A gift to many is announced once as `submysterygift`, and then comes once per person who gets one.
    b"subgift": NoticeKind.GIFTED_SUB,
    b"raid": NoticeKind.RAID,
}
_LONGEST_ID: Final = 64
_ID: Final = re.compile(rb"[A-Za-z0-9_-]{1,%d}" % _LONGEST_ID)
_LOGIN: Final = re.compile(rb"#([a-z0-9_]{1,25})(?: |$)")
# A payload of the server, sent back as it is.
_PAYLOAD: Final = re.compile(rb":?([\x21-\x7e]{1,64})")
# The digits of times in ms, and of bits and viewers.
_LONGEST_TIME: Final = 14
_LONGEST_AMOUNT: Final = 7


def parse(line: bytes) -> Parsed:
    """Parse a line without its end."""
    tags, prefix = b"", b""
    if line[:1] == b"@":
        tags, _, line = line.partition(b" ")
        line = line.lstrip(b" ")
    if line[:1] == b":":
        prefix, _, line = line.partition(b" ")
    command, _, rest = line.lstrip(b" ").partition(b" ")
    handler = _HANDLERS.get(command)
    if handler is not None:
        return handler(_split(tags[1:]), prefix, rest)
    if command in _NOT_NEEDED:
        return Reason.NOT_NEEDED
    return Reason.UNKNOWN_COMMAND if command else Reason.EMPTY


def _split(tags: bytes) -> _Tags:
    """The tags, in any order, with their values still escaped. A loop, because it is the fastest way."""
    found = {}
    for tag in tags.split(b";"):
        name, _, value = tag.partition(b"=")
        found[name] = value
    return found


def _id(tags: _Tags, name: bytes) -> str:
    """The id of a tag; empty without one, or with one that is no id."""
    value = tags.get(name, b"")
    # The first check is the faster one.
    return value.decode() if (value.isalnum() and len(value) <= _LONGEST_ID) or _ID.fullmatch(value) else ""


def _number(tags: _Tags, name: bytes, digits: int) -> int:
    """The whole number of a tag; 0 without one, or with one of more digits."""
    value = tags.get(name, b"")
    return int(value) if value.isdigit() and len(value) <= digits else 0


def _login(rest: bytes) -> str:
    found = _LOGIN.match(rest)
    return found[1].decode() if found else ""


def _is_mirrored(tags: _Tags, room_id: str) -> bool:
    source = tags.get(b"source-room-id")
    return bool(source) and source != room_id.encode()


def _message(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    room_id, sent_ms = _id(tags, b"room-id"), _number(tags, b"tmi-sent-ts", _LONGEST_TIME)
    message_id, user_id = _id(tags, b"id"), _id(tags, b"user-id")
    if not (room_id and sent_ms and message_id and user_id):
        return _missing(room_id, sent_ms, message_id, user_id)
    flags = 0
    if _is_mirrored(tags, room_id):
        flags |= Flag.MIRRORED
    if tags.get(b"subscriber") == b"1":
        flags |= Flag.SUBSCRIBER
    if tags.get(b"first-msg") == b"1":
        flags |= Flag.FIRST
    if tags.get(b"emote-only") == b"1":
        flags |= Flag.EMOTES_ONLY
    if prefix[1:].partition(b"!")[0] in BOTS or b"bot-badge/" in tags.get(b"badges", b""):
        flags |= Flag.BOT
    if rest.partition(b" ")[2].removeprefix(b":")[:1] == b"!":
        flags |= Flag.COMMAND
    bits = _number(tags, b"bits", _LONGEST_AMOUNT)
    return Message(room_id, sent_ms, message_id, user_id, flags, bits, _emotes(tags.get(b"emotes", b"")))


def _emotes(value: bytes) -> tuple[tuple[str, int], ...]:
    """The uses of each emote. `value`: places by id, as in `25:0-4,12-16/1902:6-10`."""
    if not value:
        return ()
    uses = []
    for part in value.split(b"/"):
        emote, _, places = part.partition(b":")
        if places and _ID.fullmatch(emote):
            uses.append((emote.decode(), places.count(b",") + 1))
    return tuple(uses)


def _missing(room_id: str, sent_ms: int, message_id: str, user_id: str) -> Reason:
    if not room_id:
        return Reason.NO_ROOM
    if not sent_ms:
        return Reason.NO_TIME
    return Reason.NO_USER if message_id else Reason.NO_ID


def _notice(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    kind = _NOTICES.get(tags.get(b"msg-id", b""))
    room_id, sent_ms = _id(tags, b"room-id"), _number(tags, b"tmi-sent-ts", _LONGEST_TIME)
    if kind is None or _is_mirrored(tags, room_id):
        return Reason.OTHER_NOTICE
    message_id = _id(tags, b"id")
    if not (room_id and sent_ms and message_id):
        return _missing(room_id, sent_ms, message_id, "")
    amount = _number(tags, b"msg-param-viewerCount", _LONGEST_AMOUNT) if kind is NoticeKind.RAID else 1
    return Notice(room_id, sent_ms, message_id, kind, amount)


def _clear_chat(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    target_id = _id(tags, b"target-user-id")
    if not target_id:
        # The whole chat was cleared: how many messages that were is unknown.
        return Reason.NOT_NEEDED
    room_id, sent_ms = _id(tags, b"room-id"), _number(tags, b"tmi-sent-ts", _LONGEST_TIME)
    if not (room_id and sent_ms):
        return _missing(room_id, sent_ms, "", target_id)
    return Timeout(room_id, sent_ms, target_id)


def _clear_message(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    room_id, login = _id(tags, b"room-id"), _login(rest)
    sent_ms = _number(tags, b"tmi-sent-ts", _LONGEST_TIME)
    message_id = _id(tags, b"target-msg-id")
    if not ((room_id or login) and sent_ms and message_id):
        return _missing(room_id or login, sent_ms, message_id, "")
    return Removed(room_id, login, sent_ms, message_id)


def _room_state(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    login, room_id = _login(rest), _id(tags, b"room-id")
    return RoomState(login, room_id) if login and room_id else Reason.NO_ROOM


def _server_notice(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    code, login = tags.get(b"msg-id", b"").decode("ascii", "replace"), _login(rest)
    if code in REFUSALS and login:
        return Refused(login, code)
    text = rest.partition(b" ")[2].removeprefix(b":")
    if rest[:1] == b"*" and text.startswith(_LOGIN_REFUSALS):
        return LoginRefused()
    return Reason.OTHER_NOTICE


def _ping(tags: _Tags, prefix: bytes, rest: bytes) -> Parsed:
    payload = _PAYLOAD.match(rest)
    return Ping(payload[1].decode() if payload else "tmi.twitch.tv")


_HANDLERS: Final[Mapping[bytes, Callable[[_Tags, bytes, bytes], Parsed]]] = {
    b"PRIVMSG": _message,
    b"USERNOTICE": _notice,
    b"CLEARCHAT": _clear_chat,
    b"CLEARMSG": _clear_message,
    b"ROOMSTATE": _room_state,
    b"NOTICE": _server_notice,
    b"PING": _ping,
    b"PONG": lambda tags, prefix, rest: Pong(),
    b"RECONNECT": lambda tags, prefix, rest: Reconnect(),
    b"001": lambda tags, prefix, rest: Welcome(),
}


class Lines:
    """Splits a stream of bytes into lines, wherever its packets end. `dropped` counts lines that were too long."""

    def __init__(self) -> None:
        self.dropped = 0
        self._rest = b""
        self._skips = False

    def feed(self, packet: bytes) -> list[bytes]:
        """The lines that end in this packet, without their ends."""
        *lines, self._rest = (self._rest + packet).split(b"\n")
        if lines and self._skips:
            del lines[0]
            self._skips = False
        if len(self._rest) > LONGEST_LINE:
            self.dropped += not self._skips
            self._rest, self._skips = b"", True
        if max(map(len, lines), default=0) > LONGEST_LINE:
            self.dropped += sum(len(line) > LONGEST_LINE for line in lines)
            lines = [line for line in lines if len(line) <= LONGEST_LINE]
        return [line.removesuffix(b"\r") for line in lines]
