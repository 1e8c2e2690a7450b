"""Seal a day: one sorted object of its streams, made of those of its polls, which are deleted afterwards."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.lake.layout import LANDING, STREAM_COLUMNS, STREAMS
from bot.lake.make import SourceGone
from bot.lake.publish import publish
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.database import records
from helperfunctions.duck import Duck, read_parquet, type_of
from helperfunctions.errors import LakeError

log = logging.getLogger(__name__)


# Writes the rows of a poll into a Parquet file. Returns its row of the ledger, with other numbers if it was made again.
Fetch = Callable[[LedgerRow, Path], LedgerRow]


def seal_due(lake: Lake, row: LedgerRow) -> bool:
    """Seal a day that is due. Returns False if one of its polls is not in the lake yet: the next turn goes on.

    A day on which every poll failed has an object without rows. Raises SourceGone if the lake never had its streams,
    LakeError if rows are missing, and the errors of the store.
    """
    if row.day is None or lake.is_expired(row.day):
        return False
    polls = polls_of(lake, row.day)
    if any(poll.status == "due" for poll in polls):
        return False
    if polls and all(poll.content is None for poll in polls):
        raise SourceGone(f"the streams of {row.day} were deleted before they were in the lake")
    made = lake.spool.find(row.key, row.revision)
    if made is None:
        landed = [poll for poll in polls if poll.status == "there"]
        made = merge(lake, row, polls, landed, lambda poll, file: _get(lake, poll, file))
    publish(lake, row, made)
    clear_landing(lake, row.day)
    return True


def clear_landing(lake: Lake, day: date) -> int:
    """Delete the objects of the polls of a day that is sealed with all of them. Returns their number."""
    with lake.database.transaction() as tx:
        rows = records(LedgerRow, tx.lake.objects_of_day(lake=lake.url, day=day, datasets=[LANDING, STREAMS]))
    sealed = next((row for row in rows if row.dataset == STREAMS), None)
    landed = [row for row in rows if row.dataset == LANDING and row.status == "there"]
    # A poll that comes later makes the sealed object due in the transaction that stores the poll. In any case, nothing
    # is deleted that is not in it.
    if sealed is None or sealed.status != "there" or not landed:
        return 0
    if sealed.content != content_of(rows):
        with lake.database.transaction() as tx:
            tx.lake.intend_again(lake=lake.url, keys=[sealed.key], now=lake.clock.now())
        return 0
    there = lake.store.head(sealed.key)
    if there is None or there.etag != sealed.etag:
        raise LakeError(f"{sealed.key} is not what was stored: run `watchtime lake repair`")
    # First the ledger: a late poll may make the day due again before all are deleted, and these are sealed already. The
    # objects that a killed process leaves are deleted by prune.
    with lake.database.transaction() as tx:
        tx.lake.store_gone(lake=lake.url, keys=[row.key for row in landed], problem="sealed with its day")
    for row in landed:
        lake.store.delete(row.key)
    return len(landed)


def polls_of(lake: Lake, day: date) -> list[LedgerRow]:
    """The ledger's rows of the polls of a day, sealed ones too."""
    with lake.database.transaction() as tx:
        return records(LedgerRow, tx.lake.objects_of_day(lake=lake.url, day=day, datasets=[LANDING]))


def _get(lake: Lake, poll: LedgerRow, file: Path) -> LedgerRow:
    lake.store.get(poll.key, file)
    return poll


def merge(lake: Lake, sealed: LedgerRow, polls: Sequence[LedgerRow], landed: Sequence[LedgerRow], fetch: Fetch) -> Made:
    """Merge the polls of a day into one sorted file: `landed` come from `fetch`, the others from the sealed object.

    The rows of each poll are compared with the ledger. Raises LakeError if any are missing.
    """
    with lake.duck() as (duck, folder):
        files = [folder / f"{number}.parquet" for number in range(len(landed))]
        fetched = {row.key: fetch(row, file) for row, file in zip(landed, files, strict=True)}
        polls = [fetched.get(row.key, row) for row in polls]
        written = [row for row in polls if row.content is not None]
        expected = {row.poll_id: row.rows or 0 for row in written if row.poll_id is not None}
        old = None
        if sealed.written_revision and len(landed) < len(expected):
            old = folder / "sealed.parquet"
            lake.store.get(sealed.key, old)
        merged = folder / "merged.parquet"
        rows = duck.write_parquet(_merged(files, old, [row.poll_id for row in landed]), merged)
        _check(duck, merged, expected, sealed.day)
        return lake.spool.keep(sealed.key, sealed.revision, merged, rows, content_of(polls))


def _merged(files: Sequence[Path], old: Path | None, landed: Sequence[int | None]) -> str:
    """The rows of the polls' own objects, and of the sealed one for the other polls, in its order."""
    sources = [f"select * from {read_parquet(files)}"] if files else []
    if old is not None:
        others = f" where poll_id not in ({', '.join(map(str, landed))})" if landed else ""
        sources.append(f"select * from {read_parquet([old])}{others}")
    if not sources:
        columns = ", ".join(f'cast(null as {type_of(kind)}) as "{name}"' for name, kind in STREAM_COLUMNS.items())
        sources.append(f"select {columns} where false")
    return f"select * from ({' union all by name '.join(sources)}) order by streamer_id, poll_id, stream_id"


def _check(duck: Duck, merged: Path, expected: Mapping[int, int], day: date | None) -> None:
    found = dict(duck.rows(f"select poll_id, count(*) from {read_parquet([merged])} group by poll_id"))
    wrong = [
        f"poll {poll_id} has {found.get(poll_id, 0):,} rows instead of {expected.get(poll_id, 0):,}"
        for poll_id in sorted(expected.keys() | found.keys())
        if found.get(poll_id, 0) != expected.get(poll_id, 0)
    ]
    if wrong:
        raise LakeError(f"the day {day} was not sealed: {'; '.join(wrong[:3])}: run `watchtime lake repair`")


def content_of(rows: Sequence[LedgerRow]) -> str:
    """What a sealed object is made of: the contents of the polls among the ledger's rows of its day."""
    polls = [row for row in rows if row.dataset == LANDING and row.content is not None]
    contents = sorted((row.poll_id or 0, row.content) for row in polls)
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()
