"""Everything that the dashboard needs: databases, names, clock, calendar, settings."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import time, timedelta
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Final

from bot.core.calendar import Calendar
from bot.health.record import RunRecord
from bot.web.read.known_health import KnownHealth
from bot.web.read.memo import Memo, memo
from bot.web.read.name_cache import NameCache
from bot.web.read.pictures import Pictures
from bot.web.read.ranges import RequestedDays
from helperfunctions.clock import Clock
from helperfunctions.database import CostedReads, Transaction, Transactions

# Games in the cached totals of all ranges together; one range has some thousand.
_MAX_CACHED_GAMES: Final = 200_000


@dataclass(frozen=True, slots=True)
class ChatChoice:
    """The choice of channels whose chat is followed. `ask`, with a login, follow, leave or view, and who asks, returns
    "ok" or why it was not written. `is_open`: visitors may ask. Without a `token` nobody is the operator."""

    ask: Callable[[str, str, str], str]
    is_open: bool
    token: str


@dataclass(frozen=True)
class Site:
    """The parts that pages and API are made from.

    `version_database` has a connection of its own, so that checking for changes never waits for a page.
    `revive` starts the database again if it is embedded and has died. `check_schema` raises SchemaMismatch when the
    schema is no longer that of this program. `run_record` reads the record of a bot with the same DATA_DIR, which is
    empty without one. `draw_svg` draws the chart of a post, a Vega-Lite specification, in a time zone.
    `draw_card` draws the picture of a card, an SVG, as PNG. `public_url` is "" if the address on the web is unknown.
    `account` is the bot's name on X without @, `accent` a colour as #rrggbb; both may be "".
    `requests_per_minute` 0 is no limit. `has_genres`: as IGDB_ENABLED. `pictures` is None if none are shown,
    `chat` without CHAT_SOURCE. `known_health` is filled while pages are made.
    """

    database: CostedReads
    version_database: Transactions
    revive: Callable[[], None]
    check_schema: Callable[[], None]
    name_cache: NameCache
    clock: Clock
    calendar: Calendar
    poll_every: timedelta
    post_at: time
    run_record: Callable[[], RunRecord]
    draw_svg: Callable[[Mapping[str, Any], str], bytes]
    draw_card: Callable[[str], bytes]
    root_path: str = ""
    public_url: str = ""
    title: str = "Twitch Watch Time"
    about_url: str = ""
    account: str = ""
    accent: str = ""
    requests_per_minute: int = 0
    trusted_proxies: Sequence[IPv4Network | IPv6Network] = ()
    has_genres: bool = False
    pictures: Pictures | None = None
    chat: ChatChoice | None = None
    known_health: KnownHealth = field(default_factory=KnownHealth, init=False, repr=False)
    # Caches of bot.web.read.rankings.
    game_totals: Memo[Any] = field(default_factory=lambda: memo(_MAX_CACHED_GAMES, len), init=False, repr=False)
    game_titles: Memo[Any] = field(default_factory=lambda: memo(1), init=False, repr=False)

    def read(self, days: RequestedDays) -> AbstractContextManager[Transaction]:
        """A transaction that reads these days: more days cost more."""
        return self.database.transaction(days.cost(self.clock.now().date()))
