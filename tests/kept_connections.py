"""Connections to databases of tests, kept open between statements: opening one takes longer than most queries."""

import select
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

# By address; None while no connection is open. At most one for each, and only for databases that `keep` names.
_kept: dict[str, Connection | None] = {}


def keep(url: str) -> None:
    """Keep a connection to this database from now on, until `forget`."""
    _kept.setdefault(url, None)


def forget(url: str) -> None:
    """Close the connection to a database, so that the next one is new: it has the settings of its role and database."""
    connection = _kept.get(url)
    if connection is not None:
        _kept[url] = None
        connection.close()


def give_up(url: str) -> None:
    """Keep no connection to this database any more."""
    forget(url)
    _kept.pop(url, None)


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    """A connection for some statements, rolled back at the end of the block unless they are committed."""
    # Taken out while it is in use: another thread opens one of its own.
    connection = _kept.get(url)
    if connection is not None:
        _kept[url] = None
    if connection is not None and _is_lost(connection):
        connection.close()
        connection = None
    if connection is None:
        connection = psycopg2.connect(url)
    try:
        yield connection
        connection.rollback()
    except BaseException:
        connection.close()
        raise
    if url in _kept and _kept[url] is None:
        _kept[url] = connection
    else:
        connection.close()


def _is_lost(connection: Connection) -> bool:
    """True if the server has sent something since the last statement, which is that it ends the connection."""
    return bool(connection.closed) or bool(select.select([connection], [], [], 0)[0])
