"""`kill -9` of the listener and the counter of chat while people write: the minutes that are covered are true."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import sleep

from bot.chat.job import ChatJob
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from sandbox.chat.faults import HARMLESS, ChatFault, ChatFaults
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from sandbox.chat.truth import MinuteTruth
from tests.acceptance.chat_programs import clock_as_text
from tests.acceptance.conftest import ROOT, eventually
from tests.everything import everything_in
from tests.factories import rows, write
from tests.fast_clock import FastClock, fast_clock
from tests.planted import found, found_below

# One minute takes six seconds. On a busy machine a faster server would seem to be silent.
SPEED = 10
KILLS, KILLS_LONG = 4, 100
ROOMS = [Room(f"room{number}", f"77000{number}", per_minute=60) for number in range(1, 4)]
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
COLUMNS = sorted(MinuteTruth().numbers())


class Programs:
    """The listener and the counter, started again after each kill. Their output goes into files."""

    def __init__(self, folder: Path, chat_url: str, database_url: str, clock: FastClock) -> None:
        self._given = {"listen": chat_url, "count": database_url}
        self._folder, self._clock = folder, clock
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, what: str) -> None:
        command = [sys.executable, "-m", "tests.acceptance.chat_programs", what, str(self._folder / "chat")]
        with (self._folder / f"{what}.log").open("ab") as log:
            self._running[what] = subprocess.Popen(
                [*command, self._given[what], *clock_as_text(self._clock)], cwd=ROOT, stdout=log, stderr=log
            )

    def kill(self, what: str) -> None:
        process = self._running.pop(what)
        assert process.poll() is None, f"{what} ended by itself"
        process.kill()
        process.wait()

    def stop(self, what: str) -> None:
        process = self._running.pop(what)
        process.terminate()
        process.wait()


@contextmanager
def programs(folder: Path, chat_url: str, database_url: str, clock: FastClock) -> Iterator[Programs]:
    both = Programs(folder, chat_url, database_url, clock)
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


def test_every_covered_minute_is_true_after_kills_and_no_word_is_stored(
    tmp_path: Path, url: str, queries: Queries, is_long: bool
) -> None:
    dice, clock = random.Random(2026), fast_clock(SPEED)
    faults = ChatFaults(RATES, seed=3)
    for room in ROOMS:
        write(
            url,
            "insert into chat.channels (channel_id, login, state, asked_at, state_at)"
            f" values ('{room.room_id}', '{room.login}', 'wanted', '2026-11-21', '2026-11-21')",
        )
    with (
        ChatSandbox(ROOMS, clock, seed=1, faults=faults, words=WORDS, logins=CHATTERS) as sandbox,
        programs(tmp_path, sandbox.url, url, clock) as running,
    ):
        for number in range(KILLS_LONG if is_long else KILLS):
            wait_for_minutes(url, 2 * (number + 1))
            sleep(dice.uniform(0, 2))
            what = dice.choice(("listen", "count")) if number > 1 else ("listen", "count")[number]
            running.kill(what)
            running.start(what)
        wait_for_minutes(url, 2 * KILLS + 4)
        sandbox.quiet()
        # Until the last minute is closed.
        clock.sleep(90)
        running.stop("listen")
        running.stop("count")
    ChatJob(Database(url, queries), clock, tmp_path / "chat", timedelta(days=35), None).count()
    compare(sandbox, url)
    assert found_below(tmp_path, SECRETS) == []
    assert found(repr(everything_in(url)), SECRETS) == []


def wait_for_minutes(url: str, how_many: int) -> None:
    eventually(lambda: len(covered(url)) >= how_many, "minutes are covered")


def covered(url: str) -> list[tuple[object, ...]]:
    return rows(url, "select channel_id, minute_at from chat.minutes where is_closed and covered_seconds = 60")


def compare(sandbox: ChatSandbox, url: str) -> None:
    """Every covered minute is the truth, and no other one has more than the truth."""
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
    assert wrong == []
    assert whole >= 2 * KILLS
    late = rows(url, "select sum(late_messages) from chat.minutes")[0][0]
    assert 0 < late <= sandbox.truth.late + sandbox.truth.ahead
