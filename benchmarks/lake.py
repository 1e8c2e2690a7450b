"""The data lake: a poll into it, a day sealed and rolled up, raw pages to curated tables; compared with other ways."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from typing import Any, Final

import duckdb

from benchmarks import spark_cluster
from benchmarks.engine_check import by_duckdb, make_lake, views_of
from benchmarks.harness import Bench, Contestant, a_database, progress, race, show, verdict
from benchmarks.lake_days import FIRST_DAY, Size, fill_with_pages, fill_with_polls, opened, order_of
from benchmarks.lake_peers import WAYS
from benchmarks.twitch_days import DAY, polls, store, world_with
from helperfunctions.queries import text_of_file
from helperfunctions.spark import Spark
from tests.seaweed import AWS, BUCKET, serving

ROOT: Final = Path(__file__).resolve().parents[1]
# Environments of their own: `make bench ARGS=lake` makes the first, `make engine-check` the second.
PEERS: Final = ROOT / ".venv-lake-peers"
SPARK: Final = ROOT / ".spark" / "pyspark"
PAIRS: Final = text_of_file("watch_time/pairs_of_polls.sql")
MOST_MB: Final = 512
CHILD: Final = (sys.executable, "-m", "benchmarks.lake_child")
Took = Mapping[str, float]

# The size of a poll, and the number of polls in a child process, the first of which is not counted.
POLL_STREAMS: Final = 100_000
POLLS_OF_CHILD: Final = 4
DEFAULT_DAY: Final = Size(1, 48, 7_000)
LARGEST_DAY: Final = Size(1, 288, 102_000)
SEALED_DAY: Final = Size(1, 288, 100_000)
# The number of points of the lake that the project began as.
FORTY_MILLION: Final = Size(4, 96, 104_167)

_SUMS: Final = "select streamer_id, game_id, sum(viewer_count) from streams group by streamer_id, game_id"
_COUNTED: Final = f"select sum(viewer_half_ms), count(*) from ({PAIRS}) as pairs"
_POLLS: Final = f"""
    create temporary table polls as
    select poll_id, day, started_at, epoch_ms(started_at) as started_ms, status, interval_minutes
    from staging.polls;
    create temporary table bounds as
    select
        date '{DAY.date}' as day,
        epoch_ms(timestamptz '{DAY.starts_at}') as starts_ms,
        epoch_ms(timestamptz '{DAY.ends_at}') as ends_ms;
    create temporary view streams as select * from staging.streams;
    analyze polls, bounds
