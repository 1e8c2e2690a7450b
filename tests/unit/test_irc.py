"""Lines of Twitch's chat become events without a word or a name in them, whatever the bytes are."""

from time import monotonic

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helperfunctions import irc
from helperfunctions.irc import (
    Flag,
    Lines,
    LoginRefused,
    Message,
    Notice,
    NoticeKind,
    Parsed,
    Ping,
    Pong,
    Reason,
    Reconnect,
    Refused,
    Removed,
    RoomState,
    Timeout,
    Welcome,
    parse,
)

TAGS = {
    "badges": "",
    "display-name": "Ann",
    "emotes": "",
    "id": "b34ccfc7-4977-403a-8a94-33c6bac34fb8",
    "room-id": "11",
    "tmi-sent-ts": "1642696567751",
    "user-id": "22",
}
FROM_ANN = ":ann!ann@ann.tmi.twitch.tv"


def a_line(text: str = ":hello", *, command: str = "PRIVMSG", prefix: str = FROM_ANN, **tags: str) -> bytes:
    """A line of the channel `room`; tags have _ for -, and None leaves one out."""
    given = {**TAGS, **{name.replace("_", "-"): value for name, value in tags.items()}}
    written = ";".join(f"{name}={value}" for name, value in given.items() if value != "(none)")
    return f"@{written} {prefix} {command} #room {text}".encode()


def a_message(flags: int = 0, bits: int = 0, emotes: tuple[tuple[str, int], ...] = ()) -> Message:
    return Message("11", 1642696567751, TAGS["id"], "22", flags, bits, emotes)


MESSAGES = {
    "plain": (a_line(), a_message()),
    "text without a colon": (a_line("hello"), a_message()),
    "empty text": (a_line(""), a_message()),
    "the word PING": (a_line(":PING :tmi.twitch.tv"), a_message()),
    "the word RECONNECT": (a_line(":RECONNECT"), a_message()),
    "an action": (a_line(":\x01ACTION waves\x01"), a_message()),
    "a command": (a_line(":!uptime"), a_message(Flag.COMMAND)),
    "a subscriber's first": (a_line(subscriber="1", first_msg="1"), a_message(Flag.SUBSCRIBER | Flag.FIRST)),
    "neither": (a_line(subscriber="0", first_msg="0", bits=""), a_message()),
    "a bot by name": (a_line(prefix=":nightbot!nightbot@nightbot.tmi.twitch.tv"), a_message(Flag.BOT)),
    "a bot by badge": (a_line(badges="moderator/1,bot-badge/1"), a_message(Flag.BOT)),
    "a reply with tags in it": (a_line(reply_parent_msg_body=r"bot-badge/1\:subscriber=1\:bits=9"), a_message()),
    "bits": (a_line(bits="100"), a_message(bits=100)),
    "too many bits": (a_line(bits="9" * 30), a_message()),
    "shared chat, from here": (a_line(source_room_id="11"), a_message()),
    "shared chat, from elsewhere": (a_line(source_room_id="12"), a_message(Flag.MIRRORED)),
    "emotes": (
        a_line(emotes="25:0-4,12-16/emotesv2_0a1:6-10", emote_only="1"),
        a_message(Flag.EMOTES_ONLY, 0, (("25", 2), ("emotesv2_0a1", 1))),
    ),
    "odd emotes": (a_line(emotes=r"25/:1-2/what\sis\sthis:1-2"), a_message()),
    "no room": (a_line(room_id="(none)"), Reason.NO_ROOM),
    "a time that is none": (a_line(tmi_sent_ts="soon"), Reason.NO_TIME),
    "no author": (a_line(user_id=""), Reason.NO_USER),
    "an id that is none": (a_line(id=r"two\swords"), Reason.NO_ID),
}


@pytest.mark.parametrize(("line", "parsed"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_is_parsed(line: bytes, parsed: Parsed) -> None:
    assert parse(line) == parsed


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (a_line(command="USERNOTICE", msg_id="resub"), (NoticeKind.SUB, 1)),
        (a_line(command="USERNOTICE", msg_id="subgift"), (NoticeKind.GIFTED_SUB, 1)),
        (a_line(command="USERNOTICE", msg_id="raid", msg_param_viewerCount="321"), (NoticeKind.RAID, 321)),
    ],
    ids=["resub", "subgift", "raid"],
)
def test_a_notice_is_parsed(line: bytes, parsed: tuple[NoticeKind, int]) -> None:
    assert parse(line) == Notice("11", 1642696567751, TAGS["id"], *parsed)


TIME = "tmi-sent-ts=1642715756806"


