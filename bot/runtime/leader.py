"""Leader election: which of several bots on one database runs the jobs, and whether the database is there at all.

A second bot, started by mistake or as a spare, stands by and takes over when the first is gone. Correctness does not
depend on this: each job has a lock of its own, and each post is claimed by itself.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.runtime.attempts import wait_after
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Hold
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, SchemaMismatch

log = logging.getLogger(__name__)

# How often the same trouble is logged again.
LOG_EVERY_LOOKS = 120


class Standing(StrEnum):
    """What a bot is to do."""

    LEADING = "leading"
    STANDING_BY = "standing_by"
    WITHOUT_DATABASE = "without_database"
    PREPARING = "preparing"
    """It holds the lock, and brings the schema up to date, which may take long."""


class LossObserver(Protocol):
    """Receives what happens to the database while this bot is the leader."""

    def database_lost(self) -> None:
        """The connection that holds the lock is gone."""
        ...

    def database_restarted(self) -> None:
        """The server was started again since."""
        ...


class Lead:
    """Holds the lock of `run`.

    `prepare` is called each time that we get it, before any job: the schema, and what was kept while the database was
    away. `revive` brings back a database that is ours to start. `terms`: how often we became the leader.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        prepare: Callable[[], None],
        revive: Callable[[], None],
        losses: LossObserver | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._prepare = prepare
        self._revive = revive
        self._losses = losses
        self._hold: Hold | None = None
        self._server_started_at: datetime | None = None
        self._failed_preparations = 0
        self._preparation_error = ""
        self._prepare_not_before: datetime | None = None
        self._looks_since_logged = 0
        self._lock = threading.Lock()
        self._standing: Standing | None = None
        self._why = ""
        self.terms = 0
        self._since = clock.now()

    @property
    def standing(self) -> Standing | None:
        """As of the last look, or PREPARING during one that takes long; None before the first."""
        with self._lock:
            return self._standing

    @property
    def since(self) -> datetime:
        """Since when we stand so."""
        with self._lock:
            return self._since

    @property
    def why_without_database(self) -> str:
        """Why the database could not be used at the last look; empty when it could."""
        with self._lock:
            return self._why

    def look(self) -> Standing:
        """Check whether we (still) lead, and try to when we do not.

        Raises SchemaMismatch: this program is the wrong one for the database. Any other refusal, such as a right that
        was revoked, may be over at the next look; polls are taken and kept on disk until then.
        """
        was, was_since = self.standing, self.since
        try:
            standing = self._look()
            why = ""
        except SchemaMismatch:
            self._let_go()
            raise
        except DatabaseError as exc:
            self._let_go()
            standing, why = Standing.WITHOUT_DATABASE, str(exc)
        self._log(was, standing, why, (self._clock.now() - was_since).total_seconds())
        self._stand(standing, was_since if standing is was else None, why)
        return standing

    def close(self) -> None:
        """Let another bot take over at once."""
        self._let_go()

    def _look(self) -> Standing:
        if self._hold is not None:
            if self._hold.is_held():
                return Standing.LEADING
            self._lost()
        if self._prepare_not_before is not None and self._clock.now() < self._prepare_not_before:
            raise DatabaseUnavailable(self._why_not_yet())
        self._hold = self._acquired()
        if self._hold is None:
            return Standing.STANDING_BY
        self._check_for_restart()
        self._prepared()
        self.terms += 1
        return Standing.LEADING

    def _acquired(self) -> Hold | None:
        try:
            return self._database.hold("run")
        except DatabaseUnavailable:
            self._revive()
            return self._database.hold("run")

    def _prepared(self) -> None:
        """Prepare; a database that dies of it, or refuses it, is left alone for longer each time."""
        self._stand(Standing.PREPARING, None, "")
        log.info("leading; preparing the database: its schema, and polls that were kept on disk")
        try:
            self._prepare()
        except SchemaMismatch:
            raise
        except DatabaseError as exc:
            self._failed_preparations += 1
            self._preparation_error = str(exc)
            wait = wait_after(self._failed_preparations)
            self._prepare_not_before = self._clock.now() + wait if wait else None
            if wait:
                log.warning(self._why_not_yet())
            if self._hold is not None and not self._hold.is_held():
                self._lost()
            raise
        self._failed_preparations, self._prepare_not_before = 0, None

    def _why_not_yet(self) -> str:
        return (
            f"the database could not be prepared {self._failed_preparations} times in a row; "
            f"next attempt at {self._prepare_not_before:%F %H:%M:%S} UTC: {self._preparation_error}"
        )

    def _check_for_restart(self) -> None:
        with self._database.transaction() as tx:
            started_at: datetime = tx.database.server_started_at()
        if self._server_started_at not in (None, started_at) and self._losses is not None:
            log.warning("the database server was started again at %s UTC", f"{started_at:%F %H:%M:%S}")
            self._losses.database_restarted()
        self._server_started_at = started_at

    def _lost(self) -> None:
        log.warning("lost the database: the connection that holds the lock of the leader is gone")
        if self._losses is not None:
            self._losses.database_lost()
        self._let_go()

    def _let_go(self) -> None:
        if self._hold is not None:
            self._hold.release()
            self._hold = None

    def _stand(self, standing: Standing, since: datetime | None, why: str) -> None:
        with self._lock:
            self._why = why
            self._standing, self._since = standing, since or self._clock.now()

    def _log(self, was: Standing | None, standing: Standing, why: str, seconds: float) -> None:
        """One line when something changed, and again from time to time while something is wrong."""
        self._looks_since_logged = 0 if standing != was else self._looks_since_logged + 1
        if standing == was and (
            standing is not Standing.WITHOUT_DATABASE or self._looks_since_logged % LOG_EVERY_LOOKS
        ):
            return
        if standing is Standing.WITHOUT_DATABASE:
            log.warning("waiting for the database; polls are kept on disk meanwhile: %s", why)
        elif standing is Standing.STANDING_BY:
            log.warning("another bot runs on this database: standing by, to take over when it is gone")
        elif was is not None:
            log.info("leading again standing_before=%s seconds=%.0f", was, seconds)
