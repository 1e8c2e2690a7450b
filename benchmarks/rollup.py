"""Rolling up a day, compared with a bare sum of viewers over the same rows, and how the time grows with the rows."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks.harness import Bench, Contestant, a_database, progress, race, show, verdict
from benchmarks.twitch_days import CALENDAR, DAY, MINUTES_IN_DAY, polls, store, world_with
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock

TARGET: Final = 3.0
"""The target: at most this many times the seconds of the bare sum."""
GROWTH_TOLERANCE: Final = 1.1
"""Up to this factor above the time per row of the smallest day, growth is called linear; the rest is noise."""


@dataclass(frozen=True, slots=True)
class Size:
    """A day of polls: minutes between two, streams in each, rounds of the comparison, and its size in GB (10^9 B)."""

    every_minutes: int
    streams: int
    rounds: int
    disk_gb: float

    @property
    def polls(self) -> int:
        """Number of polls in the day."""
        return MINUTES_IN_DAY // self.every_minutes


SIZES: Final = (Size(30, 7_000, rounds=7, disk_gb=0.2), Size(10, 23_333, rounds=5, disk_gb=1.0))
FULL_SIZE: Final = Size(5, 100_000, rounds=2, disk_gb=6.0)

_FIRST: Final = "ours, first time"
_AGAIN: Final = "ours, once more"
_BARE: Final = "bare sum"
_STORED: Final = "bare sum, stored with a key"

_SUMS: Final = f"""
    select streamer_id, game_id, sum(viewer_count) as viewers
    from staging.streams
    where day = '{DAY.date}'
    group by streamer_id, game_id
"""
_MEMORY: Final = "set local work_mem = '64MB'"
_STORED_TABLE: Final = """
    create table stored (
        streamer_id text collate "C", game_id text collate "C", viewers bigint, primary key (streamer_id, game_id)
    )
"""
_FORGET: Final = "truncate days, daily_games, daily_streamers, daily_streamer_games cascade"


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds by contestant, of a day with this many staged rows and pairs of streamer and game."""

    size: Size
    rows: int
    pairs: int
    seconds: dict[str, float]


def main(*, full: bool = False, sizes: Sequence[Size] = SIZES) -> None:
    """Measure and print. Sizes that do not fit on the disk are left out, and reported."""
    measured = [_measure(size) for size in (*sizes, *([FULL_SIZE] if full else [])) if _has_room(size)]
    if measured:
        _show(measured)


def _has_room(size: Size) -> bool:
    free_gb = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    if free_gb < size.disk_gb:
        progress(
            f"rollup: left out {size.polls} polls of {size.streams:,} streams, which take {size.disk_gb} GB; "
            f"{tempfile.gettempdir()} has {free_gb:.1f} GB free (TMPDIR names another place)"
        )
    return free_gb >= size.disk_gb


def _measure(size: Size) -> Measured:
    with a_database() as bench:
        rows = load(bench, size)
        rollup = Rollup(bench.database, VirtualClock(DAY.ends_at), CALENDAR)
        seconds = race(_contestants(bench, rollup), size.rounds, f"rolling up {rows:,} rows")
        ((pairs,),) = bench.rows("select count(*) from daily_streamer_games")
    return Measured(size, rows, pairs, seconds)


def load(bench: Bench, size: Size) -> int:
    """Stage a day of the sandbox's polls and leave the tables as autovacuum would; returns the number of streams."""
    world = world_with(size.streams)
    bench.run(f"select staging.make_partition('{DAY.date}')", _STORED_TABLE)
    rows = 0
    for seen in polls(world, size.every_minutes, size.streams):
        with bench.connected() as connection:
            rows += store(connection, world, seen, size.every_minutes)
        if seen.poll_id % max(1, size.polls // 6) == 0:
            progress(f"rollup: staged {seen.poll_id} of {size.polls} polls, {rows:,} rows")
    bench.run("vacuum (analyze) staging.streams, staging.polls, staging.games")
    return rows


def _contestants(bench: Bench, rollup: Rollup) -> list[Contestant]:
    ours = partial(rollup.redo, DAY.date)
    # The outer sum leaves on the server the rows that a client would fetch.
    bare = partial(_in_one_transaction, bench, _MEMORY, f"select sum(viewers), count(*) from ({_SUMS}) as sums")
    stored = partial(_in_one_transaction, bench, _MEMORY, f"insert into stored {_SUMS}")
    return [
        Contestant(_BARE, bare),
        Contestant(_FIRST, ours, partial(bench.run, _FORGET)),
        Contestant(_STORED, stored, partial(bench.run, "truncate stored")),
        Contestant(_AGAIN, ours),
    ]


def _in_one_transaction(bench: Bench, *statements: str) -> None:
    with bench.connected() as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _show(measured: Sequence[Measured]) -> None:
    rows = [_row(one, name, measured[0]) for one in measured for name in one.seconds]
    show(
        "Rolling up one day, from staging to the commit of its daily tables",
        ("day", "way", "pairs", "s", "µs/row", f"÷ {_BARE}", f"≤ {TARGET:g}", f"÷ {_STORED}", "growth", "linear"),
        rows,
        (
            f"{_BARE}: sum(viewer_count) by streamer and game, with the same work_mem, its rows fetched by nobody;",
            f"{_STORED.removeprefix('bare sum, ')}: the same written to a table with a primary key.",
            "growth: time per row relative to the smallest day's.",
        ),
    )


def _row(one: Measured, name: str, smallest: Measured) -> list[str]:
    seconds = one.seconds[name]
    ratio = seconds / one.seconds[_BARE]
    growth = (seconds / one.rows) / (smallest.seconds[name] / smallest.rows)
    is_ours = name in (_FIRST, _AGAIN)
    return [
        f"{one.size.polls} × {one.size.streams:,} = {one.rows / 1e6:.2f} M",
        name,
        f"{one.pairs:,}",
        f"{seconds:.3f}",
        f"{seconds / one.rows * 1e6:.2f}",
        f"{ratio:.2f}",
        verdict(ratio <= TARGET) if is_ours else "",
        f"{seconds / one.seconds[_STORED]:.2f}",
        f"{growth:.2f}",
        verdict(growth <= GROWTH_TOLERANCE) if is_ours else "",
    ]
