"""Large days in a lake, made without PostgreSQL: objects of polls, or raw pages, with their rows in the ledger."""

import gzip
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from benchmarks.harness import Bench, progress
from benchmarks.twitch_days import CALENDAR, world_with
from bot.lake.intents import intend_day, intend_poll
from bot.lake.layout import DIMENSIONS, LANDING, MONTHLY, POLLS, RAW
from bot.lake.publish import publish
from bot.lake.raw import encoded, piece_of
from bot.lake.sources import opened_by_order
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from bot.lake.work import LakeRun, load, transform
from helperfunctions.clock import VirtualClock
from helperfunctions.database import records
from helperfunctions.object_store import sha256_of
from sandbox.stream_json import StreamJson
from sandbox.world import World

FIRST_DAY: Final = date(2026, 11, 2)
PAGE: Final = 100
_POLL: Final = """
    insert into staging.polls (
        poll_id, day, started_at, ended_at, interval_minutes, streams, viewers,
        status, ended_because, more_than_viewers, pages, duplicates, set_aside
    )
    values ({poll_id}, '{day}', '{at}', '{at}', {minutes}, {streams}, 0, 'complete', 'end_of_list', 0, 0, 0, 0)
"""
# Digits as ids of Twitch have; a stream lasts 20 polls, a game 8.
_STREAMS: Final = """
    select
        {poll_id} as poll_id,
        cast(hash(streamer, {poll_id}) % 100000 // (1 + streamer % 997) as integer) + 51 as viewer_count,
        make_timestamptz(({ms} - 1000 * cast(hash(streamer, {poll_id} // 20) % 20000 as bigint)) * 1000) as started_at,
        {ms} - 1000 * cast(hash(streamer, {poll_id} // 20) % 20000 as bigint) as started_ms,
        cast(40000000000 + streamer * 1000 + {poll_id} // 20 as varchar) as stream_id,
        cast(100000000 + streamer as varchar) as streamer_id,
        cast(hash(streamer, {poll_id} // 8) % 2000 + 500000 as varchar) as game_id,
        case streamer % 7 when 0 then 'de' when 1 then '' else 'en' end as language
    from range({streams}) as streamers (streamer)
    order by streamer_id
"""


@dataclass(frozen=True, slots=True)
class Size:
    """Days of polls: their number, polls in a day, and streams in a poll."""

    days: int
    polls: int
    streams: int

    @property
    def rows(self) -> int:
        """Rows in all polls."""
        return self.days * self.polls * self.streams

    @property
    def last_day(self) -> date:
        """The last day."""
        return FIRST_DAY + timedelta(days=self.days - 1)

    def __str__(self) -> str:
        return f"{self.rows / 1e6:.1f} M rows: {self.days} days of {self.polls} polls of {self.streams:,} streams"


def order_of(bench: Bench, folder: Path, url: str, endpoint: str | None, aws: Mapping[str, str]) -> dict[str, Any]:
    """An order for a process of the lake, long before anything expires."""
    now = datetime.combine(FIRST_DAY, time(20), UTC) + timedelta(days=20)
    return {
        "now": now.isoformat(),
        "database_url": bench.url,
        "lake_url": url,
        "endpoint_url": endpoint,
        "aws": dict(aws),
        "timezone": "America/Los_Angeles",
        "day_starts_at": "08:00:00",
        "folder": str(folder),
        "streams_hours": 8760,
        "has_raw": False,
        "has_exports": False,
    }


@contextmanager
def opened(order: Mapping[str, Any]) -> Iterator[Lake]:
    """The lake of an order, in this process."""
    with opened_by_order(order, VirtualClock(datetime.fromisoformat(order["now"]))) as lake:
        yield lake


def fill_with_polls(bench: Bench, lake: Lake, size: Size) -> None:
    """Put the objects of all polls into the lake, as if they had just been made of staging."""
    lake.ensure_format()
    for poll in _polls(size):
        bench.run(_poll_row(poll, size))
        with lake.database.transaction() as tx:
            intend_poll(tx, lake.url, poll, lake.clock.now())
            row = _row_of(lake, tx, poll)
        with lake.duck() as (duck, folder):
            file = folder / "poll.parquet"
            ms = round(poll.started_at.timestamp() * 1000)
            rows = duck.write_parquet(_STREAMS.format(poll_id=poll.poll_id, ms=ms, streams=size.streams), file)
            publish(lake, row, Made(file, rows, sha256_of(file)))
    _intend_days(lake, size)


