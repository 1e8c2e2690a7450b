"""What the dashboard stands on."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from bot.core.calendar import Calendar
from bot.health.record import RunRecord
from bot.web.read.memo import Memo
from bot.web.read.name_cache import SearchedNamesKept
from bot.web.read.ranges import Wanted
from helperfunctions.clock import Clock
from helperfunctions.database import CostedReads, Transaction, Transactions

# Of all ranges whose sums are kept: each has some thousand games.
_MOST_GAMES: Final = 200_000


@dataclass(frozen=True)
class Site:
    """What pages are made from.

    `looks` is the database once more, for looking whether anything changed: it waits for nobody. `revive` starts the
    database again if it is ours and has died; `check_schema` raises SchemaMismatch when it is no longer that of this
    program. `run_record` reads the record of a bot with the same DATA_DIR; it is empty when there is none.
    `draw_svg` draws a Vega-Lite specification, in a time
    zone; `javascript` is what draws it in a browser."""

    reads: CostedReads
    looks: Transactions
    revive: Callable[[], None]
    check_schema: Callable[[], None]
    searched: SearchedNamesKept
    clock: Clock
    calendar: Calendar
    poll_every: timedelta
    post_at: time
    run_record: Callable[[], RunRecord]
    draw_svg: Callable[[Mapping[str, Any], str], bytes]
    javascript: Callable[[], bytes]
    root_path: str = ""
    requests_per_minute: int = 0
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    # What `standings` is made of, for as long as that is the same.
    kept_sums: Memo[Any] = field(default_factory=lambda: Memo(_MOST_GAMES, len), init=False, repr=False)
    kept_names: Memo[Any] = field(default_factory=lambda: Memo(1), init=False, repr=False)

    def reading(self, wanted: Wanted) -> AbstractContextManager[Transaction]:
        """Read about some days, of which more cost more."""
        return self.reads.transaction(wanted.cost(self.clock.now().date()))
