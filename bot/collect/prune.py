"""Staging keeps a day's streams until they are past retention and rolled up, unless the day has no poll to roll up.

Twitch allows raw data to be kept only shortly; what is kept for good is aggregates.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.core.calendar import Calendar
from bot.core.day_bounds import polls_within
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseConflict

log = logging.getLogger(__name__)

# How long a day may stay because somebody reads it whenever it should go.
CAN_WAIT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pruner:
    """Drops the streams of days that ended more than `retention` ago."""

    database: Database
    clock: Clock
    calendar: Calendar
    retention: timedelta

    def prune(self) -> list[date]:
        """Drop what can go, a day at a time, and return the days dropped.

        A day that somebody reads just now, as a backup does, stays until the next time. Raises DatabaseConflict when it
        should have gone a day ago.
        """
        now = self.clock.now()
        with self.database.transaction() as tx:
            may_go = tx.collect.days_that_may_go(older_than=now - self.retention, today=self.calendar.day_of(now).date)
            days = [
                day for day, is_rolled_up in list(may_go) if is_rolled_up or not polls_within(tx, self.calendar, day)
            ]
        pruned: list[date] = []
        for day in days:
            try:
                self._prune(day)
            except DatabaseConflict as exc:
                if now - self.calendar.day(day).ends_at > self.retention + CAN_WAIT:
                    raise
                log.warning("staging not pruned, somebody reads it; trying again later day=%s: %s", day, exc)
            else:
                log.info("staging pruned day=%s", day)
                pruned.append(day)
        return pruned

    def _prune(self, day: date) -> None:
        with self.database.transaction() as tx:
            tx.collect.delete_games(day=day)
            tx.collect.delete_set_aside(day=day)
            # Last, for from here to the end of the transaction nobody can read staging.
            tx.collect.wait_shortly()
            tx.collect.drop_partition(day=day)