"""


def main(
    *,
    full: bool = False,
    streams: int = POLL_STREAMS,
    default_day: Size = DEFAULT_DAY,
    largest_day: Size = LARGEST_DAY,
    sealed_day: Size = SEALED_DAY,
    raw: Size = FORTY_MILLION,
    rounds: int = 3,
    with_others: bool = True,
) -> None:
    """Measure and print. `full`: also from raw pages to curated tables, which takes an hour. `with_others`: also other
    programs than ours, where they are installed."""
    measure_polls(streams, rounds, with_others=with_others)
    measure_default_day(default_day, rounds)
    measure_largest_day(largest_day, rounds, with_spark=with_others)
    measure_sealing(sealed_day)
    if full:
        measure_raw(raw)


def measure_polls(streams: int, rounds: int, *, with_others: bool) -> None:
    """A poll from staging to an object on S3, by us and by others."""
    ways = ["ours", *(WAYS if with_others and PEERS.exists() else ())]
    if with_others and len(ways) == 1:
        progress(f"lake: no peers: {PEERS} is missing")
    taken: dict[str, list[Took]] = {way: [] for way in ways}
    with a_database() as bench, _s3() as endpoint, tempfile.TemporaryDirectory() as name:
        staged = _staged(bench, streams, POLLS_OF_CHILD)
        for number in range(rounds):
            for way in ways:
                progress(f"lake: round {number + 1} of {rounds}: {way}")
                prefix, folder = f"{way}-{number}".replace(", ", "-").lower(), Path(name) / f"{way}-{number}"
                given = {"day": str(DAY.date), "polls": staged, "work": "polls", "way": way, "bucket": BUCKET}
                if way == "ours":
                    order = order_of(bench, folder, f"s3://{BUCKET}/{prefix}", endpoint, AWS)
                    taken[way].append(_child(CHILD, given | {"order": order}))
                else:
                    given |= {"database_url": bench.url, "endpoint_url": endpoint, "prefix": prefix, "folder": name}
                    command = (str(PEERS / "bin" / "python"), str(ROOT / "benchmarks" / "lake_peers.py"))
                    taken[way].append(_child(command, given))
    _show_polls(streams, {way: _medians(ones) for way, ones in taken.items()})


def _show_polls(streams: int, taken: Mapping[str, Took]) -> None:
    ours = taken["ours"]
    targets = {"pandas": (6.0, 3.5, None), "dlt, Arrow": (1.0, None, 0.6)}
    rows = []
    for way, took in taken.items():
        cpu, size, memory = (took[name] / ours[name] for name in ("cpu", "bytes", "peak_mb"))
        least_cpu, least_size, most_memory = targets.get(way, (None, None, None))
        met = [
            *([cpu >= least_cpu] if least_cpu else []),
            *([size >= least_size] if least_size else []),
            *([1 / memory <= most_memory] if most_memory else []),
        ]
        rows.append(
            [
                way,
                f"{took['cpu']:.2f}",
                f"{cpu:.1f}",
                f"{took['bytes'] / 1e6:.2f}",
                f"{size:.1f}",
                f"{took['peak_mb']:.0f}",
                f"{1 / memory:.0%}",
                verdict(all(met)) if met else "",
            ]
        )
    show(
        f"A poll of {streams:,} streams from PostgreSQL to an object on S3",
        ("way", "CPU s", "÷ ours", "MB", "÷ ours", "peak MB", "ours in %", "target"),
        rows,
        (
            "CPU of the process, once everything is imported and open; the peak of memory is of the whole process.",
            "Ours adds an intent and an outcome in the ledger, and reads the file again before it is put.",
            "Targets: pandas ≥ 6 × CPU and ≥ 3.5 × bytes; dlt with Arrow ≥ 1 × CPU, ours ≤ 60 % of its memory.",
        ),
    )


def measure_default_day(size: Size, rounds: int) -> None:
    """The pairs of a day of default size: the same SQL over the same rows on PostgreSQL and on DuckDB."""
    with a_database() as bench, tempfile.TemporaryDirectory() as name:
        rows = sum(streams for *_, streams in _staged(bench, size.streams, size.polls))
        bench.run("vacuum (analyze) staging.streams, staging.polls")
        files = _copied(bench, Path(name))
        seconds = race(
            [
                Contestant("PostgreSQL", lambda: _by_postgresql(bench)),
                Contestant("DuckDB", lambda: _by_duckdb(files)),
            ],
            rounds + 2,
            "lake: a day of default size",
        )
    ratio = seconds["PostgreSQL"] / seconds["DuckDB"]
    show(
        f"Pairs of a day of default size, the same SQL: {rows:,} rows",
        ("engine", "ms", "÷ DuckDB", "target ≥ 4"),
        [
            ["DuckDB, from the sealed day", f"{seconds['DuckDB'] * 1000:.0f}", "1.0", ""],
            ["PostgreSQL, analysed", f"{seconds['PostgreSQL'] * 1000:.0f}", f"{ratio:.1f}", verdict(ratio >= 4)],
        ],
    )


def measure_largest_day(size: Size, rounds: int, *, with_spark: bool) -> None:
    """The pairs of the largest day: DuckDB, a bare sum of DuckDB, and a warm Spark cluster on the same cores."""
    with tempfile.TemporaryDirectory(prefix="wtl-") as name:
        folder = Path(name)
        progress(f"lake: making {size}")
        make_lake(folder, days=size.days, polls=size.polls, streams=size.streams)
        contestants = [
            Contestant("ours", lambda: by_duckdb(folder, size.days, folder / "pairs.parquet", 2)),
            Contestant("bare sum", lambda: _bare_sum(folder)),
        ]
        with _spark(folder) if with_spark else nullcontext() as spark:
            if spark is not None:
                spark.views(views_of(folder, size.days))
                insert = f"insert overwrite directory '{folder}/spark' using parquet {PAIRS}"
                contestants.append(Contestant("Spark", lambda: spark.run(insert)))
            seconds = race(contestants, rounds, f"lake: {size}")
    bare, ours = seconds["bare sum"], seconds["ours"]
    rows = [
        ["ours: DuckDB, two threads", f"{ours:.1f}", "1.0", ""],
        ["bare sum of DuckDB", f"{bare:.1f}", f"{bare / ours:.2f}", f"ours ≤ 1.7 ×: {verdict(ours <= 1.7 * bare)}"],
    ]
    if (of_spark := seconds.get("Spark")) is not None:
        met = verdict(of_spark >= 4 * ours)
        rows.append(["Spark standalone, warm", f"{of_spark:.1f}", f"{of_spark / ours:.1f}", f"≥ 4 ×: {met}"])
    show(
        f"Pairs of the largest day, {size}",
        ("engine", "s", "÷ ours", "target"),
        rows,
        (
            f"bare sum: {_SUMS}",
            f"Spark: a master, {spark_cluster.WORKERS} workers and a Connect server on this machine.",
        ),
    )


def measure_sealing(size: Size) -> None:
    """Sealing the largest day, and the curated tables of it, by the bot's own code."""
    with a_database() as bench, tempfile.TemporaryDirectory(prefix="wtl-") as name:
        order = order_of(bench, Path(name) / "work", f"file://{name}/lake", None, {})
        with opened(order) as lake:
            fill_with_polls(bench, lake, size)
        progress(f"lake: sealing {size}")
        sealed = _child(CHILD, {"order": order, "work": "seal", "days": size.days})
        progress(f"lake: sealed with {sealed['cpu']:.0f} CPU s and {sealed['peak_mb']:.0f} MB")
        rolled_up = _roll_up(order, size)
        lake_bytes = _bytes(Path(name) / "lake" / "processed" / "streams")
    show(
        f"A day by the bot's own code, {size}",
        ("work", "CPU s", "s", "peak MB", "target"),
        [
            _row("sealing", sealed, sealed["cpu"] <= 60 and sealed["peak_mb"] <= MOST_MB, "≤ 60 CPU s, ≤ 512 MB"),
            _row("rolling up, six tables", rolled_up, rolled_up["peak_mb"] <= MOST_MB, "≤ 512 MB"),
        ],
        (f"The sealed day has {lake_bytes / 1e6:,.0f} MB.",),
    )


