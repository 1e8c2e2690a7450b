"""Backup, restore and copying of a whole database. The only file that runs pg_dump and pg_restore.

They write what is in a database, as an archive or as SQL. Putting it into a database is done here, on one connection of
ours: so it is one transaction, in which the old goes, the new comes, and the new is looked at before it stays; and a
server is reached as the bot reaches it, by TLS too.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

from helperfunctions import atomic_file, embedded_postgres, migrations
from helperfunctions.database import Database, Transaction
from helperfunctions.environment import for_programs
from helperfunctions.errors import BackupError, DatabaseError, SchemaMismatch, WatchTimeError

# The schemas that are ours; no owner and no rights, for the next server has other users.
DUMP = (
    "--schema=public",
    "--schema=staging",
    "--no-owner",
    "--no-privileges",
    "--no-comments",
    "--no-publications",
    "--no-security-labels",
)
# Tables that migrations fill: rows here do not make a database one that somebody uses.
FILLED_BY_MIGRATIONS = {"public.schema_migrations", "public.x_prices", "public.game_aliases"}
CHUNK_BYTES = 1 << 20
TLS_UNKNOWN = "SSL support is not compiled in"

# Hears how many bytes have gone by so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a database: per table its rows and their checksum, per sequence how far it has come."""

    tables: Mapping[str, tuple[int, Decimal]]
    sequences: Mapping[str, int | None]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(rows for rows, _ in self.tables.values())

    @property
    def is_used(self) -> bool:
        """Whether there is a row that no migration has put there."""
        return any(rows for table, (rows, _) in self.tables.items() if table not in FILLED_BY_MIGRATIONS)


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    contents: Contents
    size: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup that can be restored here: its file, what reads it, and the schema's versions, oldest first."""

    file: Path
    programs: "_Programs"
    versions: list[str]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a database has now, and the migrations that brought it up to date."""

    contents: Contents
    migrated: list[str]


def default_name(now: datetime) -> str:
    """The name of a backup that was begun at that instant."""
    return f"watchtime-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.dump"


def contents(tx: Transaction, *, checksums: bool = False) -> Contents:
    """What a transaction sees."""
    tx.database.take_time()
    counted = {}
    for table, statement in tx.database.counting(checksums=checksums):
        [(rows, checksum)] = tx.run(statement)
        counted[table] = (int(rows), Decimal(checksum))
    return Contents(counted, dict(tx.database.sequences()))


def contents_of(database: Database) -> Contents:
    """What is in a database now."""
    with database.transaction_of_its_own(one_state=True) as tx:
        return contents(tx)


def backup(database: Database, file: Path, progress: Progress) -> Made:
    """Write a backup into a new file, while the bot goes on.

    Under its name stands nothing but a whole backup: until it is written and read again, it has another one.
    Raises BackupError when there is such a file, or none can be written.
    """
    _refuse_existing(file)
    with ExitStack() as stack:
        try:
            draft = stack.enter_context(atomic_file.replacing(file))
        except OSError as exc:
            raise BackupError(f"{file.parent} cannot be written to: {exc.strerror}") from exc
        try:
            made = stream(database, draft, progress)
            _read_through(Path(draft.name), _that_read(Path(draft.name)))
            _refuse_existing(file)
            stack.close()
        except OSError as exc:
            raise BackupError(f"{file} cannot be written: {exc.strerror}") from exc
    return made


def stream(database: Database, out: IO[bytes], progress: Progress) -> Made:
    """Write a backup of one moment to a stream. What was written is a backup only if nothing is raised."""
    with _dumping(database, "--format=custom", checksums=False) as (dump, found):
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
    return Made(found, size)


@contextmanager
def spooled(source: IO[bytes], folder: Path) -> Iterator[Path]:
    """A stream as a file in that folder, for a backup is read more than once; gone with the block."""
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            spool = stack.enter_context(tempfile.NamedTemporaryFile(dir=folder, prefix="restore-", suffix=".part"))
            shutil.copyfileobj(source, spool, CHUNK_BYTES)
            spool.flush()
        except OSError as exc:
            raise BackupError(f"the backup cannot be kept in {folder}: {exc.strerror}") from exc
        yield Path(spool.name)


def look_into(file: Path) -> Backup:
    """Read all of a backup, before anything is changed.

    Raises BackupError for what is no whole backup of this program, SchemaMismatch for one that a newer program made.
    """
    programs = _that_read(file)
    _read_through(file, programs)
    only_versions = ("--data-only", "--schema=public", "--table=schema_migrations", "--file=-")
    versions = sorted(re.findall(r"^(\d{14})$", _said(programs, file, *only_versions), re.MULTILINE))
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


def restore(database: Database, from_it: Backup, jobs: Sequence[str], progress: Progress, *, replace: bool) -> Restored:
    """Put a backup into a database that is not used, or with `replace` in the place of all that is there.

    All of it or nothing; then the schema is brought up to date. Raises Busy while another process does one of `jobs`,
    and BackupError for a database that is used.
    """
    migrations.check_encoding(database)
    command = from_it.programs.command(
        "pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(from_it.file)
    )
    with _nobody_works(database, jobs):
        with database.transaction_of_its_own() as tx:
            before = contents(tx)
            _refuse_foreign(tx, before)
            if before.is_used and not replace:
                raise BackupError(
                    f"the database is in use, it has {before.rows:,} rows: `--replace` puts the backup in their place"
                )
            with _running(command, for_programs(os.environ)) as reading:
                _put(tx, reading, progress)
                reading.finish(f"{from_it.file} cannot be read", BackupError)
            if [version for (version,) in tx.database.applied_migrations()] != from_it.versions:
                raise DatabaseError("the schema did not become that of the backup; nothing was changed")
            now = contents(tx)
            tx.database.refresh_statistics()
        return Restored(now, migrations.migrate(database))


def copy(source: Database, target: Database, jobs: Sequence[str], progress: Progress) -> Contents:
    """Copy everything into another database that is not used. All of it or nothing, compared before it stays.

    Raises Busy while another process does one of `jobs` on either, BackupError for a target that is used.
    """
    migrations.check(source)
    migrations.check_encoding(target)
    # Before its locks are asked for, too: should both be the same database, this is what has to be told.
    with target.transaction_of_its_own(one_state=True) as tx:
        _refuse_used(tx)
    with (
        _nobody_works(source, jobs),
        _nobody_works(target, jobs),
        target.transaction_of_its_own() as tx,
        _dumping(source, "--format=plain", checksums=True) as (dump, found),
    ):
        _refuse_used(tx)
        _put(tx, dump, progress)
        dump.finish("the database was not copied", DatabaseError)
        differing = _differing(found, contents(tx, checksums=True))
        if differing:
            raise DatabaseError(f"the copy of {', '.join(differing)} is not equal; nothing of it was kept")
        tx.database.refresh_statistics()
    return found


def _differing(one: Contents, other: Contents) -> list[str]:
    """The tables and sequences that are not the same in both."""
    of_one, of_other = ({**these.tables, **these.sequences} for these in (one, other))
    return sorted(name for name in of_one.keys() | of_other.keys() if of_one.get(name) != of_other.get(name))


@contextmanager
def _nobody_works(database: Database, jobs: Sequence[str]) -> Iterator[None]:
    """Hold the locks of these jobs."""
    with ExitStack() as stack:
        for job in jobs:
            stack.enter_context(database.only_one(job))
        yield


def _refuse_foreign(tx: Transaction, found: Contents) -> None:
    """Raises BackupError for a database with tables of somebody else: they would have to go."""
    if found.tables and not tx.database.has_migrations():
        raise BackupError(f"the database belongs to something else, it has {next(iter(found.tables))}: name another")


def _refuse_used(tx: Transaction) -> None:
    """Raises BackupError for a database that is not there to be copied to."""
    found = contents(tx)
    _refuse_foreign(tx, found)
    if found.is_used:
        raise BackupError(f"the other database is in use, it has {found.rows:,} rows: name an empty one")


def _refuse_existing(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise BackupError(f"{file} exists already; nothing was written")


# SQL that PostgreSQL's programs write, run by us


class _Rows:
    """The rows that follow a COPY command, up to the line that ends them; for COPY to read from."""

    def __init__(self, script: IO[bytes], passed: Callable[[int], None]) -> None:
        self._script = script
        self._passed = passed
        self._is_over = False

    def read(self, size: int = -1, /) -> bytes:
        """About as many bytes as asked for, in whole lines."""
        lines: list[bytes] = []
        length = 0
        while not self._is_over and (size < 0 or length < size):
            line = self._script.readline()
            # At a script's end that came too early, too: whoever writes it tells.
            self._is_over = line in (b"\\.\n", b"")
            if not self._is_over:
                lines.append(line)
                length += len(line)
        self._passed(length)
        return b"".join(lines)


def _put(tx: Transaction, script: "_Process", progress: Progress) -> None:
    """Take away all that is ours, and run what a program writes in its place."""
    for (statement,) in tx.database.clearing():
        tx.run(statement)
    total = 0

    def passed(length: int) -> None:
        nonlocal total
        total += length
        progress(total)

    waiting: list[bytes] = []

    def run() -> None:
        if any(line.strip() and not line.startswith(b"--") for line in waiting):
            tx.run(b"".join(waiting))
        waiting.clear()

    for line in iter(script.output.readline, b""):
        passed(len(line))
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            run()
            tx.copy_stream(line.decode(), _Rows(script.output, passed))
        elif not _is_for_others(line):
            waiting.append(line)
    run()


def _is_for_others(line: bytes) -> bool:
    """What psql would understand, what PostgreSQL 15 does not know, and what every database has."""
    return line.startswith((b"\\restrict ", b"\\unrestrict ")) or line in (
        b"SET transaction_timeout = 0;\n",
        b"CREATE SCHEMA public;\n",
    )


# The programs


@dataclass(frozen=True, slots=True)
class _Programs:
    """pg_dump and pg_restore of one version."""

    folder: Path
    version: int

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.folder / program), *arguments]


@dataclass(frozen=True, slots=True)
class _Process:
    """A program at work: what it writes, and what it says."""

    popen: subprocess.Popen[bytes]
    errors: IO[bytes]

    @property
    def output(self) -> IO[bytes]:
        assert self.popen.stdout is not None  # noqa: S101 - for the type checker
        return self.popen.stdout

    def finish(self, complaint: str, error: type[WatchTimeError]) -> None:
        """Wait for its end; raises the error unless it was a good one."""
        code = self.popen.wait()
        if code == 0:
            return
        self.errors.seek(0)
        reason = _reason(self.errors.read().decode(errors="replace")) or f"it ended with {code}"
        if TLS_UNKNOWN in reason:
            reason = "the server is reached by TLS, for which PostgreSQL's own pg_dump has to be in PATH"
        raise error(f"{complaint}: {reason}")


def _reason(said: str) -> str:
    """The first error that a program has told, without its own name; or its last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    told = [line for line in lines if "error:" in line.lower()] or lines[-1:]
    return re.sub(r"^(pg_dump|pg_restore): (error: )?", "", told[0]) if told else ""


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[_Process]:
    """A program for as long as the block; one that is still at work at its end is not wanted any more."""
    with tempfile.TemporaryFile() as errors:
        popen = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        try:
            yield _Process(popen, errors)
        finally:
            popen.kill()
            popen.communicate()


