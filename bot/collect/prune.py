"""Drops a day's streams from staging once they are past retention and rolled up, or if the day has no poll to roll up.

Twitch permits raw data to be stored for a short time only; aggregates are stored for good.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.core.calendar import Calendar
from bot.read.day_bounds import polls_within
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseConflict

log = logging.getLogger(__name__)

# For how long a day may stay after retention because it is being read at each attempt to drop it.
LONGEST_WAIT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pruner:
    """Drops the streams of days that ended more than `retention` ago."""

    database: Database
    clock: Clock
    calendar: Calendar
    retention: timedelta

    def prune(self) -> list[date]:
        """Drop the days that can be dropped, one at a time, and return them.

        A day that is being read, as by a backup, stays until the next run. Raises DatabaseConflict when it should have
        been dropped a day ago.
        """
        now = self.clock.now()
        with self.database.transaction() as tx:
            today = self.calendar.day_of(now).date
            candidates = list(tx.collect.days_to_prune(older_than=now - self.retention, today=today))
            days = [row.day for row in candidates if row.is_rolled_up or not polls_within(tx, self.calendar, row.day)]
        pruned: list[date] = []
        for day in days:
            try:
                self._prune(day)
            except DatabaseConflict as exc:
                if now - self.calendar.day(day).ends_at > self.retention + LONGEST_WAIT:
                    raise
                log.warning("staging not pruned because it is being read; trying again later day=%s: %s", day, exc)
            else:
                log.info("staging pruned day=%s", day)
                pruned.append(day)
        return pruned

    def _prune(self, day: date) -> None:
        with self.database.transaction() as tx:
            tx.collect.delete_games(day=day)
            tx.collect.delete_languages(day=day)
            tx.collect.delete_set_aside(day=day)
            # Last, because no other session can read staging from here to the end of the transaction.
            tx.collect.limit_lock_wait()
            tx.collect.drop_partition(day=day)
