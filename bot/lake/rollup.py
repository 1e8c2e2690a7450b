"""Roll up days from sealed streams, compare them with PostgreSQL, and write them into the curated layer if wanted."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from bot.lake import engine
from bot.lake.layout import POLLS, STREAMS, curated
from bot.lake.publish import publish
from bot.lake.rebuild import digest_of
from bot.lake.rollup_tables import GAMES_OF_POLLS, HALF_MS_PER_HOUR, QUERIES, ROWS_AT_ONCE, typed
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.database import records
from helperfunctions.duck import Duck, quoted, read_parquet
from helperfunctions.errors import DayNotAvailable, ObjectMissing, SumsDisagree
from helperfunctions.queries import text_of_file
from helperfunctions.spark import Spark

log = logging.getLogger(__name__)

Advance = Callable[[str], None]
RELATIVE_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class LakeDay:
    """A day as rolled up from the lake. `in_database`: its hours watched in `days`; None: it is not rolled up there."""

    day: date
    polls: int
    streams: int
    watch_hours: float
    airtime_hours: float
    in_database: float | None

    @property
    def agrees(self) -> bool:
        """True if PostgreSQL has the same hours, or none to compare with."""
        return self.in_database is None or math.isclose(
            self.watch_hours, self.in_database, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-6
        )


def roll_up(
    lake: Lake, first: date, last: date, *, write: bool = False, advance: Advance = lambda _: None
) -> list[LakeDay]:
    """Roll up the days whose sealed streams are in the lake, both ends included. `write`: replace their curated rows.

    Raises DayNotAvailable if the lake has none of them, and SumsDisagree if hours differ from those of PostgreSQL;
    then nothing of that day is written. Days of which a streamer was forgotten are not compared. The lake's engine
    computes the pairs; its errors are EngineUnavailable and EngineFailed.
    """
    lake.ensure_format(create=write)
    done: list[LakeDay] = []
    with engine.opened(lake.engine) as spark:
        for number in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(number)
            if rolled_up := _day(lake, spark, day, write=write):
                done.append(rolled_up)
            advance(f"{day}")
    if not done:
        raise DayNotAvailable(
            f"the lake has no sealed streams from {first} to {last}: they are deleted after LAKE_STREAMS_HOURS"
        )
    return done


def _day(lake: Lake, spark: Spark | None, day: date, *, write: bool) -> LakeDay | None:
    with lake.duck() as (duck, folder):
        if not _load(lake, spark, duck, folder, day):
            return None
        rolled_up = _totals(lake, duck, day)
        if not rolled_up.agrees:
            raise SumsDisagree(
                f"the lake has {rolled_up.watch_hours:,.6f} hours watched on {day}, PostgreSQL "
                f"{rolled_up.in_database:,.6f}: run `watchtime lake verify`"
            )
        if write:
            _write(lake, duck, folder, day)
        return rolled_up


def _load(lake: Lake, spark: Spark | None, duck: Duck, folder: Path, day: date) -> bool:
    """Load a day into the tables that the queries read. False if the lake does not have it."""
    streams, polls = folder / "streams.parquet", folder / "polls.parquet"
    try:
        lake.store.get(f"{STREAMS}/day={day}/streams.parquet", streams)
        lake.store.get(f"{POLLS}/day={day}/polls.parquet", polls)
    except ObjectMissing:
        return False
    literal = f"date {quoted(day)} as day"
    duck.run(f"create temporary view streams as select *, {literal} from {read_parquet([streams])}")
    duck.run(f"create temporary view polls as select *, {literal} from {read_parquet([polls])}")
    duck.run(
        "create temporary view bounds as "
        "select distinct day, day_starts_ms as starts_ms, day_ends_ms as ends_ms from polls"
    )
    for name in ("counted_polls", "spans") if spark else ("counted_polls", "spans", "pairs"):
        duck.run(f"create temporary table {name} as {text_of_file(f'watch_time/{name}.sql')}")
    if spark:
        engine.load_pairs(spark, lake.url, day, duck, folder / "pairs.parquet")
    load_games(duck)
    return True


def load_games(duck: Duck, rows_at_once: int = ROWS_AT_ONCE) -> None:
    """Compute the table `games_of_polls` of `streams`, of some polls at a time, with about this many rows."""
    counted = duck.rows("select poll_id, count(*) from streams group by poll_id order by poll_id")
    duck.run(f"create temporary table games_of_polls as {GAMES_OF_POLLS.format(first=0, last=-1)}")
    first, rows = None, 0
    for number, (poll_id, of_poll) in enumerate(counted, start=1):
        first, rows = poll_id if first is None else first, rows + of_poll
        if rows >= rows_at_once or number == len(counted):
            duck.run(f"insert into games_of_polls {GAMES_OF_POLLS.format(first=first, last=poll_id)}")
            first, rows = None, 0


def _totals(lake: Lake, duck: Duck, day: date) -> LakeDay:
    [(viewers, airtime, streams)] = duck.rows(
        "select coalesce(sum(viewer_half_ms), 0), coalesce(sum(airtime_half_ms), 0), count(distinct stream_id) "
        "from pairs"
    )
    [(polls,)] = duck.rows("select count(*) from spans")
    with lake.database.transaction() as tx:
        known = tx.lake.day_to_compare(day=day)
    return LakeDay(
        day=day,
        polls=int(polls),
        streams=int(streams),
        watch_hours=int(viewers) / HALF_MS_PER_HOUR,
        airtime_hours=int(airtime) / HALF_MS_PER_HOUR,
        in_database=None if known is None else float(known.watch_hours),
    )


def _write(lake: Lake, duck: Duck, folder: Path, day: date) -> None:
    """Replace the rows of a day in the curated tables that follow from its streams."""
    for name, query in QUERIES.items():
        key = f"{curated(name)}/month={day:%Y-%m}/{name}.parquet"
        with lake.database.transaction() as tx:
            tx.lake.intend_month(lake=lake.url, dataset=curated(name), piece=name, day=day, now=lake.clock.now())
            row = records(LedgerRow, [tx.lake.object_of_key(lake=lake.url, key=key)])[0]
        old, new = folder / "old.parquet", folder / "new.parquet"
        rows = typed(name, query)
        try:
            lake.store.get(key, old)
            before = f"select * from {read_parquet([old])} where day < {quoted(day)}"
            after = f"select * from {read_parquet([old])} where day > {quoted(day)}"
            merged = f"{before} union all by name select * from ({rows}) union all by name {after}"
        except ObjectMissing:
            merged = rows
        count = duck.write_parquet(merged, new)
        publish(
            lake,
            row,
            Made(new, count, digest_of(row.content or "", f"rolled up {day}", str(row.revision))),
            overwrite=True,
        )
