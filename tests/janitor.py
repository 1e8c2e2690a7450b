"""Ends the processes that a test process leaves running when it is interrupted or killed: servers, bots, browsers.

Started by each test process with the folders in which its programs work. The end of its input is the end of the test
process, also after a kill: an operating system closes the files of a process that ends.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

# A PostgreSQL that gets SIGQUIT removes its shared memory; one that is killed leaves it behind.
PATIENCE_SECONDS = 60.0


@contextmanager
def cleaning_up_after_us(folder: Path, *others: Path) -> Iterator[None]:
    """When this process ends, end all processes that work in these folders, and remove the first folder."""
    janitor = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), str(folder), *map(str, others)],
        stdin=subprocess.PIPE,
        # A signal to the process group of the tests does not reach it.
        start_new_session=True,
    )
    # Closes its input and waits for its end.
    with janitor:
        yield


def processes_in(folders: Sequence[Path]) -> list[psutil.Process]:
    """Other processes that work in one of the folders or name something in it in their command line."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _is_in(process, folders)]


def _is_in(process: psutil.Process, folders: Sequence[Path]) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        command, place = " ".join(process.cmdline()), Path(process.cwd())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return any(f"{folder}/" in command or place.is_relative_to(folder) for folder in folders)


def end_all_in(folders: Sequence[Path]) -> None:
    """End every process that works in one of the folders, and those that these start meanwhile."""
    end = time.monotonic() + PATIENCE_SECONDS
    while left := processes_in(folders):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                is_server = process.name() == "postgres" and time.monotonic() < end
                process.send_signal(signal.SIGQUIT if is_server else signal.SIGKILL)
        psutil.wait_procs(left, timeout=1)


def main() -> None:
    # Other programs of the tests may hold the input open, but they end with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdin.read()
    folders = [Path(argument) for argument in sys.argv[1:]]
    end_all_in(folders)
    shutil.rmtree(folders[0], ignore_errors=True)


if __name__ == "__main__":
    main()
