"""The job `daily`: store the polls that were kept on disk, then roll up."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.core.day_results import RolledUpDay
from bot.daily.rollup import Rollup
from helperfunctions.errors import Busy


@dataclass(frozen=True, slots=True)
class DailyJob:
    """Rolls up the due days and months. `store_kept_polls` raises Busy while a collector is at work."""

    store_kept_polls: Callable[[], object]
    rollup: Rollup

    def run(self) -> list[RolledUpDay]:
        """Run the job once, at its turn of the schedule. Raises the errors of Rollup.daily."""
        # A day is complete only with the polls that were kept on disk.
        with suppress(Busy):
            self.store_kept_polls()
        return self.rollup.daily()
