"""The listener and the counter as programs on a fast clock, to be killed: `listen` or `count`, then their arguments.

With a queue its address and the database's are two more arguments.
"""

import asyncio
import logging
import signal
import sys
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

from bot.chat.count_queue import PREFETCH, QueueCounter
from bot.chat.job import ChatJob
from bot.chat.leases import Leases
from bot.chat.listen import ChatLogin, Listener
from bot.chat.queue_health import QueueHealth
from bot.chat.ship import Shipper
from bot.chat.sources import queues, run_with_queue
from bot.core.calendar import Calendar
from helperfunctions import log
from helperfunctions.amqp import Consumer, Publisher
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


def listen(folder: Path, url: str, clock: FastClock, *queue: str) -> None:
    """Listen until SIGTERM."""

    async def run() -> None:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
        login, journal = ChatLogin("justinfan7"), Journal(folder)
        listener = Listener(url, login, journal, hasher_of(folder), clock, 100_000_000, clock.real_seconds)
        if not queue:
            await listener.run(stopped)
            return
        amqp_url, database_url = queue
        health = QueueHealth(clock, "it waits")
        shipper = Shipper(journal, lambda: Publisher.open(amqp_url, queues()), health, clock.real_seconds)
        leases = Leases(Database(database_url, Queries()), folder, clock, health, clock.real_seconds)
        await run_with_queue(listener.run, shipper, leases, stopped)

    with only_listener(folder):
        asyncio.run(run())


def job_of(folder: Path, url: str, clock: FastClock, *queue: str) -> ChatJob:
    """The job that counts."""
    database = Database(url, Queries())
    job = ChatJob(database, clock, folder, timedelta(days=35), None, CALENDAR)
    if queue:
        job.open_counter = lambda: QueueCounter(database, Consumer(queue[0], queues(), PREFETCH), clock)
    return job


def count(folder: Path, url: str, clock: FastClock, *queue: str) -> None:
    """Count again and again."""
    job = job_of(folder, url, clock, *queue)
    while True:
        try:
            job.count()
        except WatchTimeError as exc:
            # The server has not noticed yet that the last one was killed.
            logging.getLogger(__name__).info("%s", exc)
        sleep(_COUNT_EVERY_SECONDS)


if __name__ == "__main__":
    log.set_up("DEBUG")
    what, folder, url, start, since, speed, *queue = sys.argv[1:]
    given = (Path(folder), url, FastClock(datetime.fromisoformat(start), float(since), float(speed)))
    listen(*given, *queue) if what == "listen" else count(*given, *queue)
