"""Starts the listener of chat as a process of its own, next to `watchtime run`, unless another one is there.

It ends for one that is a service of its own, which goes on while the bot is replaced.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

from bot.jobs import Bot

log = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS: Final = 5.0
# A listener that is a service of its own may start again first.
_FREE_FOR_SECONDS: Final = 20.0
# After an end with an error, the next attempt waits for longer each time.
_LONGEST_WAIT_SECONDS: Final = 600.0
_STOP_SECONDS: Final = 20.0


@contextmanager
def chat_listener(bot: Bot) -> Iterator[None]:
    """Keep a listener running for the duration of the block; with CHAT_SOURCE=off, do nothing."""
    if bot.chat_job is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_keep_running, args=(bot, ended), name="chat-listener", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _keep_running(bot: Bot, ended: threading.Event) -> None:
    from helperfunctions.chat_journal import has_service, is_listening

    assert bot.chat_job is not None  # noqa: S101 - the caller has checked it
    folder, failures, free_since = bot.chat_job.folder, 0, monotonic() - _FREE_FOR_SECONDS
    while not ended.is_set():
        if is_listening(folder) or has_service(folder):
            free_since = monotonic()
        elif monotonic() - free_since >= _FREE_FOR_SECONDS:
            began = monotonic()
            _run_one(folder, ended)
            if has_service(folder):
                log.info("the listener of chat ended for one that is a service of its own")
                continue
            failures = 0 if monotonic() - began > _LONGEST_WAIT_SECONDS else failures + 1
            if not ended.is_set():
                wait = min(2.0**failures * 5, _LONGEST_WAIT_SECONDS)
                log.warning("the listener of chat ended; starting it again in_seconds=%.0f", wait)
                ended.wait(wait)
            continue
        ended.wait(_LOOK_EVERY_SECONDS)


def _run_one(folder: Path, ended: threading.Event) -> None:
    """Run a listener until it ends or is to end, or until one that is a service is there.

    Its standard input is closed with our process, however that ends.
    """
    from helperfunctions.chat_journal import has_service

    command = [sys.executable, "-m", "bot", "listen", "--with-parent"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        while process.poll() is None and not has_service(folder) and not ended.wait(1.0):
            pass
    finally:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
