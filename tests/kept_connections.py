"""Connections to databases of tests, kept open between statements: opening one takes longer than most queries."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from helperfunctions.database import Database

# By address; None while no connection is open. At most one for each, and only for databases that `keep` names.
_kept: dict[str, Connection | None] = {}
# The same for connections of the program, which have other settings.
_kept_for_the_program: dict[str, Connection | None] = {}


def keep(url: str) -> None:
    """Keep a connection to this database from now on, until `forget`."""
    _kept.setdefault(url, None)
    _kept_for_the_program.setdefault(url, None)


def forget(url: str) -> None:
    """Close connections to a database: the next ones have the newest settings of its role and database."""
    for kept in (_kept, _kept_for_the_program):
        connection = kept.get(url)
        if connection is not None:
            kept[url] = None
            connection.close()


def give_up(url: str) -> None:
    """Keep no connection to this database any more."""
    forget(url)
    _kept.pop(url, None)
    _kept_for_the_program.pop(url, None)


@contextmanager
def connection_to(url: str) -> Iterator[Connection]:
    """A connection for some statements, rolled back at the end of the block unless they are committed."""
    with _taken(_kept, url, lambda: psycopg2.connect(url)) as connection:
        yield connection


class KeptDatabase(Database):
    """A database of a test, whose transactions follow each other on a connection that is kept.

    The program opens one for each transaction outside of a job. Hundreds of tests would spend more time on that than on
    their queries.
    """

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        with _taken(_kept_for_the_program, self.url, self._connect) as connection:
            yield connection


@contextmanager
def _taken(kept: dict[str, Connection | None], url: str, connect: Callable[[], Any]) -> Iterator[Any]:
    # Taken out while it is in use: another thread opens one of its own.
    connection = kept.get(url)
    if connection is not None:
        kept[url] = None
    if connection is not None and _is_lost(connection):
        connection.close()
        connection = None
    if connection is None:
        connection = connect()
    try:
        yield connection
        # Rolls back, and gives settings of the session their first values.
        connection.reset()
    except BaseException:
        connection.close()
        raise
    if url in kept and kept[url] is None:
        kept[url] = connection
    else:
        connection.close()


def _is_lost(connection: Connection) -> bool:
    """True if the server has sent something since the last statement, which is that it ends the connection."""
    return bool(connection.closed) or bool(select.select([connection], [], [], 0)[0])
