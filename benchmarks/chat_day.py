"""A day of chat of ninety channels at full speed: the disk that it takes, and the memory of what hears and counts it.

Two halves run at the same time. The counter counts a journal of 1,440 minutes that it makes itself, with the clock of
that day. The listener hears as many lines of the simulated chat as it can, in real time. Each is a process of its own.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic, sleep
from typing import Any, Final

from benchmarks.chat_counter import ROOMS, STEP_SECONDS
from benchmarks.harness import Bench, a_database, peak_memory_mb_of, progress, show, verdict
from benchmarks.web_servers import ROOT, program
from helperfunctions.chat_journal import Journal, WantedRoom
from helperfunctions.clock import SystemClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox

MESSAGES: Final = 1_500_000
# Lines that the simulated chat says in a second while the day is counted.
LISTENED_PER_SECOND: Final = 1_500
_PROGRESS_SECONDS: Final = 30.0
_DISK: Final = """
    select
        coalesce(parents.relname, class.relname) as name,
        sum(pg_table_size(class.oid)) / 1e6,
        sum(pg_indexes_size(class.oid)) / 1e6
    from pg_class as class
    left join pg_inherits as inherits on inherits.inhrelid = class.oid
    left join pg_class as parents on parents.oid = inherits.inhparent
    where class.relnamespace = cast('chat' as regnamespace) and class.relkind = 'r'
    group by 1
    order by sum(pg_total_relation_size(class.oid)) desc
"""
_SHOWN_MB: Final = 0.05


def main() -> None:
    """Measure and print."""
    with a_database() as bench, ExitStack() as stack:
        # Whether a commit waits for the disk changes no size.
        bench.run("alter system set synchronous_commit = off", "select pg_reload_conf()")
        before = _disk(bench)
        heard = stack.enter_context(_listener(bench))
        took = _count(bench)
        listener = heard()
        _show(bench, before, took, listener)


@contextmanager
def _listener(bench: Bench) -> Iterator[Any]:
    """A listener in ninety rooms; what it yields gives its peak of memory, its lines and seconds until now."""
    per_minute = 60 * LISTENED_PER_SECOND / ROOMS
    rooms = [Room(f"room{number}", f"77{number:04}", per_minute, chatters=400) for number in range(ROOMS)]
    with ExitStack() as stack:
        sandbox = stack.enter_context(ChatSandbox(rooms, SystemClock(), seed=1))
        settings = {"CHAT_SOURCE": "anonymous", "TWITCH_CHAT_URL": sandbox.url, "KEPT_CHAT_MB": "200"}
        listener, folder = stack.enter_context(program(bench, "bot", "listen", more_settings=settings))
        began = monotonic()
        journal = Journal(folder / "data" / "chat")
        stack.callback(journal.close)
        journal.want([WantedRoom(room.room_id, room.login, 1) for room in rooms])

        def heard() -> dict[str, float]:
            lines = sum(minute.messages for minute in list(sandbox.truth.minutes.values()))
            return {"memory_mb": peak_memory_mb_of(listener.pid), "lines": lines, "seconds": monotonic() - began}

        yield heard


def _count(bench: Bench) -> dict[str, float]:
    progress(f"a day of chat: {MESSAGES:,} messages, counted every {STEP_SECONDS} seconds of its clock")
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        command = [sys.executable, "-m", "benchmarks.chat_counter", bench.url, name, str(MESSAGES)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as counter:
            try:
                began = monotonic()
                while counter.poll() is None:
                    sleep(1)
                    if (monotonic() - began) % _PROGRESS_SECONDS < 1:
                        done = bench.rows("select max(minute_at) from chat.minutes")[0][0]
                        progress(f"a day of chat: counted until {done:%H:%M}" if done else "a day of chat: it begins")
                assert counter.stdout is not None  # noqa: S101 - it is a pipe
                result: dict[str, float] = json.loads(counter.stdout.read())
            finally:
                counter.kill()
    return result


def _disk(bench: Bench) -> dict[str, tuple[float, float]]:
    """MB of each table with its partitions, and of their indexes."""
    return {name: (float(table), float(indexes)) for name, table, indexes in bench.rows(_DISK)}


def _show(
    bench: Bench, before: dict[str, tuple[float, float]], took: dict[str, float], heard: dict[str, float]
) -> None:
    after = _disk(bench)
    grown = {
        name: tuple(a - b for a, b in zip(sizes, before.get(name, (0.0, 0.0)), strict=True))
        for name, sizes in after.items()
    }
    disk = sum(map(sum, grown.values()))
    [(minutes, row_bytes)] = bench.rows("select count(*), avg(pg_column_size(one.*)) from chat.minute_counts as one")
    [(updates, hot)] = bench.rows(
        "select sum(n_tup_upd), sum(n_tup_hot_upd) from pg_stat_user_tables where relname like 'minute_counts%'"
    )
    show(
        f"A day of {ROOMS} channels, {MESSAGES:,} messages",
        ("what", "figure", "target"),
        [
            ["disk in the database, of the day when it is over", f"{disk:.1f} MB", verdict(disk <= 30)],
            *(
                [f"· {name} + its indexes", f"{table:.1f} + {indexes:.1f} MB", ""]
                for name, (table, indexes) in grown.items()
                if table + indexes >= _SHOWN_MB
            ),
            ["minutes of this day while it runs", f"{took['open_mb']:.1f} MB", ""],
            ["journal, at most", f"{took['journal_mb']:.1f} MB", ""],
            ["memory of the counter", f"{took['memory_mb']:.0f} MB", verdict(took["memory_mb"] <= 100)],
            ["memory of the listener", f"{heard['memory_mb']:.0f} MB", verdict(heard["memory_mb"] <= 150)],
        ],
        (
            f"{minutes:,} minutes of {row_bytes:.0f} bytes. The clock of the counter is virtual: a day in",
            f"{took['seconds']:.0f} s, {STEP_SECONDS} s at once, where the bot counts every second;",
            f"{hot / max(updates, 1):.0%} of the updates of minutes were HOT.",
            "What autovacuum does within ten minutes of the day is done once in ten minutes of its clock.",
            f"The listener heard {heard['lines']:,.0f} lines in {heard['seconds']:.0f} s of real time.",
        ),
    )
