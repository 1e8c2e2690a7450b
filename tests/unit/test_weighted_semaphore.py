"""Work takes units according to its cost, in order of arrival, with a limited wait."""

import threading

import pytest

from helperfunctions.weighted_semaphore import WeightedSemaphore

LONG = 60.0
SOON = 0.05


class Holder:
    """A thread that holds some units until it is released."""

    def __init__(self, semaphore: WeightedSemaphore, units: int) -> None:
        self.holds = threading.Event()
        self._let_go = threading.Event()
        self._semaphore, self._units = semaphore, units
        self._thread = threading.Thread(target=self._hold, daemon=True)
        self._thread.start()

    def _hold(self) -> None:
        with self._semaphore.taken(self._units, LONG):
            self.holds.set()
            self._let_go.wait(LONG)

    def end(self) -> None:
        self._let_go.set()
        self._thread.join(LONG)


def is_free(semaphore: WeightedSemaphore, units: int) -> bool:
    try:
        with semaphore.taken(units, SOON):
            return True
    except TimeoutError:
        return False


def test_as_many_units_are_held_as_there_are() -> None:
    semaphore = WeightedSemaphore(6, most_waiting=8)
    holders = [Holder(semaphore, 3), Holder(semaphore, 2)]
    assert all(holder.holds.wait(LONG) for holder in holders)
    assert (is_free(semaphore, 1), is_free(semaphore, 2)) == (True, False)
    holders[1].end()
    assert (is_free(semaphore, 3), is_free(semaphore, 4)) == (True, False)
    holders[0].end()
    assert is_free(semaphore, 6)


def test_work_that_costs_more_than_all_units_takes_all_units() -> None:
    semaphore = WeightedSemaphore(2, most_waiting=8)
    with semaphore.taken(100, SOON):
        assert not is_free(semaphore, 1)


def test_work_without_a_cost_never_waits() -> None:
    semaphore = WeightedSemaphore(1, most_waiting=0)
    with semaphore.taken(1, SOON):
        assert is_free(semaphore, 0)


def test_costly_work_is_not_overtaken_by_cheap_work() -> None:
    semaphore = WeightedSemaphore(3, most_waiting=8)
    first = Holder(semaphore, 1)
    assert first.holds.wait(LONG)
    costly = Holder(semaphore, 3)
    # Two units are free, and a thread waits for three.
    assert not costly.holds.wait(SOON)
    assert not is_free(semaphore, 1)
    first.end()
    assert costly.holds.wait(LONG)
    costly.end()


def test_a_waiting_thread_that_gives_up_lets_the_next_go_on() -> None:
    semaphore = WeightedSemaphore(3, most_waiting=8)
    first = Holder(semaphore, 2)
    assert first.holds.wait(LONG)
    gave_up = threading.Thread(target=is_free, args=(semaphore, 3))
    gave_up.start()
    cheap = Holder(semaphore, 1)
    gave_up.join(LONG)
    assert cheap.holds.wait(LONG)
    for holder in (first, cheap):
        holder.end()


def test_of_too_many_waiting_threads_the_last_is_refused_at_once() -> None:
    semaphore = WeightedSemaphore(1, most_waiting=1)
    first = Holder(semaphore, 1)
    assert first.holds.wait(LONG)
    waiting = Holder(semaphore, 1)
    assert not waiting.holds.wait(SOON)
    with pytest.raises(TimeoutError), semaphore.taken(1, 1e6):
        pass
    first.end()
    assert waiting.holds.wait(LONG)
    waiting.end()


def test_units_are_released_when_the_work_fails() -> None:
    semaphore = WeightedSemaphore(1, most_waiting=1)
    with pytest.raises(ZeroDivisionError), semaphore.taken(1, SOON):
        raise ZeroDivisionError
    assert is_free(semaphore, 1)
