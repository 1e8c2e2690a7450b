"""A simulated chat of Twitch on a socket: rooms in which people write, for real IRC clients.

Source of the protocol: https://dev.twitch.tv/docs/chat/irc
"""

import asyncio
import heapq
import os
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from random import Random
from types import TracebackType
from typing import Final, Self

from helperfunctions.clock import Clock
from sandbox.chat.client import Client, Login
from sandbox.chat.faults import ChatFault, ChatFaults
from sandbox.chat.lines import HOUR_MS, JUNK, with_time
from sandbox.chat.rooms import Room, Said, Speakers
from sandbox.chat.truth import ChatTruth

# Real seconds between two rounds, in which everything that is due is said and delivered.
_ROUND_SECONDS: Final = 0.02
_DISORDER_MS: Final = 2_000
_LATER_MS: Final = 9_000
# Further than a client can be late on a fast clock: its minute must never be the present one.
_AHEAD_MS: Final = 24 * HOUR_MS


class ChatSandbox:
    """Serves rooms from `start` to `stop`, on a thread of its own. `port` 0: a free one.

    People write only in rooms that somebody is in; without `speaks` nothing is said but by `say`. `tokens`: the access
    token of each login; others can only read, as `justinfan` and digits. `refusals`: the code with which each of these
    rooms refuses everybody. `tls`: the context of a server with TLS.
    """

    def __init__(
        self,
        rooms: Sequence[Room],
        clock: Clock,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 0,
        faults: ChatFaults | None = None,
        speaks: bool = True,
        tokens: Mapping[str, str] | None = None,
        refusals: Mapping[str, str] | None = None,
        words: tuple[str, ...] | None = None,
        logins: str = "chatter",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.rooms = {room.login: room for room in rooms}
        self.clock = clock
        self.faults = faults or ChatFaults(seed=seed)
        self.truth = ChatTruth()
        self.refusals = dict(refusals or {})
        self.tokens = dict(tokens or {})
        self.joins: list[str] = []
        """The rooms of all JOINs, in their order."""
        self.connections = 0
        self._random = Random(seed)
        self._speakers = Speakers(self.truth, self._random, logins=logins)
        if words is not None:
            self._speakers.words = words
        self._address, self._tls, self._speaks = (host, port), tls, speaks
        self._clients: set[Client] = set()
        # (when in ms, a number that keeps the order, the receiver or None for all of the room, what)
        self._later: list[tuple[int, int, Client | None, Said]] = []
        self._turns = 0
        self._spoken_until_ms = 0
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen. Raises OSError if the port is taken."""
        self._spoken_until_ms = self._now_ms()
        opened: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(opened,), name="sandbox-chat", daemon=True)
        self._thread.start()
        opened.result()
        return self

    def stop(self) -> None:
        """Close every connection. Stopping twice is fine."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The URL on which it listens: irc://host:port, or ircs:// with TLS."""
        assert self._server is not None  # noqa: S101 - it was started
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"{'ircs' if self._tls else 'irc'}://{host}:{port}"

    def say(self, login: str, text: str, *, chatter: int = 1, times: int = 1) -> None:
        """Let a chatter write in a room now."""

        def speak() -> None:
            for _ in range(times):
                self._tell(self._speakers.message(self.rooms[login], self._now_ms(), text=text, chatter=chatter))

        self._call(speak)

    def burst(self, login: str, messages: int) -> None:
        """Let many chatters write in a room now."""

        def speak() -> None:
            for _ in range(messages):
                self._tell(self._speakers.message(self.rooms[login], self._now_ms()))

        self._call(speak)

    def crowd(self, login: str, first: int, last: int) -> None:
        """Let each of these chatters write once in a room now."""

        def speak() -> None:
            for number in range(first, last + 1):
                self._tell(self._speakers.message(self.rooms[login], self._now_ms(), chatter=number))

        self._call(speak)

    def refuse(self, login: str, code: str) -> None:
        """Put everybody out of a room, and let nobody in again: as when a channel is suspended while it is live."""

        def refuse() -> None:
            self.refusals[login] = code
            for client in list(self._clients):
                if login in client.rooms:
                    client.rooms.discard(login)
                    client.send(f"@msg-id={code} :tmi.twitch.tv NOTICE #{login} :This is over.\r\n".encode())

        self._call(refuse)

    def send(self, line: str) -> None:
        """Send a line to every connection, as the server."""

        def send() -> None:
            for client in list(self._clients):
                client.send(f"{line}\r\n".encode())

        self._call(send)

    def cut(self) -> None:
        """Close every connection at once."""

        def close() -> None:
            for client in list(self._clients):
                client.close()

        self._call(close)

    def joined(self) -> list[str]:
        """The rooms in which at least one connection is."""
        return sorted({room for client in list(self._clients) for room in client.rooms})

    def quiet(self) -> None:
        """Say nothing more by itself."""
        self._speaks = False

    def _call(self, action: Callable[[], None]) -> None:
        done: Future[None] = Future()

        def act() -> None:
            try:
                action()
                done.set_result(None)
            except Exception as exc:
                done.set_exception(exc)

        self._loop.call_soon_threadsafe(act)
        done.result()

    def _run(self, opened: "Future[None]") -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._server = self._loop.run_until_complete(
                asyncio.start_server(self._accept, *self._address, ssl=self._tls)
            )
            opened.set_result(None)
        except OSError as exc:
            host, port = self._address
            # asyncio's own message is a sentence that repeats the address.
            opened.set_exception(OSError(exc.errno, os.strerror(exc.errno or 0), f"{host}:{port}"))
            return
        rounds = self._loop.create_task(self._rounds())
        self._loop.run_forever()
        rounds.cancel()
        self._server.close()
        for client in list(self._clients):
            client.close()
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        self._loop.close()

    def _now_ms(self) -> int:
        return int(self.clock.now().timestamp() * 1000)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        client = Client(writer, self._now_ms, Login(self.tokens), self.rooms, self.refusals, self.joins, self._round)
        self._clients.add(client)
        try:
            while packet := await reader.read(65_536):
                client.received(packet)
        except (ConnectionError, ssl.SSLError, asyncio.CancelledError):
            # The client is gone, or the server stops.
            pass
        finally:
            self._clients.discard(client)
            client.close()

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(_ROUND_SECONDS)
            self._round()

    def _round(self) -> None:
        """Say and deliver what is due."""
        now_ms = self._now_ms()
        if now_ms > self._spoken_until_ms:
            if self._speaks:
                self._speak_until(now_ms)
            self._spoken_until_ms = now_ms
        while self._later and self._later[0][0] <= now_ms:
            _, _, client, said = heapq.heappop(self._later)
            self._deliver(said, [client] if client else list(self._clients), with_faults=False)
        for client in list(self._clients):
            client.keep_alive(now_ms)

    def _speak_until(self, now_ms: int) -> None:
        """Say what is due since the last round in the rooms in which somebody is, in the order of time."""
        begin_ms, heard = self._spoken_until_ms, {room for client in self._clients for room in client.rooms}
        due = sorted(
            (self._random.randint(begin_ms + 1, now_ms), room.login)
            for room in self.rooms.values()
            if room.login in heard
            for _ in range(self._number_of((now_ms - begin_ms) / 60_000 * room.per_minute))
        )
        for sent_ms, login in due:
            for said in self._speakers.line_of(self.rooms[login], sent_ms):
                self._tell(said)

    def _number_of(self, expected: float) -> int:
        return int(expected) + (self._random.random() < expected % 1)

    def _tell(self, said: Said) -> None:
        """Deliver what was said, or a variant of it with another timestamp that is in no minute."""
        self._deliver(said, list(self._clients), with_faults=True)
        drawn = self.faults.draw((ChatFault.OLD, ChatFault.AHEAD)) if said.is_message else ()
        for fault in drawn:
            away = -HOUR_MS if fault is ChatFault.OLD else _AHEAD_MS
            # A message of its own: with another id.
            line = (
                with_time(said.line, said.sent_ms, said.sent_ms + away)
                .replace(b";id=", b";id=f")
                .replace(b"@id=", b"@id=f")
            )
            self._deliver(said._replace(line=line), list(self._clients), with_faults=False)
            if fault is ChatFault.OLD:
                self.truth.late += 1
            else:
                self.truth.ahead += 1

    def _deliver(self, said: Said, clients: Sequence[Client], *, with_faults: bool) -> None:
        for client in clients:
            if said.room in client.rooms:
                drawn = self.faults.draw(_OF_A_DELIVERY) if with_faults else frozenset[ChatFault]()
                self._send(client, said, drawn)

    def _send(self, client: Client, said: Said, drawn: frozenset[ChatFault]) -> None:
        if ChatFault.SILENCE in drawn:
            client.is_silent = True
        if ChatFault.DROPPED in drawn:
            return
        if ChatFault.JUNK in drawn:
            client.send(self._random.choice(JUNK))
        if ChatFault.ENDLESS in drawn:
            client.send(b"x" * 40_000 + b"\r\n")
        if ChatFault.DISORDER in drawn:
            self._push(self._random.randint(1, _DISORDER_MS), client, said)
            return
        if ChatFault.CUT in drawn or ChatFault.RESET in drawn:
            client.send(said.line[: len(said.line) // 2])
            client.close(reset=ChatFault.RESET in drawn)
            return
        if ChatFault.SPLIT in drawn:
            client.send_in_parts(said.line, self._random)
        else:
            client.send(said.line)
        if ChatFault.TWICE in drawn:
            client.send(said.line)
        if ChatFault.TWICE_LATER in drawn:
            self._push(_LATER_MS, client, said)
        for fault, seconds in _RECONNECTS.items():
            if fault in drawn:
                client.announce_the_end(self._now_ms(), seconds)

    def _push(self, in_ms: int, client: Client, said: Said) -> None:
        self._turns += 1
        heapq.heappush(self._later, (self._now_ms() + in_ms, self._turns, client, said))


_RECONNECTS: Final[Mapping[ChatFault, float | None]] = {
    ChatFault.RECONNECT: 30.0,
    ChatFault.RECONNECT_AT_ONCE: 0.0,
    ChatFault.RECONNECT_NEVER: None,
}
_OF_A_DELIVERY: Final = tuple(fault for fault in ChatFault if fault not in (ChatFault.OLD, ChatFault.AHEAD))