OTHERS = {
    "many gifts": (a_line(command="USERNOTICE", msg_id="submysterygift").decode(), Reason.OTHER_NOTICE),
    "announcement": (a_line(command="USERNOTICE", msg_id="announcement").decode(), Reason.OTHER_NOTICE),
    "raid elsewhere": (a_line(command="USERNOTICE", msg_id="raid", source_room_id="12").decode(), Reason.OTHER_NOTICE),
    "timeout": (
        f"@ban-duration=350;room-id=11;target-user-id=22;{TIME} :tmi.twitch.tv CLEARCHAT #room :ann",
        Timeout("11", 1642715756806, "22"),
    ),
    "whole chat cleared": (f"@room-id=11;{TIME} :tmi.twitch.tv CLEARCHAT #room", Reason.NOT_NEEDED),
    "removed": (
        f"@login=ann;room-id=;target-msg-id=94e6c7ff-bf98;{TIME} :tmi.twitch.tv CLEARMSG #room :HeyGuys",
        Removed("", "room", 1642715756806, "94e6c7ff-bf98"),
    ),
    "room": ("@emote-only=0;room-id=11;slow=0 :tmi.twitch.tv ROOMSTATE #room", RoomState("room", "11")),
    "banned": ("@msg-id=msg_banned :tmi.twitch.tv NOTICE #room :You are banned.", Refused("room", "msg_banned")),
    "slow mode": ("@msg-id=slow_off :tmi.twitch.tv NOTICE #room :No longer slow.", Reason.OTHER_NOTICE),
    "wrong token": (":tmi.twitch.tv NOTICE * :Login authentication failed", LoginRefused()),
    "wrong login": (":tmi.twitch.tv NOTICE * :Invalid NICK", LoginRefused()),
    "a room's notice": ("@msg-id=x :tmi.twitch.tv NOTICE #room :Login authentication failed", Reason.OTHER_NOTICE),
    "ping": ("PING :tmi.twitch.tv", Ping("tmi.twitch.tv")),
    "pong": (":tmi.twitch.tv PONG tmi.twitch.tv :watchtime", Pong()),
    "welcome": (":tmi.twitch.tv 001 justinfan1 :Welcome, GLHF!", Welcome()),
    "reconnect": (":tmi.twitch.tv RECONNECT", Reconnect()),
    "join": (":ann!ann@ann.tmi.twitch.tv JOIN #room", Reason.NOT_NEEDED),
    "unknown": (":tmi.twitch.tv TEAPOT #room", Reason.UNKNOWN_COMMAND),
    "only tags": ("@only-tags", Reason.EMPTY),
    "nothing": ("", Reason.EMPTY),
}


@pytest.mark.parametrize(("line", "parsed"), OTHERS.values(), ids=OTHERS)
def test_another_line_is_parsed(line: str, parsed: Parsed) -> None:
    assert parse(line.encode()) == parsed


PIECES = [
    *(b"@", b";", b"=", b":", b" ", b"#", b"\r", b"\x00", b"\xff\xfe", b"\xf3\xa0\x80\x80", b"\\s", b"/", b",", b"!"),
    *(b"PRIVMSG", b"USERNOTICE", b"CLEARCHAT", b"CLEARMSG", b"ROOMSTATE", b"NOTICE", b"PING", b"RECONNECT", b"001"),
    *(b"room-id=11", b"tmi-sent-ts=1642696567751", b"id=b34ccfc7", b"user-id=22", b"emotes=25:0-4", b"bits=1"),
    *(b"msg-id=raid", b"msg-id=msg_banned", b"target-user-id=22", b"target-msg-id=b3", b"source-room-id=12", b"#room "),
]
LINES = st.binary(max_size=300) | st.lists(st.sampled_from(PIECES) | st.binary(max_size=9), max_size=40).map(b"".join)


FUZZ_SECONDS = 600
FUZZ = settings(max_examples=100, deadline=None, database=None)


@FUZZ
@given(LINES)
@example(b"@" + b";" * 100)
def test_any_line_is_an_event_or_a_reason(line: bytes) -> None:
    assert isinstance(parse(line), tuple | Reason)


@pytest.mark.long
def test_ten_minutes_of_lines_are_events_or_reasons_without_a_word() -> None:
    ends_at, rounds = monotonic() + FUZZ_SECONDS, 0
    while monotonic() < ends_at:
        for test in (test_any_line_is_an_event_or_a_reason, test_an_event_has_no_word_of_a_message_and_no_name):
            # Each run makes up others.
            test()
        rounds += 1
    print(f"{rounds * 200:,} lines")  # noqa: T201 - shown with -s


WORDS = st.text(min_size=6, max_size=60).filter(lambda text: not text.isascii() or not text.isalnum())


@FUZZ
@given(WORDS, WORDS, st.sampled_from(["PRIVMSG", "USERNOTICE", "CLEARMSG", "CLEARCHAT", "NOTICE"]))
def test_an_event_has_no_word_of_a_message_and_no_name(text: str, name: str, command: str) -> None:
    text, name = (value.replace("\n", "").replace("\r", "") for value in (f"planted {text}", f"planted {name}"))
    name = name.replace(" ", "\\s").replace(";", "\\:")
    line = a_line(
        f":{text}",
        command=command,
        prefix=":planted!planted@planted.tmi.twitch.tv",
        display_name=name,
        login="planted",
        reply_parent_msg_body=name,
        system_msg=name,
        msg_id="resub",
        target_msg_id="b3",
        msg_param_displayName=name,
        emotes="25:0-6,8-40/1902:0-300",
    )
    assert "planted" not in repr(parse(line))


@FUZZ
@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"").rstrip(b"\r"))), st.data())
def test_lines_are_the_same_wherever_packets_end(lines: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(line + b"\r\n" for line in lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=20)))
    splitter, found = Lines(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += splitter.feed(stream[start:end])
    assert found == lines


def test_a_line_without_an_end_is_dropped_once_and_the_next_line_is_read() -> None:
    splitter = Lines()
    for _ in range(5):
        assert splitter.feed(b"x" * irc.LONGEST_LINE) == []
    assert splitter.feed(b"the end of it\r\nPING\r\n") == [b"PING"]
    assert splitter.dropped == 1


def test_a_long_line_in_one_packet_is_dropped() -> None:
    splitter = Lines()
    assert splitter.feed(b"PING\n" + b"x" * 20_000 + b"\nPONG\n") == [b"PING", b"PONG"]
    assert splitter.dropped == 1
