"""Translation of the driver's errors into those of this project."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
import psycopg2.extensions

from helperfunctions.errors import (
    DatabaseConflict,
    DatabaseError,
    DatabaseSettingsWrong,
    DatabaseTooSlow,
    DatabaseUnavailable,
    ValueRefused,
)

# Errors that the driver calls operational although the server works: a limit, or an object in the wrong state.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_REFUSED_CLASSES = ("54", "55")
_REFUSED_CODES = ("53400",)
# Data exceptions: a number out of range, a text that is not valid in the database's encoding.
_VALUE_CLASS = "22"
# The server ended the session because a transaction was idle, or open, for too long.
_SESSION_ENDED_CODES = ("25P03", "25P04")

# Messages of a server that works, but does not match its address, or of the driver, which does not understand the
# address, and the fix for each. These errors have no code. In another language of the server they are not recognized,
# and the server is taken for one that is away.
_WRONG_SETTINGS = (
    (r'FATAL: +database ".*" does not exist$', "create it, or fix the name of the database in DATABASE_URL"),
    (r'FATAL: +role ".*" does not exist$', "create it, or fix the user in DATABASE_URL"),
    (r"server does not support SSL, but SSL was required$", "turn SSL on there, or fix sslmode in DATABASE_URL"),
    (r'^invalid port number: ".*"$', "fix the port in DATABASE_URL"),
    (
        r'invalid \w+ value[: ]+"|invalid value for parameter "|unrecognized .*parameter "',
        "fix the parameters of DATABASE_URL",
    ),
    (r'^definition of service ".*" not found$', "fix service in DATABASE_URL"),
    (r'(certificate|certificate revocation list|private key) file ".*"', "fix the file, or its name in DATABASE_URL"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors as DatabaseError or one of its kinds, in one line."""
    try:
        yield
    except psycopg2.Error as exc:
        raise _translation_of(exc) from exc


def _translation_of(exc: psycopg2.Error) -> DatabaseError:
    message, code = _first_line(exc), exc.pgcode or ""
    match exc:
        case psycopg2.errors.ReadOnlySqlTransaction():
            return DatabaseUnavailable(
                "the database is read-only: it is recovering, or was set to read-only", "read_only"
            )
        case psycopg2.errors.DiskFull():
            return DatabaseUnavailable(f"the database has no room left on its disk: {message}", "full")
        case psycopg2.errors.OutOfMemory():
            return DatabaseUnavailable(f"the database server has no memory left for this: {message}")
        case psycopg2.errors.QueryCanceled():
            return DatabaseTooSlow(f"the database took too long: {message}")
        case psycopg2.errors.LockNotAvailable() | psycopg2.errors.ObjectInUse():
            return DatabaseConflict(f"another transaction holds a lock that this one needs: {message}")
        case psycopg2.extensions.TransactionRollbackError():
            return DatabaseConflict(f"another transaction changed the same rows; nothing was changed here: {message}")
    if code.startswith(_VALUE_CLASS):
        return ValueRefused(f"the database refused: {message}")
    is_refusal = code in _REFUSED_CODES or code.startswith(_REFUSED_CLASSES)
    is_broken = isinstance(exc, psycopg2.OperationalError | psycopg2.InterfaceError) or code in _SESSION_ENDED_CODES
    for wrong, advice in _WRONG_SETTINGS if is_broken and not code else ():
        if re.search(wrong, message):
            return DatabaseSettingsWrong(f"the database cannot be used: {message}: {advice}")
    if is_broken and not is_refusal:
        return DatabaseUnavailable(f"the database cannot be reached or went away: {message}")
    return DatabaseError(f"the database refused: {message}")


def _first_line(exc: psycopg2.Error) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0] if lines else type(exc).__name__
