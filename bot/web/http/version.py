"""The version of the data on the dashboard: it changes whenever a page may change."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

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

    def read(self) -> object:
        """The current version: while it is the same, every page is the same.

        Raises DatabaseUnavailable, and then starts an embedded database that has died.
        """
        now = self._site.clock.now()
        try:
            with self._site.version_database.transaction() as tx:
                state = tuple(tx.web.state(since=(now - _LATE_POLLS).date()))
        except DatabaseUnavailable:
            if self._now() >= self._may_revive_at:
                self._may_revive_at = self._now() + _REVIVE_EVERY_SECONDS
                self._site.revive()
            raise
        return (*state, now.timestamp() // _MAX_SAME_SECONDS)
