"""What the dashboard stands on."""

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

# How old the names may be among which misspelled ones are looked for.
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
        """The names that can be searched for, not older than an hour."""
        now = self.clock.now()
        with self._kept.lock:
            if self._kept.names is None or self._kept.names_at is None or now - self._kept.names_at > _NAMES_FOR:
                self._kept.names, self._kept.names_at = self.new_names(), now
            return self._kept.names

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


class _Kept:
    """What is read once and used for a while."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.names: SearchedNames | None = None
        self.names_at: datetime | None = None
        self.standings: OrderedDict[object, Standings] = OrderedDict()
        self.making: dict[object, threading.Lock] = {}
