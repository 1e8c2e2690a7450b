"""The clock is an argument: a virtual one that a test moves, or that of the machine."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from helperfunctions.clock import SystemClock, VirtualClock, Wait, ahead_of

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_virtual_clock_changes_only_when_it_is_moved() -> None:
    clock = VirtualClock(NOON)
    assert [clock.now() for _ in range(3)] == [NOON] * 3


def test_a_sleeper_moves_a_virtual_clock() -> None:
    clock = VirtualClock(NOON)
    clock.sleep(90)
    clock.advance(0.5)
    assert clock.now() == NOON + timedelta(seconds=90.5)


@pytest.mark.parametrize("seconds", [0, -1, -1e6])
def test_a_virtual_clock_never_goes_back(seconds: float) -> None:
    clock = VirtualClock(NOON)
    clock.sleep(seconds)
    clock.move_to(NOON + timedelta(seconds=min(seconds, 0)))
    assert clock.now() == NOON


@pytest.mark.parametrize(
    ("seconds_later", "is_over"),
    [
        pytest.param(0, False, id="at its beginning"),
        pytest.param(599, False, id="before its end"),
        pytest.param(600, True, id="at its end"),
        pytest.param(-1, True, id="the clock was set back to before its beginning"),
        pytest.param(-86_400, True, id="the clock was set back by a day"),
    ],
)
def test_wait_is_over_after_its_length_and_when_the_clock_was_set_back(seconds_later: int, is_over: bool) -> None:
    clock = VirtualClock(NOON)
    wait = Wait(clock.now(), timedelta(minutes=10))
    clock.advance(seconds_later)
    clock.set_back(timedelta(seconds=max(0, -seconds_later)))
    assert wait.is_over(clock.now()) is is_over
    assert wait.ends_at == NOON + timedelta(minutes=10)


def test_wait_without_a_length_is_over_at_once() -> None:
    assert Wait(NOON, timedelta(0)).is_over(NOON)


def test_a_virtual_clock_moves_to_an_instant() -> None:
    clock = VirtualClock(NOON)
    clock.move_to(datetime(2026, 11, 21, 9, tzinfo=timezone(-timedelta(hours=8))))
    assert clock.now() == datetime(2026, 11, 21, 17, tzinfo=UTC)


def test_every_clock_returns_utc() -> None:
    berlin_noon = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=1)))
    for clock in (VirtualClock(berlin_noon), SystemClock()):
        assert clock.now().tzinfo is UTC
    assert VirtualClock(berlin_noon).now() == berlin_noon


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        VirtualClock(NOON.replace(tzinfo=None))


def test_no_step_of_a_virtual_clock_is_lost_between_threads() -> None:
    clock = VirtualClock(NOON)

    def sleep_often() -> None:
        for _ in range(500):
            clock.sleep(1)

    threads = [threading.Thread(target=sleep_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.now() == NOON + timedelta(seconds=2000)


@pytest.mark.parametrize("header", [None, "", "soon", "Sat, 31 Foo 2026 12:00:00 GMT", "1795262400"])
def test_without_a_valid_date_header_the_clock_difference_is_unknown(header: str | None) -> None:
    assert ahead_of(header, NOON) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Sat, 21 Nov 2026 12:00:00 GMT", 0),
        ("Sat, 21 Nov 2026 12:00:00 -0000", 0),
        ("Sat, 21 Nov 2026 11:50:00 GMT", 600),
        ("Sat, 21 Nov 2026 14:00:07 +0200", -7),
    ],
)
def test_the_difference_to_a_servers_clock_is_in_seconds(header: str, seconds: int) -> None:
    ahead = ahead_of(header, NOON)
    assert ahead is not None
    assert abs(ahead - timedelta(seconds=seconds)) <= timedelta(seconds=0.5)
