"""Create a backup: a file or a stream in pg_dump's custom format."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from helperfunctions import atomic_file
from helperfunctions.backup.programs import RunningProgram, programs_for, programs_that_read, read_through, running
from helperfunctions.backup.row_counts import Contents, contents
from helperfunctions.database import Database
from helperfunctions.errors import BackupError, DatabaseError

# The schemas of this program; no owners and no rights, because the next server has other users.
_OPTIONS: Final = (
    "--schema=public",
    "--schema=staging",
    "--schema=chat",
    "--schema=curated",
    "--no-owner",
    "--no-privileges",
    "--no-publications",
    "--no-security-labels",
    # A cache of pictures that may not be stored for more than a day; `counting` leaves it out too.
    "--exclude-table-data=public.pictures",
)
CHUNK_BYTES: Final = 1 << 20

# Receives the number of bytes written or read so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class CreatedBackup:
    """A backup that was created: the contents of the database at its moment, and its size in bytes."""

    contents: Contents
    size: int


def default_name(now: datetime) -> str:
    """The file name of a backup that is started at an instant."""
    return f"watchtime-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.dump"


def backup(database: Database, file: Path, progress: Progress) -> CreatedBackup:
    """Write a backup into a new file, while the bot keeps running.

    The file gets its name when it is complete and was read to its end. Raises BackupError when the file exists or
    cannot be written.
    """
    _refuse_existing(file)
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(atomic_file.replacing(file))
        except OSError as exc:
            raise BackupError(f"{file.parent} cannot be written to: {exc.strerror}") from exc
        try:
            created = stream(database, draft, progress)
            read_through(Path(draft.name), programs_that_read(Path(draft.name)))
            _refuse_existing(file)
            stack.close()
        except OSError as exc:
            raise BackupError(f"{file} cannot be written: {exc.strerror}") from exc
    return created


def stream(database: Database, out: IO[bytes], progress: Progress) -> CreatedBackup:
    """Write a backup of one moment to a stream. If this raises, the stream contains no complete backup."""
    with dumping(database, "--format=custom", checksums=False) as (dump, found):
        size = 0
        try:
            while chunk := dump.output.read(CHUNK_BYTES):
                out.write(chunk)
                size += len(chunk)
                progress(size)
            out.flush()
        except OSError as exc:
            raise BackupError(f"the backup cannot be written: {exc.strerror}") from exc
        dump.finish("the database was not backed up", DatabaseError)
    return CreatedBackup(found, size)


@contextmanager
def dumping(database: Database, format_option: str, *, checksums: bool) -> Iterator[tuple[RunningProgram, Contents]]:
    """Run pg_dump for the duration of the block; also yields the contents of the database at the moment of the dump."""
    with database.transaction() as tx:
        programs = programs_for(int(tx.database.server_version()))
    environment = database.client_environment()
    with database.transaction_of_its_own(one_state=True) as tx:
        if not tx.database.has_migrations():
            raise BackupError("there is nothing to save: the database has no schema of this program")
        found = contents(tx, checksums=checksums)
        # pg_dump sees the data of this transaction, without later writes of others.
        command = programs.command("pg_dump", *_OPTIONS, format_option, f"--snapshot={tx.database.export_snapshot()}")
        with running(command, environment) as dump:
            yield dump, found


def _refuse_existing(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise BackupError(f"{file} exists already; nothing was written")
