"""Memory of the bot and its database: idle, in a crawl of 1,000 pages, through a day of real-size polls, drawing."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil

from benchmarks.crawl import sandbox
from benchmarks.harness import progress, show, verdict
from sandbox.server import CLIENT_ID, CLIENT_SECRET

PAGES: Final = 1_000
POLLS: Final = 48
MINUTES: Final = 15
CHANNELS: Final = 120_000
LIMIT_MB: Final = 512.0
LOOK_EVERY_SECONDS: Final = 0.05


@dataclass(slots=True)
class Peaks:
    """The peaks of memory in MB of 10^6 bytes, shared pages counted once; `together`: the peak of the sum."""

    bot: float = 0.0
    drawing: float = 0.0
    database: float = 0.0
    together: float = 0.0


def main(*, pages: int = PAGES, polls: int = POLLS, channels: int = CHANNELS, minutes: int = MINUTES) -> None:
    """Measure and print. `minutes`: the shortest interval of a job."""
    with tempfile.TemporaryDirectory(prefix="wt-") as name, sandbox(channels) as addresses:
        folder = Path(name)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "DATA_DIR": str(folder / "data"),
            "PYTHONPATH": ".",
            "TWITCH_API_URL": addresses[0],
            "TWITCH_AUTH_URL": addresses[1],
            "TWITCH_CLIENT_ID": CLIENT_ID,
            "TWITCH_CLIENT_SECRET": CLIENT_SECRET,
        }
        command = [sys.executable, "-m", "benchmarks.living", str(pages), str(polls), str(minutes)]
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as living:
            measured = dict(_stages(living, folder))
        if living.returncode:
            raise RuntimeError(f"the bot ended with {living.returncode}")
    _show(measured)


def _stages(living: subprocess.Popen[str], folder: Path) -> Iterator[tuple[str, Peaks]]:
    """Run the stages in their order."""
    assert living.stdin is not None  # noqa: S101 - they are pipes
    assert living.stdout is not None  # noqa: S101
    for line in living.stdout:
        name = line.strip().removeprefix("begins ")
        progress(f"memory: {name}")
        with _watched(living.pid, folder) as peaks:
            _go_on(living.stdin)
            living.stdout.readline()
        yield name, peaks
        _go_on(living.stdin)


def _go_on(pipe: IO[str]) -> None:
    pipe.write("\n")
    pipe.flush()


@contextmanager
def _watched(pid: int, folder: Path) -> Iterator[Peaks]:
    """Measure the processes repeatedly until the end of the block."""
    peaks, done = Peaks(), threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_EVERY_SECONDS):
            _look(pid, folder, peaks)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _look(pid: int, folder: Path, peaks: Peaks) -> None:
    bot = drawing = database = 0.0
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        bot = _megabytes(process)
        drawing = sum(_megabytes(child) for child in process.children(recursive=True) if "postgres" not in child.name())
    for server in _servers(folder):
        database += _megabytes(server)
    peaks.bot, peaks.drawing = max(peaks.bot, bot), max(peaks.drawing, drawing)
    peaks.database, peaks.together = max(peaks.database, database), max(peaks.together, bot + drawing + database)


def _servers(folder: Path) -> list[psutil.Process]:
    """The processes of the database server of a data folder."""
    with suppress(psutil.Error, OSError, ValueError, IndexError):
        pid = int((folder / "data" / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        server = psutil.Process(pid)
        return [server, *server.children()]
    return []


def _megabytes(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_full_info().pss) / 1e6
    return 0.0


def _show(measured: dict[str, Peaks]) -> None:
    show(
        "Memory, the most at any moment of each stage, in MB",
        ("stage", "bot", "drawing", "database", "together", f"≤ {LIMIT_MB:g}"),
        [
            [
                name,
                f"{peaks.bot:.0f}",
                f"{peaks.drawing:.0f}",
                f"{peaks.database:.0f}",
                f"{peaks.together:.0f}",
                verdict(peaks.together <= LIMIT_MB),
            ]
            for name, peaks in measured.items()
        ],
        (
            "Resident, what several processes share counted once (PSS), without the sandbox. Charts are drawn in a",
            "process of their own. The day is lived on a virtual clock, with its roll-up; X is not called.",
        ),
    )