def measure_raw(size: Size) -> None:
    """From raw pages to curated tables, by the verbs `repair`, `seal` and `rollup --write`."""
    with a_database() as bench, tempfile.TemporaryDirectory(prefix="wtl-") as name:
        order = order_of(bench, Path(name) / "work", f"file://{name}/lake", None, {})
        with opened(order) as lake:
            fill_with_pages(bench, lake, size)
        stages: dict[str, Took] = {}
        number = size.days * size.polls
        progress(f"lake: rebuilding {size}")
        stages["raw pages → processed polls"] = _child(CHILD, {"order": order, "work": "rebuild", "expected": number})
        progress("lake: sealing")
        stages["polls → sealed days"] = _child(CHILD, {"order": order, "work": "seal", "days": size.days})
        stages["sealed days → curated tables"] = _roll_up(order, size)
        [(rows,)] = bench.rows("select sum(rows) from lake_objects where dataset = 'processed/streams'")
    together = {name: sum(took[name] for took in stages.values()) for name in ("cpu", "seconds")}
    together["peak_mb"] = max(took["peak_mb"] for took in stages.values())
    show(
        f"From raw pages to curated tables: {int(rows):,} points, {size.days} days of {size.polls} polls",
        ("layer", "CPU s", "s", "peak MB", "target"),
        [
            *(_row(stage, took, took["peak_mb"] <= MOST_MB, "≤ 512 MB") for stage, took in stages.items()),
            _row("all", together, together["peak_mb"] <= MOST_MB, "≤ 512 MB"),
        ],
        ("One process for each layer, with all of Python. CPU of PostgreSQL, which pages pass, is not included.",),
    )


