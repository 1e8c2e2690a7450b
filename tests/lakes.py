"""A lake of a test: on a folder or on the simulated S3, over the test's own database."""

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.core.calendar import Calendar
from bot.core.polls import Poll, Stream
from bot.daily.rollup import Rollup
from bot.lake.intents import intend_day
from bot.lake.store import Lake
from bot.lake.work import LakeRun, whole_turn
from helperfunctions.clock import Clock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.duck import Duck, read_parquet
from helperfunctions.object_store import open_store
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, stage
from tests.seaweed import AWS

CALENDAR: Final = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
_numbers = itertools.count(1)


@dataclass(frozen=True)
class LakeOfTest:
    """A lake, and the clock and the folder of its test."""

    lake: Lake
    clock: VirtualClock
    folder: Path

    @property
    def database(self) -> Database:
        return self.lake.database

    def turn(self) -> LakeRun:
        """Do everything that is due; fails if anything fails."""
        run = whole_turn(self.lake)
        assert run.errors == []
        return run

    def keys(self, prefix: str = "") -> list[str]:
        """The keys of the objects in the store."""
        return [found.key for found in self.lake.store.objects(prefix)]

    def rows(self, key: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """The rows of an object, as another program reads them. Instants: as microseconds."""
        file = self.folder / f"read-{next(_numbers)}.parquet"
        self.lake.store.get(key, file)
        with Duck(self.folder / "duck") as duck:
            return duck.rows(f"select {columns} from {read_parquet([file])}")

    def poll(self, *streams: Stream, at: datetime = DAY_START, day: date = DAY, polls: int = 1, **more: Any) -> Poll:
        """Store a poll, or several with half an hour between two."""
        return stage(self.database, *(streams or (a_stream(),)), at=at, day=day, polls=polls, **more)

    def roll_up(self) -> None:
        """Roll up the finished days as the bot does, with their intents."""
        Rollup(
            self.database,
            self.clock,
            CALENDAR,
            lambda tx, day: intend_day(tx, self.lake.url, day, self.clock.now()),
        ).daily()

    def to_the_end_of(self, day: date, later: timedelta = timedelta(minutes=2)) -> None:
        """Move the clock to some time after the end of a day."""
        self.clock.move_to(CALENDAR.day(day).ends_at + later)


def a_day(lake: LakeOfTest, *, day: date = DAY) -> None:
    """A day of 48 polls of two streams, which is over and rolled up."""
    start = CALENDAR.day(day).starts_at
    streams = (a_stream(1000, streamer="ada", game="chess"), a_stream(500, streamer="bob", game="go"))
    lake.poll(*streams, at=start, day=day, polls=48, apart=HALF_HOUR)
    lake.to_the_end_of(day)
    lake.roll_up()


@contextmanager
def opened(
    url: str,
    database: Database,
    clock: Clock,
    folder: Path,
    endpoint_url: str | None = None,
    **options: Any,
) -> Iterator[Lake]:
    """The lake at an address. `options`: fields of Lake."""
    with closing(open_store(url, clock, endpoint_url=endpoint_url, aws=AWS)) as store:
        with database.transaction() as tx:
            owner = tx.lake.owner()
        lake = Lake(
            url=url,
            store=store,
            database=database,
            clock=clock,
            calendar=CALENDAR,
            folder=folder,
            owner=owner,
            **options,
        )
        with closing(lake):
            yield lake
