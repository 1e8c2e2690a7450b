"""What takes a while to make, kept for who asks next."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Memo(Generic[Made]):
    """What was made, by what it was made of: as much of the newest as has a size of `at_most` together, the newest
    whatever its size. For many threads."""

    def __init__(self, at_most: int, size_of: Callable[[Made], int] = lambda _: 1) -> None:
        self._at_most = at_most
        self._size_of = size_of
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._being_made: dict[Hashable, threading.Lock] = {}

    def __call__(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept under this key, or made now; of many who want the same at once, the first makes it."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            making = self._being_made.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._made:
                    return self._made[key]
            try:
                made = make()
                with self._lock:
                    self._made[key] = made
                    while len(self._made) > 1 and sum(map(self._size_of, self._made.values())) > self._at_most:
                        self._made.popitem(last=False)
            finally:
                with self._lock:
                    self._being_made.pop(key, None)
        return made
