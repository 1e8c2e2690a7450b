"""Staging keeps a day's streams until they are rolled up and past retention.

Twitch allows raw data to be kept only shortly; what is kept for good is aggregates.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta

from bot.days import Calendar
from helperfunctions.clock import Clock
from helperfunctions.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pruner:
    """Drops the streams of days that ended more than `retention` ago."""

    database: Database
    clock: Clock
    calendar: Calendar
    retention: timedelta

    def prune(self) -> list[date]:
        """Drop what can go, a day at a time, and return the days dropped."""
        now = self.clock.now()
        with self.database.transaction() as tx:
            days = [
                day
                for (day,) in tx.collect.prunable_days(
                    older_than=now - self.retention, today=self.calendar.day_of(now).date
                )
            ]
        for day in days:
            with self.database.transaction() as tx:
                tx.collect.drop_partition(day=day)
                tx.collect.delete_games(day=day)
                tx.collect.delete_set_aside(day=day)
            log.info("staging pruned day=%s", day)
        return days
