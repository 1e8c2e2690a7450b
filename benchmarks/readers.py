"""Many readers at once, in a process of their own: `python -m benchmarks.readers`, a line of JSON per job and result.

One loop over sockets that are kept open, and of HTTP only what it takes to find the end of an answer: the slower the
one who asks, the slower the server would look.
"""

import json
import math
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Final

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True)
class Job:
    """Have so many readers ask for `paths` for some seconds, each at least once; `again`: from the first when all
    were asked for."""

    host: str
    port: int
    paths: Sequence[str]
    readers: int
    seconds: float
    again: bool


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: whole answers and how long each took, those that were not 200 among them as `failed`, and the
    part of the time that the readers themselves were at work: near 1 they were the bottleneck."""

    answers: int
    failed: int
    per_second: float
    median_ms: float
    worst_ms: float
    busy: float


class Readers:
    """The readers in their process, as who sends them sees them."""

    def __init__(self, process: subprocess.Popen[str], readers: int) -> None:
        self._process = process
        self._readers = readers

    def load(self, address: tuple[str, int], paths: Sequence[str], seconds: float, *, again: bool = True) -> Load:
        """Have them ask. Raises RuntimeError when they could not."""
        assert self._process.stdin is not None  # noqa: S101 - they are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps(asdict(Job(*address, paths, self._readers, seconds, again))) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the readers of {paths[:1] or 'Streamlit'} gave up")
        return Load(**json.loads(line))


@contextmanager
def readers(module: str, how_many: int) -> Iterator[Readers]:
    """So many, of that module, in a process of their own for as long as the block."""
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        # Leaving the block closes its input, at which it ends.
        yield Readers(process, how_many)


class _Reader:
    """A client that sends a request and waits for the response."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._received = bytearray()
        self._whole = 0
        self._sent_at = 0.0
        self.socket = socket.create_connection((job.host, job.port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str) -> None:
        self._received.clear()
        self._whole = 0
        self._sent_at = time.perf_counter()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {self._job.host}:{self._job.port}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )

    def take(self) -> tuple[int, float] | None:
        """What has arrived; when it was the last of it, the status and the seconds that it took."""
        piece = self.socket.recv(_PIECE)
        if not piece:
            raise ConnectionError(f"the server hung up: {bytes(self._received[:200])!r}")
        self._received += piece
        if not self._whole:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = _LENGTH.search(self._received, 0, end)
            if length is None:
                raise ValueError(f"an answer without a length: {bytes(self._received[:end])!r}")
            self._whole = end + 4 + int(length[1])
        if len(self._received) < self._whole:
            return None
        return int(self._received[9:12]), time.perf_counter() - self._sent_at


def load(job: Job) -> Load:
    """Do it. Raises OSError when the server cannot be reached."""
    paths: Iterator[str] = cycle(job.paths) if job.again else iter(job.paths)
    readers = [_Reader(job) for _ in range(job.readers)]
    taken: list[float] = []
    failed = 0
    with selectors.DefaultSelector() as waiting:
        began, worked = time.perf_counter(), time.process_time()
        for reader, path in zip(readers, paths, strict=False):
            reader.socket.settimeout(120)
            waiting.register(reader.socket, selectors.EVENT_READ, reader)
            reader.ask(path)
        while waiting.get_map():
            ready = waiting.select(120)
            if not ready:
                raise TimeoutError("no answer within two minutes")
            for key, _ in ready:
                answer = key.data.take()
                if answer is None:
                    continue
                status, seconds = answer
                taken.append(seconds)
                failed += status != 200
                following = next(paths, None) if time.perf_counter() - began < job.seconds else None
                if following is None:
                    waiting.unregister(key.fileobj)
                else:
                    key.data.ask(following)
        lasted, worked = time.perf_counter() - began, time.process_time() - worked
    for reader in readers:
        reader.socket.close()
    return summed_up(taken, failed, lasted, worked)


def summed_up(taken: Iterable[float], failed: int, lasted: float, worked: float) -> Load:
    """The seconds of each answer in a few numbers."""
    order = sorted(taken)
    worst = order[math.ceil(0.99 * len(order)) - 1]
    return Load(len(order), failed, len(order) / lasted, 1000 * statistics.median(order), 1000 * worst, worked / lasted)


def work(load: Callable[[Job], Load]) -> None:
    """Do one job after the other, until the input ends."""
    for line in sys.stdin:
        print(json.dumps(asdict(load(Job(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    work(load)
