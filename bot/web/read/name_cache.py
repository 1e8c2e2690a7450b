"""The names among which somebody who searches finds his, kept in memory and renewed beside."""

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

# How old they are before newer ones are read.
_GOOD_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Read:
    names: SearchedNames
    at: datetime


class SearchedNamesKept:
    """`read` makes new ones, which are still to be loaded."""

    def __init__(self, read: Callable[[], SearchedNames], clock: Clock) -> None:
        self._new = read
        self._clock = clock
        self._read: _Read | None = None
        self._reading = threading.Lock()

    def names(self) -> SearchedNames:
        """Those that are kept. An hour later newer ones are read beside, and nobody waits for them."""
        read = self._read
        if read is None:
            with self._reading:
                return (self._read or self._read_now()).names
        # A clock that was ahead is no reason to wait for its time.
        is_old = not timedelta(0) <= self._clock.now() - read.at <= _GOOD_FOR
        if is_old and self._reading.acquire(blocking=False):
            threading.Thread(target=self._renew, daemon=True).start()
        return read.names

    def _read_now(self) -> _Read:
        names = self._new()
        names.load()
        self._read = _Read(names, self._clock.now())
        return self._read

    def _renew(self) -> None:
        try:
            self._read_now()
        except WatchTimeError as exc:
            log.warning("the names for searching could not be read anew: %s", exc)
        finally:
            self._reading.release()
