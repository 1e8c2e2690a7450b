"""Backups, and moving to another database: everything or nothing, and nothing is overwritten unasked."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from helperfunctions import migrations, pg_tools
from helperfunctions.database import Database
from helperfunctions.errors import BackupFailed, Busy, SchemaMismatch
from helperfunctions.queries import SQL_FOLDER

log = logging.getLogger(__name__)

# Whoever works on a database holds one of these.
LOCKS = ("run", "collect", "daily", "reply", "outbox")
# What a new schema brings by itself.
BROUGHT = frozenset({"public.schema_migrations", "public.x_prices", "public.game_aliases"})
# What a dump begins with: https://www.postgresql.org/docs/current/app-pgdump.html
MAGIC = b"PGDMP"

Moved = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds everything: its size, and the schema that the database had."""

    path: Path
    size: int
    version: str


def write_backup(database: Database, path: Path, moved: Moved) -> Backup:
    """Write everything into a new file that its owner alone can read, while the bot may go on working.

    The file appears under its name only when it is whole and was read once. Raises BackupFailed.
    """
    if path.exists():
        raise BackupFailed(f"{path} is there already; name another file")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            pg_tools.dump(database.parameters(), file, moved)
            file.flush()
            os.fsync(file.fileno())
        versions = pg_tools.versions_in(draft)
        pg_tools.check(draft)
        # Unlike a rename it fails should somebody have written there meanwhile.
        os.link(draft, path)
    except OSError as exc:
        raise BackupFailed(f"the backup cannot be written to {path}: {exc.strerror}") from exc
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, versions[-1] if versions else "none")


def stream_backup(database: Database, to: IO[bytes], moved: Moved) -> None:
    """The same into a pipe. Whoever reads it sees by our exit code whether it is whole."""
    pg_tools.dump(database.parameters(), to, moved)
    to.flush()


@contextmanager
def as_file(stream: IO[bytes], folder: Path) -> Iterator[Path]:
    """A backup that comes through a pipe, as a file for as long as the block: it is read more than once."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix="restore-", suffix=".dump") as file:
            while piece := stream.read(1 << 20):
                file.write(piece)
            file.flush()
            yield Path(file.name)
    except OSError as exc:
        raise BackupFailed(f"the backup cannot be kept in {folder}: {exc.strerror}") from exc


def restore_backup(database: Database, path: Path, moved: Moved, *, replace: bool) -> str:
    """Put a backup into a database, in one transaction; the schema that the backup had.

    Without `replace` the database must be empty. Raises BackupFailed, SchemaMismatch when the backup is of a newer
    version, Busy when somebody works on the database; nothing was changed then.
    """
    versions = _checked(path)
    with _alone(database):
        if not replace and database.has_rows(but=BROUGHT):
            raise BackupFailed("there is data in this database: name an empty one, or replace it with --replace")
        pg_tools.restore(database.parameters(), path, _make_way(pg_tools.tables_in(path)), moved)
        # An older backup gets what came since.
        applied = migrations.migrate(database)
        log.info("restored schema=%s migrated=%s", versions[-1], ",".join(applied) or "nothing")
        with database.transaction() as tx:
            tx.database.analyze_all()
    return versions[-1]


def copy_to(source: Database, target: Database, folder: Path, moved: Moved) -> dict[str, int]:
    """Copy everything into an empty database and compare each table; the rows of each.

    Raises BackupFailed, also when a table is not the same there; Busy when somebody works on either database.
    """
    with _alone(source):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="copy-") as name:
            backup = write_backup(source, Path(name) / "everything.dump", moved)
            restore_backup(target, backup.path, moved, replace=False)
        here, there = source.fingerprints(), target.fingerprints()
    differing = sorted(table for table in here.keys() | there.keys() if here.get(table) != there.get(table))
    if differing:
        raise BackupFailed(f"not the same after copying: {', '.join(differing)}; the old database is as it was")
    return {table: rows for table, (rows, _) in here.items()}


def _checked(path: Path) -> list[str]:
    """The migrations of a backup that is whole and not newer than we are."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BackupFailed(f"{path} is no backup that `watchtime backup` has written")
    except OSError as exc:
        raise BackupFailed(f"{path} cannot be read: {exc.strerror}") from exc
    pg_tools.check(path)
    versions = pg_tools.versions_in(path)
    if not versions:
        raise BackupFailed(f"{path} is a backup of something else: it holds no schema_migrations")
    unknown = migrations.missing_here(versions, migrations.versions_in())
    if unknown:
        raise SchemaMismatch(
            f"{path} has schema {unknown[-1]}, newer than this program's {migrations.versions_in()[-1]}: "
            "use the newer version of the program"
        )
    return versions


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Nobody else works on it for as long as the block. Raises Busy."""
    with ExitStack() as stack:
        for name in LOCKS:
            hold = database.hold(name)
            if hold is None:
                raise Busy(f"a bot works on this database ('{name}'): stop it first")
            stack.callback(hold.release)
        yield


def _make_way(tables: Sequence[tuple[str, str]]) -> list[str]:
    """What drops our tables, and nobody else's: those of the backup, and those of our own schema."""
    ours = {name for schema, name in tables if schema == "public"}
    ours |= set(_names_in((SQL_FOLDER / "schema.sql").read_text()))
    return ["drop schema if exists staging cascade;"] + [
        f'drop table if exists public."{name}" cascade;' for name in sorted(ours)
    ]


def _names_in(schema: str) -> list[str]:
    return [
        line.removeprefix("CREATE TABLE public.").removesuffix(" (")
        for line in schema.splitlines()
        if line.startswith("CREATE TABLE public.")
    ]
