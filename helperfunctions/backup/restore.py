"""Restore a backup, or copy one database into another: all of it or nothing."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from helperfunctions import migrations
from helperfunctions.backup.create import CHUNK_BYTES, Progress, dumping
from helperfunctions.backup.programs import (
    Programs,
    pg_restore_output,
    programs_that_read,
    read_through,
    running,
)
from helperfunctions.backup.row_counts import Contents, contents, refuse_foreign, refuse_used
from helperfunctions.backup.sql_script import replace_everything
from helperfunctions.database import Database
from helperfunctions.environment import for_programs
from helperfunctions.errors import BackupError, Busy, DatabaseError, SchemaMismatch


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup that can be restored here: its file, the programs that read it, and the versions of its schema,
    oldest first."""

    file: Path
    programs: Programs
    versions: list[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """The contents of a database after a restore, and the migrations that were applied afterwards."""

    contents: Contents
    migrated: list[str]


@contextmanager
def spooled(source: IO[bytes], folder: Path) -> Iterator[Path]:
    """Write a stream into a temporary file in a folder, because a restore reads a backup more than once."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            spool = stack.enter_context(tempfile.NamedTemporaryFile(dir=folder, prefix="restore-", suffix=".part"))
            shutil.copyfileobj(source, spool, CHUNK_BYTES)
            spool.flush()
        except OSError as exc:
            raise BackupError(f"the backup cannot be stored in {folder}: {exc.strerror}") from exc
        yield Path(spool.name)


def inspect(file: Path) -> Backup:
    """Read all of a backup, before anything is changed.

    Raises BackupError for a file that is not a complete backup of this program, and SchemaMismatch for a backup of a
    newer version.
    """
    programs = programs_that_read(file)
    read_through(file, programs)
    only_versions = ("--data-only", "--schema=public", "--table=schema_migrations", "--file=-")
    output = pg_restore_output(programs, file, *only_versions)
    versions = sorted(re.findall(r"^(\d{14})$", output, re.MULTILINE))
    if not versions:
        raise BackupError(f"{file} is a backup of something else: it has no schema of this program")
    needed = migrations.versions_in()
    unknown = migrations.missing_here(versions, needed)
    if unknown:
        raise SchemaMismatch(
            f"the backup has schema {unknown[-1]}, newer than this program's {needed[-1]}: "
            "use the newer version of the program; nothing was changed"
        )
    return Backup(file, programs, versions)


def restore(database: Database, backup: Backup, jobs: Sequence[str], progress: Progress, *, replace: bool) -> Restored:
    """Put a backup into an unused database, or with `replace` in the place of everything that a database has.

    All of it or nothing; then the schema is migrated. Raises Busy while another process runs one of `jobs`, and
    BackupError for a database that is in use.
    """
    migrations.check_encoding(database)
    command = backup.programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(backup.file))
    with _locked(database, jobs):
        with database.transaction_of_its_own() as tx:
            before = contents(tx)
            refuse_foreign(tx, before)
            if before.is_used and not replace:
                raise BackupError(
                    f"the database is in use, with {before.rows:,} rows: `--replace` deletes them before it restores"
                )
            with running(command, for_programs(os.environ)) as pg_restore:
                replace_everything(tx, pg_restore.output, progress)
                pg_restore.finish(f"{backup.file} cannot be read", BackupError)
            if [version for (version,) in tx.database.applied_migrations()] != backup.versions:
                raise DatabaseError("the schema did not become that of the backup; nothing was changed")
            now = contents(tx)
            tx.database.refresh_statistics()
        return Restored(now, migrations.migrate(database))


def copy(source: Database, target: Database, jobs: Sequence[str], progress: Progress) -> Contents:
    """Copy everything into another, unused database. All of it or nothing, compared before it is committed.

    Raises Busy while another process runs one of `jobs` on either, and BackupError for a target that is in use.
    """
    migrations.check(source)
    migrations.check_encoding(target)
    # Also before the locks are taken: if both are the same database, this is the error that explains it.
    with target.transaction_of_its_own(one_state=True) as tx:
        refuse_used(tx)
    with (
        _locked(source, jobs),
        _locked(target, jobs),
        target.transaction_of_its_own() as tx,
        dumping(source, "--format=plain", checksums=True) as (dump, found),
    ):
        refuse_used(tx)
        replace_everything(tx, dump.output, progress)
        dump.finish("the database was not copied", DatabaseError)
        differing = found.differences(contents(tx, checksums=True))
        if differing:
            raise DatabaseError(f"the copy of {', '.join(differing)} is not equal; nothing of it was stored")
        tx.database.refresh_statistics()
    return found


@contextmanager
def _locked(database: Database, jobs: Sequence[str]) -> Iterator[None]:
    """Hold the locks of these jobs for the duration of the block. Raises Busy."""
    with ExitStack() as stack:
        try:
            for job in jobs:
                stack.enter_context(database.exclusive(job))
        except Busy as exc:
            raise Busy(f"{exc}: stop every program that writes to it, then try again") from exc
        yield
