"""Runs commands in forks of one process that has imported the program, so that its imports are paid for once.

Each line of the input is a JSON object that describes a command; each line of the output says that one has started or
ended. At the end of the input, commands that still run get SIGTERM.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import typer

import bot
import helperfunctions
from bot.cli.app import main as watchtime
from bot.wiring import open_bot
from helperfunctions import settings
from helperfunctions.clock import SystemClock
from helperfunctions.errors import WatchTimeError
from helperfunctions.queries import Queries

# Rarely run, and half a second to import.
NOT_IMPORTED = ("bot.__main__", "bot.demo", "bot.web")
# Imported by functions of the program, not by its modules.
LIBRARIES = ("boto3.session", "rich.console", "rich.progress", "rich.table", "tweepy")


def answer_and_send() -> None:
    """Answer mentions and send posts without a pause, until the process is killed."""
    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as opened:
        while True:
            assert opened.responder is not None
            for job in (opened.responder.respond, opened.sender.send):
                try:
                    job()
                except WatchTimeError as exc:
                    typer.echo(exc, err=True)


PROGRAMS: dict[str, Callable[[], None]] = {"watchtime": watchtime, "answer and send": answer_and_send}


class Forks:
    """Starts a fork for each line of the input, and reports its end."""

    def __init__(self) -> None:
        self._running: set[int] = set()
        signal.signal(signal.SIGCHLD, lambda *_: self._reap())

    def next_command(self) -> dict[str, Any] | None:
        """Returns twice: in each fork the command to run, in the first process None at the end of the input."""
        for line in sys.stdin:
            command: dict[str, Any] = json.loads(line)
            # The end of a fork is not reported before the fork is in the list.
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
            pid = os.fork()
            if pid == 0:
                return command
            self._running.add(pid)
            report("started", pid)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        for pid in self._running:
            os.kill(pid, signal.SIGTERM)
        return None

    def _reap(self) -> None:
        while self._running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._running.discard(pid)
            report("ended", pid, os.waitstatus_to_exitcode(status))


def report(*words: object) -> None:
    """Write one line, whole even if a signal comes meanwhile."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def become(command: dict[str, Any]) -> None:
    """Turn this fork into the process of a command: its folder, environment, arguments, and files."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    sys.argv = ["watchtime", *command["arguments"]]
    to_write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, how in (
        (0, os.devnull, os.O_RDONLY),
        (1, command["out"], to_write),
        (2, command["err"], to_write),
    ):
        opened = os.open(path, how, 0o666)
        os.dup2(opened, number)
        os.close(opened)
    if cached_seconds := float(os.environ.get("FAKETIME_CACHE_DURATION", 0)):
        # Until then a moved clock is that of the first process.
        time.sleep(2.2 * cached_seconds)


def preload() -> None:
    """Import the modules of the commands, and read their queries, once, before any fork."""
    for package in (bot, helperfunctions):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(NOT_IMPORTED):
                importlib.import_module(module.name)
    for library in LIBRARIES:
        importlib.import_module(library)
    dict(Queries().steps)


def run_to_its_end(program: Callable[[], None]) -> None:
    """Run a program and end this fork with its exit code, without the destruction of every object.

    That writes to all memory which the fork shares with the first process, and so copies it: two thirds of the time of
    a short command. An unexpected error, a message as exit code, and output that cannot be written end as usual.
    """
    code = 0
    try:
        program()
    except SystemExit as exc:
        if isinstance(exc.code, str):
            raise
        code = exc.code or 0
    # The first steps of an interpreter that ends: other threads, exit functions, output.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        sys.exit(code)
    os._exit(code)


def main() -> None:
    preload()
    gc.freeze()
    command = Forks().next_command()
    if command is not None:
        become(command)
        run_to_its_end(PROGRAMS[command["program"]])


if __name__ == "__main__":
    main()
