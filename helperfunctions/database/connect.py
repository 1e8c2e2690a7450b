"""Open connections: time-outs, keepalives, and the settings of their sessions."""

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
# A server that is gone without having closed the connection, because its machine lost its network, is noticed within
# two minutes.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
    "tcp_user_timeout": 120_000,
}
# Limits of the memory of one query. A parallel query takes work_mem again for each worker and each of its steps, and
# compiled code (JIT) takes some 10 MB per connection: with 192 MB, two readers of a year were enough for the kernel to
# kill the whole server.
_MEMORY: dict[str, str] = {
    "work_mem": "4MB",
    "hash_mem_multiplier": "1",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
}
# For a server on a local socket. PGGSSENCMODE and similar variables may be set for servers elsewhere.
_LOCAL: dict[str, Any] = {"gssencmode": "disable", "sslmode": "disable", "channel_binding": "prefer"}
# Time-outs in milliseconds. Longer than any query takes: they end those that hang on a lock or a failed disk.
WORKING_SETTINGS: dict[str, str | int] = {
    **_MEMORY,
    "lock_timeout": 120_000,
    "idle_in_transaction_session_timeout": 300_000,
    "statement_timeout": 1_800_000,
}
# Time-outs in milliseconds, for pages that a visitor waits for.
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
            # Overrides PGCLIENTENCODING and the server's own default.
            client_encoding="UTF8",
            # So that a row's values have the names of their columns: `row.watch_hours`.
            cursor_factory=NamedTupleCursor,
        )


def _is_local(url: str) -> bool:
    return str(psycopg2.extensions.parse_dsn(url).get("host", "")).startswith("/")


def _options(url: str, settings: Mapping[str, str | int]) -> str:
    """The options of a session. Of two values for one setting, the server takes the later one.

    Options in the address take precedence, so that the resources of a large server can be used. Only the time zone is
    always ours: in another one, hours and days would begin at the wrong instant.
    """
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return " ".join((ours, psycopg2.extensions.parse_dsn(url).get("options", ""), "-c TimeZone=UTC"))