def fill_with_pages(bench: Bench, lake: Lake, size: Size, different: int = 4) -> None:
    """Put raw pages of all polls into the lake, and nothing else; some polls have the same pages. Their objects are
    lost by the ledger, and staging has no streams."""
    lake.ensure_format()
    folder = Path(lake.url.removeprefix("file://"))
    world = world_with(size.streams)
    pages = [_pages(lake.folder, size, world, number) for number in range(different)]
    for poll in _polls(size):
        file, streams = pages[poll.poll_id % different]
        poll.streams = streams
        bench.run(_poll_row(poll, size))
        key = f"{RAW}/day={poll.day}/{piece_of(poll.poll_id, poll.started_at)}.jsonl.gz"
        with lake.database.transaction() as tx:
            intend_poll(tx, lake.url, poll, lake.clock.now(), has_raw=True)
            raw = records(LedgerRow, [tx.lake.object_of_key(lake=lake.url, key=key)])[0]
        if poll.poll_id <= different:
            publish(lake, raw, Made(file, streams // PAGE + 1, f"pages {poll.poll_id % different}"))
        else:
            _link(folder, key, next(folder.glob(f"{RAW}/*/poll-*-{1 + (poll.poll_id - 1) % different:06d}.jsonl.gz")))
    bench.run(
        "update lake_objects set status = 'there', etag = 'lost', sha256 = 'lost', content = 'lost', bytes = 1, "
        f"written_revision = 1, written_at = now() where dataset = '{LANDING}'",
        f"update lake_objects set status = 'gone' where dataset = '{RAW}' and status = 'due'",
    )
    _intend_days(lake, size)


def _link(folder: Path, key: str, file: Path) -> None:
    """Another name for a file and its metadata: so thousands of polls take the room of some."""
    (folder / key).parent.mkdir(parents=True, exist_ok=True)
    os.link(file, folder / key)
    [metadata] = (folder / ".store" / file.relative_to(folder)).iterdir()
    (folder / ".store" / key).mkdir(parents=True)
    os.link(metadata, folder / ".store" / key / metadata.name)


def _pages(folder: Path, size: Size, world: World, number: int) -> tuple[Path, int]:
    """A file of raw pages of the simulated Twitch, and the number of streams that a poll reads of them."""
    at = CALENDAR.day(FIRST_DAY).starts_at + timedelta(hours=5 * number)
    objects = StreamJson(world).everything(at, 0)[: size.streams]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"pages-{number}.jsonl.gz"
    with gzip.GzipFile(file, "wb", compresslevel=5, mtime=0) as opened_file:
        for first in range(0, len(objects), PAGE):
            items = [json.loads(item) for item in objects[first : first + PAGE]]
            cursor = f"page {first}" if first + PAGE < len(objects) else None
            opened_file.write(encoded({"data": items, "cursor": cursor}))
    progress(f"lake: {len(objects):,} streams in {file.stat().st_size / 1e6:.1f} MB of pages")
    return file, len(objects)


def _intend_days(lake: Lake, size: Size) -> None:
    """Intend the sealed days, put their polls, and leave the curated tables to the roll-up."""
    with lake.database.transaction() as tx:
        for number in range(size.days):
            day = FIRST_DAY + timedelta(days=number)
            intend_day(tx, lake.url, day, lake.clock.now())
        others = [f"curated/{name}" for name in (*MONTHLY, *DIMENSIONS)]
        for row in tx.lake.due_objects(lake=lake.url, datasets=others):
            tx.lake.store_gone(lake=lake.url, keys=[row.key], problem="made by the roll-up")
    run = LakeRun()
    transform(lake, run)
    load(lake, run)
    if run.errors or run.put < size.days:
        raise SystemExit(f"the {POLLS} were not put: {run.errors}")


def _polls(size: Size) -> Iterator[Any]:
    minutes = 1440 // size.polls
    for number in range(size.days * size.polls):
        day = FIRST_DAY + timedelta(days=number // size.polls)
        at = CALENDAR.day(day).starts_at + timedelta(minutes=number % size.polls * minutes)
        if number % 50 == 0:
            progress(f"lake: poll {number + 1} of {size.days * size.polls}")
        yield SimpleNamespace(day=day, poll_id=number + 1, started_at=at, streams=size.streams)


def _poll_row(poll: Any, size: Size) -> str:
    return _POLL.format(
        poll_id=poll.poll_id, day=poll.day, at=poll.started_at, minutes=1440 // size.polls, streams=poll.streams
    )


def _row_of(lake: Lake, tx: Any, poll: Any) -> LedgerRow:
    key = f"{LANDING}/day={poll.day}/{piece_of(poll.poll_id, poll.started_at)}.parquet"
    return records(LedgerRow, [tx.lake.object_of_key(lake=lake.url, key=key)])[0]
