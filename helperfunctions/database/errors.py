"""The driver's errors as errors of this project."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import psycopg2.errors

from helperfunctions.errors import DatabaseError, DatabaseTooSlow, DatabaseUnavailable


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors as DatabaseError or one of its kinds."""
    try:
        yield
    except psycopg2.errors.ReadOnlySqlTransaction as exc:
        raise DatabaseUnavailable("the database can only be read just now: it recovers, or somebody set it so") from exc
    except (psycopg2.errors.DiskFull, psycopg2.errors.OutOfMemory) as exc:
        raise DatabaseUnavailable(f"the database has no room left: {_first_line(exc)}") from exc
    except psycopg2.errors.QueryCanceled as exc:
        raise DatabaseTooSlow(f"the database did not get it done in time: {_first_line(exc)}") from exc
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as exc:
        raise DatabaseUnavailable(f"the database cannot be reached or went away: {_first_line(exc)}") from exc
    except psycopg2.Error as exc:
        raise DatabaseError(f"the database refused: {_first_line(exc)}") from exc


def _first_line(exc: psycopg2.Error) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0] if lines else type(exc).__name__
