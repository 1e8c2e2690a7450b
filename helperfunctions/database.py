"""PostgreSQL: transactions, locks and COPY. The only file that touches psycopg2."""

import io
import logging
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO, Any, Protocol, Self

import psycopg2
import psycopg2.errors
import psycopg2.extensions

from helperfunctions.errors import Busy, DatabaseError, DatabaseTooSlow, DatabaseUnavailable
from helperfunctions.queries import STEPS, BoundStep, Queries

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 10
# A server that vanished without a word, as when its machine lost its network, is noticed within two minutes.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
    "tcp_user_timeout": 120_000,
}
# What takes longer hangs: a lock that nobody gives back, a disk that no longer answers. In milliseconds.
_PATIENCE = {"lock_timeout": 120_000, "idle_in_transaction_session_timeout": 300_000, "statement_timeout": 1_800_000}
# Somebody waits for a page.
_READING_PATIENCE = {"lock_timeout": 5_000, "idle_in_transaction_session_timeout": 60_000, "statement_timeout": 15_000}
_POOL_PATIENCE_SECONDS = 10
# Characters that mean something in COPY's text format, and what stands for them.
# https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})

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


class Readable(Protocol):
    """What COPY reads from."""

    def read(self, size: int = ..., /) -> bytes: ...


class CopyRows:
    """Rows waiting for COPY, kept as the bytes that it wants: about as small as they can be."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()

    def add(self, rows: Sequence[Sequence[str | None]]) -> None:
        """Add rows, all of one width. None is NULL; text must be what PostgreSQL can hold: no NUL, no lone surrogate.

        Looked at together, for as a rule not one of their characters has to be escaped.
        """
        if not rows:
            return
        try:
            text = "\n".join(["\t".join(row) for row in rows])  # type: ignore[arg-type]  # None is what it tries
        except TypeError:
            text = _escaped_lines(rows)
        else:
            separators = (len(rows) * (len(rows[0]) - 1), len(rows) - 1)
            if (text.count("\t"), text.count("\n")) != separators or "\\" in text or "\r" in text:
                text = _escaped_lines(rows)
        self._bytes.write(text.encode() + b"\n")

    @classmethod
    def from_file(cls, file: IO[bytes]) -> Self:
        """Rows as `file` once gave them."""
        rows = cls()
        shutil.copyfileobj(file, rows._bytes)
        return rows

    def file(self) -> io.BytesIO:
        """The rows from the first one on."""
        self._bytes.seek(0)
        return self._bytes


def _escaped_lines(rows: Sequence[Sequence[str | None]]) -> str:
    return "\n".join("\t".join([r"\N" if value is None else escape_for_copy(value) for value in row]) for row in rows)


def escape_for_copy(value: str) -> str:
    """A value as COPY's text format wants it."""
    return value.translate(_COPY_ESCAPES)


class Transaction:
    """The queries of every step inside one transaction: `tx.collect.insert_poll(…)`."""

    database: BoundStep
    collect: BoundStep
    daily: BoundStep
    post: BoundStep
    reply: BoundStep
    outbox: BoundStep
    spend: BoundStep
    health: BoundStep
    names: BoundStep
    web: BoundStep

    def __init__(self, queries: Queries, connection: Any) -> None:
        self._connection = connection
        for step in STEPS:
            setattr(self, step, BoundStep(queries.steps[step], connection))

    def copy(self, command: str, rows: CopyRows) -> int:
        """Send rows through a COPY command; returns how many went in."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, rows.file())
            return int(cursor.rowcount)

    def copy_stream(self, command: str, stream: Readable) -> None:
        """Send what is in COPY's text format already."""
        with self._connection.cursor() as cursor:
            cursor.copy_expert(command, stream)

    def run(self, statements: str | bytes) -> list[tuple[Any, ...]]:
        """Run SQL that PostgreSQL has written itself: a query of ours, or pg_dump. The rows that the last one gave."""
        with self._connection.cursor() as cursor:
            cursor.execute(statements)
            return [] if cursor.description is None else list(cursor.fetchall())


class _Turn(threading.local):
    """The connection that the transactions of one job share, one after the other; each thread has its own."""

    depth = 0
    connection: Any = None
    is_busy = False


