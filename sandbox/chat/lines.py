"""Lines of Twitch's chat, with the tags of real ones, and more."""

import uuid
from collections.abc import Mapping
from random import Random

from sandbox.chat.truth import MINUTE_MS

# Tags that every message has, and some that are not documented.
_ALWAYS = {"badge-info": "", "color": "#8A2BE2", "flags": "", "mod": "0", "turbo": "0", "user-type": "", "new-tag": "1"}
_ESCAPES = str.maketrans({"\\": r"\\", ";": r"\:", " ": r"\s", "\r": r"\r", "\n": r"\n"})


def new_id(random: Random) -> str:
    """The id of a message."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def tagged(random: Random, tags: Mapping[str, str], rest: str) -> bytes:
    """A line with these tags, in any order, and its end."""
    pairs = [f"{name}={value.translate(_ESCAPES)}" for name, value in tags.items()]
    random.shuffle(pairs)
    return f"@{';'.join(pairs)} {rest}\r\n".encode("utf-8", "surrogatepass")


def message(random: Random, room: str, login: str, text: str, tags: Mapping[str, str]) -> bytes:
    """A message of a chatter in a room."""
    return tagged(
        random,
        {**_ALWAYS, "display-name": login.title(), **tags},
        f":{login}!{login}@{login}.tmi.twitch.tv PRIVMSG #{room} :{text}",
    )


def notice(random: Random, room: str, tags: Mapping[str, str]) -> bytes:
    """A notice to a room: a subscription, a raid, an announcement."""
    return tagged(random, {**_ALWAYS, **tags}, f":tmi.twitch.tv USERNOTICE #{room}")


def with_time(line: bytes, sent_ms: int, other_ms: int) -> bytes:
    """The same line with another timestamp."""
    return line.replace(b"tmi-sent-ts=%d" % sent_ms, b"tmi-sent-ts=%d" % other_ms, 1)


JUNK = (
    b"\r\n",
    b"\xff\xfe\xf3\xa0\x80\r\n",
    b":tmi.twitch.tv TEAPOT #nowhere :?\r\n",
    b"@;;;=== :x PRIVMSG\r\n",
    b"@room-id=1;id=\xff;user-id=\xff;tmi-sent-ts=99999999999999999999 :x!x@x PRIVMSG #x :y\r\n",
    b"@msg-id=announcement;room-id=1 :tmi.twitch.tv USERNOTICE #x :RECONNECT\r\n",
)
HOUR_MS = 60 * MINUTE_MS
