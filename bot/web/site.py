"""What the dashboard stands on."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from bot.days import Calendar
from bot.ports import SearchedNames
from bot.web.memo import Memo
from bot.web.rows import GameInRange
from helperfunctions.clock import Clock
from helperfunctions.database import Transactions
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

# How old the names are among which misspelled ones are looked for, before newer ones are read.
_NAMES_FOR: Final = timedelta(hours=1)
# Of all standings that are kept: a range has some thousand games, each in half a kilobyte.
_MOST_GAMES: Final = 30_000


class NotThere(Exception):
    """Nothing is at this address."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What every game comes to over some days, the most watched first: id, hours watched, airtime hours, peak viewers.
    And the ranks and hours watched of the as many days before, where those were measured for about as long."""

    games: Sequence[tuple[str, float, float, int]]
    before: Mapping[str, tuple[int, float]]
    covered_hours: float
    covered_hours_before: float
    watch_hours: float


@dataclass(frozen=True, slots=True)
class Standings:
    """The same with names: every game over some days, the most watched first, and each one's place in it."""

    games: Sequence[GameInRange]
    by_id: Mapping[str, GameInRange]
    sums: Sums


@dataclass(frozen=True)
class Site:
    """What pages are made from.

    `looks` is the database once more, for looking whether anything changed: it waits for nobody. `revive` starts the
    database again if it is ours and has died; `check_schema` raises SchemaMismatch when it is no longer that of this
    program. `new_names` reads the names that can be searched for. `draw_svg` draws a Vega-Lite specification, in a time
    zone; `javascript` is what draws it in a browser."""

    reads: Transactions
    looks: Transactions
    revive: Callable[[], None]
    check_schema: Callable[[], None]
    new_names: Callable[[], SearchedNames]
    clock: Clock
    calendar: Calendar
    poll_every: timedelta
    post_at: time
    draw_svg: Callable[[Mapping[str, Any], str], bytes]
    javascript: Callable[[], bytes]
    root_path: str = ""
    requests_per_minute: int = 0
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    # Each for as long as what it is made of is the same.
    sums: Memo[Sums] = field(
        default_factory=lambda: Memo(_MOST_GAMES, lambda sums: len(sums.games)), init=False, repr=False
    )
    standings: Memo[Standings] = field(
        default_factory=lambda: Memo(_MOST_GAMES, lambda standings: len(standings.games)), init=False, repr=False
    )
    names_of_games: Memo[Mapping[str, tuple[str, str | None]]] = field(
        default_factory=lambda: Memo(1), init=False, repr=False
    )
    _kept: "_Kept" = field(default_factory=lambda: _Kept(), init=False, repr=False)

    def names(self) -> SearchedNames:
        """The names that can be searched for. An hour later newer ones are read beside, and nobody waits for them."""
        kept = self._kept.names
        if kept is None:
            with self._kept.reading_names:
                return (self._kept.names or self._read_names()).names
        # A clock that was ahead is no reason to wait for its time.
        is_old = not timedelta(0) <= self.clock.now() - kept.read_at <= _NAMES_FOR
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


@dataclass(frozen=True, slots=True)
class _Names:
    names: SearchedNames
    read_at: datetime


class _Kept:
    """What is read once and used for a while."""

    def __init__(self) -> None:
        self.names: _Names | None = None
        self.reading_names = threading.Lock()
