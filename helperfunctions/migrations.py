"""The schema: applied by dbmate from sql/migrations, and compared with what this version of the code needs."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from helperfunctions import dbmate
from helperfunctions.database import Database, Transactions
from helperfunctions.dbmate import APPLICATION_NAME
from helperfunctions.errors import DatabaseConflict, DatabaseError, SchemaMismatch
from helperfunctions.queries import SQL_FOLDER

log = logging.getLogger(__name__)

MIGRATIONS_FOLDER = SQL_FOLDER / "migrations"
# How often to try for the lock that another process has.
_TRY_AGAIN_SECONDS: Final = 0.5


def versions_in(folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """The versions that this code brings, oldest first: what stands before the first underscore of a file's name."""
    return sorted(path.name.split("_", 1)[0] for path in folder.glob("*.sql"))


def applied_versions(database: Transactions) -> list[str]:
    """The versions that a database has, oldest first; none for a new one."""
    with database.transaction() as tx:
        if not tx.database.has_migrations():
            return []
        return [version for (version,) in tx.database.applied_migrations()]


def check(database: Transactions, needed: Sequence[str] | None = None) -> None:
    """Refuse a schema that is not this code's: raises SchemaMismatch, which says what to do."""
    _compare(applied_versions(database), list(needed if needed is not None else versions_in()))


def check_encoding(database: Database) -> None:
    """Refuse a database that cannot keep the names of the world: raises SchemaMismatch, which says what to do."""
    with database.transaction() as tx:
        encoding = tx.database.encoding()
    if encoding != "UTF8":
        raise SchemaMismatch(
            f"the database keeps text as {encoding}, which has no room for most names: make it with ENCODING 'UTF8'"
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait while migrating. What a migration itself takes has no limit: an index on years of data may take
    hours on a small machine, and if it were ended there it would never be made."""

    # for another process that migrates
    others_seconds: float = 600
    # for a lock on a table that others use: they all wait behind it
    lock_seconds: float = 30
    # how often the log says that it goes on
    report_seconds: float = 60


def migrate(database: Database, folder: Path = MIGRATIONS_FOLDER, patience: Patience = Patience()) -> list[str]:
    """Bring the schema up to date and return the versions applied here. Two at once is fine: one waits for the other.

    Raises SchemaMismatch for a schema newer than the code or a database that cannot keep the names of the world,
    DatabaseConflict when another process or a lock is in the way for too long, DatabaseUnavailable when the server goes
    away, and DatabaseError when a migration fails.
    """
    check_encoding(database)
    needed = versions_in(folder)
    if _is_up_to_date(database, needed):
        return []
    with _only_one(database, patience):
        if _is_up_to_date(database, needed):
            return []
        before = applied_versions(database)
        dbmate.apply(
            folder,
            database.parameters(),
            lock_seconds=patience.lock_seconds,
            report=_Progress(database, needed).report,
            report_seconds=patience.report_seconds,
        )
        applied = [version for version in applied_versions(database) if version not in before]
    log.info("schema migrated versions=%s", ",".join(applied) or "none")
    return applied


def _is_up_to_date(database: Database, needed: list[str]) -> bool:
    """Raises SchemaMismatch for a schema newer than the code."""
    applied = applied_versions(database)
    if missing_here(applied, needed):
        _compare(applied, needed)
    return applied == needed


def missing_here(applied: Sequence[str], needed: Sequence[str]) -> list[str]:
    """Versions that the database has and this code does not know: it was made by a newer one."""
    return [version for version in applied if version not in needed]


def _compare(applied: list[str], needed: list[str]) -> None:
    unknown = missing_here(applied, needed)
    if unknown:
        raise SchemaMismatch(
            f"the database has schema {unknown[-1]}, newer than this program's {needed[-1]}: "
            "use the newer version of the program, or restore a backup from before the upgrade"
        )
    if applied != needed:
        raise SchemaMismatch(
            f"the database has schema {applied[-1] if applied else 'none'}, older than this program's {needed[-1]}: "
            "run `watchtime migrate`"
        )


@contextmanager
def _only_one(database: Database, patience: Patience) -> Iterator[None]:
    """Be the only process that migrates. Raises DatabaseConflict when another one does for too long."""
    began = reported = monotonic()
    while (hold := database.hold("migrate")) is None:
        waited = monotonic() - began
        if waited >= patience.others_seconds:
            raise DatabaseConflict(
                f"another process has been bringing the schema up to date for {waited:.0f} s; nothing was done here"
            )
        if monotonic() - reported >= patience.report_seconds:
            reported = monotonic()
            log.info("waiting for another process that brings the schema up to date minutes=%.1f", waited / 60)
        sleep(min(_TRY_AGAIN_SECONDS, patience.report_seconds))
    try:
        yield
    finally:
        hold.release()


class _Progress:
    """One line in the log each time that it is asked for: what is being applied, since when, and what it waits for."""

    def __init__(self, database: Database, needed: Sequence[str]) -> None:
        self._database = database
        self._needed = needed
        self._began = monotonic()

    def report(self) -> None:
        minutes = (monotonic() - self._began) / 60
        try:
            missing = sorted(set(self._needed) - set(applied_versions(self._database)))
            with self._database.transaction() as tx:
                blockers = [str(name) for (name,) in tx.database.blocking_sessions(application_name=APPLICATION_NAME)]
        except DatabaseError as exc:
            log.warning("the schema is being brought up to date minutes=%.1f; the database says: %s", minutes, exc)
            return
        log.info(
            "the schema is being brought up to date minutes=%.1f version=%s left=%d%s",
            minutes,
            missing[0] if missing else "none",
            len(missing),
            f"; it waits for a lock that is held by {', '.join(blockers)}" if blockers else "",
        )
