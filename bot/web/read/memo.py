"""Values that take a while to compute, cached in memory."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Values by key, up to a total size of `max_size`; for many threads.

    The least recently used values are dropped first, the newest never. Of several threads that want the same value at
    once, one computes it and the others wait.
    """

    def __init__(self, max_size: int, size_of: Callable[[Value], int] = lambda _: 1) -> None:
        self._max_size = max_size
        self._size_of = size_of
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._being_computed: dict[Hashable, threading.Lock] = {}

    def __call__(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The cached value of this key, or a new one."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            computing = self._being_computed.setdefault(key, threading.Lock())
        with computing:
            with self._lock:
                if key in self._values:
                    return self._values[key]
            try:
                value = compute()
                with self._lock:
                    self._values[key] = value
                    while len(self._values) > 1 and sum(map(self._size_of, self._values.values())) > self._max_size:
                        self._values.popitem(last=False)
            finally:
                with self._lock:
                    self._being_computed.pop(key, None)
        return value
