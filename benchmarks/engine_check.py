"""`make engine-check`: the same lake rolled up by DuckDB and by a real Spark cluster, compared byte for byte."""

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import duckdb

from benchmarks import spark_cluster
from benchmarks.harness import progress, show
from helperfunctions.queries import text_of_file
from helperfunctions.spark import Spark, parquet_files

PAIRS: Final = text_of_file("watch_time/pairs_of_polls.sql")
DAY_MS: Final = 86_400_000
FIRST_DAY: Final = date(2026, 11, 1)
# 16:00 UTC, when the day starts
FIRST_MS: Final = 1_793_548_800_000
DEADLINE_SECONDS: Final = 1_800

# A day in the layout of the lake: its streams sorted by streamer, and its polls, every twelfth of which is partial.
_POLLS: Final = """
    copy (
        select
            poll_id,
            epoch_ms(started_ms) as started_at,
            started_ms,
            case when poll_id % 12 = 5 then 'partial' else 'complete' end as status,
            {minutes} as interval_minutes
        from (
            select number + 1 as poll_id, {starts_ms} + number * {minutes} * 60000 + number * 37 % 900 as started_ms
            from range({polls}) as polls (number)
            where number % 17 <> 9
        )
    ) to '{file}' (format parquet)
"""
_STREAMS: Final = """
    copy (
        select
            number + 1 as poll_id,
            cast(hash(streamer, number, {starts_ms}) % 100000 // (1 + streamer % 997) as integer) + 51 as viewer_count,
            'u' || streamer as streamer_id,
            's' || streamer || '-' || number // 20 as stream_id,
            cast(hash(streamer, number // 8) % 2000 as varchar) as game_id,
            case streamer % 7 when 0 then 'de' when 1 then '' else 'en' end as language,
            epoch_ms({starts_ms} - 1000 * cast(hash(streamer, number // 20) % 20000 as bigint)) as started_at
        from range({polls}) as polls (number)
        cross join range({streams}) as streamers (streamer)
        order by streamer, number
    ) to '{file}' (format parquet, compression zstd)
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What one roll-up took: wall seconds, and the peak of memory in MB."""

    way: str
    seconds: float
    peak_mb: float
    pairs: Path


def make_lake(folder: Path, *, days: int, polls: int, streams: int) -> int:
    """Write days of polls and streams in the layout of the lake. Returns the number of streams in all polls."""
    with duckdb.connect() as connection:
        for number in range(days):
            starts_ms = FIRST_MS + number * DAY_MS
            day = FIRST_DAY + timedelta(days=number)
            for kind, query in (("polls", _POLLS), ("streams", _STREAMS)):
                file = folder / "processed" / kind / f"day={day}" / f"{kind}.parquet"
                file.parent.mkdir(parents=True)
                connection.execute(
                    query.format(starts_ms=starts_ms, polls=polls, streams=streams, minutes=1440 // polls, file=file)
                )
    return days * polls * streams


def bounds(days: int) -> str:
    """The bounds of the days, as a query for every engine."""
    starts = [(FIRST_DAY + timedelta(days=number), FIRST_MS + number * DAY_MS) for number in range(days)]
    return " union all ".join(
        f"select date '{day}' as day, cast({ms} as bigint) as starts_ms, cast({ms + DAY_MS} as bigint) as ends_ms"
        for day, ms in starts
    )


def by_duckdb(lake: Path, days: int, pairs: Path, threads: int) -> None:
    """Roll up with DuckDB, in this process."""
    with duckdb.connect(config={"threads": str(threads), "memory_limit": "512MB", "temp_directory": str(lake)}) as duck:
        views = {
            name: f"select * from read_parquet('{lake}/processed/{name}/*/*.parquet', hive_partitioning = true)"
            for name in ("polls", "streams")
        }
        for name, query in {**views, "bounds": bounds(days)}.items():
            duck.execute(f"create view {name} as {query}")
        duck.execute(f"copy ({PAIRS}) to '{pairs}' (format parquet)")


def views_of(lake: Path, days: int) -> Mapping[str, str]:
    """The relations that the SQL reads, as queries of Spark."""
    of_files = {name: parquet_files(f"file://{lake}/processed/{name}") for name in ("polls", "streams")}
    return {**of_files, "bounds": bounds(days)}


def digest(pairs: Path, folder: Path) -> tuple[str, int]:
    """SHA-256 of the rows as CSV in order of all columns, and their number. `pairs`: a file, or a folder of files."""
    files = f"{pairs}/*.parquet" if pairs.is_dir() else str(pairs)
    csv = folder / "pairs.csv"
    # An instant of Spark has a zone, one of DuckDB here does not; both are UTC.
    columns = "* replace (epoch_us(started_at) as started_at, epoch_us(last_seen_at) as last_seen_at)"
    with duckdb.connect() as duck:
        duck.execute(f"copy (select {columns} from '{files}' order by all) to '{csv}' (format csv)")
        [(rows,)] = duck.execute(f"select count(*) from '{files}'").fetchall()
    with csv.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), int(rows)


