"""Database: its transactions, and the locks of its jobs."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helperfunctions.database.advisory_lock import Hold
from helperfunctions.database.connect import CONNECT_TIMEOUT_SECONDS, WORKING_SETTINGS, connect
from helperfunctions.database.errors import translated
from helperfunctions.database.transaction import Transaction
from helperfunctions.environment import for_programs
from helperfunctions.errors import Busy, DatabaseError
from helperfunctions.locks import COMMANDS_THAT_WRITE
from helperfunctions.queries import BoundStep, Queries

# What of a connection its own programs take from the environment, and under which name.
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
    """The lock of a job, on whose connection its transactions follow each other; each thread has its own."""

    hold: Hold | None = None
    is_busy = False


class Database:
    """One PostgreSQL database. A connection lives as long as its transaction or lock: a server may restart between two.

    Within `only_one`, transactions follow each other on the connection of the lock: opening one takes longer than most
    transactions. Between two turns of a job no connection is open.

    Every method raises DatabaseUnavailable when the server cannot be reached or goes away, and DatabaseError when it
    refuses.
    """

    def __init__(self, url: str, queries: Queries) -> None:
        self._url = url
        self._queries = queries
        self._turn = _Turn()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Everything inside happens, or nothing."""
        with self._shared_or_own() as connection, translated(), connection:
            yield Transaction(self._queries, connection)

    @contextmanager
    def transaction_of_its_own(self, *, one_state: bool = False) -> Iterator[Transaction]:
        """A transaction on a new connection: its settings may be changed, they end with it.

        With `one_state` it only reads, and sees the database as it was at its beginning, however long it takes.
        """
        with self._connected() as connection, translated(), connection:
            if one_state:
                connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            yield Transaction(self._queries, connection)

    @contextmanager
    def only_one(self, job: str) -> Iterator[None]:
        """Hold the lock of a job; raises Busy when another process, or another thread, has it.

        When its connection is lost, the lock is lost with it, and transactions use new connections: the outcome of what
        was done already is still stored.
        """
        hold = self.hold(job)
        if hold is None:
            raise Busy(f"another process is doing '{job}' on this database just now; nothing was done here")
        turn, outer = self._turn, self._turn.hold
        turn.hold = outer or hold
        try:
            yield
        finally:
            turn.hold = outer
            hold.release()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write from a command, next to the bot and other commands, but never while a backup is put into the database.

        Raises Busy while one is restored, or all is copied to another server.
        """
        hold = self.hold(COMMANDS_THAT_WRITE, shared=True)
        if hold is None:
            raise Busy(
                "the database is being restored or copied by another process; nothing was changed: try again when that "
                "has ended"
            )
        try:
            yield
        finally:
            hold.release()

    def hold(self, what: str, *, shared: bool = False) -> Hold | None:
        """Take the lock of that name until it is released; None when somebody else has it. `shared`: for several who do
        not mind each other, but mind one who takes it for himself."""
        name = f"watchtime {what}"
        connection = self._connect()
        try:
            with translated():
                connection.autocommit = True
                database = BoundStep(self._queries.steps["database"], connection)
                if database.try_share(name=name) if shared else database.try_lock(name=name):
                    return Hold(connection, database, name, shared=shared)
        except DatabaseError:
            connection.close()
            raise
        connection.close()
        return None

    def parameters(self) -> dict[str, str]:
        """How the server was reached: host, port, user, dbname, password, and whether by TLS (sslmode)."""
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
            asked = dict(connection.info.dsn_parameters)
        environment = for_programs({name: value for name, value in os.environ.items() if not name.startswith("PG")})
        environment |= {name: asked[key] for key, name in _IN_ENVIRONMENT.items() if asked.get(key)}
        strict = asked.get("sslmode") in _STRICT_TLS
        return environment | {
            "PGHOST": reached["host"],
            "PGPORT": reached["port"],
            "PGUSER": reached["user"],
            "PGDATABASE": reached["dbname"],
            "PGPASSWORD": reached["password"],
            "PGSSLMODE": asked["sslmode"] if strict else reached["sslmode"],
            "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_SECONDS),
            "PGAPPNAME": "watchtime",
            "PGCLIENTENCODING": "UTF8",
        }

    @contextmanager
    def _shared_or_own(self) -> Iterator[Any]:
        """The connection of the lock that this thread holds, unless another transaction is on it; or a new one."""
        turn = self._turn
        if turn.hold is None or turn.hold.connection.closed or turn.is_busy:
            with self._connected() as connection:
                yield connection
            return
        turn.is_busy = True
        try:
            yield turn.hold.connection
        finally:
            turn.is_busy = False

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self) -> Any:
        return connect(self._url, WORKING_SETTINGS)
