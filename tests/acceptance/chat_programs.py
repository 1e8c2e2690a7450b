"""The listener and the counter as programs on a fast clock, to be killed: `listen` or `count`, then their arguments."""

import asyncio
import logging
import signal
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from bot.chat.job import ChatJob
from bot.chat.listen import ChatLogin, Listener
from bot.core.calendar import Calendar
from helperfunctions import log
from helperfunctions.chat_journal import Journal, only_listener
from helperfunctions.chat_key import hasher_of
from helperfunctions.database import Database
from helperfunctions.errors import WatchTimeError
from helperfunctions.queries import Queries
from tests.fast_clock import FastClock

_COUNT_EVERY_SECONDS = 0.1
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


def clock_as_text(clock: FastClock) -> list[str]:
    """A clock as arguments."""
    return [clock.start.isoformat(), str(clock.since), str(clock.speed)]


def listen(folder: Path, url: str, clock: FastClock) -> None:
    """Listen until SIGTERM."""

    async def run() -> None:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        login, journal = ChatLogin("justinfan7"), Journal(folder)
        await Listener(url, login, journal, hasher_of(folder), clock, 100_000_000, clock.real_seconds).run(stopped)

    with only_listener(folder):
        asyncio.run(run())


def count(folder: Path, url: str, clock: FastClock) -> None:
    """Count again and again."""
    job = ChatJob(Database(url, Queries()), clock, folder, timedelta(days=35), None, CALENDAR)
    while True:
        try:
            job.count()
        except WatchTimeError as exc:
            # The server has not noticed yet that the last one was killed.
            logging.getLogger(__name__).info("%s", exc)
        sleep(_COUNT_EVERY_SECONDS)


if __name__ == "__main__":
    log.set_up("DEBUG")
    what, folder, url, start, since, speed = sys.argv[1:]
    given = (Path(folder), url, FastClock(datetime.fromisoformat(start), float(since), float(speed)))
    listen(*given) if what == "listen" else count(*given)
