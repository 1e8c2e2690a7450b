"""CSV files for people and spreadsheets: the streams and the top games of each complete poll.

The rules of cleaning are RULES; docs/data-lake.md lists them, and each poll has a file with the counts.
"""

import csv
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

from bot.core.spreadsheet import BYTE_ORDER_MARK, defused
from bot.lake.layout import EXPORTS
from bot.lake.make import SourceGone, make
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.database import Transaction
from helperfunctions.errors import LakeError

KINDS: Final = ("streams", "games", "cleaning")
TOP_GAMES: Final = 20
STREAM_COLUMNS: Final = (
    "stream_id", "streamer_id", "login", "streamer_name", "game_id", "game_name", "viewer_count", "language",
    "started_at", "polled_at",
)  # fmt: skip
GAME_COLUMNS: Final = ("rank", "game_id", "game_name", "igdb_id", "viewers", "streams", "polled_at", "box_art_url")
RULES: Final = {
    "set_aside": "left out: Twitch sent no id, no viewers, or something else that cannot be read",
    "duplicates": "counted once: Twitch listed the stream again on a later page",
    "forgotten": "left out: the streamer asked to be forgotten",
    "without_login": "login and streamer_name are the streamer_id: Twitch sent none",
    "without_game": "game_id and game_name are empty: the stream has no category",
    "without_start": "started_at is empty: Twitch sent none, or none that can be read",
    "without_language": "language is empty: Twitch sent none",
    "control_characters": "control characters and line breaks of a name are spaces",
    "formulas": "an apostrophe is before a name that a spreadsheet would compute",
}
# Only these of Unicode's categories break a line or a cell: control characters, and separators of lines and paragraphs.
_BREAKING: Final = ("Cc", "Zl", "Zp")


