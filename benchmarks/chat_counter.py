"""The counter of chat as a process: `python -m benchmarks.chat_counter URL FOLDER` counts until it is stopped.

With a number of messages, it makes a day of chat of ninety channels itself, counts it, and prints what that took.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Final
from zoneinfo import ZoneInfo

import psycopg2

from benchmarks.harness import peak_memory_mb
from benchmarks.twitch_days import DAY
from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said, encode
from bot.chat.job import ChatJob
from bot.chat.sums import sum_up
from bot.core.calendar import Calendar
from helperfunctions.chat_journal import Journal
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.irc import Flag, NoticeKind
from helperfunctions.queries import Queries

ROOMS: Final = 90
# So much of the day is counted at once.
STEP_SECONDS: Final = 60
START: Final = datetime(2026, 11, 21, tzinfo=UTC)
_KEPT: Final = timedelta(days=35)
_CHATTERS: Final = 2_000
# Emotes of a channel, and those of everybody; most are named like this one.
_EMOTES, _GLOBAL_EMOTES = 60, 200
_LONG_EMOTE: Final = "emotesv2_{:032x}"
_SUM_EVERY_SECONDS: Final = 600


def count(url: str, folder: Path) -> None:
    """Count once a second."""
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), DAY.starts_at.time())
    job = ChatJob(Database(url, Queries()), SystemClock(), folder, _KEPT, None, calendar)
    while True:
        job.count()
        sleep(1)


def count_a_day(url: str, folder: Path, messages: int) -> dict[str, float]:
    """Count a day with this number of messages, step by step, until its minutes are finished."""
    random, began = Random(1), monotonic()
    clock, database = VirtualClock(START), Database(url, Queries())
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), DAY.starts_at.time())
    job, journal = ChatJob(database, clock, folder, _KEPT, None, calendar), Journal(folder)
    rooms = [_Room.of(number, random) for number in range(ROOMS)]
    start_ms, steps = int(START.timestamp() * 1000), 86_400 // STEP_SECONDS
    largest = open_mb = 0.0
    # At its end the minutes of the day are finished.
    for step in range(steps + (2 * 3600) // STEP_SECONDS):
        begin_ms = start_ms + step * STEP_SECONDS * 1000
        end_ms = begin_ms + STEP_SECONDS * 1000
        events: list[ChatEvent] = []
        if step < steps:
            events = [Covered(begin_ms, end_ms, [room.channel_id for room in rooms])]
            for _ in range(messages // steps):
                # Busy channels write most.
                room = rooms[int(ROOMS * random.random() ** 2)]
                events.append(room.event(random, random.randrange(begin_ms, end_ms)))
            _look(database, clock, rooms)
        journal.append(encode(events), end_ms, {}, 1_000_000_000)
        clock.advance(STEP_SECONDS)
        job.count()
        largest = max(largest, sum(path.stat().st_size for path in folder.iterdir()) / 1e6)
        if step * STEP_SECONDS % _SUM_EVERY_SECONDS == 0:
            with database.transaction() as tx:
                sum_up(tx, clock.now(), calendar, _KEPT)
            _vacuum(url)
        if step == steps:
            open_mb = _minutes_mb(url)
    # As if the days were over, after which hours keep their top emotes.
    with database.transaction() as tx:
        sum_up(tx, clock.now() + timedelta(days=3), calendar, _KEPT)
    _vacuum(url)
    job.close()
    journal.close()
    return {
        "memory_mb": peak_memory_mb(),
        "journal_mb": largest,
        "open_mb": open_mb,
        "seconds": monotonic() - began,
    }


@dataclass(frozen=True, slots=True)
class _Room:
    """A channel: its id, the category, its emotes and those of everybody, the often used ones first."""

    channel_id: str
    game_id: str
    emotes: Sequence[str]

    @classmethod
    def of(cls, number: int, random: Random) -> "_Room":
        """A channel with ids as Twitch has them."""
        own = [_LONG_EMOTE.format(number * 1_000 + place) for place in range(_EMOTES)]
        everybodys = [str(25 + 1_000 * place) for place in range(_GLOBAL_EMOTES)]
        emotes = [*own, *random.sample(everybodys, 40)]
        random.shuffle(emotes)
        return cls(str(random.randrange(20_000_000, 1_200_000_000)), str(random.randrange(10_000, 2_000_000)), emotes)

    def event(self, random: Random, sent_ms: int) -> ChatEvent:
        """Something that happens: nearly always a message."""
        chance, key = random.random(), random.getrandbits(63)
        if chance < 0.004:
            return Noticed(self.channel_id, sent_ms, key, random.choice(_NOTICES), 1)
        if chance < 0.01:
            return Moderated(self.channel_id, sent_ms, key, random.random() < 0.5)
        used = [] if random.random() < 0.5 else [(self._emote(random), 1), (self._emote(random), 2)]
        flags = sum(flag for flag, often in _FLAGS if random.random() < often)
        # Some write much more than others.
        number = int(_CHATTERS * random.random() ** 3)
        chatter = int.from_bytes(blake2b(f"{self.channel_id} {number}".encode(), digest_size=8).digest())
        bits = 100 if random.random() < 0.002 else 0
        return Said(self.channel_id, sent_ms, key, chatter, flags, bits, used[: 1 + (chance < 0.5)])

    def _emote(self, random: Random) -> str:
        return self.emotes[int(len(self.emotes) * random.random() ** 3)]


_NOTICES: Final = (NoticeKind.SUB.value, NoticeKind.GIFTED_SUB.value)
_FLAGS: Final = (
    (int(Flag.SUBSCRIBER), 0.4),
    (int(Flag.FIRST), 0.03),
    (int(Flag.BOT), 0.1),
    (int(Flag.EMOTES_ONLY), 0.15),
    (int(Flag.COMMAND), 0.05),
)


def _look(database: Database, clock: VirtualClock, rooms: Sequence[_Room]) -> None:
    """What the look at the live streams stores each minute."""
    now, ids = clock.now().replace(second=0, microsecond=0), [room.channel_id for room in rooms]
    with database.transaction() as tx:
        tx.chat.make_partition(day=now.date())
        tx.chat.store_viewers(
            minute_at=now,
            channel_ids=ids,
            viewers=[20_000 + now.minute] * ROOMS,
            game_ids=[room.game_id for room in rooms],
        )
        tx.chat.see_broadcasts(now=now, stream_ids=[f"s{one}" for one in ids], channel_ids=ids, starts=[START] * ROOMS)


def _vacuum(url: str) -> None:
    """What autovacuum, whose minutes are real ones, would have done meanwhile."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "vacuum analyze chat.hours, chat.hour_emote_counts, chat.daily_emote_counts, chat.daily_chats,"
                " chat.broadcasts, chat.cursors, chat.minute_counts"
            )


def _minutes_mb(url: str) -> float:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select sum(pg_total_relation_size(inhrelid)) / 1e6 from pg_inherits"
            " where inhparent = cast('chat.minute_counts' as regclass)"
        )
        return float(next(iter(cursor))[0])


if __name__ == "__main__":
    if len(sys.argv) == 3:
        count(sys.argv[1], Path(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(count_a_day(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))) + "\n")
