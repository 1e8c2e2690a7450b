"""Rooms, and what is said in them. Everything is recorded in the truth before it is delivered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from sandbox.chat import lines
from sandbox.chat.truth import ChatTruth

_EMOTES: Final = ("25", "1902", "305954156", "emotesv2_0a1b2c", "425618")
_TEXTS: Final = (
    *(
        "hello",
        "PING :tmi.twitch.tv",
        "RECONNECT",
        "原神 🙏",
        "\U000e0000",
        "",
        ":)",
        "a ; b \\ c",
        "\x01ACTION waves\x01",
    ),
)
# The chances of things other than plain messages.
_NOTICE, _MODERATION, _MIRRORED = 0.03, 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Room:
    """A channel with a chat. `per_minute`: lines that are said on average; `chatters` people say them."""

    login: str
    room_id: str
    per_minute: float = 60.0
    chatters: int = 40
    shares_with: tuple["Room", ...] = ()
    """The channels with which it has a shared chat: its messages are shown there too."""


def _rarities(random: Random) -> dict[str, str]:
    """Tags that a message rarely has: highlighted, a reply to a long one, or a hundred of them."""
    chance = random.random()
    if chance < 0.02:
        return {"msg-id": "highlighted-message"}
    if chance < 0.04:
        return {"reply-parent-msg-body": "a long one; and \\ more " * 100, "reply-parent-display-name": "Somebody"}
    if chance < 0.05:
        return {f"unknown-{number}": "" for number in range(100)}
    return {}


class Said(NamedTuple):
    """A line that was said in a room, before any fault. `counts`: it is in a minute of the truth by its timestamp."""

    room: str
    sent_ms: int
    line: bytes
    is_message: bool
    message_id: str = ""


@dataclass(slots=True)
class Speakers:
    """Makes up what is said, from a seed, and records the truth of it."""

    truth: ChatTruth
    random: Random
    words: tuple[str, ...] = _TEXTS
    """What people write."""
    logins: str = "chatter"
    """The beginning of the logins of chatters."""
    _recent: dict[str, str] = field(default_factory=dict)

    def line_of(self, room: Room, sent_ms: int) -> Iterator[Said]:
        """Something that is said in a room: usually one line."""
        chance = self.random.random()
        if chance < _NOTICE:
            yield from self.notice(room, sent_ms)
        elif chance < _NOTICE + _MODERATION:
            yield self.moderation(room, sent_ms)
        else:
            said = self.message(room, sent_ms, is_mirrored=chance > 1 - _MIRRORED)
            yield said
            if chance <= 1 - _MIRRORED:
                for other in room.shares_with:
                    yield self.shared(said, room, other)

    def shared(self, said: Said, room: Room, other: Room) -> Said:
        """A message of a shared chat as another channel of it shows it: with an id and a room of its own."""
        self.truth.minute(other.room_id, said.sent_ms).mirrored_messages += 1
        own = {"id": lines.new_id(self.random), "room-id": other.room_id, "source-room-id": room.room_id}
        rest = f":{self.logins}1!{self.logins}1@{self.logins}1.tmi.twitch.tv PRIVMSG #{other.login} :{self.words[0]}"
        tags = {"user-id": f"{room.room_id}00001", "tmi-sent-ts": str(said.sent_ms), "source-id": said.message_id}
        return Said(other.login, said.sent_ms, lines.tagged(self.random, own | tags, rest), is_message=True)

    def message(
        self,
        room: Room,
        sent_ms: int,
        *,
        text: str | None = None,
        is_mirrored: bool = False,
        chatter: int | None = None,
    ) -> Said:
        """A message of a chatter."""
        random = self.random
        number = random.randrange(room.chatters) if chatter is None else chatter
        login, user_id = f"{self.logins}{number}", f"{room.room_id}{number:05}"
        is_bot, is_subscriber = number == 0, number % 3 == 0
        is_first, is_command = random.random() < 0.05, random.random() < 0.05
        said = random.choice(self.words) if text is None else text
        said = f"!{said}" if is_command else said
        uses = {emote: random.randint(1, 3) for emote in random.sample(_EMOTES, random.choice((0, 0, 1, 2)))}
        is_emotes_only, bits = bool(uses) and random.random() < 0.3, random.choice((0, 0, 0, 0, 100))
        message_id = lines.new_id(random)
        tags = {
            "badges": "moderator/1,bot-badge/1" if is_bot else "",
            "id": message_id,
            "room-id": room.room_id,
            "user-id": user_id,
            "tmi-sent-ts": str(sent_ms),
            "subscriber": str(int(is_subscriber)),
            "first-msg": str(int(is_first)),
            "emotes": "/".join(f"{emote}:{','.join(['0-4'] * times)}" for emote, times in uses.items()),
        }
        tags |= {"emote-only": "1"} if is_emotes_only else {}
        tags |= {"bits": str(bits)} if bits else {}
        if is_mirrored:
            tags |= {"source-room-id": "999", "source-id": lines.new_id(random)}
        elif random.random() < 0.05:
            tags |= {"source-room-id": room.room_id, "source-id": message_id}
        minute = self.truth.minute(room.room_id, sent_ms)
        if is_mirrored:
            minute.mirrored_messages += 1
        else:
            minute.messages += 1
            minute.bot_messages += is_bot
            minute.subscriber_messages += is_subscriber
            minute.first_time_messages += is_first
            minute.command_messages += is_command
            minute.emote_only_messages += is_emotes_only
            minute.bits += bits
            minute.chatters.add(user_id)
            minute.emotes.update(uses)
        self._recent[room.login] = message_id
        tags |= _rarities(random)
        line = lines.message(random, room.login, login, said, tags)
        return Said(room.login, sent_ms, line, is_message=True, message_id=message_id)

    def notice(self, room: Room, sent_ms: int) -> Iterator[Said]:
        """A subscription, gifts, a raid or an announcement."""
        minute = self.truth.minute(room.room_id, sent_ms)
        kind = self.random.choice(("sub", "resub", "submysterygift", "raid", "announcement", "viewermilestone"))
        tags = {"room-id": room.room_id, "tmi-sent-ts": str(sent_ms), "login": f"{self.logins}1", "user-id": "1"}

        def said(kind: str, more: dict[str, str]) -> Said:
            own = {"msg-id": kind, "id": lines.new_id(self.random), "system-msg": f"{self.logins}1 did it"}
            return Said(room.login, sent_ms, lines.notice(self.random, room.login, tags | own | more), False)

        if kind in ("sub", "resub"):
            minute.subs += 1
        elif kind == "raid":
            viewers = self.random.randint(2, 5000)
            minute.raid_viewers += viewers
            tags["msg-param-viewerCount"] = str(viewers)
        yield said(kind, {"msg-param-mass-gift-count": "3"} if kind == "submysterygift" else {})
        if kind == "submysterygift":
            minute.gifted_subs += 3
            for _ in range(3):
                yield said("subgift", {})

    def moderation(self, room: Room, sent_ms: int) -> Said:
        """A chatter is timed out, or a message is removed."""
        minute, time = self.truth.minute(room.room_id, sent_ms), {"tmi-sent-ts": str(sent_ms)}
        recent = self._recent.pop(room.login, None)
        if recent is not None:
            minute.removed_messages += 1
            tags = {"login": f"{self.logins}1", "room-id": "", "target-msg-id": recent} | time
            rest = f":tmi.twitch.tv CLEARMSG #{room.login} :{self.words[0]}"
        else:
            minute.timeouts += 1
            target = f"{self.random.getrandbits(40)}"
            tags = {"room-id": room.room_id, "target-user-id": target, "ban-duration": "60"} | time
            rest = f":tmi.twitch.tv CLEARCHAT #{room.login} :{self.logins}1"
        return Said(room.login, sent_ms, lines.tagged(self.random, tags, rest), is_message=False)
