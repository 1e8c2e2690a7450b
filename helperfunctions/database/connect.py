"""How connections are opened: time-outs, keepalives, and the settings of their sessions."""

from collections.abc import Mapping
from typing import Any

import psycopg2
import psycopg2.extensions

from helperfunctions.database.address import is_understood
from helperfunctions.database.errors import translated
from helperfunctions.errors import DatabaseError

CONNECT_TIMEOUT_SECONDS = 10
# A server that vanished without closing the connection, as when its machine lost its network, is noticed within two
# minutes.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 60,
    "keepalives_interval": 15,
    "keepalives_count": 4,
    "tcp_user_timeout": 120_000,
}
# What takes longer hangs: a lock that nobody gives back, a disk that no longer answers. In milliseconds.
WORKING_SETTINGS = {
    "lock_timeout": 120_000,
    "idle_in_transaction_session_timeout": 300_000,
    "statement_timeout": 1_800_000,
}
# For readers, who wait for a page. In milliseconds.
READING_SETTINGS = {
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 60_000,
    "statement_timeout": 15_000,
}


def connect(url: str, settings: Mapping[str, int], *, application_name: str = "watchtime") -> Any:
    """Open a connection whose session has these settings. Raises DatabaseError."""
    if not is_understood(url):
        raise DatabaseError("the address of the database is not understood: fix DATABASE_URL")
    with translated():
        return psycopg2.connect(
            url,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=_options(url, settings),
            **_ALIVE,
            application_name=application_name,
            # Whatever the server, or the environment, says.
            client_encoding="UTF8",
        )


def _options(url: str, settings: Mapping[str, int]) -> str:
    """The settings of a session, and instants in UTC, whatever the server's own time zone. Options in the address come
    later, and so take precedence."""
    ours = " ".join(f"-c {name}={value}" for name, value in {"TimeZone": "UTC", **settings}.items())
    return f"{ours} {psycopg2.extensions.parse_dsn(url).get('options', '')}".strip()
