"""Sum up finished days by genre, game mode, theme and age of the games, from the daily and hourly tables of games."""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DatabaseTooSlow, DatabaseUnavailable, SumsDisagree, WatchTimeError

log = logging.getLogger(__name__)

# A day takes some hundredths of a second. After a year without IGDB, the newest days come first.
MOST_DAYS: Final = 400
MAY_TAKE: Final = timedelta(minutes=2)
RELATIVE_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class GenreDays:
    """Sums up days, each in one transaction. Doing a day twice gives the same rows.

    `is_stopping` returns whether the process is to end.
    """

    database: Database
    clock: Clock
    is_stopping: Callable[[], bool] = lambda: False

    def sum_up(self) -> int:
        """Sum up the days that are due, newest first, until it took too long. Returns their number.

        If the parts of a day do not add up, or the database refuses it, nothing of it is stored, the others are still
        done, and the first error is raised at the end.
        """
        ends_at = self.clock.now() + MAY_TAKE
        with self.database.transaction() as tx:
            # Without any match, every hour would be one of an unknown genre.
            due = list(tx.enrich.due_days(limit=MOST_DAYS)) if tx.enrich.is_any_game_matched() else []
        done, failed = 0, None
        for row in due:
            if self.clock.now() >= ends_at or self.is_stopping():
                break
            try:
                with self.database.transaction() as tx:
                    self._sum_up(tx, row.day)
                done += 1
            except WatchTimeError as exc:
                log.error("not summed up by genre day=%s: %s", row.day, exc)
                failed = failed or exc
                if isinstance(exc, DatabaseUnavailable) and not isinstance(exc, DatabaseTooSlow):
                    break
        if failed:
            raise failed
        return done

    def _sum_up(self, tx: Transaction, day: date) -> None:
        # With the lock: of a day that is rolled up meanwhile, the sums would be those of two roll-ups.
        rolled_up = tx.enrich.lock_day(day=day)
        if rolled_up is None:
            return
        bounds = {"starts_at": rolled_up.starts_at, "ends_at": rolled_up.ends_at}
        tx.enrich.delete_day(day=day)
        tx.enrich.delete_hours(**bounds)
        tx.enrich.insert_genres(day=day)
        tx.enrich.insert_game_modes(day=day)
        tx.enrich.insert_themes(day=day)
        tx.enrich.insert_release_ages(day=day)
        tx.enrich.insert_hours(**bounds)
        tx.enrich.store_day(day=day, summed_up_at=self.clock.now(), rolled_up_at=rolled_up.rolled_up_at)
        sums = list(tx.enrich.sums_of_day(day=day, **bounds))
        whole = {one.measure: one.total for one in sums if one.way == "games"}
        wrong = [
            f"{one.measure} of {one.way} {one.total!r} instead of {whole[one.measure]!r}"
            for one in sums
            if not math.isclose(one.total, whole[one.measure], rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-6)
        ]
        if wrong:
            raise SumsDisagree(
                f"the parts of {day} by genre do not add up: {', '.join(wrong)}; nothing of this day was stored"
            )
