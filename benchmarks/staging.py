"""Staging one poll: our way, which stores names, compared with a bare COPY and execute_values of the same rows."""

import io
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from psycopg2.extras import execute_values

from benchmarks.harness import Bench, Contestant, a_database, race, show, verdict
from benchmarks.twitch_days import DAY, stream_objects, world_with
from bot.collect.stage import StagedPoll
from bot.core.polls import CrawlEnd, Poll, PollStatus, Stream

SIZES: Final = ((7_000, 9), (100_000, 5))
"""Streams in the poll, and rounds."""
TARGET: Final = 0.5
"""The target: at least this share of the speed of a bare COPY."""

PAGE: Final = 100
BARE_COPY: Final = "bare COPY: text made, then sent"

_COLUMNS: Final = (
    "day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, game_name, login, streamer_name"
)
_BARE_TABLE: Final = """
    create table bare (
        day date, poll_id bigint, viewer_count integer, started_at timestamptz, stream_id text, streamer_id text,
        game_id text, game_name text, login text, streamer_name text
    )
"""
_EMPTY: Final = "truncate staging.streams, staging.polls, staging.games, staging.languages, staging.set_aside"
_AGE_NAMES: Final = tuple(
    f"update {table} set first_seen_day = '{DAY.date}'::date - 1, last_seen_day = '{DAY.date}'::date - 1"
    for table in ("games", "streamers")
)
# What autovacuum does between two polls.
_TIDY: Final = "vacuum (analyze) games, streamers"


def main(sizes: Sequence[tuple[int, int]] = SIZES) -> None:
    """Measure and print."""
    rows: list[list[str]] = []
    with a_database() as bench:
        bench.run(_BARE_TABLE, f"select staging.make_partition('{DAY.date}')")
        for size, rounds in sizes:
            streams = stream_objects(world_with(size), DAY.starts_at + timedelta(hours=9), size)
            rows += _rows(size, race(_contestants(bench, streams), rounds, f"staging {size:,} streams"))
    show(
        "Staging one poll, from the streams as Python objects to the commit",
        ("streams", "way", "ms", "streams/s", "speed ÷ bare COPY", f"≥ {TARGET}"),
        rows,
        (
            "Ours fills four tables and keeps the latest names of games and streamers; bare COPY and execute_values",
            "fill one table with the same fields, names included, without index or key. Each opens its own connection.",
        ),
    )


def _rows(size: int, seconds: dict[str, float]) -> list[list[str]]:
    rows = []
    for name, taken in seconds.items():
        speed = seconds[BARE_COPY] / taken
        met = verdict(speed >= TARGET) if name.startswith("ours") else ""
        rows.append([f"{size:,}", name, f"{taken * 1e3:,.0f}", f"{size / taken:,.0f}", f"{speed:.2f}", met])
    return rows


def _contestants(bench: Bench, streams: Sequence[Stream]) -> list[Contestant]:
    """The contestants in an order in which each of ours finds the names that the previous one stored."""
    ours = partial(_ours, bench, streams)
    empty = partial(bench.run, "truncate bare")
    text = _text(streams)
    return [
        Contestant(BARE_COPY, lambda: _copy(bench, _text(streams)), empty),
        Contestant("bare COPY alone, its text ready", lambda: _copy(bench, text), empty),
        Contestant("execute_values", partial(_execute_values, bench, streams), empty),
        Contestant("ours, all names new", ours, partial(bench.run, _EMPTY, "truncate games, streamers cascade")),
        Contestant("ours, all names known", ours, partial(bench.run, _EMPTY, _TIDY)),
        Contestant("ours, names last seen yesterday", ours, partial(bench.run, _EMPTY, *_AGE_NAMES, _TIDY)),
    ]


def _ours(bench: Bench, streams: Sequence[Stream]) -> None:
    """Store a poll as the collector does after the crawl; the partition of the day exists already."""
    staged = StagedPoll(1, DAY.date, more_than_viewers=50, interval_minutes=30)
    for begin in range(0, len(streams), PAGE):
        staged.add(streams[begin : begin + PAGE])
    poll = Poll(
        poll_id=1,
        day=DAY.date,
        started_at=DAY.starts_at,
        ended_at=DAY.starts_at,
        status=PollStatus.COMPLETE,
        ended_because=CrawlEnd.BELOW_THRESHOLD,
        pages=len(streams) // PAGE,
        streams=len(streams),
        viewers=sum(stream.viewer_count for stream in streams),
        duplicates=0,
        set_aside=0,
        error=None,
    )
    with bench.database.transaction() as tx:
        staged.store(tx, poll)


def _text(streams: Sequence[Stream]) -> str:
    """All rows as one text in the format of COPY."""
    day = DAY.date.isoformat()
    return "\n".join(
        [
            f"{day}\t1\t{one.viewer_count}\t{one.started_at}\t{one.stream_id}\t{one.streamer_id}\t{one.game_id}"
            f"\t{_escaped(one.game_name)}\t{one.login}\t{_escaped(one.streamer_name)}"
            for one in streams
        ]
    )


def _escaped(name: str) -> str:
    return name.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _copy(bench: Bench, text: str) -> None:
    with bench.connected() as connection, connection.cursor() as cursor:
        cursor.copy_expert(f"copy bare ({_COLUMNS}) from stdin", io.StringIO(text))


def _execute_values(bench: Bench, streams: Sequence[Stream]) -> None:
    rows = [
        (
            DAY.date,
            1,
            one.viewer_count,
            one.started_at,
            one.stream_id,
            one.streamer_id,
            one.game_id,
            one.game_name,
            one.login,
            one.streamer_name,
        )
        for one in streams
    ]
    with bench.connected() as connection, connection.cursor() as cursor:
        execute_values(cursor, f"insert into bare ({_COLUMNS}) values %s", rows, page_size=1000)
