"""The counter of chat as a process: `python -m benchmarks.chat_counter URL FOLDER` counts until it is stopped.

With a number of messages, it makes a day of chat of ninety channels itself, counts it, and prints what that took.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.harness import peak_memory_mb
from benchmarks.twitch_days import DAY
from bot.chat.events import ChatEvent, Covered, Said, encode
from bot.chat.job import ChatJob
from bot.chat.sums import sum_up
from bot.core.calendar import Calendar
from helperfunctions.chat_journal import Journal
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries

ROOMS: Final = 90
# So much of the day is counted at once.
STEP_SECONDS: Final = 30
_KEPT: Final = timedelta(days=35)
_CHATTERS: Final = 400
_EMOTES: Final = 30
_STEPS_PER_MINUTE: Final = 60 // STEP_SECONDS
_STEPS_PER_SUM: Final = 600 // STEP_SECONDS


def count(url: str, folder: Path) -> None:
    """Count once a second."""
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), DAY.starts_at.time())
    job = ChatJob(Database(url, Queries()), SystemClock(), folder, _KEPT, None, calendar)
    while True:
        job.count()
        sleep(1)


def count_a_day(url: str, folder: Path, messages: int) -> dict[str, float]:
    """Count a day with so many messages, step by step."""
    random, began = Random(1), monotonic()
    clock, database = VirtualClock(DAY.starts_at), Database(url, Queries())
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), DAY.starts_at.time())
    job, journal = ChatJob(database, clock, folder, _KEPT, None, calendar), Journal(folder)
    start_ms, steps = int(DAY.starts_at.timestamp() * 1000), 86_400 // STEP_SECONDS
    largest = 0
    for step in range(steps + _STEPS_PER_MINUTE * 2):
        begin_ms = start_ms + step * STEP_SECONDS * 1000
        end_ms = begin_ms + STEP_SECONDS * 1000
        events: list[ChatEvent] = [Covered(begin_ms, end_ms, [str(room) for room in range(ROOMS)])]
        if step < steps:
            events += [_message(random, random.randrange(begin_ms, end_ms)) for _ in range(messages // steps)]
        journal.append(encode(events), end_ms, {}, 1_000_000_000)
        clock.advance(STEP_SECONDS)
        if step % _STEPS_PER_MINUTE == 0:
            _look(database, clock)
        job.count()
        largest = max(largest, sum(path.stat().st_size for path in folder.iterdir()))
        if step % _STEPS_PER_SUM == 0:
            with database.transaction() as tx:
                sum_up(tx, clock.now(), calendar, _KEPT)
    job.close()
    journal.close()
    return {"memory_mb": peak_memory_mb(), "journal_mb": largest / 1e6, "seconds": monotonic() - began}


def _message(random: Random, sent_ms: int) -> Said:
    # Busy channels write most.
    room = int(ROOMS * random.random() ** 2)
    emotes = [(f"{room}{random.randrange(_EMOTES):04}", 1)] if random.random() < 0.5 else []
    chatter = Random(room * _CHATTERS + random.randrange(_CHATTERS)).getrandbits(64)
    return Said(str(room), sent_ms, random.getrandbits(64), chatter, 0, 0, emotes)


def _look(database: Database, clock: VirtualClock) -> None:
    """What the look at the live streams stores each minute."""
    now, ids = clock.now().replace(second=0, microsecond=0), [str(room) for room in range(ROOMS)]
    with database.transaction() as tx:
        tx.chat.make_partition(day=now.date())
        tx.chat.store_viewers(minute_at=now, channel_ids=ids, viewers=[1000] * ROOMS, game_ids=["1"] * ROOMS)
        tx.chat.see_broadcasts(
            now=now, stream_ids=[f"s{one}" for one in ids], channel_ids=ids, starts=[DAY.starts_at] * ROOMS
        )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        count(sys.argv[1], Path(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(count_a_day(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))) + "\n")
