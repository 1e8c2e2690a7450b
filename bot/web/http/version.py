"""Whether anything changed since somebody looked."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.web.site import Site
from helperfunctions.errors import DatabaseUnavailable

# What is late is told from the clock: within the grace that a poll has.
_LATE_IS_TOLD_AFTER_SECONDS: Final = 300
# So old may be a poll that was kept on disk while the database was away.
_POLLS_COME_WITHIN: Final = timedelta(days=30)
_REVIVE_EVERY_SECONDS: Final = 30.0


class Changes:
    """What everything shown is made of, as a value: while it is the same, so is every page. `now` gives seconds that
    never go back."""

    def __init__(self, site: Site, now: Callable[[], float] = time.monotonic) -> None:
        self._site = site
        self._now = now
        self._may_revive_at = 0.0

    def version(self) -> object:
        """That value. Raises DatabaseUnavailable; a database of ours that has died is started again then."""
        now = self._site.clock.now()
        try:
            with self._site.looks.transaction() as tx:
                state = tuple(tx.web.state(since=(now - _POLLS_COME_WITHIN).date()))
        except DatabaseUnavailable:
            if self._now() >= self._may_revive_at:
                self._may_revive_at = self._now() + _REVIVE_EVERY_SECONDS
                self._site.revive()
            raise
        return (*state, now.timestamp() // _LATE_IS_TOLD_AFTER_SECONDS)
