"""Live chat as its readers see it: from a message to the page, and what fifty readers cost.

The listener, the counter and the dashboard are processes of their own; the simulated chat is in this one.
"""

import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any, Final

import psutil

from benchmarks.chat_counter import ROOMS
from benchmarks.harness import Bench, a_database, peak_memory_mb_of, progress, show, verdict
from benchmarks.web_servers import ROOT, address_of, program
from helperfunctions.clock import SystemClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox

PER_SECOND: Final = 1000
PROBES: Final = 100
READERS: Final = 50
SECONDS: Final = 30.0
_PROBE: Final = "probe"
_STREAMS_OF_ADDRESS: Final = 4
_PATIENCE_SECONDS: Final = 180.0
_LONGEST_SECONDS: Final = 10.0
# The dashboard tells browsers to wait for so long before they open a stream again.
_RETRY_SECONDS: Final = 2.0
_FOLLOW: Final = (
    "insert into chat.channels (channel_id, login, state, asked_at, state_at, last_live_at)"
    " values ('{0}', '{1}', 'wanted', now(), now(), now() + interval '1 day')"
)
# The number that the page shows.
_IN_OPEN_MINUTES: Final = """
    select coalesce(sum(minutes.messages), 0)
    from chat.minutes
    inner join chat.channels using (channel_id)
    where channels.login = 'probe' and not minutes.is_closed and minutes.minute_at > now() - interval '2 minutes'
"""


def main() -> None:
    """Measure and print."""
    with a_database() as bench:
        _live(bench)


class Reader:
    """A stream of the dashboard, from an address of its own."""

    def __init__(self, host: str, port: int, number: int) -> None:
        self._given = host, port, number
        own = f"127.0.0.{2 + number // _STREAMS_OF_ADDRESS}"
        self.socket = socket.create_connection((host, port), timeout=_PATIENCE_SECONDS, source_address=(own, 0))
        # Otherwise the end of a stream would not be seen before that of its connection.
        request = f"GET /chat/live HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
        self.socket.sendall(request.encode())
        self._file = self.socket.makefile("rb")

    def again(self) -> "Reader":
        """Another stream, as a browser opens one: the dashboard ends each after 100 seconds."""
        self.socket.close()
        return Reader(*self._given)

    def now(self, login: str) -> Iterator[int]:
        """The messages of a channel in its open minutes, whenever they change."""
        for line in self._file:
            if line.startswith(b"data: {"):
                row: dict[str, Any] = json.loads(line[6:])["rows"].get(login, {})
                if "now" in row:
                    yield int(row["now"].replace(",", ""))


