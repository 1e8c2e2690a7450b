"""A connection pool for many threads that only read."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from helperfunctions.database.connect import READING_SETTINGS, connect
from helperfunctions.database.database import Database
from helperfunctions.database.errors import translated
from helperfunctions.database.transaction import Transaction
from helperfunctions.errors import DatabaseError, DatabaseTooSlow, DatabaseUnavailable
from helperfunctions.queries import BoundStep, Queries
from helperfunctions.weighted_semaphore import WeightedSemaphore

_POOL_PATIENCE_SECONDS = 10
# Units that costly reads share; each takes between 1 and all. Fewer than the connections, so that some are always free
# for cheap reads.
COST_UNITS = 6
# Costly reads that may wait at the same time: each occupies a thread of the program.
_MOST_WAITING = 8


class ReadPool:
    """A database for reading: a pool of a few open connections, shared by many threads.

    Each transaction sees one state and cannot write. A connection that broke while it was idle is replaced.
    """

    def __init__(self, url: str, queries: Queries, *, at_most: int = 8) -> None:
        self._url = url
        self._queries = queries
        self._room = threading.BoundedSemaphore(at_most)
        self._costly = WeightedSemaphore(min(COST_UNITS, max(1, at_most - 2)), most_waiting=_MOST_WAITING)
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._second_pools: list[ReadPool] = []

    def second_pool(self, at_most: int = 1) -> "ReadPool":
        """A second pool, for reads that must not wait for those of this one; closed with this one."""
        pool = ReadPool(self._url, self._queries, at_most=at_most)
        self._second_pools.append(pool)
        return pool

    def writer(self) -> Database:
        """The same database and role, for the few functions by which a role that reads may write."""
        return Database(self._url, self._queries)

    @contextmanager
    def transaction(self, cost: int = 0) -> Iterator[Transaction]:
        """A transaction that reads.

        `cost`, from 0 to COST_UNITS, is the load of its queries on the server: the costs of all reads at the same time
        add up to COST_UNITS at most, and others wait.

        Raises DatabaseTooSlow when the reads before it take too long, and DatabaseUnavailable also when all connections
        are busy for too long.
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
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        for pool in self._second_pools:
            pool.close()

    def _take(self) -> Any:
        """A connection that works: an idle one, or a new one."""
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
