"""Daily tables of PostgreSQL that are rebuilt from the lake, and what a restore leaves alone."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.lake.restore import TABLES, restore
from helperfunctions.errors import DayNotAvailable, LakeError
from tests.factories import DAY, a_stream, rows, write
from tests.lakes import CALENDAR, LakeOfTest, a_day, opened

NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def lake(folder_lake: LakeOfTest) -> LakeOfTest:
    return folder_lake


def test_daily_tables_are_restored_from_the_lake(lake: LakeOfTest) -> None:
    a_day(lake)
    url = lake.database.url
    write(url, "insert into daily_genres values (%s, 0, 3, 0.1::float8 + 0.2::float8, 1, 1)", DAY)
    write(url, "insert into daily_game_modes values (%s, 0, 3, 3, 1, 1)", DAY)
    write(url, "insert into daily_themes values (%s, -1, 3, 3, 1, 1)", DAY)
    write(url, "insert into hourly_genres values ('2026-11-21 17:00+00', 0, 3, 0.1, 1)")
    write(url, "insert into genre_days select day, rolled_up_at from days")
    lake.turn()
    tables = (*TABLES, "hourly_genres", "genre_days", "games", "streamers")
    left_out = {"days": "has_leaders", "games": "are_names_keyed", "streamers": "are_names_keyed"}

    def everything() -> dict[str, list[tuple[object, ...]]]:
        found = {}
        for table in tables:
            columns = rows(
                url,
                "select string_agg(quote_ident(column_name), ', ' order by ordinal_position)"
                f" from information_schema.columns where table_schema = 'public' and table_name = '{table}'"
                f" and column_name <> '{left_out.get(table, '')}'",
            )[0][0]
            found[table] = sorted(rows(url, f"select {columns} from {table}"), key=repr)
        return found

    before = everything()
    assert all(before.values())
    write(url, f"truncate {', '.join(tables)} cascade")
    assert restore(lake.lake, DAY, NEXT_DAY) == [DAY]
    assert everything() == before
    with pytest.raises(DayNotAvailable):
        restore(lake.lake, date(2020, 1, 1), date(2020, 2, 1))


def test_days_that_the_lake_does_not_have_stay_in_the_database(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.poll(a_stream(), at=CALENDAR.day(NEXT_DAY).starts_at, day=NEXT_DAY, polls=48)
    lake.to_the_end_of(NEXT_DAY)
    lake.roll_up()
    before = rows(lake.database.url, "select * from daily_streamers order by day, streamer_id")
    write(lake.database.url, "delete from daily_streamers where day = %s", DAY)
    assert restore(lake.lake, DAY - timedelta(days=5), NEXT_DAY + timedelta(days=5)) == [DAY]
    assert rows(lake.database.url, "select * from daily_streamers order by day, streamer_id") == before
    assert rows(lake.database.url, "select day from days order by day") == [(DAY,), (NEXT_DAY,)]


def test_a_new_database_takes_the_days_of_a_lost_one_and_leaves_its_lake_alone(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    before = list(lake.lake.store.objects())
    write(lake.database.url, "truncate days, games, streamers, lake_objects cascade")
    write(lake.database.url, "update lake_owner set owner = 'new'")
    with opened(lake.lake.url, lake.database, lake.clock, lake.folder / "new") as of_the_lost_one:
        assert restore(of_the_lost_one, DAY, DAY) == [DAY]
    assert rows(lake.database.url, "select day, watch_hours from days") == [(DAY, pytest.approx(36_000))]
    assert list(lake.lake.store.objects()) == before


@pytest.mark.parametrize(
    "name", ["daily_streams", *(pytest.param(name, marks=pytest.mark.long) for name in ("hourly_genres", "games"))]
)
def test_a_day_is_not_restored_without_one_of_its_tables(lake: LakeOfTest, name: str) -> None:
    a_day(lake)
    lake.turn()
    before = rows(lake.database.url, "select * from daily_streams order by day, streamer_id")
    [file] = Path(lake.lake.url.removeprefix("file://")).glob(f"curated/{name}/**/{name}.parquet")
    file.unlink()
    with pytest.raises(LakeError, match=f"the lake has no curated/{name}/.*: no day can be restored from it"):
        restore(lake.lake, DAY, DAY)
    assert rows(lake.database.url, "select * from daily_streams order by day, streamer_id") == before


def test_an_object_of_an_older_version_is_restored_without_the_newest_column(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    key = "curated/daily_games/month=2026-11/daily_games.parquet"
    old = lake.folder / "old.parquet"
    found = lake.lake.store.get(key, lake.folder / "new.parquet")
    with lake.lake.duck() as (duck, _):
        duck.write_parquet(f"select * exclude (median_viewers) from '{lake.folder}/new.parquet'", old)
    lake.lake.store.put(key, old, found.metadata, replaces=found.etag)
    assert restore(lake.lake, DAY, DAY) == [DAY]
    assert rows(lake.database.url, "select game_id, median_viewers from daily_games order by 1") == [
        ("chess", None), ("go", None),
    ]  # fmt: skip
