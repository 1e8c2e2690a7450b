"""Chat: parsing its lines, and storing its messages, compared with other ways in the same run."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from time import process_time
from typing import Final
from zoneinfo import ZoneInfo

import psycopg2
from irctokens.line import tokenise
from twitchAPI.chat import Chat

from benchmarks import chat_day, chat_live
from benchmarks.harness import Bench, Contestant, a_database, progress, race, show, verdict
from benchmarks.twitch_days import DAY
from bot.chat.events import ChatEvent, encode, stripped
from bot.chat.job import ChatJob
from bot.core.calendar import Calendar
from helperfunctions import irc
from helperfunctions.chat_journal import Journal
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import VirtualClock
from sandbox.chat.rooms import Room, Speakers
from sandbox.chat.truth import ChatTruth

LINES: Final = 20_000
ROOMS: Final = 90
ROUNDS: Final = 5
# The slow ways store fewer messages, in the same time.
SLOW: Final = 300
MINUTES: Final = 10
_BATCH: Final = 500
_TABLE: Final = "create table said (channel_id text, user_id text, sent_at timestamptz, text text)"
_INSERT: Final = "insert into said values (%s, %s, now(), %s)"


def main() -> None:
    """Measure and print."""
    lines = lines_of(LINES)
    _parsing(lines)
    with a_database() as bench:
        bench.run(_TABLE)
        _storing(bench, lines)
    chat_live.main()
    chat_day.main()


def lines_of(number: int) -> list[bytes]:
    """Lines of ninety rooms over ten minutes, in their order, without their ends."""
    random, start_ms = Random(1), int(DAY.starts_at.timestamp() * 1000)
    speakers = Speakers(ChatTruth(), random)
    rooms = [Room(f"room{place}", f"77{place:04}", chatters=400) for place in range(ROOMS)]
    found: list[bytes] = []
    for place in range(number):
        sent_ms = start_ms + place * MINUTES * 60_000 // number
        found.append(speakers.message(random.choice(rooms), sent_ms).line.rstrip(b"\r\n"))
    return found


def _parsing(lines: Sequence[bytes]) -> None:
    texts = [line.decode("utf-8", "replace") for line in lines]
    # A chat without a connection: parsing needs none.
    their_chat = Chat.__new__(Chat)
    their_chat._channel_command_prefix, their_chat._prefix = {}, "!"
    theirs = their_chat._parse_irc_message
    ours, tokens, twitch_api = "ours, the tags that are needed", "irctokens, all tags", "twitchAPI, all tags"
    seconds = race(
        [
            Contestant(ours, lambda: [irc.parse(line) for line in lines]),
            Contestant(tokens, lambda: [tokenise(text) for text in texts]),
            Contestant(twitch_api, lambda: [theirs(text) for text in texts]),
        ],
        ROUNDS,
        "parsing chat",
    )
    targets = {tokens: 3.0, twitch_api: 1.3}
    show(
        f"Parsing {len(lines):,} lines of chat",
        ("way", "lines/s", "speed of ours ÷ this", "target"),
        [
            [
                name,
                f"{len(lines) / taken:,.0f}",
                f"{taken / seconds[ours]:.1f}",
                verdict(taken / seconds[ours] >= targets[name]) if name in targets else "",
            ]
            for name, taken in seconds.items()
        ],
        ("The lines are those of the simulated chat: tags in any order, emotes, escapes, emoji.",),
    )


def _storing(bench: Bench, lines: Sequence[bytes]) -> None:
    """Messages per second into PostgreSQL: counted by us, and stored one by one."""
    ours, seeds, commits = "ours: parse, journal, count", "a connection and an insert per message", "a row per commit"
    cpu: list[float] = []
    seconds = race(
        [
            Contestant(
                ours, partial(_ours, bench, lines, cpu), partial(bench.run, "truncate chat.minute_counts, chat.hours")
            ),
            Contestant(seeds, lambda: _one_by_one(bench, is_one_connection=False), partial(bench.run, "truncate said")),
            Contestant(
                commits, lambda: _one_by_one(bench, is_one_connection=True), partial(bench.run, "truncate said")
            ),
        ],
        ROUNDS,
        "storing chat",
    )
    speed = {name: (len(lines) if name == ours else SLOW) / taken for name, taken in seconds.items()}
    targets = {seeds: 100.0, commits: 20.0}
    rows = [
        [
            name,
            f"{speed[name]:,.0f}",
            f"{speed[ours] / speed[name]:,.0f}",
            verdict(speed[ours] / speed[name] >= targets[name]) if name in targets else verdict(speed[ours] >= 20_000),
        ]
        for name in speed
    ]
    show(
        f"Storing chat of {ROOMS} channels, {MINUTES} minutes",
        ("way", "messages/s", "speed of ours ÷ this", "target"),
        rows,
        (
            f"Ours needs {1e6 * min(cpu) / len(lines):.0f} µs of CPU per message in one process, from the line to the",
            "closed minute with its chatters, emotes, hour and moments. Its target is 20,000 messages/s.",
        ),
    )


def _ours(bench: Bench, lines: Sequence[bytes], cpu: list[float]) -> None:
    began = process_time()
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        folder = Path(name)
        with closing(Journal(folder)) as journal:
            hashed = hasher_of(folder)
            _journalled(journal, lines, hashed)
        calendar = Calendar(ZoneInfo("America/Los_Angeles"), DAY.starts_at.time())
        job = ChatJob(bench.database, VirtualClock(DAY.ends_at), folder, timedelta(days=35), None, calendar)
        counted = job.count()
        job.close()
    cpu.append(process_time() - began)
    progress(f"{counted.minutes} minutes")


def _journalled(journal: Journal, lines: Sequence[bytes], hashed: Callable[[str], int]) -> None:
    events: list[ChatEvent] = []
    for line in lines:
        parsed = irc.parse(line)
        if isinstance(parsed, irc.Message):
            events.append(stripped(parsed, parsed.room_id, hashed))
        if len(events) == _BATCH:
            journal.append(encode(events), events[-1].sent_ms, {}, 1_000_000_000)  # type: ignore[union-attr]
            events.clear()
    journal.append(encode(events), int(DAY.ends_at.timestamp() * 1000), {}, 1_000_000_000)


def _one_by_one(bench: Bench, *, is_one_connection: bool) -> None:
    if is_one_connection:
        with closing(psycopg2.connect(bench.database.url)) as connection:
            for number in range(SLOW):
                _insert(connection, number)
        return
    for number in range(SLOW):
        with closing(psycopg2.connect(bench.database.url)) as connection:
            _insert(connection, number)


def _insert(connection: "psycopg2.extensions.connection", number: int) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute(_INSERT, ("77", str(number), "hello"))