class Hold:
    """A lock of the whole database, on a connection of its own: when its holder dies, however it dies, it is free."""

    def __init__(self, connection: Any, database: BoundStep, name: str) -> None:
        self._connection = connection
        self.database = database
        self._name = name

    def is_held(self) -> bool:
        """Whether the connection, and so the lock, is still there."""
        try:
            with _translated():
                self.database.ping()
        except DatabaseError:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; quietly, if it is gone already."""
        # Closing would free it too, but only some time later: the next holder may already be at the door.
        with suppress(DatabaseError), _translated():
            self.database.unlock(name=self._name)
        self._connection.close()


class Database:
    """One PostgreSQL database. A connection lives as long as its transaction or lock: a server may restart between two.

    Within `only_one`, transactions follow each other on one connection: a new one for each would take longer than what
    it is there for. Between two turns of a job nothing is kept open.

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
        with self._shared_or_own() as connection, _translated(), connection:
            yield Transaction(self._queries, connection)

    @contextmanager
    def transaction_of_its_own(self, *, one_state: bool = False) -> Iterator[Transaction]:
        """A transaction on a new connection: its settings may be changed, they end with it.

        With `one_state` it only reads, and sees the database as it was at its beginning, however long it takes.
        """
        with self._connected() as connection, _translated(), connection:
            if one_state:
                connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            yield Transaction(self._queries, connection)

    @contextmanager
    def only_one(self, job: str) -> Iterator[None]:
        """Hold the lock of a job; raises Busy when another process, or another thread, has it."""
        hold = self.hold(job)
        if hold is None:
            raise Busy(f"another process is doing '{job}' on this database just now; nothing was done here")
        try:
            with self._one_turn():
                yield
        finally:
            hold.release()

    def hold(self, what: str) -> Hold | None:
        """Take the lock of that name until it is released; None when somebody else has it."""
        name = f"watchtime {what}"
        connection = self._connect()
        try:
            with _translated():
                connection.autocommit = True
                database = BoundStep(self._queries.steps["database"], connection)
                if database.try_lock(name=name):
                    return Hold(connection, database, name)
        except DatabaseError:
            connection.close()
            raise
        connection.close()
        return None

    def parameters(self) -> dict[str, str]:
        """How the server was reached: host, port, user, dbname, password, and whether by TLS (sslmode)."""
        with self._connected() as connection, _translated():
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
        with self._connected() as connection, _translated():
            asked = dict(connection.info.dsn_parameters)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
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
    def _one_turn(self) -> Iterator[None]:
        """Let the transactions of this thread share a connection until the block ends."""
        turn = self._turn
        turn.depth += 1
        try:
            yield
        finally:
            turn.depth -= 1
            if not turn.depth and turn.connection is not None:
                turn.connection.close()
                turn.connection = None

    @contextmanager
    def _shared_or_own(self) -> Iterator[Any]:
        """The connection of the turn, if there is one and no other transaction is on it just now; or a new one."""
        turn = self._turn
        if not turn.depth or turn.is_busy:
            with self._connected() as connection:
                yield connection
            return
        if turn.connection is None or turn.connection.closed:
            turn.connection = self._connect()
        turn.is_busy = True
        try:
            yield turn.connection
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
        if not is_understood(self._url):
            raise DatabaseError("the address of the database is not understood: mend DATABASE_URL")
        with _translated():
            return psycopg2.connect(
                self._url,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                options=_options(self._url),
                **_ALIVE,
                application_name="watchtime",
                # Whatever the server, or the environment, would have it be.
                client_encoding="UTF8",
            )


class Transactions(Protocol):
    """A database as who only asks it something sees it: Database and ReadPool alike."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Everything inside happens, or nothing."""
        ...


class ReadPool:
    """The same database for somebody who only reads: a handful of connections that stay open, for many threads.

    Each transaction sees one state and can write nothing. A connection that broke while it lay idle is replaced.
    """

    def __init__(self, url: str, queries: Queries, *, at_most: int = 8) -> None:
        self._url = url
        self._queries = queries
        self._room = threading.BoundedSemaphore(at_most)
        self._idle: list[Any] = []
        self._lock = threading.Lock()
        self._beside: list[ReadPool] = []

    def beside(self, at_most: int = 1) -> "ReadPool":
        """Connections of their own, for what must not wait for others; closed with this one."""
        pool = ReadPool(self._url, self._queries, at_most=at_most)
        self._beside.append(pool)
        return pool

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Read; raises DatabaseUnavailable also when all connections are busy for too long."""
        if not self._room.acquire(timeout=_POOL_PATIENCE_SECONDS):
            raise DatabaseUnavailable("all connections for reading are busy")
        try:
            connection = self._take()
            try:
                with _translated():
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
                with _translated():
                    BoundStep(self._queries.steps["database"], connection).ping()
            except DatabaseError:
                connection.close()
            else:
                return connection

    def _connect(self) -> Any:
        with _translated():
            connection = psycopg2.connect(
                self._url,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
                options=_options(self._url, _READING_PATIENCE),
                **_ALIVE,
                application_name="watchtime web",
                client_encoding="UTF8",
            )
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return connection

    def _give_back(self, connection: Any) -> None:
        try:
            with _translated():
                connection.rollback()
        except DatabaseError:
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)


@contextmanager
def _translated() -> Iterator[None]:
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


def _options(url: str, patience: Mapping[str, int] = _PATIENCE) -> str:
    """How long the server may let us wait, and that instants come in UTC, whatever the server's own time zone. What the
    address says itself comes later, and so wins."""
    ours = " ".join(f"-c {name}={value}" for name, value in {"TimeZone": "UTC", **patience}.items())
    return f"{ours} {psycopg2.extensions.parse_dsn(url).get('options', '')}".strip()


def _first_line(exc: psycopg2.Error) -> str:
    lines = str(exc).strip().splitlines()
    return lines[0] if lines else type(exc).__name__


def is_understood(url: str) -> bool:
    """Whether a URL has the parts that the driver makes of it.

    With a sign in the password that means something in a URL, the driver takes half of the password for a host, which
    it would then show in its errors.
    """
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return False
    ports = parts.get("port", "").split(",")
    return "@" not in parts.get("host", "") + parts.get("dbname", "") and all(
        port == "" or port.isdecimal() for port in ports
    )


def has_password(url: str) -> bool:
    """Whether a URL that is understood carries a password."""
    return "password" in psycopg2.extensions.parse_dsn(url)


def without_password(url: str) -> str:
    """A connection string, as URL or as key=value pairs, that can be shown."""
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return "(not understood)"
    hidden = {"password", "sslpassword", "passfile"}
    return " ".join(f"{key}={'***' if key in hidden else value}" for key, value in parts.items())
