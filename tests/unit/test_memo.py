"""Values that take a while to compute are computed once, and cached."""

import threading
from collections.abc import Sized

import pytest

from bot.web.read.memo import Memo, memo


def test_value_that_several_threads_request_at_once_is_computed_once() -> None:
    value_of: Memo[int] = memo(2)
    may_go_on, computed, values = threading.Event(), [], []

    def compute() -> int:
        computed.append(1)
        may_go_on.wait(30)
        return 7

    threads = [threading.Thread(target=lambda: values.append(value_of("key", compute))) for _ in range(8)]
    for thread in threads:
        thread.start()
    may_go_on.set()
    for thread in threads:
        thread.join(30)
    assert (len(computed), values) == (1, [7] * 8)


def test_least_recently_used_value_is_dropped_first() -> None:
    value_of: Memo[str] = memo(2)
    for key in ("a", "b", "a", "c"):
        value_of(key, lambda key=key: f"first {key}")  # type: ignore[misc]
    assert [value_of(key, lambda: "second") for key in ("a", "c", "b")] == ["first a", "first c", "second"]


def test_value_that_is_larger_than_the_cache_replaces_all_others() -> None:
    value_of: Memo[Sized] = memo(10, len)
    value_of("small", lambda: "1")
    value_of("large", lambda: "1" * 11)
    assert len(value_of("large", lambda: "not cached")) == 11
    assert value_of("small", lambda: "computed again") == "computed again"


def test_value_whose_computation_failed_is_computed_by_the_next_call() -> None:
    value_of: Memo[int] = memo(2)
    with pytest.raises(ZeroDivisionError):
        value_of("key", lambda: 1 // 0)
    assert value_of("key", lambda: 7) == 7
