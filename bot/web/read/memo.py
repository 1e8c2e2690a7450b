"""Values that take a while to compute, cached in memory."""

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar

from cachetools import LRUCache, cached

Value = TypeVar("Value")
Memo = Callable[[Hashable, Callable[[], Value]], Value]


def memo(max_size: int, size_of: Callable[[Value], int] = lambda _: 1) -> Memo[Value]:
    """A function of a key and of a function that computes the value; for many threads.

    Values are cached up to a total size of `max_size`, each counted as at least 1; the least recently used are dropped
    first, the newest never. Of several threads that want the same value at once, one computes it and the others wait.
    """
    cache: LRUCache[Hashable, Value] = LRUCache(max_size, getsizeof=lambda value: min(max(1, size_of(value)), max_size))

    @cached(cache, key=lambda key, compute: key, condition=threading.Condition())
    def value_of(key: Hashable, compute: Callable[[], Value]) -> Value:
        return compute()

    return value_of