def _row(name: str, took: Took, met: bool, target: str) -> list[str]:
    return [name, f"{took['cpu']:.0f}", f"{took['seconds']:.0f}", f"{took['peak_mb']:.0f}", f"{target}: {verdict(met)}"]


def _roll_up(order: Mapping[str, Any], size: Size) -> Took:
    progress("lake: rolling up")
    return _child(CHILD, {"order": order, "work": "rollup", "first": str(FIRST_DAY), "last": str(size.last_day)})


def _child(command: Sequence[str], given: Mapping[str, Any]) -> Took:
    done = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | AWS
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    took: Took = json.loads(done.stdout.splitlines()[-1])
    return took


def _medians(ones: Sequence[Took]) -> Took:
    return {name: median(one[name] for one in ones) for name in ones[0] if name in ("cpu", "bytes", "peak_mb")}


@contextmanager
def _s3() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="weed-") as folder, serving(Path(folder)) as seaweed:
        yield seaweed.url


@contextmanager
def _spark(folder: Path) -> Iterator[Spark | None]:
    if not SPARK.exists():
        progress(f"lake: no Spark: {SPARK} is missing; `make engine-check` installs it")
        yield None
        return
    (folder / "cluster").mkdir()
    with spark_cluster.running(SPARK, folder / "cluster") as cluster, Spark(cluster.address, seconds=1_800) as spark:
        yield spark


def _staged(bench: Bench, streams: int, count: int) -> list[tuple[int, str, int]]:
    """Stage polls of the simulated Twitch. Returns their numbers, starts and streams."""
    world, minutes = world_with(streams), 1440 // max(count, 48)
    bench.run(f"select staging.make_partition('{DAY.date}')")
    staged = []
    for seen in polls(world, minutes, streams):
        with bench.connected() as connection:
            staged.append((seen.poll_id, seen.at.isoformat(), store(connection, world, seen, minutes)))
        if len(staged) == count:
            break
    return staged


def _by_postgresql(bench: Bench) -> None:
    with bench.connected() as connection, connection.cursor() as cursor:
        cursor.execute("set local work_mem = '64MB'")
        cursor.execute("set local max_parallel_workers_per_gather = 0")
        cursor.execute(_POLLS)
        cursor.execute(_COUNTED)


def _copied(bench: Bench, folder: Path) -> Mapping[str, Path]:
    """The staged polls and streams as Parquet files, the streams in the order of a sealed day."""
    files = {}
    with bench.connected() as connection, connection.cursor() as cursor, duckdb.connect() as duck:
        cursor.execute(_POLLS)
        for name, order in (("polls", "poll_id"), ("streams", "streamer_id, poll_id"), ("bounds", "day")):
            csv, files[name] = folder / f"{name}.csv", folder / f"{name}.parquet"
            with csv.open("wb") as file:
                cursor.copy_expert(f"copy (select * from {name} order by {order}) to stdout (format csv, header)", file)
            types = "types = {'streamer_id': 'varchar', 'stream_id': 'varchar', 'game_id': 'varchar'}"
            of_ids = types if name == "streams" else ""
            duck.execute(
                f"copy (select * from read_csv('{csv}', header = true{', ' if of_ids else ''}{of_ids})) "
                f"to '{files[name]}' (format parquet, compression zstd)"
            )
    return files


def _by_duckdb(files: Mapping[str, Path]) -> None:
    """With one thread, as PostgreSQL has one process."""
    with duckdb.connect(config={"threads": "1", "memory_limit": "256MB"}) as duck:
        for name, file in files.items():
            duck.execute(f"create view {name} as select * from read_parquet('{file}')")
        duck.execute(_COUNTED).fetchall()


def _bare_sum(lake: Path) -> None:
    with duckdb.connect(config={"threads": "2", "memory_limit": "512MB", "temp_directory": str(lake)}) as duck:
        duck.execute(f"create view streams as select * from read_parquet('{lake}/processed/streams/*/*.parquet')")
        duck.execute(f"copy ({_SUMS}) to '{lake}/sums.parquet' (format parquet)")


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.parquet"))
