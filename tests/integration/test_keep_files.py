"""Files of polls that wait: refused, torn, of other versions, and dropped when there is no room."""

import json
import os
from datetime import timedelta

import pytest

from bot.collect.keep import KeptPolls
from bot.core.polls import PollStatus
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseUnavailable
from tests.conftest import Switch
from tests.factories import DAY, a_raw_stream, rows, write
from tests.integration.kept_polls import CALENDAR, NAMES, MakeCollector, change_file, collecting, page, stored

__all__ = ["collecting"]


def test_a_refused_poll_stays_on_disk_and_blocks_no_other(
    collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    """It stays after any number of refusals, and is stored when the reason is gone."""
    write(url, "alter table staging.games add constraint none check (viewers < 1000000)")
    with pytest.raises(DatabaseError, match=r"violates check constraint.*the poll is kept in"):
        collecting(page(a_raw_stream(viewer_count=2_000_000))).collect()
    for _ in range(4):
        clock.advance(1800)
        assert collecting(page(a_raw_stream())).collect().status is PollStatus.COMPLETE
    assert rows(url, "select viewers from staging.polls") == [(1000,)] * 4
    assert len(kept.waiting()) == 1
    write(url, "alter table staging.games drop constraint none")
    clock.advance(3600)
    assert stored(collecting(page())) == 1
    assert rows(url, "select max(viewers), count(*) from staging.polls") == [(2_000_000, 5)]
    assert list(kept.folder.iterdir()) == []


def test_a_refused_poll_is_retried_after_growing_waits_of_at_most_an_hour_and_each_refusal_is_reported(
    collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    write(url, "alter table staging.games add constraint none check (viewers < 0)")
    with pytest.raises(DatabaseError):
        collecting(page(a_raw_stream())).collect()
    attempts = []
    for minute in range(300):
        caplog.clear()
        stored(collecting(page()))
        if caplog.messages:
            assert "stays on disk" in caplog.text
            assert "violates check constraint" in caplog.text
            attempts.append(minute)
        clock.advance(60)
    assert attempts == [0, 1, 16, 46, 106, 166, 226, 286]


def test_clock_that_is_set_back_does_not_delay_a_refused_poll(
    collecting: MakeCollector, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    write(url, "alter table staging.games add constraint none check (viewers < 0)")
    with pytest.raises(DatabaseError):
        collecting(page(a_raw_stream())).collect()
    for _ in range(2):
        assert stored(collecting(page())) == 0
    assert not kept.is_any_due()
    write(url, "alter table staging.games drop constraint none")
    clock.set_back(timedelta(days=1))
    assert stored(collecting(page())) == 1


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(("10", "2026-11-21T14:00:00+00:00", "9", "2026-11-21T14:00:00+00:00"), id="the higher id"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", "2026-11-21T14:00:00+00:00"), id="the later start"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", r"\N"), id="the known start"),
        pytest.param(("8", "2026-11-21T15:00:00+00:00", "9", "2026-11-22T15:00:00+00:00"), id="the possible start"),
    ],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "last"])
def test_one_stream_per_streamer_of_a_file_of_the_first_format_is_stored(
    counts: tuple[str, str, str, str],
    is_first: bool,
    collecting: MakeCollector,
    switch: Switch,
    database: Database,
    clock: VirtualClock,
    url: str,
    kept: KeptPolls,
) -> None:
    """That format has every stream, and the roll-up refuses a day with two streams of one streamer at once."""
    counted, since, other, other_since = counts
    switch.off()
    pair = [
        a_raw_stream(id=counted, viewer_count=300),
        a_raw_stream(id=other, user_id="70002", viewer_count=200, game_id="2", game_name="Go"),
    ]
    with pytest.raises(DatabaseUnavailable):
        collecting(page(*(pair if is_first else pair[::-1]), a_raw_stream(id="7", user_id="70003"))).collect()
    switch.on()
    (path,) = kept.waiting()
    change_file(path, "poll.json", lambda content: content.replace(b'"format": 3', b'"format": 1'))

    def as_before(content: bytes) -> bytes:
        starts = {counted: since, other: other_since}
        rows_ = [line.split("\t") for line in content.decode().splitlines()]
        return "".join(
            "\t".join([*row[:3], starts.get(row[4], row[3]), row[4], row[5].replace("70002", "70001"), row[6]]) + "\n"
            for row in rows_
        ).encode()

    change_file(path, "streams", as_before)
    assert stored(collecting(page())) == 1
    assert rows(url, "select stream_id, viewer_count from staging.streams order by streamer_id") == [
        (counted, 300),
        ("7", 1000),
    ]
    assert rows(url, "select viewers, streams, duplicates from staging.polls") == [(1300, 2, 1)]
    assert rows(url, "select game_id, viewers, streams from staging.games") == [("509658", 1300, 2)]
    clock.advance(24 * 3600)
    [day] = Rollup(database, clock, CALENDAR).daily()
    assert (day.date, day.watch_hours) == (DAY, 650)


