"""Sum up finished days by genre, game mode, theme and age of the games, from the daily and hourly tables of games."""

import logging
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import SumsDisagree

log = logging.getLogger(__name__)

# A day takes some hundredths of a second. After a year without IGDB, the newest days come first.
MOST_DAYS: Final = 400
MAY_TAKE: Final = timedelta(minutes=2)
RELATIVE_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class GenreDays:
    """Sums up days, each in one transaction. Doing a day twice gives the same rows."""

    database: Database
    clock: Clock

    def sum_up(self) -> int:
        """Sum up the days that are due, newest first, until it took too long. Returns their number.

        If the parts of a day do not add up, nothing of it is stored, the others are still done, and the first
        SumsDisagree is raised at the end.
        """
        ends_at = self.clock.now() + MAY_TAKE
        with self.database.transaction() as tx:
            # Without any match, every hour would be one of an unknown genre.
            due = list(tx.enrich.due_days(limit=MOST_DAYS)) if tx.enrich.is_any_game_matched() else []
        done, failed = 0, None
        for row in due:
            if self.clock.now() >= ends_at:
                break
            try:
                with self.database.transaction() as tx:
                    self._sum_up(tx, row)
                done += 1
            except SumsDisagree as exc:
                log.error("not summed up by genre, continuing with the next day=%s: %s", row.day, exc)
                failed = failed or exc
        if failed:
            raise failed
        return done

    def _sum_up(self, tx: Transaction, row: Any) -> None:
        bounds = {"starts_at": row.starts_at, "ends_at": row.ends_at}
        tx.enrich.lock_day(day=row.day)
        tx.enrich.delete_day(day=row.day)
        tx.enrich.delete_hours(**bounds)
        tx.enrich.insert_genres(day=row.day)
        tx.enrich.insert_game_modes(day=row.day)
        tx.enrich.insert_themes(day=row.day)
        tx.enrich.insert_release_ages(day=row.day)
        tx.enrich.insert_hours(**bounds)
        tx.enrich.store_day(day=row.day, summed_up_at=self.clock.now())
        sums = list(tx.enrich.sums_of_day(day=row.day, **bounds))
        whole = {one.measure: one.total for one in sums if one.way == "games"}
        wrong = [
            f"{one.measure} of {one.way} {one.total!r} instead of {whole[one.measure]!r}"
            for one in sums
            if not math.isclose(one.total, whole[one.measure], rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-6)
        ]
        if wrong:
            raise SumsDisagree(
                f"the parts of {row.day} by genre do not add up: {', '.join(wrong)}; nothing of this day was stored"
            )
