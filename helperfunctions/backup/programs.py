"""pg_dump and pg_restore: which ones are installed, and how they are run. The only file that runs them."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from helperfunctions import embedded_postgres
from helperfunctions.environment import for_programs
from helperfunctions.errors import BackupError, DatabaseError, WatchTimeError

_TLS_UNKNOWN: Final = "SSL support is not compiled in"


@dataclass(frozen=True, slots=True)
class Programs:
    """pg_dump and pg_restore of one major version of PostgreSQL, in one folder."""

    folder: Path
    version: int

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line that runs one of them."""
        return [str(self.folder / program), *arguments]


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """A program that runs: its output, and a file with its error messages."""

    popen: subprocess.Popen[bytes]
    errors: IO[bytes]

    @property
    def output(self) -> IO[bytes]:
        """Its standard output."""
        assert self.popen.stdout is not None  # noqa: S101 - for the type checker
        return self.popen.stdout

    def finish(self, complaint: str, error: type[WatchTimeError]) -> None:
        """Wait for its end; raise `error`, with its message after the complaint, unless it ended with 0."""
        code = self.popen.wait()
        if code == 0:
            return
        self.errors.seek(0)
        reason = _reason(self.errors.read().decode(errors="replace")) or f"it ended with {code}"
        if _TLS_UNKNOWN in reason:
            reason = "the server is reached by TLS, for which PostgreSQL's own pg_dump has to be in PATH"
        raise error(f"{complaint}: {reason}")


def _reason(messages: str) -> str:
    """The first error in a program's messages, without the program's name; without one, the last line."""
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line.lower()] or lines[-1:]
    return re.sub(r"^(pg_dump|pg_restore): (error: )?", "", errors[0]) if errors else ""


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[RunningProgram]:
    """Run a program for the duration of the block; it is killed at the block's end if it still runs."""
    with tempfile.TemporaryFile() as errors:
        popen = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        try:
            yield RunningProgram(popen, errors)
        finally:
            popen.kill()
            popen.communicate()


def programs_for(server_version: int) -> Programs:
    """The programs in PATH if they are new enough for a server, or those of the embedded server.

    Raises DatabaseError when both are too old.
    """
    for programs in _installed():
        if programs.version >= server_version:
            return programs
    raise DatabaseError(
        f"the server is PostgreSQL {server_version}: pg_dump and pg_restore of that version have to be in PATH"
    )


def programs_that_read(file: Path) -> Programs:
    """The programs that can read a backup: older ones do not know the format of newer ones. Raises BackupError."""
    complaint = BackupError(f"{file} cannot be read")
    for programs in _installed():
        try:
            pg_restore_output(programs, file, "--list")
        except BackupError as exc:
            complaint = exc
        else:
            return programs
    raise complaint


def _installed() -> Iterator[Programs]:
    in_path = shutil.which("pg_dump")
    for folder in (Path(in_path).parent if in_path else None, embedded_postgres.programs()):
        if folder is None or not (folder / "pg_restore").exists():
            continue
        command = [str(folder / "pg_dump"), "--version"]
        try:
            output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if version := re.search(r"\) (\d+)", output):
            yield Programs(folder, int(version[1]))


def pg_restore_output(programs: Programs, file: Path, *options: str) -> str:
    """The output of pg_restore for a backup file with these options. Raises BackupError for any other file."""
    if not file.is_file():
        raise BackupError(f"{file}: there is no such file")
    with running(programs.command("pg_restore", *options, str(file)), for_programs(os.environ)) as pg_restore:
        output = pg_restore.output.read().decode(errors="replace")
        pg_restore.finish(f"{file} cannot be read", BackupError)
    return output


def read_through(file: Path, programs: Programs) -> None:
    """Read a backup to its end. Raises BackupError for one that is cut off or damaged, before anything is changed."""
    pg_restore_output(programs, file, f"--file={os.devnull}")
