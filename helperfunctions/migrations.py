"""The schema: migrated by dbmate from sql/migrations, and compared with the version that this code needs."""

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
# Interval between attempts to take the lock while another process has it.
_TRY_AGAIN_SECONDS: Final = 0.5


def versions_in(folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """The versions of the migrations in a folder, oldest first: the part of a file name before the first underscore."""
    return sorted(path.name.split("_", 1)[0] for path in folder.glob("*.sql"))


def applied_versions(database: Transactions) -> list[str]:
    """The versions that were applied to a database, oldest first; an empty list for a new database."""
    with database.transaction() as tx:
        if not tx.database.has_migrations():
            return []
        return [version for (version,) in tx.database.applied_migrations()]


def check(database: Transactions, needed: Sequence[str] | None = None) -> None:
    """Raise SchemaMismatch, with advice, for a schema that is not the one of this code."""
    _compare(applied_versions(database), list(needed if needed is not None else versions_in()))


def ensure(database: Database, *, upgrade: bool) -> None:
    """Give a new database its schema, bring an older one up to date if `upgrade` is set, and check the result.

    Raises SchemaMismatch for a schema that is not this code's, and what `migrate` raises.
    """
    if upgrade or not applied_versions(database):
        with database.writing():
            migrate(database)
    check(database)


def check_encoding(database: Database) -> None:
    """Raise SchemaMismatch, with advice, for a database whose encoding cannot represent all names."""
    with database.transaction() as tx:
        encoding = tx.database.encoding()
    if encoding != "UTF8":
        raise SchemaMismatch(
            f"the encoding of the database is {encoding}, which cannot represent most names: "
            "create it with ENCODING 'UTF8'"
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """Time limits of a migration. Its statements have no limit: an index on years of data may take hours on a small
    machine, and an index that is always interrupted would never be built."""

    # wait for another process that migrates
    others_seconds: float = 600
    # wait for a lock on a table; other sessions queue behind it
    lock_seconds: float = 30
    # interval of progress lines in the log
    report_seconds: float = 60


def migrate(database: Database, folder: Path = MIGRATIONS_FOLDER, patience: Patience = Patience()) -> list[str]:
    """Migrate the schema and return the versions applied. If two processes migrate, one waits for the other.

    Raises SchemaMismatch for a schema newer than the code or a database with another encoding than UTF-8,
    DatabaseConflict when another process or a lock is in the way for too long, DatabaseUnavailable when the connection
    is lost, and DatabaseError when a migration fails.
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
    """True if all migrations are applied. Raises SchemaMismatch for a schema newer than the code."""
    applied = applied_versions(database)
    if missing_here(applied, needed):
        _compare(applied, needed)
    return applied == needed


def missing_here(applied: Sequence[str], needed: Sequence[str]) -> list[str]:
    """The applied versions that this code does not have, because a newer version of it applied them."""
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
    """Hold the lock of migrations until the block ends. Raises DatabaseConflict when it is not free in time."""
    began = reported = monotonic()
    while (lock := database.try_lock("migrate")) is None:
        waited = monotonic() - began
        if waited >= patience.others_seconds:
            raise DatabaseConflict(
                f"another process has been migrating the schema for {waited:.0f} s; nothing was changed"
            )
        if monotonic() - reported >= patience.report_seconds:
            reported = monotonic()
            log.info("waiting for another process that migrates the schema minutes=%.1f", waited / 60)
        sleep(min(_TRY_AGAIN_SECONDS, patience.report_seconds))
    try:
        yield
    finally:
        lock.release()


class _Progress:
    """Logs the progress of a migration: the version being applied, for how long, and which sessions block it."""

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
            log.warning("migrating the schema minutes=%.1f; its progress cannot be read: %s", minutes, exc)
            return
        log.info(
            "migrating the schema minutes=%.1f version=%s left=%d%s",
            minutes,
            missing[0] if missing else "none",
            len(missing),
            f"; waiting for a lock held by {', '.join(blockers)}" if blockers else "",
        )
