"""Listeners share the followed channels: each channel has one, and another one when that ends."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.job import ChatJob
from bot.chat.leases import LEASE, Leases
from bot.chat.queue_health import QueueHealth
from helperfunctions.chat_journal import Journal, RoomRow
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseUnavailable, QueueFull, SettingsError
from tests.conftest import START, Switch
from tests.factories import rows, write
from tests.integration.test_chat import CALENDAR, follow

START_MS = int(START.timestamp() * 1000)


class OneListener:
    """The leases of a listener with a folder of its own, and the same key as the others."""

    def __init__(self, folder: Path, database: Database, clock: VirtualClock, key: bytes | None = None) -> None:
        hasher_of(folder)
        (folder / "key").write_bytes(key or b"k" * 32)
        self.journal, self.health = Journal(folder), QueueHealth(clock, "it waits")
        self.leases = Leases(database, folder, clock, self.health)

    def renew(self) -> list[str]:
        """Renew the leases. Returns the logins of its channels."""
        self.leases.renew(self.journal)
        return [room.login for room in self.journal.wanted()]


@pytest.fixture
def first(tmp_path: Path, database: Database, clock: VirtualClock, url: str) -> OneListener:
    for number in range(8):
        follow(url, str(number), f"room{number}")
    return OneListener(tmp_path / "first", database, clock)


@pytest.fixture
def second(tmp_path: Path, database: Database, clock: VirtualClock) -> OneListener:
    return OneListener(tmp_path / "second", database, clock)


EVERY = [f"room{number}" for number in range(8)]


def test_listeners_share_the_channels_and_none_has_two(first: OneListener, second: OneListener) -> None:
    assert first.renew() == EVERY
    assert second.renew() == []
    # The first one gives back what is more than its share, and the second one takes it.
    assert first.renew() == EVERY[:4]
    assert second.renew() == EVERY[4:]
    assert (first.renew(), second.renew()) == (EVERY[:4], EVERY[4:])


def test_the_channels_of_a_listener_that_ended_are_taken_after_its_lease(
    first: OneListener, second: OneListener, clock: VirtualClock
) -> None:
    for one in (first, second, first, second):
        one.renew()
    clock.advance(LEASE.total_seconds() - 1)
    assert second.renew() == EVERY[4:]
    clock.advance(2)
    assert second.renew() == EVERY
    # It comes back: it has nothing any more, and gets its share again.
    assert first.renew() == []
    assert second.renew() == EVERY[:4]
    assert first.renew() == EVERY[4:]


def test_a_listener_that_is_stopped_gives_its_channels_back_at_once(first: OneListener, second: OneListener) -> None:
    first.renew()
    first.leases._end(first.journal)
    assert second.renew() == EVERY


def test_a_small_difference_moves_no_channel(first: OneListener, second: OneListener, url: str) -> None:
    for one in (first, second, first, second):
        one.renew()
    write(url, "delete from chat.channels where login in ('room5', 'room6')")
    assert (first.renew(), second.renew()) == (EVERY[:4], ["room4", "room7"])


def test_a_channel_that_is_not_live_is_given_back(first: OneListener, url: str) -> None:
    first.renew()
    write(url, "update chat.channels set looked_at = %s where login <> 'room3'", START)
    assert first.renew() == ["room3"]
    assert rows(url, "select login from chat.channels where listener is not null") == [("room3",)]


def test_a_channel_that_banned_one_listener_is_not_joined_by_another(
    first: OneListener, second: OneListener, clock: VirtualClock, url: str
) -> None:
    first.renew()
    refused = [
        RoomRow("0", "room0", "refused", "msg_banned", START_MS, START_MS),
        RoomRow("1", "room1", "refused", "no_answer", START_MS, START_MS),
    ]
    first.journal.set_rooms(refused)
    first.renew()
    clock.advance(LEASE.total_seconds() + 1)
    assert second.renew() == EVERY[1:]


def test_the_states_of_channels_that_nobody_has_are_stored(
    first: OneListener, database: Database, clock: VirtualClock, url: str, tmp_path: Path
) -> None:
    first.renew()
    first.journal.set_rooms([RoomRow("2", "room2", "joined", "", START_MS, START_MS)])
    first.renew()
    assert rows(url, "select login from chat.channels where state = 'joined'") == [("room2",)]
    clock.advance(LEASE.total_seconds() + 1)
    with database.transaction() as tx:
        tx.chat.mark_left_channels(now=clock.now())
    assert rows(url, "select distinct state from chat.channels") == [("wanted",)]


def test_a_listener_with_another_key_joins_no_channel(
    first: OneListener, tmp_path: Path, database: Database, clock: VirtualClock, url: str
) -> None:
    """It would count chatters twice that write while a channel moves."""
    first.renew()
    other = OneListener(tmp_path / "other", database, clock, key=b"o" * 32)
    with pytest.raises(SettingsError, match="another listener has another key: copy the file"):
        other.renew()
    assert rows(url, "select count(*) from chat.nodes") == [(1,)]
    assert other.journal.wanted() == []


def test_without_the_database_a_listener_goes_on_with_what_it_has(
    first: OneListener, switch: Switch, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    first.renew()
    switch.off()
    clock.advance(600)
    with pytest.raises(DatabaseUnavailable):
        first.renew()
    for _ in range(3):
        first.leases._try(first.journal)
    assert [room.login for room in first.journal.wanted()] == EVERY
    assert len([record for record in caplog.records if "stay as they are" in record.message]) == 1
    switch.on()
    assert first.renew() == EVERY


def test_the_database_has_what_waits_and_why(first: OneListener, url: str, clock: VirtualClock) -> None:
    first.journal.append(b"12345", START_MS, {}, 1_000_000)
    first.health.fails(QueueFull("full"))
    first.renew()
    assert rows(url, "select kind, waiting_bytes, problem, failing_since from chat.nodes") == [
        ("listener", 5, "full", START)
    ]


def test_without_a_queue_the_bot_lets_its_listener_have_every_channel(
    first: OneListener, tmp_path: Path, database: Database, clock: VirtualClock
) -> None:
    job = ChatJob(database, clock, tmp_path / "own", timedelta(days=35), None, CALENDAR)
    job.count()
    assert [room.login for room in Journal(tmp_path / "own").wanted()] == EVERY
    job.close()
