"""The driver's errors as errors of this project."""

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

# What the driver calls operational although the server is there and well: a limit, or an object in the wrong state.
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_REFUSED_CLASSES = ("54", "55")
_REFUSED_CODES = ("53400",)
# Data exceptions: a number out of range, a text that is none in the database's encoding.
_VALUE_CLASS = "22"
# The server ended the session because we left a transaction idle for too long, or open.
_SESSION_ENDED_CODES = ("25P03", "25P04")

# What a server says that is there and well, but not as its address says, and what a person can do. These errors come
# without a code. A server that speaks another language is taken for one that is away.
_WRONG_SETTINGS = (
    (r'FATAL: +database ".*" does not exist$', "create it, or fix the name of the database in DATABASE_URL"),
    (r'FATAL: +role ".*" does not exist$', "create it, or fix the user in DATABASE_URL"),
    (r"server does not support SSL, but SSL was required$", "turn SSL on there, or fix sslmode in DATABASE_URL"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors as DatabaseError or one of its kinds, in one line."""
    try:
        yield
    except psycopg2.Error as exc:
        raise _in_our_words(exc) from exc


def _in_our_words(exc: psycopg2.Error) -> DatabaseError:
    says, code = _first_line(exc), exc.pgcode or ""
    match exc:
        case psycopg2.errors.ReadOnlySqlTransaction():
            return DatabaseUnavailable("the database can only be read just now: it recovers, or somebody set it so")
        case psycopg2.errors.DiskFull():
            return DatabaseUnavailable(f"the database has no room left on its disk: {says}")
        case psycopg2.errors.OutOfMemory():
            return DatabaseUnavailable(f"the database server has no memory left for this: {says}")
        case psycopg2.errors.QueryCanceled():
            return DatabaseTooSlow(f"the database did not get it done in time: {says}")
        case psycopg2.errors.LockNotAvailable() | psycopg2.errors.ObjectInUse():
            return DatabaseConflict(f"another transaction holds a lock that this one needs: {says}")
        case psycopg2.extensions.TransactionRollbackError():
            return DatabaseConflict(f"another transaction came in between, nothing was changed: {says}")
    if code.startswith(_VALUE_CLASS):
        return ValueRefused(f"the database refused: {says}")
    is_refusal = code in _REFUSED_CODES or code.startswith(_REFUSED_CLASSES)
    is_broken = isinstance(exc, psycopg2.OperationalError | psycopg2.InterfaceError) or code in _SESSION_ENDED_CODES
    for wrong, advice in _WRONG_SETTINGS if is_broken and not code else ():
        if re.search(wrong, says):
            return DatabaseSettingsWrong(f"the database cannot be used: {says}: {advice}")
    if is_broken and not is_refusal:
        return DatabaseUnavailable(f"the database cannot be reached or went away: {says}")
    return DatabaseError(f"the database refused: {says}")


def _first_line(exc: psycopg2.Error) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0] if lines else type(exc).__name__
