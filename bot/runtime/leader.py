"""Leader election: one of several bots on a database runs the jobs, while the database can be used.

A second bot, started by mistake or as a spare, is on standby and takes over when the first one is gone. Correctness
does not depend on this: each job has a lock of its own, and each post is claimed by itself.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.health.health_facts import LEADER_LOCK
from bot.runtime.job_attempts import wait_after
from helperfunctions.clock import Clock, Wait
from helperfunctions.database import AdvisoryLock, Database
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, SchemaMismatch

log = logging.getLogger(__name__)

# While the database stays away, the reason is logged again after this many refreshes: ten minutes.
_LOG_AGAIN_AFTER: Final = 120


class Role(StrEnum):
    """The role of one of several bots on a database."""

    LEADING = "leading"
    STANDBY = "standby"
    WITHOUT_DATABASE = "without_database"
    PREPARING = "preparing"
    """It holds the lock, and migrates the schema, which may take long."""


class LossObserver(Protocol):
    """Observes losses of the database while this bot is the leader."""

    def database_lost(self) -> None:
        """Record the loss of the connection that holds the lock."""
        ...

    def database_restarted(self) -> None:
        """Record that the loss was a restart of the server."""
        ...


class Leadership:
    """Acquires and holds the lock of the leader.

    `prepare` is called after each acquisition, before any job: the schema, and the polls that were kept while the
    database was away. `revive` starts a database that is ours to start. `elections`: how often this bot became the
    leader.
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
        self._held: AdvisoryLock | None = None
        self._server_started_at: datetime | None = None
        self._failed_preparations = 0
        self._preparation_error: DatabaseError | None = None
        self._pause = Wait(clock.now(), timedelta(0))
        self._refreshes_since_logged = 0
        self._lock = threading.Lock()
        self._role: Role | None = None
        self._why: DatabaseError | None = None
        self.elections = 0
        self._since = clock.now()

    @property
    def role(self) -> Role | None:
        """The role as of the last refresh, or PREPARING during a long one; None before the first."""
        with self._lock:
            return self._role

    @property
    def since(self) -> datetime:
        """The time at which the bot got its role."""
        with self._lock:
            return self._since

    @property
    def why_without_database(self) -> DatabaseError | None:
        """The reason why the database could not be used at the last refresh; None if it could."""
        with self._lock:
            return self._why

    def refresh(self) -> Role:
        """Check whether the lock is still held, and try to acquire it if it is not.

        Raises SchemaMismatch: this program is the wrong one for the database. Any other refusal, such as a right that
        was revoked, may be over at the next refresh; polls are taken and kept on disk until then.
        """
        was, was_since = self.role, self.since
        try:
            role = self._elected()
            why: DatabaseError | None = None
        except SchemaMismatch:
            self._release()
            raise
        except DatabaseError as exc:
            self._release()
            role, why = Role.WITHOUT_DATABASE, exc
        self._log(was, role, why, (self._clock.now() - was_since).total_seconds())
        self._set(role, was_since if role is was else None, why)
        return role

    def close(self) -> None:
        """Release the lock, so that another bot can take over at once."""
        self._release()

    def _elected(self) -> Role:
        if self._held is not None:
            if self._held.is_held():
                return Role.LEADING
            self._lost()
        if not self._pause.is_over(self._clock.now()):
            raise DatabaseUnavailable(self._why_not_yet()) from self._preparation_error
        self._held = self._acquired()
        if self._held is None:
            return Role.STANDBY
        self._check_for_restart()
        self._prepare_database()
        self.elections += 1
        return Role.LEADING

    def _acquired(self) -> AdvisoryLock | None:
        try:
            return self._database.try_lock(LEADER_LOCK)
        except DatabaseUnavailable:
            self._revive()
            return self._database.try_lock(LEADER_LOCK)

    def _prepare_database(self) -> None:
        """Call `prepare`; after each time that it fails in a row, wait for longer before the next attempt."""
        self._set(Role.PREPARING, None, None)
        log.info("leading; preparing the database: its schema, and polls that were kept on disk")
        try:
            self._prepare()
        except SchemaMismatch:
            raise
        except DatabaseError as exc:
            self._failed_preparations += 1
            self._preparation_error = exc
            self._pause = Wait(self._clock.now(), wait_after(self._failed_preparations))
            if self._pause.length:
                log.warning(self._why_not_yet())
            if self._held is not None and not self._held.is_held():
                self._lost()
            raise
        self._failed_preparations, self._pause = 0, Wait(self._clock.now(), timedelta(0))

    def _why_not_yet(self) -> str:
        return (
            f"the database could not be prepared {self._failed_preparations} times in a row; "
            f"next attempt at {self._pause.ends_at:%F %H:%M:%S} UTC: {self._preparation_error}"
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
        self._release()

    def _release(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None

    def _set(self, role: Role, since: datetime | None, why: DatabaseError | None) -> None:
        with self._lock:
            self._why = why
            self._role, self._since = role, since or self._clock.now()

    def _log(self, was: Role | None, role: Role, why: DatabaseError | None, seconds: float) -> None:
        """Log each change of the role, and repeat it from time to time while the database is unavailable."""
        self._refreshes_since_logged = 0 if role != was else self._refreshes_since_logged + 1
        if role == was and (role is not Role.WITHOUT_DATABASE or self._refreshes_since_logged % _LOG_AGAIN_AFTER):
            return
        if role is Role.WITHOUT_DATABASE:
            log.warning("waiting for the database; polls are kept on disk meanwhile: %s", why)
        elif role is Role.STANDBY:
            log.warning("another bot runs on this database; on standby, to take over when it is gone")
        elif was is not None:
            log.info("leading again role_before=%s seconds=%.0f", was, seconds)
