"""Rooms: which channels are joined, and what counts as heard."""

from bot.chat.events import Covered
from bot.chat.rooms import Rooms
from helperfunctions.chat_journal import WantedRoom

# 2026-11-21 16:00 UTC
NOON = 1_795_276_800_000
SECOND = 1_000


def joined(at_ms: int) -> tuple[Rooms, int]:
    """A channel that was joined, and the number of its connection."""
    rooms = Rooms()
    rooms.want([WantedRoom("11", "ann", 1)], at_ms)
    number = rooms.connected(at_ms)
    rooms.ready(number)
    rooms.to_join(at_ms)
    rooms.confirmed(number, "ann", "11", at_ms)
    return rooms, number


def answered(rooms: Rooms, number: int, at_ms: int) -> list[Covered]:
    """What is covered after a PING was answered."""
    assert rooms.is_ping_due(number, at_ms)
    rooms.ponged(number)
    return rooms.covered()


def test_what_was_missed_is_not_covered_by_a_later_answer() -> None:
    rooms, number = joined(NOON)
    assert answered(rooms, number, NOON + 10 * SECOND) == [Covered(NOON, NOON + 8 * SECOND, ["11"])]
    rooms.missed(NOON + 14 * SECOND)
    assert answered(rooms, number, NOON + 15 * SECOND) == []
    after = [Covered(NOON + 14 * SECOND, NOON + 18 * SECOND, ["11"])]
    assert answered(rooms, number, NOON + 20 * SECOND) == after


def test_an_answer_from_before_the_clock_was_set_covers_nothing() -> None:
    rooms, number = joined(NOON)
    assert rooms.is_ping_due(number, NOON + 10 * SECOND)
    rooms.clock_was_set(NOON - 3_600 * SECOND)
    rooms.ponged(number)
    assert rooms.covered() == []
    after = [Covered(NOON - 3_600 * SECOND, NOON - 3_592 * SECOND, ["11"])]
    assert answered(rooms, number, NOON - 3_590 * SECOND) == after
