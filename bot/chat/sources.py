"""The parts of chat under the settings: the listener's process, and the jobs of the bot."""

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from helperfunctions.chat_journal import Journal, delete_damaged, only_listener
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import Clock
from helperfunctions.settings import Settings

if TYPE_CHECKING:
    from bot.chat.count_queue import QueueCounter
    from bot.chat.directory import OpenDirectory
    from bot.chat.job import ChatJob
    from bot.chat.leases import Leases
    from bot.chat.listen import ChatLogin
    from bot.chat.ship import Shipper
    from helperfunctions.amqp import Queues
    from helperfunctions.database import Database

log = logging.getLogger(__name__)


def folder_of(settings: Settings) -> Path:
    """The folder of the journal and the key."""
    return settings.data_dir / "chat"


def job_of(settings: Settings, database: "Database", clock: Clock, open_directory: "OpenDirectory | None") -> "ChatJob":
    """The jobs under these settings."""
    # Not for the listener, which has no database.
    from bot.chat.job import ChatJob
    from bot.chat.moment_alerts import MomentAlerts
    from bot.core.calendar import Calendar
    from helperfunctions import webhook

    alerts = None
    if settings.chat_moment_alerts and settings.alert_webhook_url is not None:
        send = partial(webhook.send, settings.alert_webhook_url.get_secret_value())
        alerts = MomentAlerts(database, clock, send)

    def open_counter() -> "QueueCounter":
        from bot.chat.count_queue import PREFETCH, QueueCounter
        from helperfunctions.amqp import Consumer

        return QueueCounter(database, Consumer(_amqp_url(settings), queues(), PREFETCH), clock)

    return ChatJob(
        database,
        clock,
        folder_of(settings),
        timedelta(days=settings.chat_retention_days),
        open_directory,
        Calendar(settings.timezone, settings.day_starts_at),
        settings.chat_channels_max,
        settings.chat_choice == "open",
        alerts,
        open_counter if settings.amqp_url is not None else None,
    )


def queues(name: str = "chat") -> "Queues":
    """The queues of the shards."""
    from bot.chat.shards import SHARDS
    from helperfunctions.amqp import Queues

    return Queues(name, SHARDS)


def purge_of(settings: Settings) -> Callable[[], None] | None:
    """What deletes everything that waits in the queue; None without one."""
    if settings.amqp_url is None:
        return None
    from helperfunctions import amqp

    return lambda: asyncio.run(amqp.purge(_amqp_url(settings), queues()))


def _amqp_url(settings: Settings) -> str:
    assert settings.amqp_url is not None  # noqa: S101 - the caller has checked it
    return settings.amqp_url.get_secret_value()


def login_of(settings: Settings, random: Random) -> "ChatLogin":
    """Who we are in chat: the account, or somebody without a name."""
    from bot.chat.listen import ChatLogin

    if settings.chat_source == "account" and settings.chat_token is not None:
        return ChatLogin(settings.chat_login, settings.chat_token.get_secret_value())
    return ChatLogin(f"justinfan{random.randint(10_000, 99_999)}")


def listen(settings: Settings, clock: Clock, *, with_parent: bool) -> None:
    """Listen until SIGTERM or SIGINT; `with_parent`: also until standard input is closed. With a queue, ship to it what
    was heard, and share the channels with other listeners.

    Without a parent it takes over from the listener that a bot has started. Raises Busy when another process listens,
    TwitchRefused when the login is refused, and JournalUnusable.
    """
    from bot.chat.listen import Listener

    folder = folder_of(settings)
    with only_listener(folder, is_service=not with_parent):
        if delete_damaged(folder):
            log.error(
                "the journal of chat was damaged and was replaced by an empty one: what waited in it is lost path=%s",
                folder,
            )
        journal = Journal(folder)
        try:
            listener = Listener(
                settings.twitch_chat_url,
                login_of(settings, Random()),
                journal,
                hasher_of(folder),
                clock,
                settings.kept_chat_mb * 1_000_000,
            )
            run = listener.run
            if settings.amqp_url is not None:
                run = partial(_run_with_queue, settings, clock, journal, listener.run)
            asyncio.run(_until_stopped(run, with_parent=with_parent))
        finally:
            journal.close()


async def _run_with_queue(
    settings: Settings,
    clock: Clock,
    journal: Journal,
    listen: Callable[[asyncio.Event], Awaitable[None]],
    stopped: asyncio.Event,
) -> None:
    from bot.chat.leases import Leases
    from bot.chat.queue_health import QueueHealth
    from bot.chat.ship import Shipper
    from helperfunctions.amqp import Publisher
    from helperfunctions.database import Database
    from helperfunctions.queries import Queries

    assert settings.database_url is not None  # noqa: S101 - AMQP_URL needs it
    database = Database(settings.database_url.get_secret_value(), Queries())
    health = QueueHealth(clock, "chat waits in the journal, trying again")
    shipper = Shipper(journal, lambda: Publisher.open(_amqp_url(settings), queues()), health)
    await run_with_queue(listen, shipper, Leases(database, folder_of(settings), clock, health), stopped)


async def run_with_queue(
    listen: Callable[[asyncio.Event], Awaitable[None]], shipper: "Shipper", leases: "Leases", stopped: asyncio.Event
) -> None:
    """Listen, ship what was heard, and keep the leases, until `stopped` is set."""
    has_ended = threading.Event()
    # A thread, because the database may take its time.
    keeping = asyncio.create_task(asyncio.to_thread(leases.keep, has_ended))
    shipping = asyncio.create_task(shipper.run())
    try:
        await listen(stopped)
    finally:
        has_ended.set()
        shipping.cancel()
        await asyncio.gather(shipping, return_exceptions=True)
        await shipper.ship_rest()
        await asyncio.gather(keeping, return_exceptions=True)


async def _until_stopped(run: Callable[[asyncio.Event], Awaitable[None]], *, with_parent: bool) -> None:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    def wait_for_the_end_of_input() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(stopped.set)

    if with_parent:
        # A thread, because a pipe that is never written to needs nothing else; it ends with the process.
        threading.Thread(target=wait_for_the_end_of_input, daemon=True).start()
    await run(stopped)
