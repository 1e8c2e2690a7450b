"""The pairs of a day computed by another engine, which reads the lake's objects itself, at their addresses."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from bot.lake.layout import POLLS, STREAMS
from helperfunctions.duck import Duck, quoted, read_parquet
from helperfunctions.errors import EngineFailed
from helperfunctions.queries import text_of_file
from helperfunctions.spark import Spark, parquet_files, text_files

# In this process.
DUCKDB: Final = "duckdb"
# What a statement about one day may take on an engine that has others to serve.
DEADLINE_SECONDS: Final = 1_800.0

# The columns that the statement reads. They are named, because an engine may add the folder's `day` to the others.
_STREAMS: Final = "poll_id, streamer_id, stream_id, game_id, language, viewer_count, started_at"
_POLLS: Final = "poll_id, started_at, started_ms, status, interval_minutes, day_starts_ms, day_ends_ms"
# The types that DuckDB gives to the pairs. Those of other engines differ in width and in zones.
_PAIRS: Final[Mapping[str, str]] = {
    "day": "DATE",
    "streamer_id": "VARCHAR",
    "stream_id": "VARCHAR",
    "game_id": "VARCHAR",
    "language": "VARCHAR",
    "viewer_half_ms": "BIGINT",
    "airtime_half_ms": "BIGINT",
    "peak_viewers": "INTEGER",
    "started_at": "TIMESTAMP WITH TIME ZONE",
    "last_seen_at": "TIMESTAMP WITH TIME ZONE",
}


def opened(engine: str) -> AbstractContextManager[Spark | None]:
    """The engine at an address such as `sc://host:15002`; None for `duckdb`. Raises the errors of Spark."""
    return nullcontext() if engine == DUCKDB else Spark(engine, seconds=DEADLINE_SECONDS)


def load_pairs(spark: Spark, lake_url: str, day: date, duck: Duck, file: Path) -> None:
    """Have an engine compute the pairs of a sealed day, and load them as DuckDB's table `pairs`.

    `duck` has the day's `streams`. `file`: where the pairs are put on their way. Raises EngineFailed if the engine
    cannot read the lake, or has other streams there.
    """
    spark.views(
        {
            "streams": _rows_of(lake_url, f"{STREAMS}/day={day}/streams.parquet", _STREAMS, day),
            "polls": _rows_of(lake_url, f"{POLLS}/day={day}/polls.parquet", _POLLS, day),
            "bounds": "select distinct day, day_starts_ms as starts_ms, day_ends_ms as ends_ms from polls",
        }
    )
    # The object was replaced a moment ago, or the engine has an old copy of the lake.
    counted = "select count(*) from streams"
    [(there,)], [(here,)] = spark.rows(counted), duck.rows(counted)
    if there != here:
        raise EngineFailed(f"the engine reads {there:,} rows of the streams of {day}, the lake has {here:,}")
    spark.write_parquet(text_of_file("watch_time/pairs_of_polls.sql"), file)
    columns = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in _PAIRS.items())
    duck.run(f"create temporary table pairs as select {columns} from {read_parquet([file])}")


def check_reading(spark: Spark, lake_url: str, key: str) -> None:
    """Raise EngineFailed unless the engine can read an object, which has text and no hidden name."""
    path = _path(lake_url, key)
    # Some engines take a file that is not there for an empty one.
    if not spark.rows(text_files(path)):
        raise EngineFailed(f"the engine finds nothing at {path}: it needs the lake at the same address")


def _rows_of(lake_url: str, key: str, columns: str, day: date) -> str:
    return f"select {columns}, date {quoted(day)} as day from ({parquet_files(_path(lake_url, key))})"


def _path(lake_url: str, key: str) -> str:
    """An object as the engine names it: file:///… without percent signs, or s3://…."""
    parts = urlsplit(lake_url)
    return f"{parts.scheme}://{parts.netloc}{unquote(parts.path)}/{key}"
