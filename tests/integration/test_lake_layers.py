"""Each layer of the lake is rebuilt from the one before, forgets, expires, and is never overwritten by accident."""

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.core.polls import PollStatus
from bot.daily.rollup import Rollup
from bot.lake.forget import forget
from bot.lake.layout import CURATED
from bot.lake.prune import prune
from bot.lake.verify import repair, verify
from bot.lake.work import LakeRun, load, plan, transform, whole_turn
from helperfunctions.errors import LakeError, OutputNotWritten, StoreRefused
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage, write
from tests.lakes import CALENDAR, LakeOfTest, a_day, opened

SEALED = "processed/streams/day=2026-11-21/streams.parquet"
NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def lake(folder_lake: LakeOfTest) -> LakeOfTest:
    return folder_lake


def file_of(lake: LakeOfTest, key: str) -> Path:
    return Path(lake.lake.url.removeprefix("file://")) / key


def test_a_late_poll_is_in_the_sealed_day_after_the_next_turn(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.poll(a_stream(9, streamer="cleo"), at=DAY_START + timedelta(minutes=10))
    lake.turn()
    lake.roll_up()
    lake.turn()
    assert lake.rows(SEALED, "count(*), count(distinct poll_id)") == [(97, 49)]
    assert ("cleo",) in lake.rows(SEALED, "distinct streamer_id")
    assert lake.keys("landing/") == []


def test_a_poll_that_is_not_in_the_sealed_day_is_sealed_before_it_is_deleted(lake: LakeOfTest) -> None:
    """Even if the ledger has the sealed day as done."""
    a_day(lake)
    lake.turn()
    lake.poll(a_stream(9, streamer="cleo"), at=DAY_START + timedelta(minutes=10))
    plan(lake.lake)
    run = LakeRun()
    transform(lake.lake, run)
    load(lake.lake, run)
    write(
        lake.database.url,
        "update lake_objects set status = 'there', revision = written_revision where dataset = 'processed/streams'",
    )
    lake.turn()
    lake.turn()
    assert lake.rows(SEALED, "count(*), count(distinct poll_id)") == [(97, 49)]
    assert lake.keys("landing/") == []


def test_streams_are_deleted_when_their_hours_have_passed_and_sums_stay(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.lake.pages.mkdir()
    for name in ("poll-20261121T160000Z-000001.jsonl.gz", "poll-20261123T160000Z-000099.jsonl.gz"):
        (lake.lake.pages / name).write_bytes(b"")
    lake.clock.advance(24 * 3600)
    assert lake.turn().deleted == 1
    assert [file.name for file in lake.lake.pages.iterdir()] == ["poll-20261123T160000Z-000099.jsonl.gz"]
    assert (lake.keys("processed/streams"), lake.keys("landing/")) == ([], [])
    assert "curated/daily_streamers/month=2026-11/daily_streamers.parquet" in lake.keys("curated/")
    # A poll of that day that comes even later is not put into the lake.
    lake.poll(at=DAY_START + timedelta(minutes=10))
    lake.turn()
    assert (lake.keys("processed/streams"), lake.keys("landing/")) == ([], [])


def test_an_object_that_a_killed_process_left_behind_is_pruned(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    left = lake.folder / "left"
    left.write_bytes(b"rows")
    landed = "landing/streams/day=2026-11-21/poll-20261121T160000Z-000001.parquet"
    lake.lake.store.put(landed, left, {"owner": lake.lake.owner})
    assert prune(lake.lake) == 1
    assert lake.keys("landing/") == []


def test_what_a_killed_process_left_of_its_work_is_removed_after_a_day(lake: LakeOfTest) -> None:
    lake.turn()
    left = lake.folder / "work" / "scratch" / "left"
    left.mkdir(parents=True)
    (left / "rows.csv").write_text("rows")
    made_at = lake.clock.now().timestamp()
    os.utime(left, (made_at, made_at))
    lake.turn()
    assert left.exists()
    lake.clock.advance(25 * 3600)
    lake.turn()
    assert not left.exists()


def lost(lake: LakeOfTest, key: str) -> None:
    file_of(lake, key).unlink()


def damaged(lake: LakeOfTest, key: str) -> None:
    file = file_of(lake, key)
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncated(lake: LakeOfTest, key: str) -> None:
    file = file_of(lake, key)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("harm", [lost, damaged, pytest.param(truncated, marks=pytest.mark.long)])
def test_every_object_that_is_lost_or_damaged_is_repaired(
    lake: LakeOfTest, harm: Callable[[LakeOfTest, str], None]
) -> None:
    a_day(lake)
    lake.poll(at=CALENDAR.day(NEXT_DAY).starts_at, day=NEXT_DAY)
    lake.turn()
    before = {found.key: found.etag for found in lake.lake.store.objects()}
    keys = [key for key in before if key != "_lake.json"]
    assert {key.split("/")[0] for key in keys} == {"landing", "processed", "curated"}
    for key in keys:
        harm(lake, key)
    found = verify(lake.lake)
    assert [finding.key for finding in found.findings] == keys
    repaired = repair(lake.lake, found.findings)
    assert (repaired.failed, verify(lake.lake, deep=True).findings) == ({}, [])
    assert {found.key: found.etag for found in lake.lake.store.objects()} == before


def test_an_orphan_of_ours_is_deleted_and_that_of_others_is_not(lake: LakeOfTest) -> None:
    lake.turn()
    file = lake.folder / "orphan"
    file.write_bytes(b"orphan")
    lake.lake.store.put("processed/streams/day=2020-01-01/ours.parquet", file, {"owner": lake.lake.owner})
    lake.lake.store.put("processed/streams/day=2020-01-01/others.parquet", file, {"owner": "somebody"})
    found = verify(lake.lake)
    assert sorted(map(str, found.findings)) == [
        "processed/streams/day=2020-01-01/others.parquet: orphan",
        "processed/streams/day=2020-01-01/ours.parquet: orphan",
    ]
    repaired = repair(lake.lake, found.findings)
    assert repaired.done == ["processed/streams/day=2020-01-01/ours.parquet"]
    assert "not ours" in repaired.failed["processed/streams/day=2020-01-01/others.parquet"]


def test_another_content_for_the_same_poll_stops_and_is_reported(lake: LakeOfTest) -> None:
    lake.poll()
    lake.turn()
    [key] = lake.keys("landing/")
    write(lake.database.url, "delete from lake_objects")
    write(lake.database.url, "update staging.streams set viewer_count = viewer_count + 1")
    run = whole_turn(lake.lake)
    assert [str(error) for error in run.errors] == [
        f"{key} has another content than poll 1: run `watchtime lake repair`"
    ]
    [(problem,)] = rows(lake.database.url, "select problem from lake_objects where status = 'due'")
    assert "another content" in problem


def test_a_poll_whose_rows_are_missing_in_staging_is_not_stored(lake: LakeOfTest) -> None:
    lake.poll(a_stream(), a_stream(streamer="bob"))
    write(lake.database.url, "delete from staging.streams where streamer_id = 'bob'")
    run = whole_turn(lake.lake)
    assert [str(error) for error in run.errors] == ["poll 1 stored 2 streams, staging has 1; nothing was stored"]
    assert lake.keys("landing/") == []


def test_a_lake_of_another_database_or_of_a_newer_version_is_refused(lake: LakeOfTest) -> None:
    lake.turn()
    write(lake.database.url, "update lake_owner set owner = 'another'")
    url, folder = lake.lake.url, lake.folder / "other"
    with (
        opened(url, lake.database, lake.clock, folder) as other,
        pytest.raises(StoreRefused, match="belongs to another database"),
    ):
        other.ensure_format()
    lake.lake.store.delete("_lake.json")
    newer = lake.folder / "newer"
    newer.write_text(json.dumps({"format": 99, "owner": lake.lake.owner}))
    lake.lake.store.put("_lake.json", newer, {})
    with pytest.raises(StoreRefused, match="has format 99"):
        lake.lake.ensure_format()


def test_a_forgotten_streamer_is_in_no_object_and_does_not_come_back(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.poll(a_stream(), a_stream(streamer="bob"), at=CALENDAR.day(NEXT_DAY).starts_at, day=NEXT_DAY)
    lake.turn()
    forget(lake.lake, "bob")
    # Another poll, late for the sealed day, and one of today.
    lake.poll(a_stream(), a_stream(streamer="bob"), at=DAY_START + timedelta(minutes=7))
    lake.poll(a_stream(), a_stream(streamer="bob"), at=CALENDAR.day(NEXT_DAY).starts_at + HALF_HOUR, day=NEXT_DAY)
    lake.turn()
    lake.roll_up()
    lake.turn()
    naming = [key for key in lake.keys("") if "stream" in key and key.endswith(".parquet")]
    assert len(naming) == 7
    for key in naming:
        assert {streamer for (streamer,) in lake.rows(key, "streamer_id")} == {"ada"}, key
    assert verify(lake.lake, deep=True).findings == []
    assert lake.rows(SEALED, "count(*)") == [(49,)]


def test_every_column_of_a_curated_table_is_in_its_object(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    for name, table in CURATED.items():
        partition = "month=2026-11/" if table.scope == "month" else ""
        key = f"curated/{name}/{partition}{name}.parquet"
        file = lake.folder / "described.parquet"
        lake.lake.store.get(key, file)
        with lake.lake.duck() as (duck, _):
            assert list(duck.columns_of(file)) == list(table.columns), name


@pytest.mark.parametrize(
    ("day", "polls"), [(date(2026, 3, 7), 46), (date(2026, 10, 31), 50)], ids=["23 hours", "25 hours"]
)
def test_a_day_on_which_the_clocks_change_is_sealed_whole(lake: LakeOfTest, day: date, polls: int) -> None:
    start = CALENDAR.day(day).starts_at
    lake.poll(a_stream(100), at=start, day=day, polls=polls)
    lake.clock.set_back(timedelta(days=400))
    lake.to_the_end_of(day)
    lake.roll_up()
    lake.turn()
    assert lake.rows(f"processed/streams/day={day}/streams.parquet", "count(*)") == [(polls,)]
    hours = polls / 2
    found = lake.rows(f"curated/days/month={day:%Y-%m}/days.parquet", "(ends_ms - starts_ms) / 3600000, watch_hours")
    assert found == [(hours, pytest.approx(100 * hours))]


AWKWARD = "tab\t line\n return\r back\\slash \\N 'quote' \"\" =1+1 % {} 原神 🙏 é ,"


def test_awkward_text_and_a_stream_without_a_game_come_back_unchanged(lake: LakeOfTest) -> None:
    lake.poll(
        a_stream(5, streamer="ada", game="", game_name="", language=""),
        a_stream(6, streamer="bob", stream_id=AWKWARD, streamer_name=AWKWARD, game="odd", game_name=AWKWARD),
        polls=48,
    )
    lake.to_the_end_of(DAY)
    lake.roll_up()
    lake.turn()
    found = lake.rows(SEALED, "distinct streamer_id, stream_id, game_id, language")
    assert sorted(found) == [("ada", "stream-of-ada", "", ""), ("bob", AWKWARD, "odd", "en")]
    assert ("bob", AWKWARD) in lake.rows("curated/streamers/streamers.parquet", "streamer_id, streamer_name")
    assert ("odd", AWKWARD) in lake.rows("curated/games/games.parquet", "game_id, game_name")


def test_a_genre_that_was_withdrawn_stays_in_the_lake(lake: LakeOfTest) -> None:
    write(lake.database.url, "insert into igdb_genres values (99, 'Withdrawn', 'withdrawn')")
    a_day(lake)
    write(lake.database.url, "insert into daily_genres values (%s, 99, 1, 1, 1, 1)", DAY)
    lake.turn()
    assert (99, "Withdrawn") in lake.rows("curated/genres/genres.parquet", "genre_id, name")
    assert lake.rows("curated/daily_genres/month=2026-11/daily_genres.parquet", "genre_id") == [(99,)]


def test_hours_by_genre_that_come_after_the_roll_up_reach_the_lake(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.clock.advance(60)
    write(lake.database.url, "insert into daily_genres values (%s, 0, 1, 1, 1, 1)", DAY)
    write(lake.database.url, "insert into genre_days values (%s, %s)", DAY, lake.clock.now())
    lake.clock.advance(60)
    lake.turn()
    assert lake.rows("curated/daily_genres/month=2026-11/daily_genres.parquet", "genre_id") == [(0,)]


def test_without_streams_in_time_a_poll_is_gone_with_its_reason(lake: LakeOfTest) -> None:
    lake.poll()
    assert plan(lake.lake) == 1
    write(lake.database.url, "select staging.drop_partition(%s)", DAY)
    assert lake.turn().errors == []
    assert rows(lake.database.url, "select status, problem from lake_objects where dataset like 'landing%'") == [
        ("gone", "the streams of poll 1 are deleted from staging")
    ]


def test_a_damaged_sealed_day_is_noticed_before_polls_are_deleted(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.poll(at=DAY_START + timedelta(minutes=10))
    damaged(lake, SEALED)
    run = whole_turn(lake.lake)
    assert [type(error) for error in run.errors] != []
    assert len(lake.keys("landing/")) == 1
    assert isinstance(run.errors[0], LakeError) or "damaged" in str(run.errors[0])


def test_a_day_on_which_every_poll_failed_is_sealed_empty(lake: LakeOfTest) -> None:
    stage(lake.database, status=PollStatus.FAILED, polls=48)
    lake.to_the_end_of(DAY)
    with lake.database.transaction() as tx:
        tx.lake.intend_day(lake=lake.lake.url, day=DAY, now=lake.clock.now(), monthly=["days"], dimensions=[])
    assert lake.turn().left == 0
    assert lake.rows(SEALED, "count(*), max(started_at), max(viewer_count)") == [(0, None, None)]


def test_a_day_whose_streams_were_deleted_before_the_lake_began_is_not_sealed(lake: LakeOfTest) -> None:
    lake.poll()
    plan(lake.lake)
    write(lake.database.url, "select staging.drop_partition(%s)", DAY)
    with lake.database.transaction() as tx:
        tx.lake.intend_day(lake=lake.lake.url, day=DAY, now=lake.clock.now(), monthly=["days"], dimensions=[])
    lake.turn()
    assert lake.keys("processed/streams/") == []
    problems = rows(lake.database.url, "select problem from lake_objects where dataset = 'processed/streams'")
    assert problems == [("the streams of 2026-11-21 were deleted before they were in the lake",)]


def test_days_that_were_rolled_up_without_the_lake_are_in_their_month_afterwards(lake: LakeOfTest) -> None:
    """LAKE_URL was not set for a day, or named another lake."""
    a_day(lake)
    lake.turn()
    lake.poll(a_stream(), at=CALENDAR.day(NEXT_DAY).starts_at, day=NEXT_DAY, polls=48)
    lake.to_the_end_of(NEXT_DAY)
    Rollup(lake.database, lake.clock, CALENDAR).daily()
    write(lake.database.url, "select staging.drop_partition(%s)", NEXT_DAY)
    lake.clock.advance(60)
    lake.turn()
    month = "curated/daily_streamers/month=2026-11/daily_streamers.parquet"
    assert lake.rows(month, "distinct day") == [(DAY,), (NEXT_DAY,)]
    assert lake.turn().put == 0


def test_the_ledger_forgets_days_whose_streams_are_gone_everywhere(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lake.clock.advance(24 * 3600)
    lake.turn()
    of_polls = "select count(*) from lake_objects where dataset in ('landing/streams', 'processed/streams')"
    assert rows(lake.database.url, of_polls) == [(49,)]
    write(lake.database.url, "select staging.drop_partition(%s)", DAY)
    lake.clock.advance(14 * 24 * 3600)
    lake.turn()
    assert rows(lake.database.url, of_polls) == [(0,)]
    assert (lake.turn().put, verify(lake.lake).findings) == (0, [])


def test_a_disk_without_room_for_files_is_reported_as_such(lake: LakeOfTest) -> None:
    lake.poll()
    (lake.folder / "work").write_text("a file where the folder should be")
    run = whole_turn(lake.lake)
    assert [type(error) for error in run.errors] == [OutputNotWritten, OutputNotWritten]
    assert str(run.errors[0]) == f"no file for the lake can be made in {lake.folder}/work: Not a directory"


def test_a_damaged_lake_json_names_its_cure(lake: LakeOfTest) -> None:
    lake.turn()
    damaged(lake, "_lake.json")
    with pytest.raises(LakeError, match=r"_lake\.json in the lake at .* is damaged: delete it, and it is written"):
        lake.lake.ensure_format()
    lost(lake, "_lake.json")
    lake.lake.ensure_format()


def test_a_streamer_is_forgotten_although_objects_are_missing_or_damaged(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()
    lost(lake, SEALED)
    month = "curated/daily_streams/month=2026-11/daily_streams.parquet"
    damaged(lake, month)
    with pytest.raises(LakeError, match=r"1 damaged objects, such as curated/daily_streams/.* of streamer bob: run"):
        forget(lake.lake, "bob")
    assert repair(lake.lake, verify(lake.lake).findings).failed == {}
    assert forget(lake.lake, "bob") == 0
    for key in (SEALED, month):
        assert {streamer for (streamer,) in lake.rows(key, "streamer_id")} == {"ada"}
