"""How connections are opened: time-outs, keepalives, and the settings of their sessions."""

from collections.abc import Mapping
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2.extras import NamedTupleCursor

from helperfunctions.database.address import is_understood
from helperfunctions.database.errors import translated
from helperfunctions.errors import DatabaseError

CONNECT_TIMEOUT_SECONDS = 10
# For a cursor whose rows are tuples without names.
PLAIN_CURSOR: Any = psycopg2.extensions.cursor
# A server that vanished without closing the connection, as when its machine lost its network, is noticed within two
# minutes.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
    "tcp_user_timeout": 120_000,
}
# What one query may take of the server's memory. A parallel query takes work_mem once more for each worker and each of
# its steps, and compiled code (JIT) some ten MB for each connection: in 192 MB, two readers of a year were enough to
# have the kernel kill the whole server.
_MEMORY: dict[str, str] = {
    "work_mem": "4MB",
    "hash_mem_multiplier": "1",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
}
# A server on a socket of this machine, whatever PGGSSENCMODE and the like demand of servers elsewhere.
_LOCAL: dict[str, Any] = {"gssencmode": "disable", "sslmode": "disable", "channel_binding": "prefer"}
# What takes longer hangs: a lock that nobody gives back, a disk that no longer answers. In milliseconds.
WORKING_SETTINGS: dict[str, str | int] = {
    **_MEMORY,
    "lock_timeout": 120_000,
    "idle_in_transaction_session_timeout": 300_000,
    "statement_timeout": 1_800_000,
}
# For readers, who wait for a page. In milliseconds.
READING_SETTINGS: dict[str, str | int] = {
    **_MEMORY,
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 60_000,
    "statement_timeout": 15_000,
}


def connect(url: str, settings: Mapping[str, str | int], *, application_name: str = "watchtime") -> Any:
    """Open a connection whose session has these settings. Raises DatabaseError."""
    if not is_understood(url):
        raise DatabaseError("the address of the database is not understood: fix DATABASE_URL")
    with translated():
        return psycopg2.connect(
            url,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=_options(url, settings),
            **_ALIVE,
            **(_LOCAL if _is_local(url) else {}),
            application_name=application_name,
            # Whatever the server, or the environment, says.
            client_encoding="UTF8",
            # So that a row's values have the names of their columns: `row.watch_hours`.
            cursor_factory=NamedTupleCursor,
        )


def _is_local(url: str) -> bool:
    return str(psycopg2.extensions.parse_dsn(url).get("host", "")).startswith("/")


def _options(url: str, settings: Mapping[str, str | int]) -> str:
    """The options of a session; of two values for one setting, the server takes the later.

    Options in the address take precedence, so that a large server can be used as one. Only the time zone is ours in any
    case: instants in another one would begin hours and days at the wrong moment.
    """
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return " ".join((ours, psycopg2.extensions.parse_dsn(url).get("options", ""), "-c TimeZone=UTC"))
