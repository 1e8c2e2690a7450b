"""Listen to chat: read the wanted channels, and write what the journal needs. Its process has no database."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from bot.chat.events import ChatEvent, encode, stripped
from bot.chat.rooms import Rooms
from helperfunctions import irc
from helperfunctions.chat_journal import Journal, is_damage
from helperfunctions.chat_key import Hasher
from helperfunctions.clock import Clock
from helperfunctions.errors import ChatUnavailable, JournalUnusable, TwitchRefused
from helperfunctions.irc_connection import IrcConnection

log = logging.getLogger(__name__)

# Seconds between two rounds, and between two batches; a batch of this number of events is written at once.
_ROUND_SECONDS: Final = 1.0
_FLUSH_SECONDS: Final = 0.25
_BATCH: Final = 500
# What was heard is written every 2 s, and every 5 s an empty batch shows that time passes: the counter closes a minute
# 15 s after its end.
_COVERED_EVERY_MS: Final = 2_000
_BATCH_EVERY_MS: Final = 5_000
# A connection on which nothing comes, not even the answer to a PING, is given up.
_GIVE_UP_AFTER_MS: Final = 15_000
_LONGEST_PAUSE_SECONDS: Final = 120.0
# While the journal cannot be written, events wait in memory; more than this many are dropped, with their coverage.
_MOST_PENDING: Final = 50_000
# A clock that goes back by more, or goes differently from the machine's by more between two rounds, was set.
_CLOCK_WAS_SET_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class ChatLogin:
    """Who we are in chat. Without a token we can only read."""

    name: str
    token: str | None = None

    def lines(self) -> list[str]:
        """The lines that log in."""
        first = "CAP REQ :twitch.tv/tags twitch.tv/commands"
        return [first, *([f"PASS oauth:{self.token}"] if self.token else []), f"NICK {self.name}"]


class Listener:
    """Reads chat until it is stopped. `real_seconds` makes seconds of the machine of seconds of the clock."""

    def __init__(
        self,
        url: str,
        login: ChatLogin,
        journal: Journal,
        hashed: Hasher,
        clock: Clock,
        most_bytes: int,
        real_seconds: Callable[[float], float] = float,
    ) -> None:
        self._url, self._login, self._journal, self._hashed = url, login, journal, hashed
        self._clock, self._most_bytes, self._real_seconds = clock, most_bytes, real_seconds
        self._rooms = Rooms(journal.rooms())
        self._ids = self._rooms.ids()
        self._known_ids: frozenset[str] = frozenset()
        self._connections: dict[int, IrcConnection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening = 0
        self._failures = 0
        self._pause_until_ms = 0
        self._pending: list[ChatEvent] = []
        self._reasons: Counter[str] = Counter()
        self._last_at_ms = self._covered_ms = 0
        # The last round, by the clock and by the machine.
        self._round_ms, self._round_seconds = 0, 0.0
        self._journal_failed = False
        self._error: BaseException | None = None

    async def run(self, stopped: asyncio.Event) -> None:
        """Listen until `stopped` is set. Raises TwitchRefused when the login is refused, and
        JournalUnusable when the journal is damaged."""
        flushing = asyncio.create_task(self._flush_again_and_again())
        try:
            while not stopped.is_set() and self._error is None:
                self._round()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), self._real_seconds(_ROUND_SECONDS))
        finally:
            flushing.cancel()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(flushing, *self._tasks, return_exceptions=True)
            self._pending += self._rooms.covered()
            self._flush()
        if self._error is not None:
            raise self._error

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def _round(self) -> None:
        """Look after channels and connections, once."""
        now_ms = self._now_ms()
        self._notice_a_set_clock(now_ms)
        try:
            for number, login in self._rooms.want(self._journal.wanted(), now_ms):
                self._send(number, f"PART #{login}")
            self._ids = self._rooms.ids()
            self._known_ids = frozenset(self._ids.values())
            self._journal.set_rooms(self._rooms.rows())
        except JournalUnusable as exc:
            self._journal_is_unusable(exc)
        for number, logins in self._rooms.to_join(now_ms).items():
            self._send(number, f"JOIN {','.join(f'#{login}' for login in logins)}")
        for number, connection in list(self._connections.items()):
            silent_ms = self._rooms.silent_ms(number, now_ms)
            if silent_ms > _GIVE_UP_AFTER_MS:
                connection.close(f"nothing came for {silent_ms / 1000:.0f} s")
            elif self._rooms.is_drained(number):
                connection.close("its channels are joined on another one")
            elif self._rooms.is_ping_due(number, now_ms):
                connection.send(["PING :watchtime"])
        if self._rooms.connections_to_open() > self._opening and now_ms >= self._pause_until_ms:
            # One at a time: a server that refuses one refuses the others too.
            self._opening += 1
            task = asyncio.create_task(self._connection())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _notice_a_set_clock(self, now_ms: int) -> None:
        """After the clock was set, or the machine slept, what was heard counts from now on."""
        seconds = asyncio.get_running_loop().time()
        passed_ms = (seconds - self._round_seconds) / self._real_seconds(1.0) * 1000
        if self._round_ms and abs(now_ms - self._round_ms - passed_ms) > _CLOCK_WAS_SET_MS:
            log.warning("the clock was set, by %.0f s", (now_ms - self._round_ms - passed_ms) / 1000)
            self._pending += self._rooms.covered()
            self._rooms.clock_was_set(now_ms)
        self._round_ms, self._round_seconds = now_ms, seconds

    def _send(self, number: int, line: str) -> None:
        if number in self._connections:
            self._connections[number].send([line])

    async def _connection(self) -> None:
        """One connection, from its beginning to its end."""
        number, connection, was_ready = None, None, False
        try:
            try:
                connection = await IrcConnection.open(self._url)
                number = self._rooms.connected(self._now_ms())
            finally:
                self._opening -= 1
            self._connections[number] = connection
            connection.send(self._login.lines())
            while True:
                lines = await connection.receive()
                now_ms = self._now_ms()
                for line in lines:
                    was_ready = self._handle(number, irc.parse(line), now_ms) or was_ready
                self._rooms.received(number, now_ms)
                if len(self._pending) >= _BATCH:
                    self._flush()
        except ChatUnavailable as exc:
            self._failures = 0 if was_ready else self._failures + 1
            pause = min(2.0**self._failures - 1, _LONGEST_PAUSE_SECONDS)
            self._pause_until_ms = self._now_ms() + int(pause * 1000)
            log.warning("%s connection=%s next_in_seconds=%.0f", exc, number, pause)
        except TwitchRefused as exc:
            self._error = exc
        finally:
            if number is not None:
                self._pending += self._rooms.lost(number)
                self._connections.pop(number, None)
            if connection is not None:
                self._reasons[irc.Reason.TOO_LONG] += connection.dropped_lines
                connection.close()

    def _handle(self, number: int, parsed: irc.Parsed, now_ms: int) -> bool:
        """Handle a line. Returns True if it shows that the login was accepted. Raises TwitchRefused."""
        match parsed:
            case irc.Message() | irc.Notice() | irc.Timeout() | irc.Removed():
                self._record(parsed)
            case irc.Reason():
                self._reasons[parsed] += 1
            case irc.Ping(payload):
                self._send(number, f"PONG :{payload}")
            case irc.RoomState(login, room_id):
                if not self._rooms.confirmed(number, login, room_id, now_ms):
                    self._send(number, f"PART #{login}")
            case irc.Refused(login, code):
                log.warning("a channel is refused login=%s reason=%s", login, code)
                self._rooms.refused(login, code, now_ms)
                self._send(number, f"PART #{login}")
            case irc.Welcome():
                log.info("connected to chat connection=%d", number)
                self._rooms.ready(number)
                return True
            case irc.Reconnect():
                log.info("the server closes a connection soon; its channels are joined again connection=%d", number)
                self._rooms.ending(number)
            case irc.LoginRefused():
                raise TwitchRefused("Twitch's chat rejects CHAT_LOGIN or CHAT_TOKEN: fix them in .env")
            case irc.Pong():
                self._rooms.ponged(number)
        return False

    def _record(self, event: irc.Event) -> None:
        channel_id = event.room_id
        if not channel_id and isinstance(event, irc.Removed):
            channel_id = self._ids.get(event.login, "")
        if channel_id in self._known_ids:
            self._pending.append(stripped(event, channel_id, self._hashed))

    async def _flush_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(self._real_seconds(_FLUSH_SECONDS))
            now_ms = self._now_ms()
            if not 0 <= now_ms - self._covered_ms < _COVERED_EVERY_MS:
                self._covered_ms = now_ms
                self._pending += self._rooms.covered()
            if self._pending or (self._ids and not 0 <= now_ms - self._last_at_ms < _BATCH_EVERY_MS):
                self._flush()

    def _flush(self) -> None:
        """Write what is pending as one batch, whose time is never before that of the last one."""
        now_ms = self._now_ms()
        at_ms = max(self._last_at_ms, now_ms) if self._last_at_ms - now_ms <= _CLOCK_WAS_SET_MS else now_ms
        try:
            self._journal.append(encode(self._pending), at_ms, self._reasons, self._most_bytes)
        except JournalUnusable as exc:
            self._journal_is_unusable(exc)
            if len(self._pending) > _MOST_PENDING:
                # That the newest of them were heard would be said later.
                self._rooms.missed(now_ms)
                self._pending.clear()
            return
        self._pending.clear()
        self._reasons.clear()
        self._last_at_ms, self._journal_failed = at_ms, False

    def _journal_is_unusable(self, exc: JournalUnusable) -> None:
        if not self._journal_failed:
            log.error("%s", exc)
        self._journal_failed = True
        if is_damage(exc):
            # The next start begins a new one.
            self._error = exc
