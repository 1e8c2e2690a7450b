"""Commands that run in forks of a process which has imported the program: the tests' side of forker.py."""

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Process(Protocol):
    """The part of subprocess.Popen that tests use."""

    pid: int
    returncode: int | None

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


class Forker:
    """The process that is forked for each command. Only one thread at a time can use it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self._lock = threading.Lock()
        self._rest = b""
        self._started: list[int] = []
        self._ended: dict[int, int] = {}

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        out: Path | str = os.devnull,
        err: Path | str = os.devnull,
        program: str = "watchtime",
    ) -> "Fork":
        """Start a command in a folder, with exactly this environment and its output in files."""
        command = {
            "program": program,
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "out": str(out),
            "err": str(err),
        }
        with self._lock:
            self._stdin.write(json.dumps(command).encode() + b"\n")
            self._stdin.flush()
            while not self._started:
                self._listen(None)
            return Fork(self._started.pop(), tuple(arguments), self)

    def exit_code(self, pid: int, timeout: float | None) -> int | None:
        """The exit code of a fork as subprocess has it, once; None if it still runs after that many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while pid not in self._ended:
                left = None if end is None else end - time.monotonic()
                if left is not None and left < 0:
                    return None
                self._listen(left)
            return self._ended.pop(pid)

    def _listen(self, timeout: float | None) -> None:
        """Read the reports of the process; wait for one for at most this many seconds."""
        ready, _, _ = select.select([self._stdout], [], [], timeout)
        if not ready:
            return
        received = os.read(self._stdout.fileno(), 65536)
        assert received, f"the forker ended with {self._process.wait()}"
        *lines, self._rest = (self._rest + received).split(b"\n")
        for line in lines:
            what, *numbers = line.split()
            if what == b"started":
                self._started.append(int(numbers[0]))
            else:
                self._ended[int(numbers[0])] = int(numbers[1])


@dataclass
class Fork:
    """The process of one command; used like a subprocess.Popen."""

    pid: int
    args: tuple[str, ...]
    _forker: Forker
    returncode: int | None = field(default=None)

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._forker.exit_code(self.pid, timeout=0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = self._forker.exit_code(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(15)

    def kill(self) -> None:
        self.send_signal(9)


@contextmanager
def forking(environment: Mapping[str, str]) -> Iterator[Forker]:
    """Start the process that is forked for each command; ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.forker"],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        yield Forker(process)
