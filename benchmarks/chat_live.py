"""Live chat as its readers see it: from a message to the page, what fifty readers cost, and a day of ninety channels.

The listener, the counter and the dashboard are processes of their own; the simulated chat is in this one.
"""

import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any, Final

import psutil

from benchmarks.chat_counter import ROOMS
from benchmarks.harness import Bench, a_database, progress, show, verdict
from benchmarks.web_servers import ROOT, address_of, program
from helperfunctions.clock import SystemClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox

PER_SECOND: Final = 1000
PROBES: Final = 100
READERS: Final = 50
SECONDS: Final = 30.0
MESSAGES_OF_DAY: Final = 700_000
_PROBE: Final = "probe"
_STREAMS_OF_ADDRESS: Final = 4
_PATIENCE_SECONDS: Final = 180.0
_LONGEST_SECONDS: Final = 10.0
_FOLLOW: Final = (
    "insert into chat.channels (channel_id, login, state, asked_at, state_at, last_live_at)"
    " values ('{0}', '{1}', 'wanted', now(), now(), now() + interval '1 day')"
)
_SIZE: Final = """
    select coalesce(sum(pg_total_relation_size(class.oid)), 0)
    from pg_class as class
    inner join pg_namespace as namespace on namespace.oid = class.relnamespace
    where namespace.nspname = 'chat' and class.relkind = 'r'
"""


def main() -> None:
    """Measure and print."""
    with a_database() as bench:
        _live(bench)
    with a_database() as bench:
        _day(bench)


class Reader:
    """A stream of the dashboard, from an address of its own."""

    def __init__(self, host: str, port: int, number: int) -> None:
        self._given = host, port, number
        own = f"127.0.0.{2 + number // _STREAMS_OF_ADDRESS}"
        self.socket = socket.create_connection((host, port), timeout=_PATIENCE_SECONDS, source_address=(own, 0))
        self.socket.sendall(f"GET /chat/live HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
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
    chat = {"CHAT_SOURCE": "anonymous"}
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
        waits = _waits(sandbox, first, ended)
        ended.set()
        memory = {"listener": _peak_mb(listener.pid), "counter": _peak_mb(counter), "dashboard": _peak_mb(web.pid)}
        said = sum(minute.messages for minute in list(sandbox.truth.minutes.values()))
    median, worst = statistics.median(waits), statistics.quantiles(waits, n=100)[98]
    show(
        f"Live chat of {ROOMS} channels at {PER_SECOND:,} messages a second",
        ("what", "figure", "target"),
        [
            ["from said to seen on the page, median", f"{median:.2f} s", verdict(median <= 1.5)],
            ["from said to seen on the page, 99th percentile", f"{worst:.2f} s", verdict(worst <= 3.0)],
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
        (f"{len(waits)} messages were followed; {said:,} were said. Their reader is one of the {READERS}.",),
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


def _waits(sandbox: ChatSandbox, reader: Reader, ended: threading.Event) -> list[float]:
    """Seconds from a message in the quiet channel until the stream has it."""
    random, waits, shown = Random(2), list[float](), threading.Condition()
    newest: list[int] = [0]

    def read() -> None:
        stream = reader
        # At the end the dashboard is gone.
        with suppress(OSError):
            while not ended.is_set():
                for now in stream.now(_PROBE):
                    with shown:
                        newest.append(now)
                        shown.notify()
                stream = stream.again()

    threading.Thread(target=read, daemon=True).start()
    for number in range(PROBES):
        sleep(random.uniform(0.3, 0.7))
        with shown:
            seen = len(newest)
            before = newest[-1]
            began = monotonic()
            sandbox.say(_PROBE, "hello")
            shown.wait_for(lambda: any(now != before for now in newest[seen:]), timeout=_LONGEST_SECONDS)  # noqa: B023
            # With a minute that was closed at the same moment, the message cannot be found in it.
            if next((now for now in newest[seen:] if now != before), before) >= before:
                waits.append(monotonic() - began)
        if number % 20 == 0:
            progress(f"live chat: message {number} of {PROBES}")
    return waits


def _peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) * 1024 / 1e6


def _day(bench: Bench) -> None:
    progress("a day of chat")
    before = bench.rows(_SIZE)[0][0]
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        command = [sys.executable, "-m", "benchmarks.chat_counter", bench.url, name, str(MESSAGES_OF_DAY)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    took = json.loads(ran.stdout)
    disk = (bench.rows(_SIZE)[0][0] - before) / 1e6
    minutes = bench.rows("select count(*) from chat.minutes where is_closed")[0][0]
    show(
        f"A day of {ROOMS} channels, {MESSAGES_OF_DAY:,} messages",
        ("what", "figure", "target"),
        [
            ["disk in the database", f"{disk:.1f} MB", verdict(disk <= 30)],
            ["journal, at most", f"{took['journal_mb']:.1f} MB", ""],
            ["memory of the counter", f"{took['memory_mb']:.0f} MB", verdict(took["memory_mb"] <= 100)],
        ],
        (f"Counted within {took['seconds']:.0f} s; {minutes:,} minutes were closed.",),
    )