@contextmanager
def _dumping(database: Database, form: str, *, checksums: bool) -> Iterator[tuple[_Process, Contents]]:
    """pg_dump at work, and what it will have written: both see the same moment, whatever is written meanwhile."""
    programs = _programs(_server_version(database))
    environment = database.client_environment()
    with database.transaction_of_its_own(one_state=True) as tx:
        if not tx.database.has_migrations():
            raise BackupError("there is nothing to save: the database has no schema of this program")
        found = contents(tx, checksums=checksums)
        command = programs.command("pg_dump", *DUMP, form, f"--snapshot={tx.database.export_snapshot()}")
        with _running(command, environment) as dump:
            yield dump, found


def _server_version(database: Database) -> int:
    with database.transaction() as tx:
        return int(tx.database.server_version())


def _programs(server: int) -> _Programs:
    """Those in PATH, if they are new enough for the server; or those that come with the embedded one."""
    for programs in _installed():
        if programs.version >= server:
            return programs
    raise DatabaseError(f"the server is PostgreSQL {server}: pg_dump and pg_restore of that version have to be in PATH")


def _that_read(file: Path) -> _Programs:
    """The programs that understand a backup: an older one does not know what a newer one has written."""
    complaint = BackupError(f"{file} cannot be read")
    for programs in _installed():
        try:
            _said(programs, file, "--list")
        except BackupError as exc:
            complaint = exc
        else:
            return programs
    raise complaint


def _installed() -> Iterator[_Programs]:
    in_path = shutil.which("pg_dump")
    for folder in (Path(in_path).parent if in_path else None, embedded_postgres.programs()):
        if folder is None or not (folder / "pg_restore").exists():
            continue
        try:
            said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if version := re.search(r"\) (\d+)", said):
            yield _Programs(folder, int(version[1]))


def _said(programs: _Programs, file: Path, *options: str) -> str:
    """What pg_restore writes when asked about a backup. Raises BackupError when it is none."""
    if not file.is_file():
        raise BackupError(f"{file}: there is no such file")
    with _running(programs.command("pg_restore", *options, str(file)), for_programs(os.environ)) as asked:
        said = asked.output.read().decode(errors="replace")
        asked.finish(f"{file} cannot be read", BackupError)
    return said


def _read_through(file: Path, programs: _Programs) -> None:
    """Read a backup to its end: one that was cut off, or rotted, is found out before anything is changed."""
    _said(programs, file, f"--file={os.devnull}")
