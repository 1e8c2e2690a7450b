"""The job `enrich`: match new games with IGDB, look up known ones again each month, and sum up the days by genre.

IGDB adds to what is measured and is needed for nothing else: while it does not answer, days are summed up all the same,
the run fails at its end, and a later one goes on.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.enrich.genre_days import GenreDays
from bot.enrich.match import Sources, look_up
from bot.enrich.store import store
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import TwitchError

log = logging.getLogger(__name__)

# The limit of IGDB for one request.
BATCH: Final = 500
# No batch begins later in a run; the next run goes on.
RUN_MAY_TAKE: Final = timedelta(minutes=4)


@dataclass(slots=True)
class EnrichRun:
    """The result of one run: games looked up, those of them that IGDB knows, days summed up, and why it ended early."""

    games: int = 0
    known: int = 0
    days: int = 0
    problem: str = ""

    def __str__(self) -> str:
        text = (
            f"Looked up {self.games} games, of which IGDB knows {self.known}, and summed up {self.days} days by genre"
        )
        return f"{text}; {self.problem}" if self.problem else f"{text}."


@dataclass(frozen=True, slots=True)
class EnrichJob:
    """Matches games, one batch after the other, and sums up days.

    `open_sources` opens the clients for a run; None: IGDB is switched off, and what is stored stays as it is.
    `is_stopping` returns whether the process is to end.
    """

    database: Database
    clock: Clock
    open_sources: Callable[[], AbstractContextManager[Sources]] | None = None
    is_stopping: Callable[[], bool] = lambda: False

    def run(self) -> EnrichRun:
        """Run the job once. Raises Busy when another process does, DatabaseError, SumsDisagree, and at its end
        TwitchError when Twitch or IGDB failed: then the watch over the jobs sees it."""
        run, failed = EnrichRun(), None
        if self.open_sources is None:
            run.problem = "IGDB_ENABLED or the credentials for Twitch are not set"
            return run
        with self.database.exclusive("enrich"):
            try:
                self._match_due(self.open_sources, run)
            except TwitchError as exc:
                run.problem, failed = str(exc), exc
            run.days = GenreDays(self.database, self.clock, self.is_stopping).sum_up()
        if run.problem:
            log.warning("genres: %s", run)
        elif run.games or run.days:
            log.info("genres: %s", run)
        # A process that is to end interrupts its calls, which is no failure.
        if failed and not self.is_stopping():
            raise failed
        return run

    def _match_due(self, open_sources: Callable[[], AbstractContextManager[Sources]], run: EnrichRun) -> None:
        """Match the games that are due. Raises TwitchError."""
        began = self.clock.now()
        due = self._due(began)
        if not due:
            return
        with open_sources() as sources:
            while due and not self.is_stopping() and self.clock.now() < began + RUN_MAY_TAKE:
                found = look_up(sources, list(due))
                with self.database.transaction() as tx:
                    store(tx, found, due, self.clock.now())
                run.games += len(found.matches)
                run.known += sum(match.igdb_id is not None for match in found.matches)
                due = self._due(began)

    def _due(self, now: datetime) -> dict[str, object]:
        with self.database.transaction() as tx:
            return {row.game_id: row for row in tx.enrich.due_games(now=now, limit=BATCH)}
