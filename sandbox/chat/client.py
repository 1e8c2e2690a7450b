"""One connection to the simulated chat: login, rooms, keepalive and limits."""

import asyncio
import re
import socket
import struct
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from sandbox.chat.rooms import Room

_SERVER: Final = ":tmi.twitch.tv"
# https://dev.twitch.tv/docs/chat/#rate-limits: 20 attempts per 10 seconds.
_JOINS, _JOINS_MS = 20, 10_000
# Rooms of an account at the same time; the next one is refused.
_MOST_ROOMS: Final = 100
_PING_EVERY_MS: Final = 5 * 60_000
_LONGEST_WITHOUT_PONG_MS: Final = 10_000
# Unread bytes after which a slow reader is cut off.
_MOST_UNREAD: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Login:
    """Who may log in: the access token by login."""

    tokens: Mapping[str, str]

    def is_accepted(self, nick: str, password: str) -> bool:
        """Whether the server accepts a login; `justinfan` and digits with any password, or none."""
        if re.fullmatch(r"justinfan\d+", nick):
            return True
        return nick in self.tokens and password == f"oauth:{self.tokens[nick]}"


class Client:
    """A connection of a client. `rooms`: those in which it is; `is_silent`: nothing is sent to it any more."""

    def __init__(
        self,
        writer: asyncio.StreamWriter,
        now_ms: Callable[[], int],
        login: Login,
        rooms: Mapping[str, Room],
        refusals: Mapping[str, str],
        joins: list[str],
        say_what_is_due: Callable[[], None],
    ) -> None:
        self.rooms: set[str] = set()
        self.is_silent = False
        self._writer, self._now_ms, self._login = writer, now_ms, login
        self._exist, self._refusals, self._all_joins = rooms, refusals, joins
        self._say_what_is_due = say_what_is_due
        self._rest, self._password, self._nick = b"", "", ""
        self._joins: deque[int] = deque(maxlen=_JOINS + 1)
        self._ends_ms: int | None = None
        self._pinged_ms, self._ponged_ms = now_ms(), now_ms()

    def received(self, packet: bytes) -> None:
        """Handle what the client has sent."""
        *lines, self._rest = (self._rest + packet).split(b"\n")
        for line in lines:
            command, _, rest = line.rstrip(b"\r").decode().partition(" ")
            match command:
                case "PASS":
                    self._password = rest
                case "NICK":
                    self._log_in(rest)
                case "CAP":
                    self.send(f"{_SERVER} CAP * ACK {rest.removeprefix('REQ ')}\r\n".encode())
                case "PING":
                    # Whatever has an earlier time is sent before the answer.
                    self._say_what_is_due()
                    self.send(f"{_SERVER} PONG tmi.twitch.tv {rest}\r\n".encode())
                case "PONG":
                    self._ponged_ms = self._now_ms()
                case "JOIN" if self._nick:
                    for room in rest.split(","):
                        self._join(room.removeprefix("#"))
                case "PART":
                    self.rooms -= {room.removeprefix("#") for room in rest.split(",")}

    def _log_in(self, nick: str) -> None:
        if not self._login.is_accepted(nick, self._password):
            self.send(f"{_SERVER} NOTICE * :Login authentication failed\r\n".encode())
            self.close()
            return
        self._nick = nick
        welcome = {"001": "Welcome, GLHF!", "002": "Your host", "003": "new", "004": "-", "375": "-", "372": "You are"}
        lines = [f"{_SERVER} {number} {nick} :{text}\r\n" for number, text in [*welcome.items(), ("376", ">")]]
        self.send("".join(lines).encode())

    def _join(self, room: str) -> None:
        self._all_joins.append(room)
        self._joins.append(self._now_ms())
        if len(self._joins) > _JOINS and self._joins[-1] - self._joins[0] < _JOINS_MS:
            self.close()
            return
        code = self._refusals.get(room)
        if code is None and len(self.rooms) >= _MOST_ROOMS and not self._nick.startswith("justinfan"):
            code = "msg_concurrent_channel_limit_reached"
        if code is not None:
            self.send(f"@msg-id={code} {_SERVER} NOTICE #{room} :This is the reason.\r\n".encode())
        elif room in self._exist:
            self.rooms.add(room)
            nick, room_id = self._nick, self._exist[room].room_id
            self.send(
                f":{nick}!{nick}@{nick}.tmi.twitch.tv JOIN #{room}\r\n"
                f":{nick}.tmi.twitch.tv 353 {nick} = #{room} :{nick}\r\n"
                f":{nick}.tmi.twitch.tv 366 {nick} #{room} :End of /NAMES list\r\n"
                f"@emote-only=0;followers-only=-1;r9k=0;room-id={room_id};slow=0;subs-only=0"
                f" {_SERVER} ROOMSTATE #{room}\r\n".encode()
            )

    def send(self, data: bytes) -> None:
        """Send bytes, unless the connection is silent or ended."""
        if self.is_silent or self._writer.is_closing():
            return
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > _MOST_UNREAD:
            self.close(reset=True)

    def send_in_parts(self, data: bytes, random: Random) -> None:
        """Send bytes in several packets, which end anywhere: within a character or an end of a line, too."""
        cuts = sorted(random.randrange(len(data)) for _ in range(3))
        for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
            self.send(data[start:end])

    def announce_the_end(self, now_ms: int, seconds: float | None) -> None:
        """Announce that the connection ends, after a number of seconds or never."""
        self.send(f"{_SERVER} RECONNECT\r\n".encode())
        if seconds is not None:
            self._ends_ms = now_ms + int(seconds * 1000)

    def keep_alive(self, now_ms: int) -> None:
        """End the connection if that is due, or if the client does not answer."""
        is_over = self._ends_ms is not None and now_ms >= self._ends_ms
        is_unanswered = self._ponged_ms < self._pinged_ms and now_ms - self._pinged_ms > _LONGEST_WITHOUT_PONG_MS
        if is_over or is_unanswered:
            self.close()
        elif now_ms - self._pinged_ms >= _PING_EVERY_MS:
            self._pinged_ms = now_ms
            self.send(f"PING {_SERVER}\r\n".encode())

    def close(self, *, reset: bool = False) -> None:
        """End the connection; with `reset`, what was not read is lost."""
        self.rooms = set()
        if reset:
            connection = self._writer.get_extra_info("socket")
            if connection is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._writer.transport.abort()
        else:
            self._writer.close()
