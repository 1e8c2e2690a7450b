"""Each layer of the lake is rebuilt from the one before, forgets, expires, and is never overwritten by accident."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.collect.replay import streams_again
from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.lake.forget import forget
from bot.lake.layout import CURATED
from bot.lake.prune import prune
from bot.lake.raw import LakeObserver, PageRecorder, RecordedPage
from bot.lake.restore import TABLES, restore
from bot.lake.verify import repair, verify
from bot.lake.work import LakeRun, load, plan, transform, whole_turn
from helperfunctions.errors import DayNotAvailable, LakeError, StoreRefused
from tests.factories import DAY, DAY_START, HALF_HOUR, a_raw_stream, a_stream, rows, write
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


def lost(lake: LakeOfTest, key: str) -> None:
    file_of(lake, key).unlink()


def damaged(lake: LakeOfTest, key: str) -> None:
    file = file_of(lake, key)
    file.chmod(0o644)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("harm", [lost, damaged])
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


def test_a_poll_is_rebuilt_from_its_raw_pages_to_the_byte(lake: LakeOfTest) -> None:
    """With streams that came twice, that cannot be parsed, and that are below the threshold."""
    items = [
        a_raw_stream(),
        a_raw_stream(id="40002", user_id="70002", user_login="bob", game_id="", game_name="", viewer_count=700),
        a_raw_stream(),
        {"id": None},
        a_raw_stream(id="40003", user_id="70003", viewer_count=20, title="\x00 \n =1+1 🙏"),
    ]

    class Twitch:
        def get_streams(self, after: str | None = None) -> RecordedPage:
            return RecordedPage(items, None)

    pages = lake.lake.pages
    recorder = PageRecorder(Twitch(), pages)
    given = {"poll_id": 1, "day": DAY, "started_at": DAY_START, "pages": 9, "more_than_viewers": 50}
    staged = streams_again(recorder, **given)  # type: ignore[arg-type]
    poll = Poll(1, DAY, DAY_START, DAY_START, PollStatus.COMPLETE, CrawlEnd.BELOW_THRESHOLD, 1, 2, 1700, 1, 1, None)
    observer = LakeObserver(lake.lake.url, lake.clock, recorder, has_raw=True)
    observer.taken(poll)
    with lake.database.transaction() as tx:
        tx.collect.make_partition(day=DAY)
        staged.store(tx, poll)
        observer.stored(tx, poll)
    lake.turn()
    assert len(lake.keys("raw/")) == 1
    [key] = lake.keys("landing/")
    before = lake.lake.store.head(key)
    lost(lake, key)
    write(lake.database.url, "select staging.drop_partition(%s)", DAY)
    with opened(
        lake.lake.url, lake.database, lake.clock, lake.folder / "again", has_raw=True, replay=streams_again
    ) as again:
        assert repair(again, verify(again).findings).failed == {}
        after = again.store.head(key)
    assert before is not None
    assert after is not None
    assert after.etag == before.etag


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