def test_a_file_of_the_second_format_is_stored_with_unknown_languages(
    collecting: MakeCollector, switch: Switch, url: str, kept: KeptPolls
) -> None:
    """That format has totals of the games and no languages."""
    names = [{"user_id": f"7000{number}", "user_name": name} for number, name in enumerate(NAMES)]
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(*(a_raw_stream(id=one["user_id"], **one) for one in names))).collect()
    switch.on()
    (path,) = kept.waiting()

    def header_as_before(content: bytes) -> bytes:
        header = json.loads(content)
        games = [(game_id, name, 1000 * len(NAMES), len(NAMES)) for game_id, name in header["games"]]
        return json.dumps(header | {"format": 2, "games": games}).encode()

    change_file(path, "poll.json", header_as_before)
    change_file(path, "streams", lambda content: content.replace(b"\ten\n", b"\n"))
    assert stored(collecting(page())) == 1
    assert rows(url, "select count(*), count(distinct streamer_id), max(language) from staging.streams") == [
        (len(NAMES), len(NAMES), "")
    ]
    totals = (1000 * len(NAMES), len(NAMES))
    assert rows(url, "select language, viewers, streams from staging.languages") == [("", *totals)]
    assert rows(url, "select viewers, streams, top_viewers, median_viewers from staging.games") == [
        (*totals, 1000, 1000)
    ]
    assert rows(url, "select array_agg(streamer_name order by streamer_id) from streamers") == [(list(NAMES),)]


def test_a_file_of_a_newer_version_stays_for_that_version(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    switch.on()
    (path,) = kept.waiting()
    change_file(path, "poll.json", lambda content: content.replace(b'"format": 3', b'"format": 4'))
    assert stored(collecting(page())) == 0
    assert kept.waiting() == [path]
    assert "its format 4 is of a newer version" in caplog.text


@pytest.mark.parametrize(
    "torn", [b"", b"PK", b"not a poll at all", None], ids=["empty", "two bytes", "other words", "half"]
)
def test_a_torn_file_is_set_aside_and_blocks_no_other(
    torn: bytes | None, collecting: MakeCollector, switch: Switch, clock: VirtualClock, url: str, kept: KeptPolls
) -> None:
    switch.off()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream())).collect()
        clock.advance(1800)
    switch.on()
    first = kept.waiting()[0]
    content = first.read_bytes()
    first.write_bytes(content[: len(content) // 2] if torn is None else torn)
    assert stored(collecting(page())) == 1
    assert rows(url, "select count(*) from staging.polls") == [(1,)]
    assert [path.name for path in kept.folder.iterdir()] == [first.with_suffix(".refused").name]


def test_without_room_the_oldest_polls_are_dropped(
    collecting: MakeCollector, switch: Switch, clock: VirtualClock, kept: KeptPolls
) -> None:
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    (first,) = kept.waiting()
    little = KeptPolls(kept.folder, 2 * first.stat().st_size + 20)
    for _ in range(3):
        clock.advance(1800)
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream()), kept=little).collect()
    names = [path.name[:16] for path in kept.waiting()]
    assert names == ["20261121T170000Z", "20261121T173000Z"]


def test_without_room_a_file_that_was_set_aside_is_dropped_before_any_poll(
    collecting: MakeCollector, switch: Switch, clock: VirtualClock, kept: KeptPolls
) -> None:
    """Also one that is newer than the polls: it can never be stored."""
    switch.off()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            collecting(page(a_raw_stream())).collect()
        clock.advance(1800)
    first, second = kept.waiting()
    torn = second.rename(second.with_suffix(".refused"))
    little = KeptPolls(kept.folder, 2 * first.stat().st_size + 20)
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream()), kept=little).collect()
    assert first in kept.waiting()
    assert (len(kept.waiting()), torn.exists()) == (2, False)


def test_the_draft_of_a_process_that_was_killed_is_removed_with_the_next_poll_and_one_at_work_is_not(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls
) -> None:
    kept.folder.mkdir()
    old, new = (kept.folder / f".{name}.poll.x.part" for name in ("old", "new"))
    for draft in (old, new):
        draft.write_bytes(b"half a poll")
    os.utime(old, (0, 0))
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        collecting(page(a_raw_stream())).collect()
    assert (old.exists(), new.exists()) == (False, True)


def test_without_database_and_without_room_the_poll_is_lost_and_both_reasons_are_logged(
    collecting: MakeCollector, switch: Switch, kept: KeptPolls, caplog: pytest.LogCaptureFixture
) -> None:
    switch.off()
    kept.folder.parent.mkdir(exist_ok=True)
    kept.folder.write_text("a file where the folder should be")
    with pytest.raises(DatabaseUnavailable, match="not currently accepting connections"):
        collecting(page(a_raw_stream())).collect()
    assert "cannot be kept on disk: File exists" in caplog.text
