"""Many readers at once, in a process of their own: `python -m benchmarks.readers`, a line of JSON per job and result.

One loop over persistent connections, and only the part of HTTP that is needed to find the end of a response: a slow
client would make the server appear slow.
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
    """A load: a number of readers that request `paths` for some seconds, each at least once.

    `again`: start again with the first path after the last one.
    """

    host: str
    port: int
    paths: Sequence[str]
    readers: int
    seconds: float
    again: bool


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a job: the seconds of each complete response, and the number of those that were not 200 (`failed`).

    `busy`: the share of the time in which the readers themselves worked; near 1 they were the bottleneck.
    """

    answers: int
    failed: int
    per_second: float
    median_ms: float
    worst_ms: float
    busy: float


class Readers:
    """The readers in another process, from the side of the caller."""

    def __init__(self, process: subprocess.Popen[str], readers: int) -> None:
        self._process = process
        self._readers = readers

    def load(self, address: tuple[str, int], paths: Sequence[str], seconds: float, *, again: bool = True) -> Load:
        """Run a load. Raises RuntimeError when the readers failed."""
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
    """Readers of a module in a process of their own, until the end of the block."""
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
        """Take received bytes; after the last ones, return the status of the response and its seconds."""
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
    """Run a job. Raises OSError when the server cannot be reached."""
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
    """Percentiles of the seconds of the responses."""
    order = sorted(taken)
    worst = order[math.ceil(0.99 * len(order)) - 1]
    return Load(len(order), failed, len(order) / lasted, 1000 * statistics.median(order), 1000 * worst, worked / lasted)


def work(load: Callable[[Job], Load]) -> None:
    """Run jobs from standard input, one after the other, until it ends."""
    for line in sys.stdin:
        print(json.dumps(asdict(load(Job(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    work(load)