def _in_own_process(lake: Path, days: int, pairs: Path, threads: int) -> Took:
    """DuckDB in a process of its own, so that its memory can be measured."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.engine_check", "--duckdb", str(lake), str(pairs)]
    ran = subprocess.run(
        [*command, "--days", str(days), "--threads", str(threads)], check=True, capture_output=True, text=True
    )
    return Took(f"DuckDB, {threads} threads", time.perf_counter() - began, float(ran.stdout), pairs)


def check(spark_home: Path, *, days: int, polls: int, streams: int, threads: int) -> bool:
    """Roll up the same lake on both engines and print. True if the rows are equal."""
    with tempfile.TemporaryDirectory(prefix="wtl-") as name:
        folder = Path(name)
        rows = make_lake(folder, days=days, polls=polls, streams=streams)
        progress(f"engine-check: a lake of {rows:,} rows in {days} days")
        took = [_in_own_process(folder, days, folder / "duckdb.parquet", threads)]
        progress(f"engine-check: DuckDB took {took[0].seconds:.1f} s")
        (folder / "cluster").mkdir()
        with spark_cluster.running(spark_home, folder / "cluster") as cluster:
            with Spark(cluster.address, seconds=DEADLINE_SECONDS) as spark:
                spark.views(views_of(folder, days))
                for way in ("cold", "warm"):
                    pairs, began = folder / f"spark-{way}", time.perf_counter()
                    spark.run(f"insert overwrite directory '{pairs}' using parquet {PAIRS}")
                    seconds = time.perf_counter() - began
                    took.append(Took(f"Spark cluster, {way}", seconds, cluster.peak_mb, pairs))
                    progress(f"engine-check: Spark ({way}) took {seconds:.1f} s")
            processes = cluster.number_of_processes()
        digests = [digest(one.pairs, folder) for one in took]
    is_equal = len(set(digests)) == 1
    show(
        f"Pairs of {rows:,} rows: {days} days, {polls} polls of {streams:,} streams",
        ("engine", "s", "peak MB", "pairs", "SHA-256 of the rows"),
        [
            (one.way, f"{one.seconds:.1f}", f"{one.peak_mb:,.0f}", f"{pairs:,}", sha256[:16])
            for one, (sha256, pairs) in zip(took, digests, strict=True)
        ],
        (
            f"Spark: a master, {spark_cluster.WORKERS} workers and a Connect server, {processes} Java processes.",
            "The results are equal, byte for byte." if is_equal else "THE RESULTS DIFFER.",
        ),
    )
    return is_equal


def main() -> None:
    """Run the check, or (`--duckdb`) DuckDB's part of it, which prints its peak of memory in MB."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine_check", description="Compare DuckDB with Spark.")
    parser.add_argument("--spark-home", type=Path, help="the folder of the package pyspark")
    parser.add_argument("--duckdb", type=Path, nargs=2, metavar=("LAKE", "PAIRS"), help=argparse.SUPPRESS)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--polls", type=int, default=48, help="polls in a day")
    parser.add_argument("--streams", type=int, default=7_000, help="streams in a poll")
    parser.add_argument("--threads", type=int, default=2, help="threads of DuckDB")
    given = parser.parse_args()
    if given.duckdb:
        by_duckdb(given.duckdb[0], given.days, given.duckdb[1], given.threads)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
        return
    if not (given.spark_home and given.spark_home.is_dir()):
        parser.error("--spark-home is needed: `make engine-check` names it")
    is_equal = check(given.spark_home, days=given.days, polls=given.polls, streams=given.streams, threads=given.threads)
    sys.exit(0 if is_equal else 1)


if __name__ == "__main__":
    main()
