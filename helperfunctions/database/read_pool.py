"""Connections that stay open, for many threads that only read."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from helperfunctions.database.connect import READING_SETTINGS, connect
from helperfunctions.database.errors import translated
from helperfunctions.database.transaction import Transaction
from helperfunctions.errors import DatabaseError, DatabaseTooSlow, DatabaseUnavailable
from helperfunctions.queries import BoundStep, Queries
from helperfunctions.weighted_semaphore import WeightedSemaphore

_POOL_PATIENCE_SECONDS = 10
# What costly reads may take together, of which each takes 1 to all. Fewer than there are connections, so that some are
# always left for reads that cost nothing worth counting.
COST_UNITS = 6
# Each keeps a thread of its program waiting.
_MOST_WAITING = 8


class ReadPool:
    """The same database for somebody who only reads: a handful of connections that stay open, for many threads.

    Each transaction sees one state and can write nothing. A connection that broke while it lay idle is replaced.
    """

    def __init__(self, url: str, queries: Queries, *, at_most: int = 8) -> None:
        self._url = url
        self._queries = queries
        self._room = threading.BoundedSemaphore(at_most)
        self._costly = WeightedSemaphore(min(COST_UNITS, max(1, at_most - 2)), most_waiting=_MOST_WAITING)
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._beside: list[ReadPool] = []

    def beside(self, at_most: int = 1) -> "ReadPool":
        """Connections of their own, for what must not wait for others; closed with this one."""
        pool = ReadPool(self._url, self._queries, at_most=at_most)
        self._beside.append(pool)
        return pool

    @contextmanager
    def transaction(self, cost: int = 0) -> Iterator[Transaction]:
        """Read. `cost`, from 0 to COST_UNITS, is what the server has to do for it: how many costly reads go on at the
        same time depends on what they cost, and they leave connections for the others.

        Raises DatabaseTooSlow when those before it take too long, and DatabaseUnavailable also when all connections are
        busy for too long.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(self._costly.taken(cost, _POOL_PATIENCE_SECONDS))
            except TimeoutError as exc:
                raise DatabaseTooSlow("too many costly reads at the same time") from exc
            yield stack.enter_context(self._connected())

    @contextmanager
    def _connected(self) -> Iterator[Transaction]:
        if not self._room.acquire(timeout=_POOL_PATIENCE_SECONDS):
            raise DatabaseUnavailable("all connections for reading are busy")
        try:
            connection = self._take()
            try:
                with translated():
                    yield Transaction(self._queries, connection)
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)
        finally:
            self._room.release()

    def close(self) -> None:
        """Close those that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        for pool in self._beside:
            pool.close()

    def _take(self) -> Any:
        """A connection that answers: an idle one, or a new one."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._connect()
            try:
                with translated():
                    BoundStep(self._queries.steps["database"], connection).ping()
            except DatabaseError:
                connection.close()
            else:
                return connection

    def _connect(self) -> Any:
        connection = connect(self._url, READING_SETTINGS, application_name="watchtime web")
        with translated():
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return connection

    def _give_back(self, connection: Any) -> None:
        try:
            with translated():
                connection.rollback()
        except DatabaseError:
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)
