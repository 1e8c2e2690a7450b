"""What takes a while is made once."""

import threading

import pytest

from bot.web.read.memo import Memo


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    memo: Memo[int] = Memo(at_most=2)
    may_go_on, made, given = threading.Event(), [], []

    def make() -> int:
        made.append(1)
        may_go_on.wait(30)
        return 7

    threads = [threading.Thread(target=lambda: given.append(memo("key", make))) for _ in range(8)]
    for thread in threads:
        thread.start()
    may_go_on.set()
    for thread in threads:
        thread.join(30)
    assert (len(made), given) == (1, [7] * 8)


def test_what_was_asked_for_longest_ago_is_forgotten_first() -> None:
    memo: Memo[str] = Memo(at_most=2)
    for key in ("a", "b", "a", "c"):
        memo(key, lambda key=key: f"first {key}")  # type: ignore[misc]
    assert [memo(key, lambda: "again") for key in ("a", "c", "b")] == ["first a", "first c", "again"]


def test_what_could_not_be_made_is_made_by_who_asks_next() -> None:
    memo: Memo[int] = Memo(at_most=2)
    with pytest.raises(ZeroDivisionError):
        memo("key", lambda: 1 // 0)
    assert memo("key", lambda: 7) == 7
