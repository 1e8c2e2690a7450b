"""Killed writers, two at once, late polls, a faulty store: afterwards the lake is the same, whole, without orphans."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from random import Random

import pytest

from bot.lake.verify import verify
from bot.lake.work import whole_turn
from helperfunctions.errors import StoreUnavailable
from sandbox.s3_proxy import S3Fault, S3Faults, S3Proxy
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows
from tests.lake_writer import Order, writers
from tests.lakes import LakeOfTest, opened
from tests.seaweed import BUCKET, Seaweed

SEALED = "processed/streams/day=2026-11-21/streams.parquet"
# The most steps after which a writer is killed; a whole turn with polls takes about as many.
LONGEST_FUSE = 160


Start = Callable[[Order], BaseProcess]


@pytest.fixture(scope="module")
def start() -> Iterator[Start]:
    with writers() as start:
        yield start


def write_and_kill(
    start: Start, lake: LakeOfTest, random: Random, now: datetime, endpoint: str | None = None
) -> list[int]:
    """Two writers at once, each killed at a random step. Their exit codes: -9 for a killed one."""
    started = []
    for number in range(2):
        fuse = random.randint(1, LONGEST_FUSE)
        order = Order(lake.database.url, lake.lake.url, endpoint, lake.folder / f"writer-{number}", now, fuse)
        started.append(start(order))
    for writer in started:
        writer.join()
    return [writer.exitcode or 0 for writer in started]


def live_through(
    start: Start, lake: LakeOfTest, random: Random, rounds: int, endpoint: str | None = None
) -> Counter[int]:
    """Polls in any order, some of them late, while writers are killed; then the day ends. Counts exit codes."""
    codes: Counter[int] = Counter()
    offsets = list(range(rounds * 2))
    random.shuffle(offsets)
    for number in range(rounds):
        for offset in offsets[2 * number : 2 * number + 2]:
            streams = [a_stream(random.randint(51, 999), streamer=f"s{n}") for n in range(random.randint(1, 4))]
            lake.poll(*streams, at=DAY_START + offset * HALF_HOUR)
        if number == rounds // 2:
            lake.to_the_end_of(DAY)
        if number >= rounds // 2:
            lake.roll_up()
        codes.update(write_and_kill(start, lake, random, lake.clock.now(), endpoint))
    return codes


def is_whole(lake: LakeOfTest) -> None:
    """Fail unless a last turn leaves exactly the rows of staging, one sealed object, and nothing else."""
    lake.turn()
    assert lake.turn().left == 0
    found = verify(lake.lake, deep=True)
    assert (found.findings, found.due) == ([], 0)
    assert lake.keys("landing/") == []
    expected = rows(
        lake.database.url,
        'select poll_id, streamer_id, viewer_count from staging.streams order by streamer_id collate "C", poll_id',
    )
    assert lake.rows(SEALED, "poll_id, streamer_id, viewer_count") == expected
    [(sums,)] = rows(lake.database.url, "select watch_hours from days")
    assert lake.rows("curated/days/month=2026-11/days.parquet", "watch_hours") == [(sums,)]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_writers_that_are_killed_at_any_step_leave_the_same_lake(
    folder_lake: LakeOfTest, start: Start, seed: int, is_long: bool
) -> None:
    random = Random(seed)
    codes = live_through(start, folder_lake, random, 12 if is_long else 4)
    assert codes[-9] > 0
    is_whole(folder_lake)


def test_killed_writers_and_a_faulty_store_leave_the_same_lake(
    folder_lake: LakeOfTest, seaweed: Seaweed, start: Start, is_long: bool
) -> None:
    faults = S3Faults(S3Faults.everything(0.03) | {S3Fault.SLOW: 0.0}, seed=7)
    url = f"s3://{BUCKET}/{folder_lake.folder.name}"
    with S3Proxy(seaweed.url, faults=faults) as proxy:
        with opened(url, folder_lake.database, folder_lake.clock, folder_lake.folder / "work", proxy.url) as there:
            lake = LakeOfTest(there, folder_lake.clock, folder_lake.folder)
            codes = live_through(start, lake, Random(3), 10 if is_long else 3, proxy.url)
            faults.clear()
            is_whole(lake)
        assert codes[-9] > 0
        assert sum(faults.injected().values()) > 0


def test_a_store_that_is_away_for_a_day_gets_everything_afterwards(folder_lake: LakeOfTest, seaweed: Seaweed) -> None:
    """The files are made meanwhile, so that they exist when staging deletes its streams."""
    url = f"s3://{BUCKET}/{folder_lake.folder.name}"
    with (
        S3Proxy(seaweed.url) as proxy,
        opened(
            url, folder_lake.database, folder_lake.clock, folder_lake.folder / "work", proxy.url, streams_hours=99
        ) as there,
    ):
        lake = LakeOfTest(there, folder_lake.clock, folder_lake.folder)
        proxy.is_away = True
        for number in range(3):
            lake.poll(a_stream(100 + number), at=DAY_START + number * HALF_HOUR)
            run = whole_turn(lake.lake)
            assert [type(error) for error in run.errors] == [StoreUnavailable]
        lake.to_the_end_of(DAY, timedelta(days=1, minutes=2))
        lake.roll_up()
        with lake.database.transaction() as tx:
            tx.collect.drop_partition(day=DAY)
        proxy.is_away = False
        lake.turn()
        assert lake.rows(SEALED, "poll_id, viewer_count") == [(1, 100), (2, 101), (3, 102)]
