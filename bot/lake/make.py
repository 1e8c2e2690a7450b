"""Make the files of objects from PostgreSQL: rows by COPY into CSV, and Parquet of that, verified."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from bot.core.calendar import Day
from bot.lake.layout import CURATED, LANDING, POLL_COLUMNS, POLLS, STREAM_COLUMNS, Columns, month_after, table_of
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from bot.read.day_bounds import bounds_of
from helperfunctions.database import Transaction
from helperfunctions.errors import LakeError


class SourceGone(Exception):
    """What an object was to be made of is deleted."""


# The query of each curated table. Written out, so that a search for a query finds its use.
_QUERIES: Final[Mapping[str, Callable[[Any], str]]] = {
    "days": lambda lake: lake.text_of("days"),
    "daily_games": lambda lake: lake.text_of("daily_games"),
    "daily_streamers": lambda lake: lake.text_of("daily_streamers"),
    "daily_streamer_games": lambda lake: lake.text_of("daily_streamer_games"),
    "daily_streams": lambda lake: lake.text_of("daily_streams"),
    "daily_languages": lambda lake: lake.text_of("daily_languages"),
    "daily_game_languages": lambda lake: lake.text_of("daily_game_languages"),
    "daily_genres": lambda lake: lake.text_of("daily_genres"),
    "daily_game_modes": lambda lake: lake.text_of("daily_game_modes"),
    "daily_themes": lambda lake: lake.text_of("daily_themes"),
    "hourly_genres": lambda lake: lake.text_of("hourly_genres"),
    "games": lambda lake: lake.text_of("games"),
    "streamers": lambda lake: lake.text_of("streamers"),
    "genres": lambda lake: lake.text_of("genres"),
    "game_modes": lambda lake: lake.text_of("game_modes"),
    "themes": lambda lake: lake.text_of("themes"),
    "game_classes": lambda lake: lake.text_of("game_classes"),
}


@dataclass(frozen=True, slots=True)
class _Extract:
    """A query, its parameters, and the columns of its rows."""

    query: str
    parameters: Mapping[str, Any]
    columns: Columns


class Digesting:
    """A file that computes the SHA-256 of what is written into it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, block: bytes) -> int:
        self.digest.update(block)
        return self._file.write(block)


def make(lake: Lake, row: LedgerRow) -> Made:
    """Make the file of an object that comes from PostgreSQL, unless it is in the spool already.

    The rows and their number are read from one state of the database; the Parquet file is opened again and counted.
    Raises SourceGone, LakeError if numbers of rows differ, and EngineFailed.
    """
    made = lake.spool.find(row.key, row.revision)
    if made is not None:
        return made
    with lake.duck() as (duck, folder):
        csv, parquet = folder / "rows.csv", folder / "rows.parquet"
        with lake.database.transaction_of_its_own(one_state=True) as tx:
            extract = _extract(lake, tx, row)
            with csv.open("wb") as file:
                digesting = Digesting(file)
                copied = tx.copy_out(extract.query, extract.parameters, digesting)  # type: ignore[arg-type]  # writes
        rows = duck.csv_to_parquet(csv, extract.columns, parquet)
        if rows != copied:
            raise LakeError(f"{row.key}: the file has {rows:,} rows, PostgreSQL wrote {copied:,}; nothing was stored")
        return lake.spool.keep(row.key, row.revision, parquet, rows, digesting.digest.hexdigest())


def _extract(lake: Lake, tx: Transaction, row: LedgerRow) -> _Extract:
    if row.dataset == LANDING:
        _check_poll(tx, row)
        return _Extract(tx.lake.text_of("streams_of_poll"), {"day": row.day, "poll_id": row.poll_id}, STREAM_COLUMNS)
    if row.dataset == POLLS:
        assert row.day is not None  # noqa: S101 - for the type checker: it is of a day
        day: Day = bounds_of(tx, lake.calendar.day(row.day))
        given = {"day": day.date, "starts_at": day.starts_at, "ends_at": day.ends_at}
        return _Extract(tx.lake.text_of("polls_of_day"), given, POLL_COLUMNS)
    name = table_of(row.dataset)
    month = {"first": row.day, "until": month_after(row.day)} if row.day else {}
    return _Extract(_QUERIES[name](tx.lake), month, CURATED[name].columns)


def _check_poll(tx: Transaction, row: LedgerRow) -> None:
    """Check that staging still has all streams that a poll stored. Raises SourceGone, or LakeError."""
    counts = tx.lake.counts_of_poll(poll_id=row.poll_id)
    if counts is None or not counts.has_streams:
        raise SourceGone(f"the streams of poll {row.poll_id} are deleted from staging")
    if counts.present != counts.stored:
        raise LakeError(
            f"poll {row.poll_id} stored {counts.stored:,} streams, staging has {counts.present:,}; nothing was stored"
        )
