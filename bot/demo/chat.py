"""The chat of the demo: five channels whose chat goes on while somebody looks at the dashboard.

The lines of the hour before are parsed, journalled and counted at once; from then on a listener reads a simulated chat.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from time import monotonic
from typing import Final

from bot.chat.events import Covered, encode, stripped
from bot.chat.job import ChatJob
from bot.chat.listen import ChatLogin, Listener
from helperfunctions import irc
from helperfunctions.chat_journal import Journal
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import VirtualClock
from sandbox.chat.rooms import Room, Speakers
from sandbox.chat.server import ChatSandbox
from sandbox.chat.truth import ChatTruth
from sandbox.world import World

ROOMS: Final = 5
_MINUTES_BEFORE: Final = 60
# Minutes before the demo's end in which something happened in the chat of the first channel.
_HYPE_BEFORE: Final = 20
_STEP_SECONDS: Final = 0.5
_BURST_EVERY: Final = timedelta(minutes=4)
_MOST_BYTES: Final = 50_000_000


def rooms_of(world: World, now: datetime) -> list[Room]:
    """The chats of the largest channels that are live."""
    live = world.live_at(now)
    largest = sorted(range(len(live.viewers)), key=lambda place: -int(live.viewers[place]))[:ROOMS]
    numbers = [int(live.streamers[place]) for place in largest]
    return [
        Room(world.streamers.login(number), world.streamers.id(number), per_minute=160 / (1 + place), chatters=200)
        for place, number in enumerate(numbers)
    ]


@contextmanager
def going_on(job: ChatJob, world: World, clock: VirtualClock, *, seed: int) -> Iterator[None]:
    """Follow five channels, and let time and their chats go on for the duration of the block."""
    rooms = rooms_of(world, clock.now())
    for room in rooms:
        job.channels.add(room.login)
    live_through_the_hour_before(job, rooms, clock, Random(seed))
    with ChatSandbox(rooms, clock, seed=seed) as sandbox:
        ended, loop, stopped = threading.Event(), asyncio.new_event_loop(), asyncio.Event()
        threads = [
            threading.Thread(target=_listen, args=(job, sandbox.url, clock, loop, stopped), name="demo-listener"),
            threading.Thread(target=_go_on, args=(job, sandbox, rooms[0], clock, ended), name="demo-chat"),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            loop.call_soon_threadsafe(stopped.set)
            for thread in threads:
                thread.join()
            job.close()


def live_through_the_hour_before(job: ChatJob, rooms: list[Room], clock: VirtualClock, random: Random) -> None:
    """Count the chat of the hour before, and its viewers as Twitch lists them in each minute."""
    end = clock.now().replace(second=0, microsecond=0)
    journal, hashed, speakers = Journal(job.folder), hasher_of(job.folder), Speakers(ChatTruth(), random)
    # The demo's clock never goes back.
    past = VirtualClock(end - timedelta(minutes=_MINUTES_BEFORE))
    before = ChatJob(job.database, past, job.folder, job.retention, job.open_directory, job.calendar)
    for ago in range(_MINUTES_BEFORE, 0, -1):
        begin = end - timedelta(minutes=ago)
        past.move_to(begin)
        before.look()
        begin_ms = int(begin.timestamp() * 1000)
        events = []
        for place, room in enumerate(rooms):
            hype = 5 if place == 0 and ago in (_HYPE_BEFORE, _HYPE_BEFORE - 1) else 1
            for sent_ms in sorted(random.choices(range(begin_ms, begin_ms + 60_000), k=int(room.per_minute) * hype)):
                for said in speakers.line_of(room, sent_ms):
                    parsed = irc.parse(said.line.rstrip(b"\r\n"))
                    if isinstance(parsed, irc.Message | irc.Notice | irc.Timeout | irc.Removed):
                        events.append(stripped(parsed, room.room_id, hashed))
        heard = Covered(begin_ms, begin_ms + 60_000, [room.room_id for room in rooms])
        journal.append(encode([*events, heard]), begin_ms + 60_000, {}, _MOST_BYTES)
    journal.close()
    past.move_to(end)
    before.count()
    before.close()


def _listen(
    job: ChatJob, url: str, clock: VirtualClock, loop: asyncio.AbstractEventLoop, stopped: asyncio.Event
) -> None:
    journal = Journal(job.folder)
    listener = Listener(url, ChatLogin("justinfan7"), journal, hasher_of(job.folder), clock, _MOST_BYTES)
    try:
        loop.run_until_complete(listener.run(stopped))
    finally:
        journal.close()
        loop.close()


def _go_on(job: ChatJob, sandbox: ChatSandbox, room: Room, clock: VirtualClock, ended: threading.Event) -> None:
    """Move the clock with the machine's, and do what the bot does each second and each minute."""
    start, began = clock.now(), monotonic()
    looked_at, burst_at = start - timedelta(minutes=1), start
    while not ended.wait(_STEP_SECONDS):
        now = start + timedelta(seconds=monotonic() - began)
        clock.move_to(now)
        if now - looked_at >= timedelta(minutes=1):
            job.look()
            looked_at = now
        if now - burst_at >= _BURST_EVERY:
            sandbox.burst(room.login, 600)
            burst_at = now
        job.count()
