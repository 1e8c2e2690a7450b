"""Which of several bots on one database does the jobs, and whether the database is there at all.

A second bot, started by mistake or as a spare, stands by and takes over when the first is gone. Correctness does not
hang on this: each job has a lock of its own, and each post is claimed by itself.
"""

import logging
import threading
from collections.abc import Callable
from enum import StrEnum

from helperfunctions.clock import Clock
from helperfunctions.database import Database, Hold
from helperfunctions.errors import DatabaseError, DatabaseUnavailable

log = logging.getLogger(__name__)

# How often the same trouble is told again.
TELL_EVERY_LOOKS = 120


class Standing(StrEnum):
    """What a bot is to do."""

    LEADING = "leading"
    STANDING_BY = "standing_by"
    WITHOUT_DATABASE = "without_database"


class Lead:
    """Holds the lock of `run`.

    `prepare` is done each time that we get it, before any job: the schema, and what was kept while the database was
    away. `revive` brings back a database that is ours to start. `terms`: how often we have got it.
    """

    def __init__(
        self, database: Database, clock: Clock, *, prepare: Callable[[], None], revive: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._prepare = prepare
        self._revive = revive
        self._hold: Hold | None = None
        self._untold = 0
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self.terms = 0
        self._since = clock.now()

    @property
    def standing(self) -> Standing | None:
        """As of the last look; None before the first."""
        with self._lock:
            return self._standing

    def look(self) -> Standing:
        """See whether we (still) lead, and try to when we do not.

        Raises what keeps us from leading and will not pass by itself, such as SchemaMismatch.
        """
        try:
            standing = self._look()
            why = ""
        except DatabaseError as exc:
            self._let_go()
            if not exc.can_retry:
                raise
            standing, why = Standing.WITHOUT_DATABASE, str(exc)
        self._tell(standing, why)
        with self._lock:
            self._standing = standing
        return standing

    def close(self) -> None:
        """Let another bot take over at once."""
        self._let_go()

    def _look(self) -> Standing:
        if self._hold is not None and self._hold.is_held():
            return Standing.LEADING
        self._let_go()
        try:
            self._hold = self._database.hold("run")
        except DatabaseUnavailable:
            self._revive()
            self._hold = self._database.hold("run")
        if self._hold is None:
            return Standing.STANDING_BY
        self._prepare()
        self.terms += 1
        return Standing.LEADING

    def _let_go(self) -> None:
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def _tell(self, standing: Standing, why: str) -> None:
        """One line when something changed, and again from time to time while something is wrong."""
        was = self._standing
        self._untold = 0 if standing != was else self._untold + 1
        if standing == was and (standing is not Standing.WITHOUT_DATABASE or self._untold % TELL_EVERY_LOOKS):
            return
        now = self._clock.now()
        if standing is Standing.WITHOUT_DATABASE:
            log.warning("waiting for the database; polls are kept on disk meanwhile: %s", why)
        elif standing is Standing.STANDING_BY:
            log.warning("another bot runs on this database: standing by, to take over when it is gone")
        elif was is not None:
            log.info("leading again standing_before=%s seconds=%.0f", was, (now - self._since).total_seconds())
        if standing != was:
            self._since = now
