"""Closed minutes become hours, emotes, moments, broadcasts and days, exactly once, wherever the counter stops."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bot.chat.events import ChatEvent, Covered, Noticed, Said, encode
from bot.chat.job import ChatJob
from bot.chat.sums import sum_up
from helperfunctions.chat_journal import Journal
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.conftest import START
from tests.factories import rows, write
from tests.integration.test_chat import CALENDAR, DAYS

START_MS = int(START.timestamp() * 1000)
MINUTE_MS = 60_000


def a_job(database: Database, clock: VirtualClock, folder: Path) -> ChatJob:
    return ChatJob(database, clock, folder, DAYS, None, CALENDAR)


def a_minute(number: int, messages: int, random: Random, channel: str = "11") -> list[ChatEvent]:
    """The events of a minute that was heard whole."""
    begin_ms = START_MS + number * MINUTE_MS
    events: list[ChatEvent] = [
        Said(
            channel,
            begin_ms + random.randrange(MINUTE_MS),
            random.getrandbits(60),
            # 64 bits that are spread like hashes.
            Random(random.randrange(300)).getrandbits(64),
            0,
            0,
            [("25", 2)] if place % 2 else [("25", 1), ("1902", 1)],
        )
        for place in range(messages)
    ]
    return [*events, Covered(begin_ms, begin_ms + MINUTE_MS, [channel])]


def append(journal: Journal, number: int, events: Sequence[ChatEvent]) -> None:
    """The batch of a minute, which came with its end."""
    journal.append(encode(events), START_MS + (number + 1) * MINUTE_MS, {}, 100_000_000)


def everything(url: str) -> dict[str, Any]:
    tables = ("minutes", "hours", "hour_emotes", "moments")
    return {table: sorted(map(plain, rows(url, f"select * from chat.{table}"))) for table in tables}


def plain(row: Sequence[object]) -> str:
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)], ids=["one seed", "another seed"])
def test_stops_anywhere_count_every_emote_and_chatter_once(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str, seed: int
) -> None:
    chance, said = Random(seed), Random(5)
    messages = [20 if number % 40 != 30 else 300 for number in range(100)]
    minutes = [a_minute(number, count, said) for number, count in enumerate(messages)]
    whole = Journal(tmp_path / "whole")
    for number, events in enumerate(minutes):
        append(whole, number, events)
    append(whole, 102, [])
    a_job(database, clock, tmp_path / "whole").count()
    expected = everything(url)
    write(url, "truncate chat.minute_counts, chat.hours, chat.hour_emote_counts, chat.moments, chat.cursors")
    stopped = Journal(tmp_path / "stopped")
    job = a_job(database, clock, tmp_path / "stopped")
    for number, events in enumerate(minutes):
        append(stopped, number, events)
        if chance.random() < 0.5:
            job.count()
        if chance.random() < 0.3:
            # What is in memory is lost.
            job.close()
            job = a_job(database, clock, tmp_path / "stopped")
    append(stopped, 102, [])
    job.count()
    assert everything(url) == expected
    assert rows(url, "select sum(messages), sum(covered_minutes) from chat.hours") == [(sum(messages), 100)]
    emotes = rows(url, "select emote_id, sum(uses), sum(messages) from chat.hour_emotes group by 1 order by 1")
    half = sum(messages) // 2
    assert emotes == [("1902", half, half), ("25", 3 * half, 2 * half)]
    authors = {one.chatter for events in minutes[:60] for one in events if isinstance(one, Said)}
    [(chatters,)] = rows(url, "select chatters from chat.hours order by hour_at limit 1")
    assert chatters == pytest.approx(len(authors), rel=0.05)
    assert rows(url, "select starts_at, minutes, peak_messages, kind from chat.moments order by 1") == [
        (START + timedelta(minutes=30), 1, 300, "hype"),
        (START + timedelta(minutes=70), 1, 300, "hype"),
    ]


def test_a_raid_is_the_kind_of_the_moment_after_it(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    journal, random = Journal(tmp_path), Random(1)
    for number in range(16):
        append(journal, number, a_minute(number, 20, random))
    raid = Noticed("11", START_MS + 16 * MINUTE_MS, 7, "raid", 500)
    append(journal, 16, [raid, *a_minute(16, 300, random)])
    append(journal, 18, [])
    a_job(database, clock, tmp_path).count()
    assert rows(url, "select kind, times_usual, top_emotes from chat.moments") == [("raid", 15.0, ["25", "1902"])]


def see(database: Database, url: str, at: datetime, viewers: int | None) -> None:
    """A look at the live streams, in which the channel has viewers, or is not live."""
    if viewers is None:
        return
    with database.transaction() as tx:
        tx.chat.make_partition(day=at.date())
        tx.chat.store_viewers(minute_at=at.replace(second=0), channel_ids=["11"], viewers=[viewers], game_ids=["chess"])
        tx.chat.see_broadcasts(now=at, stream_ids=["b1"], channel_ids=["11"], starts=[START + timedelta(minutes=5)])


def test_broadcasts_and_days_are_summed_up_from_covered_minutes_with_viewers(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    """A broadcast from the fifth minute on, of which one minute was not heard whole and one has no viewers."""
    journal, random = Journal(tmp_path), Random(1)
    for number in range(20):
        events = a_minute(number, 30, random)
        append(journal, number, events[:-1] if number == 10 else events)
        if number >= 5:
            see(database, url, START + timedelta(minutes=number, seconds=20), None if number == 12 else 600)
    append(journal, 21, [])
    a_job(database, clock, tmp_path).count()
    now = START + timedelta(minutes=25)
    with database.transaction() as tx:
        sum_up(tx, now, CALENDAR, DAYS)
    columns = "messages, minutes, covered_minutes, peak_messages, viewer_minutes, watched_messages"
    # Viewers and messages of 13 minutes: of 15 without those two.
    assert rows(url, f"select {columns}, chatters > 100, is_final from chat.broadcasts") == [
        (15 * 30, 15, 14, 30, 13 * 600, 13 * 30, True, False)
    ]
    # The day of the bot begins at START.
    day = CALENDAR.day_of(START).date
    assert rows(url, f"select day, {columns} from chat.daily_chats") == [(day, 20 * 30, 20, 19, 30, 13 * 600, 13 * 30)]
    assert rows(url, "select emote_id, uses from chat.daily_emotes order by 1") == [("1902", 300), ("25", 900)]
    before = everything_summed(url)
    with database.transaction() as tx:
        sum_up(tx, now, CALENDAR, DAYS)
    assert everything_summed(url) == before
    with database.transaction() as tx:
        sum_up(tx, now + timedelta(hours=2), CALENDAR, DAYS)
    assert rows(url, "select is_final from chat.broadcasts") == [(True,)]


def test_broadcasts_and_days_have_a_minute_as_soon_as_it_is_closed(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    """The peak of a day is that of its highest moment, and its messages are those of its minutes."""
    journal, random, job = Journal(tmp_path), Random(1), a_job(database, clock, tmp_path)
    for number in range(150):
        append(journal, number, a_minute(number, 300 if number in (30, 140) else 20, random))
        see(database, url, START + timedelta(minutes=number, seconds=20), 600)
        clock.advance(60)
        job.count()
    closed = 149
    summed = "select messages, minutes, peak_messages from chat."
    assert rows(url, "select count(*), max(peak_messages) from chat.moments") == [(2, 300)]
    assert rows(url, f"{summed}daily_chats") == [(closed * 20 + 560, closed, 300)]
    assert rows(url, f"{summed}broadcasts") == [((closed - 5) * 20 + 560, closed - 5, 300)]
    assert rows(url, "select sum(messages) from chat.hours") == [(closed * 20 + 560,)]


@pytest.mark.parametrize(
    ("first", "end", "hours"),
    [(5, 35, 0), (0, 60, 1), (40, 130, 1), (10, 250, 3), (60, 240, 3)],
    ids=["within an hour", "an hour", "a whole hour between", "several", "whole hours"],
)
def test_a_sum_by_hours_is_the_sum_of_the_minutes(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str, first: int, end: int, hours: int
) -> None:
    journal, random = Journal(tmp_path), Random(1)
    for number in range(260):
        append(journal, number, a_minute(number, number % 7, random))
    append(journal, 262, [])
    a_job(database, clock, tmp_path).count()
    span = f"'11', '{START + timedelta(minutes=first)}', '{START + timedelta(minutes=end)}'"
    [by_minutes] = rows(url, f"select * from chat.sums_of({span}, false)")
    assert by_minutes[0] == sum(number % 7 for number in range(first, end))
    assert rows(url, f"select * from chat.sums_of({span}, true)") == [by_minutes]
    # The minutes of whole hours are not read.
    write(url, "delete from chat.minute_counts")
    [(minutes,)] = rows(url, f"select coalesce(minutes, 0) from chat.sums_of({span}, true)")
    assert minutes == 60 * hours


def everything_summed(url: str) -> list[object]:
    return [rows(url, f"select * from chat.{table} order by 1, 2") for table in ("broadcasts", "daily_chats")]


def test_yesterday_is_summed_up_for_half_an_hour_after_its_end(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    journal = Journal(tmp_path)
    append(journal, 0, a_minute(0, 30, Random(1)))
    append(journal, 2, [])
    a_job(database, clock, tmp_path).count()
    write(url, "delete from chat.daily_chats")
    for hours, summed in ((25, False), (24.4, True)):
        with database.transaction() as tx:
            sum_up(tx, START + timedelta(hours=hours), CALENDAR, DAYS, last_at=START)
        found = rows(url, "select day from chat.daily_chats")
        assert found == ([(date(2026, 11, 21),)] if summed else [])


@pytest.mark.parametrize(("days", "summed"), [(2, True), (7.9, True), (8.1, False)], ids=["a day", "a week", "longer"])
def test_a_process_looks_at_its_start_for_days_that_lack_closed_minutes(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str, days: float, summed: bool
) -> None:
    """The one before was killed after it had closed late minutes. A day that has them all is not summed up again."""
    journal = Journal(tmp_path)
    append(journal, 0, a_minute(0, 30, Random(1)))
    append(journal, 2, [])
    a_job(database, clock, tmp_path).count()
    write(url, "delete from chat.daily_chats")
    for bits in (0, 7):
        with database.transaction() as tx:
            sum_up(tx, START + timedelta(days=days), CALENDAR, DAYS)
        found = rows(url, "select day, messages, chatters > 20, bits from chat.daily_chats")
        assert found == ([(date(2026, 11, 21), 30, True, bits)] if summed else [])
        write(url, "update chat.daily_chats set bits = 7")


def test_a_day_that_is_over_is_summed_up_when_its_minutes_are_counted_late(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    """The bot was away when the day ended, and its listener was not."""
    journal, random = Journal(tmp_path), Random(1)
    append(journal, 0, a_minute(0, 30, random))
    append(journal, 2, [])
    job = a_job(database, clock, tmp_path)
    job.count()
    append(journal, 5, a_minute(5, 20, random))
    append(journal, 30 * 60, [])
    clock.advance(30 * 3600)
    job.count()
    [(messages, chatters)] = rows(url, "select messages, chatters from chat.daily_chats")
    assert (messages, chatters > 30) == (50, True)
    assert rows(url, "select sum(uses) from chat.daily_emotes") == rows(url, "select sum(uses) from chat.hour_emotes")


def test_old_hours_keep_their_sums_and_top_emotes_without_sketches(
    database: Database, clock: VirtualClock, tmp_path: Path, url: str
) -> None:
    journal = Journal(tmp_path)
    emotes = [(f"e{number:02}", number) for number in range(1, 31)]
    said = Said("11", START_MS, 1, 2, 0, 0, emotes)
    append(journal, 0, [said])
    append(journal, 2, [])
    a_job(database, clock, tmp_path).count()
    with database.transaction() as tx:
        sum_up(tx, START + timedelta(days=4), CALENDAR, DAYS)
    assert rows(url, "select count(*), min(uses) from chat.hour_emotes") == [(20, 11)]
    assert rows(url, "select chatters_sketch is null from chat.hours") == [(False,)]
    with database.transaction() as tx:
        sum_up(tx, START + timedelta(days=36), CALENDAR, DAYS)
    assert rows(url, "select messages, chatters, chatters_sketch is null from chat.hours") == [(1, 1, True)]
