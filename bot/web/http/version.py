"""The version of the data on the dashboard: it changes whenever a page may change."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Final

from bot.web.read.bot_health import health
from bot.web.site import Site
from helperfunctions.errors import DatabaseUnavailable

# Pages also change with time, when something becomes late: the version changes this often at least.
_MAX_SAME_SECONDS: Final = 300
# Polls are counted from this long ago: one that was kept on disk may be stored as late.
_LATE_POLLS: Final = timedelta(days=30)
_REVIVE_EVERY_SECONDS: Final = 30.0


class DataVersion:
    """Reads the version. `now` returns seconds that never go back."""

    def __init__(self, site: Site, now: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._now = now
        self._may_revive_at = 0.0
        self._has_read = False

    def read(self) -> object:
        """The current version: while it is the same, every page is the same.

        Every few seconds, the health of the bot is read as well, which pages show.

        Raises DatabaseUnavailable, and then starts an embedded database that has died.
        """
        now = self._site.clock.now()
        try:
            with self._site.version_database.transaction() as tx:
                state = tuple(tx.web.state(since=(now - _LATE_POLLS).date()))
                # Not before the first page of all, which a visitor waits for.
                if self._has_read:
                    self._site.known_health.update(partial(health, tx, self._site), self._now())
        except DatabaseUnavailable as exc:
            self._site.known_health.database_is_away(now, exc)
            self._revive()
            raise
        self._has_read = True
        self._site.known_health.last_good_at = now
        return (*state, self._site.known_health.version, now.timestamp() // _MAX_SAME_SECONDS)

    def _revive(self) -> None:
        if self._now() < self._may_revive_at:
            return
        self._may_revive_at = self._now() + _REVIVE_EVERY_SECONDS
        try:
            self._site.revive()
        except DatabaseUnavailable as exc:
            self._site.known_health.database_is_away(self._site.clock.now(), exc)
            raise
