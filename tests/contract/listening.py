"""A listener on a thread, for tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from bot.chat.events import ChatEvent, decode
from bot.chat.listen import ChatLogin, Listener
from helperfunctions.chat_journal import Journal, WantedRoom
from helperfunctions.chat_key import hasher_of
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from tests.fast_clock import FastClock

ANONYMOUS = ChatLogin("justinfan7")
_PATIENCE_SECONDS = 60


@contextmanager
def listening(
    sandbox: ChatSandbox, folder: Path, clock: FastClock, login: ChatLogin = ANONYMOUS, most_bytes: int = 10_000_000
) -> Iterator[Journal]:
    """Listen to a sandbox for as long as the block. Its error is raised at the end."""
    journal = Journal(folder)
    errors: list[BaseException] = []
    loop, stopped = asyncio.new_event_loop(), asyncio.Event()

    def listen() -> None:
        own = Journal(folder)
        listener = Listener(sandbox.url, login, own, hasher_of(folder), clock, most_bytes, clock.real_seconds)
        try:
            loop.run_until_complete(listener.run(stopped))
        except BaseException as exc:
            errors.append(exc)
        finally:
            own.close()
            loop.close()

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield journal
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stopped.set)
        thread.join()
        journal.close()
    if errors:
        raise errors[0]


def want(journal: Journal, *rooms: Room, asked_at_ms: int = 1) -> None:
    """Want the chat of these rooms."""
    journal.want([WantedRoom(room.room_id, room.login, asked_at_ms) for room in rooms])


def states(journal: Journal) -> dict[str, str]:
    """The state of each channel, with the reason of a refusal."""
    return {row.login: f"{row.state} {row.reason}".strip() for row in journal.rooms()}


def events(journal: Journal) -> list[ChatEvent]:
    """All events that wait."""
    return [event for batch in journal.after(0, 100_000) for event in decode(batch.events)]


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until it is so."""
    end = monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert monotonic() < end, what
        sleep(0.02)
