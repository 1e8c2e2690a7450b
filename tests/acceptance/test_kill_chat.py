"""`kill -9` of the listener and the counter of chat while people write: the minutes that are covered are true."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import sleep

import pytest

from helperfunctions.chat_key import hasher_of
from sandbox.chat.faults import HARMLESS, ChatFault, ChatFaults
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from sandbox.chat.truth import MinuteTruth
from tests.acceptance.chat_programs import clock_as_text, job_of
from tests.acceptance.conftest import ROOT, eventually
from tests.everything import everything_in
from tests.factories import rows, write
from tests.fast_clock import FastClock, fast_clock
from tests.planted import found, found_below
from tests.rabbit import Rabbit

# One minute takes six seconds. On a busy machine a faster server would seem to be silent.
SPEED = 10
# Half of the listener, half of the counter, while as many channels are followed as can be.
KILLS = 100
ROOMS = [Room(f"room{number}", f"77{number:04}", per_minute=60) for number in range(1, 91)]
# In `make test` one of each, early in a minute of three seconds: the next one is heard whole.
SPEED_SHORT = 20
ROOMS_SHORT = [Room(f"room{number}", f"77{number:04}", per_minute=300) for number in range(1, 4)]
WORDS = ("planted-word-8f1e of somebody", "planted-text-原神")
CHATTERS = "planted_chatter_3d"
# The first user id of a room. They are hashed too.
SECRETS = ("planted-word-8f1e", "planted-text-原神", CHATTERS, f"{ROOMS[0].room_id}00001")
# A connection has to be replaced now and then, not all the time.
RATES = {fault.value: 0.02 for fault in HARMLESS} | {
    ChatFault.RECONNECT: 0.0003,
    ChatFault.RECONNECT_NEVER: 0.0001,
    ChatFault.ENDLESS: 0.002,
}
# In the long case also those that lose something on the wire, which shows as coverage. Not DROPPED: what a server
# leaves out of a whole stream, nobody can know.
LOSSES = {ChatFault.CUT: 2e-5, ChatFault.RESET: 2e-5, ChatFault.SILENCE: 1e-5, ChatFault.RECONNECT_AT_ONCE: 2e-5}
COLUMNS = sorted(MinuteTruth().numbers())


class Programs:
    """The listener and the counter, started again after each kill. Their output goes into files.

    "listen 2" is another listener, with a folder of its own.
    """

    def __init__(self, folder: Path, chat_url: str, database_url: str, clock: FastClock, rabbit: Rabbit | None) -> None:
        self._given = {"listen": chat_url, "count": database_url}
        self._folder, self._clock, self._rabbit = folder, clock, rabbit
        self._queue = [rabbit.url, database_url] if rabbit else []
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, what: str) -> None:
        name, _, number = what.partition(" ")
        command = [sys.executable, "-m", "tests.acceptance.chat_programs", name, str(self._folder / f"chat{number}")]
        with (self._folder / f"{what}.log").open("ab") as log:
            self._running[what] = subprocess.Popen(
                [*command, self._given[name], *clock_as_text(self._clock), *self._queue],
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def kill(self, what: str) -> None:
        process = self._running.pop(what)
        assert process.poll() is None, f"{what} ended by itself"
        process.kill()
        process.wait()

    def kill_and_start(self, what: str) -> None:
        if what == "queue":
            assert self._rabbit is not None
            self._rabbit.kill()
            self._rabbit.start()
        else:
            self.kill(what)
            self.start(what)

    def stop(self, what: str) -> None:
        process = self._running.pop(what)
        process.terminate()
        process.wait()


@contextmanager
def programs(
    folder: Path, chat_url: str, database_url: str, clock: FastClock, rabbit: Rabbit | None = None
) -> Iterator[Programs]:
    both = Programs(folder, chat_url, database_url, clock, rabbit)
    both.start("listen")
    both.start("count")
    try:
        yield both
    finally:
        for what in list(both._running):
            both.stop(what)


def minutes_in(url: str) -> dict[tuple[str, int], dict[str, object]]:
    """The closed minutes by channel and beginning in ms."""
    names = ["channel_id", "minute_at", "covered_seconds", "top_emotes", "top_emote_uses", *COLUMNS]
    stored = rows(url, f"select {', '.join(names)} from chat.minutes where is_closed")
    found = [dict(zip(names, row, strict=True)) for row in stored]
    return {(row["channel_id"], int(row["minute_at"].timestamp() * 1000)): row for row in found}


def test_every_covered_minute_is_true_after_a_kill_of_each_program_and_no_word_is_stored(
    tmp_path: Path, url: str
) -> None:
    minute = datetime.now(UTC).replace(second=0, microsecond=0)
    clock = replace(fast_clock(SPEED_SHORT), start=minute)
    follow(url, ROOMS_SHORT)
    with (
        ChatSandbox(ROOMS_SHORT, clock, seed=1, faults=ChatFaults(RATES, seed=3), words=WORDS, logins=CHATTERS) as chat,
        programs(tmp_path, chat.url, url, clock) as running,
    ):
        for what in ("listen", "count"):
            eventually(lambda: rows(url, "select sum(messages) > 10 from chat.minutes") == [(True,)], "counted")
            running.kill_and_start(what)
        wait_for_minutes(url, len(ROOMS_SHORT))
        running.stop("listen")
        running.stop("count")
    count_the_rest(tmp_path, url, clock)
    compare(chat, url, len(ROOMS_SHORT))
    assert_no_word_is_stored(tmp_path, url)


# For about an hour each.
@pytest.mark.timeout(3 * 3600)
@pytest.mark.long
@pytest.mark.parametrize("has_queue", [False, True], ids=["file", "queue"])
def test_every_covered_minute_is_true_after_a_hundred_kills_and_no_word_is_stored(
    tmp_path: Path, url: str, has_queue: bool, request: pytest.FixtureRequest
) -> None:
    """With a queue, RabbitMQ is killed too."""
    rabbit: Rabbit | None = request.getfixturevalue("rabbit") if has_queue else None
    victims = ("listen", "count", "queue") if rabbit else ("listen", "count")
    dice, clock = random.Random(2026), fast_clock(SPEED)
    faults = ChatFaults({fault: rate / 30 for fault, rate in RATES.items()} | LOSSES, seed=3)
    follow(url, ROOMS)
    with (
        ChatSandbox(ROOMS, clock, seed=1, faults=faults, words=WORDS, logins=CHATTERS) as chat,
        programs(tmp_path, chat.url, url, clock, rabbit) as running,
    ):
        for number in range(KILLS):
            # After a kill every room is joined again before the next one.
            wait_for_minutes(url, len(covered(url)) + len(ROOMS) // 3)
            sleep(dice.uniform(0, 2))
            running.kill_and_start(victims[number % len(victims)])
        wait_for_minutes(url, len(covered(url)) + len(ROOMS))
        chat.quiet()
        # Until the last minute is closed.
        clock.sleep(90)
        running.stop("listen")
        running.stop("count")
    count_the_rest(tmp_path, url, clock, rabbit)
    compare(chat, url, len(ROOMS) * KILLS // 3)
    assert_no_word_is_stored(tmp_path, url)
    assert rabbit is None or found_below(rabbit.folder, SECRETS) == []


@pytest.mark.long
def test_channels_of_a_killed_listener_go_to_another_one_and_every_covered_minute_is_true(
    tmp_path: Path, url: str, rabbit: Rabbit
) -> None:
    """Two listeners share the channels, two counters the queue."""
    clock = fast_clock(SPEED_SHORT)
    rooms = [replace(room, per_minute=300) for room in ROOMS[:12]]
    follow(url, rooms)
    hasher_of(tmp_path / "chat")
    shutil.copytree(tmp_path / "chat", tmp_path / "chat2")
    with (
        ChatSandbox(rooms, clock, seed=1, faults=ChatFaults(RATES, seed=3), words=WORDS, logins=CHATTERS) as chat,
        programs(tmp_path, chat.url, url, clock, rabbit) as running,
    ):
        running.start("listen 2")
        running.start("count 2")
        for _ in range(3):
            eventually(lambda: channels_of_listeners(url) == [6, 6], "two listeners share the channels")
            wait_for_minutes(url, len(covered(url)) + 2 * len(rooms))
            running.kill("listen")
            running.kill("count")
            eventually(lambda: channels_of_listeners(url) == [12], "one listener has all channels")
            wait_for_minutes(url, len(covered(url)) + 2 * len(rooms))
            running.start("listen")
            running.start("count")
        wait_for_minutes(url, len(covered(url)) + len(rooms))
        chat.quiet()
        # Until the last minute is closed.
        clock.sleep(90)
        for what in ("listen", "listen 2", "count", "count 2"):
            running.stop(what)
    count_the_rest(tmp_path, url, clock, rabbit)
    compare(chat, url, 12 * len(rooms))
    assert_no_word_is_stored(tmp_path, url)


def channels_of_listeners(url: str) -> list[int]:
    """How many channels each listener has leased."""
    counts = "select count(*) from chat.channels where listener is not null group by listener order by 1"
    return [number for (number,) in rows(url, counts)]


def count_the_rest(folder: Path, url: str, clock: FastClock, rabbit: Rabbit | None = None) -> None:
    """Count what still waits after both programs have ended."""
    job = job_of(folder / "chat", url, clock, *([rabbit.url] if rabbit else []))
    job.count()
    if rabbit:
        while job.count_queue(3).batches:
            pass
    job.close()


def follow(url: str, rooms: Sequence[Room]) -> None:
    for room in rooms:
        write(
            url,
            "insert into chat.channels (channel_id, login, state, asked_at, state_at)"
            f" values ('{room.room_id}', '{room.login}', 'wanted', '2026-11-21', '2026-11-21')",
        )


def assert_no_word_is_stored(folder: Path, url: str) -> None:
    assert found_below(folder, SECRETS) == []
    assert found(repr(everything_in(url)), SECRETS) == []


def wait_for_minutes(url: str, how_many: int) -> None:
    eventually(lambda: len(covered(url)) >= how_many, "minutes are covered")


def covered(url: str) -> list[tuple[object, ...]]:
    return rows(url, "select channel_id, minute_at from chat.minutes where is_closed and covered_seconds = 60")


def compare(sandbox: ChatSandbox, url: str, least: int) -> None:
    """Every covered minute is the truth, and there are at least so many. No other one has more than the truth."""
    wrong, whole = [], 0
    for key, row in minutes_in(url).items():
        truth = sandbox.truth.minutes.get(key, MinuteTruth())
        said, stored = truth.numbers(), {name: row[name] for name in COLUMNS}
        emotes = sorted(truth.emotes.items(), key=lambda item: (-item[1], item[0]))[:5]
        if row["covered_seconds"] == 60:
            whole += 1
            top = list(zip(row["top_emotes"], row["top_emote_uses"], strict=True))  # type: ignore[call-overload]
            if stored != said or top != emotes:
                wrong.append((key, stored, said))
        elif any(stored[name] > said[name] for name in COLUMNS):  # type: ignore[operator]
            wrong.append((key, stored, said))
    assert wrong == [], f"{len(wrong)} minutes are wrong"
    assert whole >= least
    emotes = rows(url, "select coalesce(sum(uses), 0) from chat.hour_emotes")[0][0]
    assert 0 < emotes <= sum(truth.emotes.total() for truth in sandbox.truth.minutes.values())
    late = rows(url, "select sum(late_messages) from chat.minutes")[0][0]
    # On a busy machine also messages that came more than 15 s late; their minutes are not covered.
    assert late > 0