@contextmanager
def _counter(bench: Bench, folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.chat_counter", bench.url, str(folder)]
    with subprocess.Popen(command, cwd=ROOT) as counter:
        try:
            yield counter.pid
        finally:
            counter.terminate()


def _live(bench: Bench) -> None:
    rooms = [
        Room(f"room{number}", f"77{number:04}", per_minute=60 * PER_SECOND / (ROOMS - 1), chatters=400)
        for number in range(1, ROOMS)
    ]
    rooms.append(Room(_PROBE, "770099", per_minute=0))
    bench.run(*(_FOLLOW.format(room.room_id, room.login) for room in rooms))
    chat, load = {"CHAT_SOURCE": "anonymous"}, os.getloadavg()[0]
    with ExitStack() as stack:
        sandbox = stack.enter_context(ChatSandbox(rooms, SystemClock(), seed=1))
        settings = chat | {"TWITCH_CHAT_URL": sandbox.url}
        listener, folder = stack.enter_context(program(bench, "bot", "listen", more_settings=settings))
        counter = stack.enter_context(_counter(bench, folder / "data" / "chat"))
        web, _ = stack.enter_context(program(bench, "bot", "web", "--port", "0", more_settings=chat))
        host, port = address_of(web)
        end = monotonic() + _PATIENCE_SECONDS
        while len(sandbox.joined()) < ROOMS:
            if monotonic() > end:
                raise RuntimeError("not all channels were joined")
            sleep(0.5)
        # The minute in which they are joined.
        sleep(10)
        first = Reader(host, port, 0)
        alone = _share_of_a_core(web.pid, "one reader")
        drained = [Reader(host, port, number) for number in range(1, READERS)]
        ended = threading.Event()
        threading.Thread(target=_drain, args=(drained, ended), daemon=True).start()
        together = _share_of_a_core(web.pid, f"{READERS} readers")
        seen = _seen(sandbox, bench, first, ended)
        ended.set()
        memory = {
            "listener": peak_memory_mb_of(listener.pid),
            "counter": peak_memory_mb_of(counter),
            "dashboard": peak_memory_mb_of(web.pid),
        }
        said = sum(minute.messages for minute in list(sandbox.truth.minutes.values()))
    median, worst = statistics.median(seen.seconds), statistics.quantiles(seen.seconds, n=100)[98]
    show(
        f"Live chat of {ROOMS} channels at {PER_SECOND:,} messages a second",
        ("what", "figure", "target"),
        [
            ["from said to seen on the page, median", f"{median:.2f} s", verdict(median <= 1.5)],
            ["from said to seen on the page, 99th percentile", f"{worst:.2f} s", verdict(worst <= 3.0)],
            ["messages that were never seen", f"{seen.missed}", verdict(not seen.missed)],
            ["dashboard with one reader", f"{alone:.1%} of a core", ""],
            [
                f"{READERS} readers more than one",
                f"{together - alone:.1%} of a core",
                verdict(together - alone <= 0.03),
            ],
            *(
                [f"memory of the {name}", f"{mb:.0f} MB", verdict(mb <= limit) if limit else ""]
                for (name, mb), limit in zip(memory.items(), (150, 100, 0), strict=True)
            ),
        ],
        (
            f"{len(seen.seconds)} messages were followed; {said:,} were said. Their reader is one of the {READERS}.",
            f"{seen.unchanged} more came while a minute was closed: the number on the page did not grow.",
            f"Load of the machine: {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end.",
        ),
    )


def _share_of_a_core(pid: int, what: str) -> float:
    progress(f"live chat: {what}")
    process = psutil.Process(pid)
    began, before = monotonic(), process.cpu_times()
    sleep(SECONDS)
    after = process.cpu_times()
    return (after.user + after.system - before.user - before.system) / (monotonic() - began)


def _drain(readers: list[Reader], ended: threading.Event) -> None:
    with suppress(OSError), selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader.socket, selectors.EVENT_READ, reader)
        while not ended.is_set():
            for key, _ in selector.select(0.5):
                if not key.data.socket.recv(1 << 20):
                    selector.unregister(key.fileobj)
                    reader = key.data.again()
                    selector.register(reader.socket, selectors.EVENT_READ, reader)


@dataclass(slots=True)
class _Seen:
    """Seconds from each message until it was seen. `unchanged`: the number on the page was the same with it, because a
    minute was closed at the same moment. `missed`: never seen, although it was said."""

    seconds: list[float] = field(default_factory=list)
    unchanged: int = 0
    missed: int = 0


def _seen(sandbox: ChatSandbox, bench: Bench, reader: Reader, ended: threading.Event) -> _Seen:
    """Follow messages in the quiet channel, one after the other."""
    random, found, shown = Random(2), _Seen(), threading.Condition()
    newest: list[int] = [0]

    def read() -> None:
        stream = reader
        while not ended.is_set():
            # At the end the dashboard is gone.
            with suppress(OSError):
                for now in stream.now(_PROBE):
                    with shown:
                        newest.append(now)
                        shown.notify()
                sleep(_RETRY_SECONDS)
                stream = stream.again()

    threading.Thread(target=read, daemon=True).start()
    for number in range(PROBES):
        sleep(random.uniform(0.3, 0.7))
        with shown:
            seen = len(newest)
            before = newest[-1]
            began = monotonic()
            sandbox.say(_PROBE, "hello")
            has_changed = shown.wait_for(
                lambda: any(now != before for now in newest[seen:]),  # noqa: B023
                timeout=_LONGEST_SECONDS,
            )
            seconds = monotonic() - began
            after = next((now for now in newest[seen:] if now != before), before)
        if has_changed and after > before:
            found.seconds.append(seconds)
        elif has_changed or bench.rows(_IN_OPEN_MINUTES)[0][0] == before:
            found.unchanged += 1
        else:
            found.missed += 1
            progress(f"live chat: message {number} was not seen: {before}, then {newest[seen:]}")
        if number % 20 == 0:
            progress(f"live chat: message {number} of {PROBES}")
    return found
