"""Days rolled up from sealed streams are those of PostgreSQL, to the last bit."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.core.polls import PollStatus
from bot.lake.check import Level, check
from bot.lake.layout import curated
from bot.lake.rollup import load_games, roll_up
from bot.lake.rollup_tables import QUERIES
from bot.lake.verify import verify
from helperfunctions.duck import Duck
from helperfunctions.errors import DayNotAvailable, EngineFailed, EngineUnavailable, SettingsError, SumsDisagree
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, write
from tests.lakes import LakeOfTest
from tests.sail import serving
from tests.seaweed import AWS, Seaweed


def a_day_of_many_kinds(lake: LakeOfTest) -> None:
    """Streams that change game and language, poll by poll; missed, partial and late polls; a stream without a game; ids
    that look like parts of a list; and a polling interval that changes."""
    random = Random(5)
    games, languages = ("chess", "go", "", "tag", "a,b", '{"c\\d"}', "Null", " e\x0bf"), ("en", "de", "")
    for number in range(20):
        streams = [
            a_stream(
                random.randint(51, 9999),
                streamer=f"s{streamer}",
                game=random.choice(games),
                language=random.choice(languages),
                started_at=random.choice((None, DAY_START - HALF_HOUR)),
            )
            for streamer in range(12)
        ]
        at = DAY_START + number * HALF_HOUR + timedelta(seconds=random.randint(0, 900), microseconds=123_456)
        status = PollStatus.PARTIAL if number in (4, 5, 6, 7, 13) else PollStatus.COMPLETE
        if number not in (2, 10, 11, 12):
            lake.poll(*streams, at=at, status=status, interval_minutes=30 if number < 15 else 10)
    lake.to_the_end_of(DAY)
    lake.roll_up()
    lake.turn()


def key_of(name: str) -> str:
    return f"{curated(name)}/month=2026-11/{name}.parquet"


def all_rows(lake: LakeOfTest) -> dict[str, list[tuple[object, ...]]]:
    instants = {
        "daily_streams": "* replace (epoch_us(started_at) as started_at, epoch_us(last_seen_at) as last_seen_at)"
    }
    return {name: lake.rows(key_of(name), instants.get(name, "*")) for name in QUERIES}


def test_curated_tables_made_of_sealed_streams_are_those_of_postgresql(folder_lake: LakeOfTest) -> None:
    lake = folder_lake
    a_day_of_many_kinds(lake)
    before = all_rows(lake)
    assert all(before.values())
    [(hours, airtime)] = rows(lake.database.url, "select watch_hours, airtime_hours from days")
    [day] = roll_up(lake.lake, DAY, DAY, write=True)
    # PostgreSQL adds up the hours of the games, each a double.
    assert (day.watch_hours, day.airtime_hours) == pytest.approx((hours, airtime), rel=1e-12)
    assert (day.in_database, day.agrees) == (hours, True)
    assert all_rows(lake) == before
    assert verify(lake.lake, deep=True).findings == []


def test_a_curated_month_that_is_lost_with_the_database_is_made_of_sealed_streams(folder_lake: LakeOfTest) -> None:
    lake = folder_lake
    a_day_of_many_kinds(lake)
    before = all_rows(lake)
    for name in QUERIES:
        lake.lake.store.delete(key_of(name))
    write(lake.database.url, "truncate days, daily_games, daily_streamers, daily_streamer_games, daily_streams cascade")
    [day] = roll_up(lake.lake, DAY, DAY, write=True)
    assert day.in_database is None
    assert all_rows(lake) == before


def test_hours_that_differ_from_those_of_postgresql_are_reported(folder_lake: LakeOfTest) -> None:
    lake = folder_lake
    a_day_of_many_kinds(lake)
    write(lake.database.url, "update days set watch_hours = watch_hours + 0.01")
    with pytest.raises(SumsDisagree, match="hours watched on 2026-11-21, PostgreSQL"):
        roll_up(lake.lake, DAY, DAY)


def test_games_of_polls_are_the_same_in_any_number_of_steps(tmp_path: Path) -> None:
    """Polls without the database have negative numbers."""
    made = []
    for rows_at_once in (1, 70, 10_000):
        with Duck(tmp_path / "duck") as duck:
            duck.run(
                "create temporary table streams as select poll_id, cast(number % 3 as varchar) as game_id, "
                "(number * 7919 + poll_id * 31) % 1000 as viewer_count "
                "from range(30) as streams (number), (values (-99), (1), (2), (3), (7)) as polls (poll_id)"
            )
            load_games(duck, rows_at_once)
            made.append(duck.rows("select * from games_of_polls order by poll_id, game_id"))
    assert [len(found) for found in made] == [15, 15, 15]
    assert made[0] == made[1] == made[2]


def test_a_day_without_streams_in_the_lake_is_not_available(folder_lake: LakeOfTest) -> None:
    with pytest.raises(DayNotAvailable, match="no sealed streams from 2026-11-21 to 2026-11-22"):
        roll_up(folder_lake.lake, DAY, DAY + timedelta(days=1))


def test_another_engine_makes_the_same_curated_tables(
    lake: LakeOfTest, seaweed: Seaweed, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day_of_many_kinds(lake)
    for name, value in {**AWS, "AWS_ENDPOINT_URL": seaweed.url, "AWS_ALLOW_HTTP": "true"}.items():
        monkeypatch.setitem(os.environ, name, value)
    tables, days = [], []
    with serving() as sail:
        for engine in ("duckdb", sail):
            for name in QUERIES:
                lake.lake.store.delete(key_of(name))
            days += roll_up(replace(lake.lake, engine=engine), DAY, DAY, write=True)
            tables.append(all_rows(lake))
    assert all(tables[0].values())
    assert tables[1] == tables[0]
    assert days[1] == days[0]


def test_the_engine_reads_the_lake_itself(folder_lake: LakeOfTest, sail: str) -> None:
    """At the lake's address: an engine that does not see it fails, although this process does."""
    lake = folder_lake
    a_day_of_many_kinds(lake)
    elsewhere = replace(lake.lake, engine=sail, url="file:///nowhere/lake")
    with pytest.raises(EngineFailed, match="failed: ") as caught:
        roll_up(elsewhere, DAY, DAY)
    assert "\n" not in str(caught.value)
    *_, found = check(elsewhere)
    assert (found.level, found.message.startswith("LAKE_ENGINE: the engine finds nothing")) == (Level.PROBLEM, True)
    *_, found = check(replace(lake.lake, engine=sail))
    assert (found.level, found.message) == (Level.OK, "the engine of `lake rollup` answers, and can read the lake")


@pytest.mark.parametrize(
    ("address", "error"),
    [("sc://127.0.0.1:9", EngineUnavailable), ("127.0.0.1:9", SettingsError)],
    ids=["nothing answers", "not an address"],
)
def test_an_engine_that_cannot_be_used_is_reported(
    folder_lake: LakeOfTest, address: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        roll_up(replace(folder_lake.lake, engine=address), DAY, DAY)
