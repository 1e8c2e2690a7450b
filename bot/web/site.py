"""What the dashboard stands on."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from bot.days import Calendar
from bot.ports import SearchedNames
from bot.web.ranges import Span
from bot.web.rows import GameInRange
from helperfunctions.clock import Clock
from helperfunctions.database import Transactions
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

# How old the names are among which misspelled ones are looked for, before newer ones are read.
_NAMES_FOR: Final = timedelta(hours=1)
# A few thousand games each, in less than a megabyte.
_MOST_STANDINGS: Final = 32


class NotThere(Exception):
    """Nothing is at this address."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Every game over some days, the most watched first, and each one's place in it."""

    games: Sequence[GameInRange]
    by_id: Mapping[str, GameInRange]
    covered_hours: float
    watch_hours: float


@dataclass(frozen=True)
class Site:
    """What pages are made from. `draw_svg`: a Vega-Lite specification drawn; `javascript`: what draws it in a browser.

    `new_names` reads the names that can be searched for."""

    reads: Transactions
    new_names: Callable[[], SearchedNames]
    clock: Clock
    calendar: Calendar
    poll_every: timedelta
    post_at: time
    draw_svg: Callable[[Mapping[str, Any]], bytes]
    javascript: Callable[[], bytes]
    root_path: str = ""
    requests_per_minute: int = 0
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    _kept: "_Kept" = field(default_factory=lambda: _Kept(), init=False, repr=False)

    def names(self) -> SearchedNames:
        """The names that can be searched for. An hour later newer ones are read beside, and nobody waits for them."""
        kept = self._kept.names
        if kept is None:
            with self._kept.reading_names:
                return (self._kept.names or self._read_names()).names
        is_old = self.clock.now() - kept.read_at > _NAMES_FOR
        if is_old and self._kept.reading_names.acquire(blocking=False):
            threading.Thread(target=self._renew_names, daemon=True).start()
        return kept.names

    def _read_names(self) -> "_Names":
        names = self.new_names()
        names.load()
        self._kept.names = _Names(names, self.clock.now())
        return self._kept.names

    def _renew_names(self) -> None:
        try:
            self._read_names()
        except WatchTimeError as exc:
            log.warning("the names for searching could not be read anew: %s", exc)
        finally:
            self._kept.reading_names.release()

    def standings(self, span: Span, version: object, make: Callable[[], Standings]) -> Standings:
        """The standings of some days; made once while the tables have that version."""
        key = (span, version)
        with self._kept.lock:
            if key in self._kept.standings:
                self._kept.standings.move_to_end(key)
                return self._kept.standings[key]
            making = self._kept.making.setdefault(key, threading.Lock())
        # Of many who want the same days, the first adds them up.
        with making:
            with self._kept.lock:
                if key in self._kept.standings:
                    return self._kept.standings[key]
            try:
                made = make()
                with self._kept.lock:
                    self._kept.standings[key] = made
                    while len(self._kept.standings) > _MOST_STANDINGS:
                        self._kept.standings.popitem(last=False)
            finally:
                self._kept.making.pop(key, None)
        return made


@dataclass(frozen=True, slots=True)
class _Names:
    names: SearchedNames
    read_at: datetime


class _Kept:
    """What is read once and used for a while."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.names: _Names | None = None
        self.reading_names = threading.Lock()
        self.standings: OrderedDict[object, Standings] = OrderedDict()
        self.making: dict[object, threading.Lock] = {}