@dataclass(slots=True)
class Cleaner:
    """Makes cells of values, and counts what it changed by rule."""

    counts: Counter[str] = field(default_factory=Counter)

    def cell(self, value: Any) -> Any:
        """The value as a cell: instants in UTC as in 2026-11-21T16:30:00Z, None as nothing, text that is only text."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, datetime):
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return value

    def _text(self, text: str) -> str:
        if not text.isprintable():
            whole = "".join(" " if unicodedata.category(char) in _BREAKING else char for char in text)
            self.counts["control_characters"] += whole != text
            text = whole
        safe = defused(text)
        self.counts["formulas"] += safe != text
        return safe


def intend(lake: Lake) -> None:
    """Intend the files of all complete polls that have none, and those of the newest one."""
    given = {"lake": lake.url, "now": lake.clock.now(), "kinds": list(KINDS)}
    with lake.database.transaction() as tx:
        tx.lake.intend_exports(**given)
        tx.lake.intend_newest_exports(**given)


def make_any(lake: Lake, row: LedgerRow) -> Made:
    """Make the file of an object that comes from PostgreSQL, CSV or Parquet. Raises SourceGone, and LakeError."""
    return make_export(lake, row) if row.dataset in EXPORTS else make(lake, row)


def make_export(lake: Lake, row: LedgerRow) -> Made:
    """Make a CSV file of a poll. Raises SourceGone when its streams are deleted, or may be in the lake no longer."""
    kind = row.piece.partition("_data")[0]
    if kind == "streams" and lake.is_expired(row.day):
        raise SourceGone("past LAKE_STREAMS_HOURS")
    with lake.scratch() as folder:
        file = folder / "rows.csv"
        with lake.database.transaction_of_its_own(one_state=True) as tx:
            rows = _WRITERS[kind](tx, row, file)
        return lake.spool.keep(row.key, row.revision, file, rows, hashlib.sha256(file.read_bytes()).hexdigest())


def prune_newest(lake: Lake) -> int:
    """Delete the newest file of streams when its day has expired, because no poll came since. Returns the number."""
    key = f"exports/{KINDS[0]}_data.csv"
    with lake.database.transaction() as tx:
        row = tx.lake.object_of_key(lake=lake.url, key=key)
        if row is None or row.status == "gone" or not lake.is_expired(row.day):
            return 0
        tx.lake.store_gone(lake=lake.url, keys=[key], problem="past LAKE_STREAMS_HOURS")
    lake.store.delete(key)
    return 1


def without(old: Path, new: Path, streamer_id: str) -> tuple[int, int]:
    """Copy a CSV file without the rows of a streamer. Returns the rows removed, and those kept."""
    removed = kept = 0
    with (
        old.open(encoding="utf-8-sig", newline="") as source,
        new.open("w", encoding="utf-8", newline="") as target,
    ):
        rows, writer = csv.reader(source), csv.writer(target)
        columns = next(rows, [])
        own = columns.index("streamer_id") if "streamer_id" in columns else None
        cell = Cleaner().cell(streamer_id)
        target.write(BYTE_ORDER_MARK)
        writer.writerow(columns)
        for row in rows:
            if own is not None and row[own] == cell:
                removed += 1
            else:
                kept += 1
                writer.writerow(row)
    return removed, kept


def _write_streams(tx: Transaction, row: LedgerRow, file: Path) -> int:
    return _write(file, STREAM_COLUMNS, _streams(tx, row), Cleaner())


def _write_games(tx: Transaction, row: LedgerRow, file: Path) -> int:
    _counts(tx, row)
    found = tx.lake.exported_games(poll_id=row.poll_id, at_most=TOP_GAMES)
    return _write(file, GAME_COLUMNS, found, Cleaner())


def _write_cleaning(tx: Transaction, row: LedgerRow, file: Path) -> int:
    cleaner = Cleaner()
    for stream in _streams(tx, row):
        for value in stream:
            cleaner.cell(value)
    counts = {**cleaner.counts, **tx.lake.cleaning_of_poll(poll_id=row.poll_id)._asdict()}
    counts["forgotten"] = tx.lake.counts_of_poll(poll_id=row.poll_id).forgotten
    lines = [(row.poll_id, rule, counts.get(rule, 0), meaning) for rule, meaning in RULES.items()]
    return _write(file, ("poll_id", "rule", "streams", "meaning"), lines, Cleaner())


_WRITERS: Final = {"streams": _write_streams, "games": _write_games, "cleaning": _write_cleaning}


def _streams(tx: Transaction, row: LedgerRow) -> Sequence[Any]:
    """The streams of a poll. Raises SourceGone if they are deleted, and LakeError if some are missing."""
    counts = _counts(tx, row)
    streams = list(tx.lake.exported_streams(day=row.day, poll_id=row.poll_id))
    if len(streams) != counts.stored - counts.forgotten:
        raise LakeError(
            f"poll {row.poll_id} stored {counts.stored:,} streams, of which {counts.forgotten:,} are forgotten; "
            f"{len(streams):,} were read, and no file was made"
        )
    return streams


def _counts(tx: Transaction, row: LedgerRow) -> Any:
    """The counts of a poll. Raises SourceGone if its streams and games are deleted."""
    counts = tx.lake.counts_of_poll(poll_id=row.poll_id)
    if counts is None or not counts.has_streams:
        raise SourceGone(f"the streams of poll {row.poll_id} are deleted from staging")
    return counts


def _write(file: Path, columns: Sequence[str], rows: Iterable[Any], cleaner: Cleaner) -> int:
    """Write a CSV file by RFC 4180, in UTF-8 with the mark that Excel needs. Returns the number of rows."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        return _write_rows(opened, columns, rows, cleaner)


def _write_rows(opened: IO[str], columns: Sequence[str], rows: Iterable[Any], cleaner: Cleaner) -> int:
    opened.write(BYTE_ORDER_MARK)
    writer, number = csv.writer(opened), 0
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cleaner.cell(value) for value in row])
        number += 1
    return number
