"""PostgreSQL's own pg_dump, pg_restore and psql, for what moves a whole database. Nothing else starts them.

Those of the embedded server's package are used: version 18, which understands every server from 9.2 on and can write
to every one that we promise to work on. A password goes by the environment, for a command line can be read by every
user of the machine.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from helperfunctions import embedded_postgres
from helperfunctions.errors import BackupFailed

_PIECE = 1 << 20
# What a script writes for a program older than itself: a setting that came with version 17.
_TOO_NEW = re.compile(rb"^SET transaction_timeout = 0;$\n?", re.MULTILINE)


def dump(parameters: Mapping[str, str], to: IO[bytes], moved: Callable[[int], None]) -> None:
    """Write everything in a database, as it stands at one moment, in pg_dump's own compressed format.

    `moved` is told the bytes as they go by. Raises BackupFailed.
    """
    command = [_program("pg_dump"), "--format=custom", "--no-owner", "--no-acl"]
    with _running(command, _environment(parameters), stdin=subprocess.DEVNULL) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        while piece := process.stdout.read(_PIECE):
            to.write(piece)
            moved(len(piece))


def tables_in(backup: Path) -> list[tuple[str, str]]:
    """The tables of a backup: schema and name. Raises BackupFailed when the file is none."""
    listed = _said([_program("pg_restore"), "--list", str(backup)]).decode()
    return [(found[1], found[2]) for found in re.finditer(r"^\d+; \d+ \d+ TABLE (\S+) (\S+) ", listed, re.MULTILINE)]


def versions_in(backup: Path) -> list[str]:
    """The migrations that the database of a backup had, oldest first. Raises BackupFailed when the file is torn."""
    command = [_program("pg_restore"), "--data-only", "--table=schema_migrations", "--file=-", str(backup)]
    return sorted(re.findall(r"^(\d{14})$", _said(command).decode(), re.MULTILINE))


def check(backup: Path) -> None:
    """Read a backup to its end. Raises BackupFailed when it is torn."""
    with _running([_program("pg_restore"), "--file=-", str(backup)], dict(os.environ)) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        while process.stdout.read(_PIECE):
            pass


def restore(parameters: Mapping[str, str], backup: Path, before: Sequence[str], moved: Callable[[int], None]) -> None:
    """Do `before`, then what a backup says, in one transaction: all of it or nothing. Raises BackupFailed."""
    command = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output", os.devnull]
    writing = [_program("pg_restore"), "--no-owner", "--no-acl", "--file=-", str(backup)]
    with _running(command, _environment(parameters), stdin=subprocess.PIPE) as psql:
        assert psql.stdin is not None  # noqa: S101 - they are pipes
        try:
            psql.stdin.write("\n".join(["begin;", *before, ""]).encode())
            with _running(writing, dict(os.environ)) as script:
                assert script.stdout is not None  # noqa: S101
                is_first = True
                while piece := script.stdout.read(_PIECE):
                    psql.stdin.write(_TOO_NEW.sub(b"", piece) if is_first else piece)
                    moved(len(piece))
                    is_first = False
            # Only now: had the script broken off, what came of it would be rolled back.
            psql.stdin.write(b"\ncommit;\n")
            psql.stdin.close()
        except BrokenPipeError:
            # It has ended already, and says why.
            psql.stdin = None


def _program(name: str) -> str:
    return str(embedded_postgres.programs() / name)


def _environment(parameters: Mapping[str, str]) -> dict[str, str]:
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD"}
    ours = {variable: parameters[name] for name, variable in names.items()} | {"PGSSLMODE": parameters["sslmode"]}
    return {**os.environ, **ours, "PGCLIENTENCODING": "UTF8", "PGAPPNAME": "watchtime"}


def _said(command: Sequence[str]) -> bytes:
    with _running(command, dict(os.environ)) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        return process.stdout.read()


@contextmanager
def _running(
    command: Sequence[str], environment: Mapping[str, str], stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A program, until the block ends; raises BackupFailed with its last words unless it ends well."""
    name = Path(command[0]).name
    # Its complaints go to a file: in a pipe that nobody reads they could hold it up.
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                list(command), env=dict(environment), stdin=stdin, stdout=subprocess.PIPE, stderr=complaints
            )
        except OSError as exc:
            raise BackupFailed(f"{name} cannot be started: {exc.strerror}") from exc
        try:
            yield process
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            if process.stdout is not None and process.poll() is not None:
                process.stdout.close()
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
        if code:
            complaints.seek(0)
            lines = [line for line in complaints.read().decode(errors="replace").splitlines() if line.strip()]
            reason = next((line for line in lines if "rror:" in line or "ERROR" in line), lines[-1] if lines else "")
            raise BackupFailed(f"{name} failed: {reason or f'it ended with {code}'}")
