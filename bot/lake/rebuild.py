"""Make polls and sealed days again, when their objects are lost: from PostgreSQL while it has the streams, else from
raw pages."""

import hashlib
import logging
from dataclasses import replace
from pathlib import Path

from bot.lake.layout import RAW, STREAM_COLUMNS
from bot.lake.make import Digesting, SourceGone, make
from bot.lake.raw import RecordedStreams
from bot.lake.seal import merge, polls_of
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.errors import LakeError, ObjectMissing

log = logging.getLogger(__name__)


def poll_again(lake: Lake, row: LedgerRow) -> Made:
    """Make the file of a poll again. Raises SourceGone if neither PostgreSQL nor the lake has its streams."""
    if lake.is_expired(row.day):
        raise SourceGone("past LAKE_STREAMS_HOURS")
    try:
        return make(lake, row)
    except SourceGone:
        return from_raw(lake, row)


def from_raw(lake: Lake, row: LedgerRow) -> Made:
    """Make the file of a poll from its raw pages, with the code that read it from Twitch."""
    if lake.replay is None:
        raise SourceGone("raw pages are not read here")
    with lake.database.transaction() as tx:
        poll = tx.lake.poll_of_id(poll_id=row.poll_id)
    if poll is None:
        raise SourceGone(f"PostgreSQL does not know poll {row.poll_id}")
    with lake.duck() as (duck, folder):
        pages, csv, parquet = folder / "pages", folder / "rows.csv", folder / "rows.parquet"
        try:
            lake.store.get(f"{RAW}/{row.partition}/{row.piece}.jsonl.gz", pages)
        except ObjectMissing as exc:
            raise SourceGone(f"neither PostgreSQL nor the lake has the streams of poll {row.poll_id}") from exc
        recorded = RecordedStreams(pages)
        staged = lake.replay(
            recorded,
            poll_id=poll.poll_id,
            day=poll.day,
            started_at=poll.started_at,
            pages=len(recorded),
            more_than_viewers=poll.more_than_viewers,
        )
        with lake.database.transaction_of_its_own() as tx, csv.open("wb") as file:
            # Through PostgreSQL, so that the rows are the same to the byte as those of staging.
            tx.lake.create_streams_again()
            stored = staged.store_streams(tx, tx.lake.text_of("copy_streams_again"))
            digesting = Digesting(file)
            rows = tx.copy_out(tx.lake.text_of("streams_again"), {}, digesting)  # type: ignore[arg-type]  # it writes
            is_any_forgotten = bool(list(tx.lake.forgotten_streamers()))
        # What the object had, if it was written once. Else the pages can have fewer streams than the poll stored, if
        # somebody was forgotten since.
        expected = poll.streams if row.content is None else row.rows or 0
        found = stored if row.content is None else rows
        if found != expected and not (row.content is None and is_any_forgotten and found < expected):
            raise LakeError(
                f"the pages of poll {row.poll_id} have {found:,} streams instead of {expected:,}; nothing was written"
            )
        if duck.csv_to_parquet(csv, STREAM_COLUMNS, parquet) != rows:
            raise LakeError(f"{row.key}: the file does not have the {rows:,} rows of its pages")
        return lake.spool.keep(row.key, row.revision, parquet, rows, digesting.digest.hexdigest())


def seal_again(lake: Lake, row: LedgerRow) -> Made:
    """Make the file of a sealed day again, from all its polls. Raises SourceGone, and LakeError if rows are missing."""
    if row.day is None or lake.is_expired(row.day):
        raise SourceGone("past LAKE_STREAMS_HOURS")
    polls = [poll for poll in polls_of(lake, row.day) if poll.content is not None]
    return merge(lake, row, polls, polls, lambda poll, file: _fetch(lake, poll, file))


def _fetch(lake: Lake, poll: LedgerRow, file: Path) -> LedgerRow:
    """Write a poll from its object if that is there, else make it again, without those who were forgotten since."""
    if poll.status == "there":
        found = lake.store.head(poll.key)
        if found is not None and found.etag == poll.etag:
            lake.store.get(poll.key, file)
            return poll
    made = poll_again(lake, poll)
    made.file.replace(file)
    lake.spool.drop(poll.key, poll.revision)
    with lake.database.transaction() as tx:
        tx.lake.store_counted_poll(lake=lake.url, key=poll.key, rows=made.rows, content=made.content)
    return replace(poll, rows=made.rows, content=made.content)


def digest_of(*parts: str) -> str:
    """The SHA-256 of some texts, in hexadecimal."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
