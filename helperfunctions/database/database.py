"""A database: its transactions and advisory locks."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helperfunctions.database.advisory_lock import AdvisoryLock
from helperfunctions.database.connect import CONNECT_TIMEOUT_SECONDS, WORKING_SETTINGS, connect
from helperfunctions.database.errors import translated
from helperfunctions.database.transaction import Transaction
from helperfunctions.environment import for_programs
from helperfunctions.errors import Busy, DatabaseError
from helperfunctions.locks import COMMANDS_THAT_WRITE
from helperfunctions.queries import BoundStep, Queries

# Connection parameters that libpq programs read from environment variables.
# https://www.postgresql.org/docs/current/libpq-envars.html
_IN_ENVIRONMENT = {
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
    "krbsrvname": "PGKRBSRVNAME",
    "options": "PGOPTIONS",
    "sslcert": "PGSSLCERT",
    "sslcrl": "PGSSLCRL",
    "sslkey": "PGSSLKEY",
    "sslrootcert": "PGSSLROOTCERT",
}
_STRICT_TLS = ("verify-ca", "verify-full")


class _Turn(threading.local):
    """The lock of a job, on whose connection its transactions follow each other, and the connections that are kept for
    later; each thread has its own. `kept` is None where connections are closed instead."""

    lock: AdvisoryLock | None = None
    is_busy = False
    kept: list[Any] | None = None


class Database:
    """One PostgreSQL database. A connection lives as long as its transaction or lock: a server may restart between two.

    Within `exclusive`, transactions follow each other on the connection of the lock: opening one takes longer than most
    transactions. Between two turns of a job no connection is open, but within `keeping_connections`.

    Every method raises DatabaseUnavailable when the server cannot be reached or goes away, and DatabaseError when it
    refuses.
    """

    def __init__(self, url: str, queries: Queries) -> None:
        self._url = url
        self._queries = queries
        self._turn = _Turn()

    @property
    def url(self) -> str:
        """The address with its password, for a process of ours that works on the same database."""
        return self._url

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._shared_or_own() as connection, translated(), connection:
            yield Transaction(self._queries, connection)

    @contextmanager
    def transaction_of_its_own(self, *, one_state: bool = False) -> Iterator[Transaction]:
        """A transaction on a connection of its own, whose settings may be changed: they end with it.

        With `one_state` it only reads, and sees one state of the database, however long it takes.
        """
        with self._connected() as connection, translated(), connection:
            if one_state:
                connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            yield Transaction(self._queries, connection)

    @contextmanager
    def exclusive(self, job: str) -> Iterator[None]:
        """Hold the advisory lock of a job for the duration of the block. Raises Busy when another session holds it.

        When its connection is lost, the lock is lost with it, and transactions use new connections: the outcome of what
        was done already is still stored.
        """
        lock = self.try_lock(job)
        if lock is None:
            raise Busy(f"another process is doing '{job}' on this database just now; nothing was done here")
        turn, outer = self._turn, self._turn.lock
        turn.lock = outer or lock
        try:
            yield
        finally:
            turn.lock = outer
            lock.release()

    @contextmanager
    def keeping_connections(self) -> Iterator[None]:
        """Within the block, a connection is kept for the next transaction or lock of this thread, instead of closed.

        For thousands of short turns, one after the other, on a server that nobody restarts meanwhile.
        """
        turn, kept = self._turn, list[Any]()
        turn.kept = kept
        try:
            yield
        finally:
            turn.kept = None
            for connection in kept:
                connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Allow a command to write, next to the bot and other commands.

        Raises Busy while a backup is restored into the database, or the database is copied to another server.
        """
        lock = self.try_lock(COMMANDS_THAT_WRITE, shared=True)
        if lock is None:
            raise Busy(
                "the database is being restored or copied by another process; nothing was changed: try again when that "
                "has ended"
            )
        try:
            yield
        finally:
            lock.release()

    def try_lock(self, what: str, *, shared: bool = False) -> AdvisoryLock | None:
        """Acquire the advisory lock of that name, or return None at once when another session holds it.

        Several sessions can hold a `shared` lock at the same time, but none of them while one holds it exclusively.
        """
        name = f"watchtime {what}"
        connection = self._connect()
        try:
            with translated():
                connection.autocommit = True
                database = BoundStep(self._queries.steps["database"], connection)
                if database.try_share(name=name) if shared else database.try_lock(name=name):
                    return AdvisoryLock(connection, database, name, self._end, shared=shared)
        except DatabaseError:
            connection.close()
            raise
        self._end(connection)
        return None

    def parameters(self) -> dict[str, str]:
        """The parameters of a connection: host, port, user, dbname, password, and whether it uses TLS (sslmode)."""
        with self._connected() as connection, translated():
            info = connection.info
            return {
                "host": info.host,
                "port": str(info.port),
                "user": info.user,
                "dbname": info.dbname,
                "password": info.password or "",
                "sslmode": "require" if info.ssl_in_use else "disable",
            }

    def client_environment(self) -> dict[str, str]:
        """The environment in which PostgreSQL's own programs reach this database as we do.

        So the password is on no command line, which every user of the machine can read.
        """
        reached = self.parameters()
        with self._connected() as connection, translated():
            requested = dict(connection.info.dsn_parameters)
        environment = for_programs({name: value for name, value in os.environ.items() if not name.startswith("PG")})
        environment |= {name: requested[key] for key, name in _IN_ENVIRONMENT.items() if requested.get(key)}
        strict = requested.get("sslmode") in _STRICT_TLS
        return environment | {
            "PGHOST": reached["host"],
            "PGPORT": reached["port"],
            "PGUSER": reached["user"],
            "PGDATABASE": reached["dbname"],
            "PGPASSWORD": reached["password"],
            "PGSSLMODE": requested["sslmode"] if strict else reached["sslmode"],
            "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS),
            "PGAPPNAME": "watchtime",
            "PGCLIENTENCODING": "UTF8",
        }

    @contextmanager
    def _shared_or_own(self) -> Iterator[Any]:
        """The connection of the lock that this thread holds, unless another transaction is on it; or a new one."""
        turn = self._turn
        if turn.lock is None or turn.lock.connection.closed or turn.is_busy:
            with self._connected() as connection:
                yield connection
            return
        turn.is_busy = True
        try:
            yield turn.lock.connection
        finally:
            turn.is_busy = False

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        connection = self._connect()
        try:
            yield connection
        finally:
            self._end(connection)

    def _connect(self) -> Any:
        return self._turn.kept.pop() if self._turn.kept else connect(self._url, WORKING_SETTINGS)

    def _end(self, connection: Any) -> None:
        """Keep a connection for later, with the first values of its settings, or close it."""
        kept = self._turn.kept
        if kept is None or connection.closed:
            connection.close()
            return
        try:
            with translated():
                connection.reset()
                connection.autocommit = False
        except DatabaseError:
            connection.close()
        else:
            kept.append(connection)
