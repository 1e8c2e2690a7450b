"""Batches of the journal become minutes in the database, and what opted out does not."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.chat import channels
from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said, encode
from bot.chat.job import ChatJob
from bot.core.calendar import Calendar
from helperfunctions.chat_journal import Journal, RoomRow, WantedRoom, delete_damaged, is_damage
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseUnavailable, JournalUnusable, UnknownChannel
from tests.conftest import START, Switch
from tests.factories import rows, write

ROOT = Path(__file__).resolve().parents[2]
START_MS = int(START.timestamp() * 1000)
SECOND = 1000
DAYS = timedelta(days=35)
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
COLUMNS = (
    "channel_id, minute_at, messages, mirrored_messages, chatters, bits, subs, timeouts, late_messages,"
    " covered_seconds, top_emotes, top_emote_uses, is_closed, viewers"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "chat"


@pytest.fixture
def journal(folder: Path) -> Journal:
    return Journal(folder)


@pytest.fixture
def job(database: Database, clock: VirtualClock, folder: Path) -> ChatJob:
    return ChatJob(database, clock, folder, DAYS, None, CALENDAR)


def said(key: int, seconds: int = 0, chatter: int = 1, channel: str = "11", flags: int = 0, bits: int = 0) -> Said:
    return Said(channel, START_MS + seconds * SECOND, key, chatter, flags, bits, [("25", 2)])


def append(journal: Journal, seconds: int, *events: ChatEvent) -> int:
    """A batch that came so many seconds after the beginning."""
    return journal.append(encode(events), START_MS + seconds * SECOND, {}, 10_000_000)


def minutes(url: str) -> Sequence[object]:
    return rows(url, f"select {COLUMNS} from chat.minutes order by minute_at, channel_id")


def follow(url: str, channel_id: str, login: str) -> None:
    write(
        url,
        "insert into chat.channels (channel_id, login, state, asked_at, state_at) values (%s, %s, 'wanted', %s, %s)",
        *(channel_id, login, START, START),
    )


def test_batches_become_minutes_which_are_closed_and_deleted_from_the_journal(
    journal: Journal, job: ChatJob, url: str
) -> None:
    append(journal, 5, said(1, 1), said(2, 2, chatter=2, bits=100), said(2, 2), said(3, 3, flags=1))
    append(journal, 59, Noticed("11", START_MS, 4, "sub", 1), Moderated("11", START_MS, 5, is_timeout=True))
    append(journal, 62, Covered(START_MS, START_MS + 60 * SECOND, ["11"]), said(6, 61), said(7, -3600))
    assert job.count().batches == 3
    first = ("11", START, 2, 1, 2, 100, 1, 1, 0, 60, ["25"], [4])
    second = ("11", START + timedelta(minutes=1), 1, 0, 1, 0, 0, 0, 1, 0, ["25"], [2])
    assert minutes(url) == [(*first, False, None), (*second, False, None)]
    assert len(journal.after(0, 100)) == 3
    append(journal, 75)
    job.count()
    assert minutes(url) == [(*first, True, None), (*second, False, None)]
    # Only the batches that the open minute needs are left.
    assert [batch.seq for batch in journal.after(0, 100)] == [3, 4]


def test_another_process_goes_on_where_the_first_one_stopped(
    journal: Journal, job: ChatJob, database: Database, clock: VirtualClock, folder: Path, url: str
) -> None:
    append(journal, 5, said(1), said(2, 55))
    job.count()
    append(journal, 61, said(2, 55), said(3, 59, chatter=2), said(4, 61))
    other = ChatJob(database, clock, folder, DAYS, None, CALENDAR)
    other.count()
    assert [row[2:5] for row in minutes(url)] == [(3, 0, 2), (1, 0, 1)]  # type: ignore[index]
    append(journal, 140)
    job.count()
    other.count()
    assert [(row[2], row[12]) for row in minutes(url)] == [(3, True), (1, True)]  # type: ignore[index]


def test_a_closed_minute_is_never_overwritten(journal: Journal, job: ChatJob, url: str) -> None:
    """Not by the clock of a machine that was set back either."""
    append(journal, 5, said(1), said(2))
    append(journal, 600)
    job.count()
    append(journal, 10, said(3))
    job.count()
    assert [(row[2], row[12]) for row in minutes(url)] == [(2, True)]  # type: ignore[index]


def test_what_the_database_does_not_take_is_counted_later(
    journal: Journal, job: ChatJob, switch: Switch, url: str
) -> None:
    append(journal, 5, said(1))
    job.count()
    append(journal, 6, said(2))
    switch.off()
    with pytest.raises(DatabaseUnavailable):
        job.count()
    switch.on()
    append(journal, 7, said(3))
    job.count()
    assert [row[2] for row in minutes(url)] == [3]  # type: ignore[index]


def test_lost_batches_are_passed_over(
    journal: Journal, job: ChatJob, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    append(journal, 5, said(1))
    journal.delete_until(append(journal, 6, said(2)))
    append(journal, 7, Covered(START_MS, START_MS + 5 * SECOND, ["11"]))
    journal.append(b"damaged", START_MS + 20 * SECOND, {}, 10_000_000)
    append(journal, 62, said(3), Covered(START_MS + 5 * SECOND, START_MS + 60 * SECOND, ["11"]))
    job.count()
    # Of what was lost nothing counts as heard.
    assert [(row[2], row[9]) for row in minutes(url)] == [(1, 40)]  # type: ignore[index]
    assert "batches of chat are lost first=1 last=2" in caplog.text
    assert "cannot be read and is left out seq=4" in caplog.text


def test_without_the_queue_again_counting_goes_on_after_what_the_queue_had(
    journal: Journal, job: ChatJob, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for shard, seq in ((-1, 1), (0, 4), (1, 3)):
        write(url, "insert into chat.cursors values (%s, %s, %s, %s, %s)", journal.id, seq, START, START, shard)
    for _ in range(3):
        journal.delete_until(append(journal, 5, said(1)))
    append(journal, 6, said(2))
    append(journal, 80)
    job.count()
    assert [row[2] for row in minutes(url)] == [1]  # type: ignore[index]
    assert "lost" not in caplog.text
    assert job.count().batches == 0


@pytest.mark.parametrize(("at", "length"), [(0, 100), (3 * 4096, 2 * 4096)], ids=["no SQLite file", "damaged pages"])
def test_a_damaged_journal_is_replaced_at_the_next_start_of_the_listener(
    journal: Journal, job: ChatJob, folder: Path, url: str, at: int, length: int
) -> None:
    for key in range(200):
        append(journal, 5, *[said(key, chatter=other) for other in range(50)])
    assert not delete_damaged(folder)
    job.count()
    journal.close()
    job._journal.close()  # type: ignore[union-attr]
    with (folder / "journal.sqlite").open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * length)
    with pytest.raises(JournalUnusable) as damaged:
        append(Journal(folder), 6, said(300))
    assert is_damage(damaged.value)
    assert delete_damaged(folder)
    append(Journal(folder), 70, said(301, 65))
    job.count()
    assert minutes(url)[-1][2] == 1  # type: ignore[index]


def test_what_opted_out_is_not_counted(journal: Journal, job: ChatJob, url: str) -> None:
    write(url, "insert into chat.opt_outs values ('channel', '12', %s), ('chatter', '7', %s)", START, START)
    append(journal, 5, said(1), said(2, chatter=7), said(3, channel="12"))
    job.count()
    assert [row[:5] for row in minutes(url)] == [("11", START, 1, 0, 1)]  # type: ignore[index]


def test_channels_and_their_states_are_exchanged_with_the_listener(journal: Journal, job: ChatJob, url: str) -> None:
    follow(url, "11", "ann")
    follow(url, "12", "bob")
    write(url, "update chat.channels set looked_at = %s where login = 'bob'", START)
    job.count()
    assert journal.wanted() == [WantedRoom("11", "ann", START_MS)]
    journal.set_rooms([RoomRow("11", "ann", "refused", "msg_banned", START_MS, START_MS)])
    job.count()
    states = rows(url, "select login, state, reason from chat.channels order by login")
    assert states == [("ann", "refused", "msg_banned"), ("bob", "parted", "")]


def test_minutes_of_old_days_are_deleted(job: ChatJob, journal: Journal, clock: VirtualClock, url: str) -> None:
    append(journal, 5, said(1))
    append(journal, 86_400, said(2, 86_400))
    job.count()
    clock.advance((DAYS + timedelta(days=1)).total_seconds())
    job.count()
    assert [row[1] for row in minutes(url)] == [START + timedelta(days=1)]  # type: ignore[index]
    assert rows(url, "select day from chat.days_of_minutes()") == [((START + timedelta(days=1)).date(),)]


def test_the_minutes_of_a_day_that_is_over_are_rewritten_once_nobody_reads_them(
    journal: Journal, job: ChatJob, clock: VirtualClock, database: Database, url: str
) -> None:
    """Until then a part of each page is free. Minutes that come later are stored as before."""
    append(journal, 5, said(1))
    append(journal, 200, said(2, 190))
    job.count()
    before, finished = minutes(url), "select is_finished from chat.days_of_minutes() order by day"
    clock.advance(timedelta(hours=8, minutes=59).total_seconds())
    job.count()
    assert rows(url, finished) == [(False,)]
    clock.advance(3600)
    with database.transaction() as reader:
        reader.run("select * from chat.minutes")
        job.count()
    assert rows(url, finished) == [(False,)]
    clock.advance(3600)
    job.count()
    assert rows(url, finished) == [(True,)]
    assert minutes(url) == before
    append(journal, 300, said(3, 300), said(4, 301))
    append(journal, 400)
    job.count()
    assert [row[2] for row in minutes(url)] == [1, 1, 2]  # type: ignore[index]


def test_each_emote_gets_one_number_also_from_counters_that_see_it_at_once(database: Database, url: str) -> None:
    def number(*emote_ids: str) -> None:
        with database.transaction() as tx:
            tx.chat.number_emotes(emote_ids=list(emote_ids))

    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as first:
            first.chat.number_emotes(emote_ids=["b"])
            second = pool.submit(number, "a", "b")
            first.chat.number_emotes(emote_ids=["a"])
        second.result()
    number("a", "b")
    number("c")
    assert rows(url, "select * from chat.emotes order by 1") == [(1, "b"), (2, "a"), (3, "c")]


def test_viewers_and_counts_of_a_minute_do_not_overwrite_each_other(
    journal: Journal, job: ChatJob, database: Database, url: str
) -> None:
    append(journal, 5, said(1))
    job.count()
    with database.transaction() as tx:
        tx.chat.store_viewers(minute_at=START, channel_ids=["11"], viewers=[500], game_ids=["9"])
    append(journal, 6, said(2))
    job.count()
    assert [(row[2], row[13]) for row in minutes(url)] == [(2, 500)]  # type: ignore[index]


@contextmanager
def a_listener_in(folder: Path) -> Iterator[None]:
    """Another process that has the lock of the listener."""
    program = "import pathlib, sys; from helperfunctions.chat_journal import only_listener\n"
    program += "with only_listener(pathlib.Path(sys.argv[1])): print('has it', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, folder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == b"has it\n"
        yield
        process.stdin.close()


def test_forget_deletes_the_key_and_what_waits(journal: Journal, job: ChatJob, database: Database, url: str) -> None:
    before = hasher_of(job.folder)("22")
    append(journal, 5, said(before))
    write(url, "insert into chat.opt_outs values ('chatter', '7', %s)", START)
    with a_listener_in(job.folder), pytest.raises(Busy, match="stop `watchtime run`"):
        channels.forget(database, job.folder)
    assert channels.forget(database, job.folder) == 1
    assert journal.after(0, 10) == []
    assert hasher_of(job.folder)("22") != before
    assert rows(url, "select * from chat.opt_outs") == []


def test_removing_a_channel_that_is_not_followed_is_an_error(database: Database, url: str) -> None:
    follow(url, "11", "ann")
    assert channels.remove(database, "https://www.twitch.tv/Ann") == "ann"
    with pytest.raises(UnknownChannel, match="ann is not followed"):
        channels.remove(database, "ann")
    with pytest.raises(UnknownChannel, match="1 to 25"):
        channels.remove(database, "a; rm -rf /")


def test_the_status_shows_the_last_hour(journal: Journal, job: ChatJob, database: Database, url: str) -> None:
    """Of the minutes of a channel, as on the page: one that was chosen just now was not missed before."""
    follow(url, "11", "ann")
    follow(url, "22", "bob")
    for minute in range(30):
        begin, heard = minute * 60, 60 if minute % 2 else 30
        span = Covered(START_MS + begin * SECOND, START_MS + (begin + heard) * SECOND, ["11"])
        append(journal, begin + 61, said(minute, begin), span)
    append(journal, 3600)
    job.count()
    now = datetime.fromtimestamp(START_MS / 1000 + 3599, UTC)
    assert channels.status(database, now) == [
        ("ann", "30", "75%", "0", "wanted"),
        ("bob", "0", "–", "0", "wanted"),
    ]
