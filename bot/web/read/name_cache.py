"""The index of names for the search, kept in memory and refreshed in the background."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.ports import SearchedNames
from helperfunctions.clock import Clock
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

# An older index is refreshed.
_MAX_AGE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Index:
    names: SearchedNames
    read_at: datetime


class NameCache:
    """The names that a visitor can search. `new_names` makes an index that is not loaded yet."""

    def __init__(self, new_names: Callable[[], SearchedNames], clock: Clock) -> None:
        self._new_names = new_names
        self._clock = clock
        self._index: _Index | None = None
        self._reading = threading.Lock()

    def names(self) -> SearchedNames:
        """The index in memory. Once it is an hour old, a new one is read in the background, and no search waits for it.

        Raises DatabaseError when there is none yet and it cannot be read.
        """
        index = self._index
        if index is None:
            with self._reading:
                return (self._index or self._read()).names
        # A clock that was ahead is no reason to wait for its time.
        is_old = not timedelta(0) <= self._clock.now() - index.read_at <= _MAX_AGE
        if is_old and self._reading.acquire(blocking=False):
            threading.Thread(target=self._refresh, daemon=True).start()
        return index.names

    def _read(self) -> _Index:
        names = self._new_names()
        names.load()
        self._index = _Index(names, self._clock.now())
        return self._index

    def _refresh(self) -> None:
        try:
            self._read()
        except WatchTimeError as exc:
            log.warning("could not refresh the names for the search: %s", exc)
        finally:
            self._reading.release()
