"""The address of a database: whether it is valid, and how to show it without its password."""

from typing import Final
from urllib.parse import quote, urlencode

import psycopg2
import psycopg2.extensions

_HIDDEN: Final = frozenset({"password", "sslpassword", "passfile"})


def is_understood(url: str) -> bool:
    """True if the driver splits a URL into the parts that its author meant.

    A password with an unescaped "/" or "@" is split in the middle: the driver takes half of it for a host name, and
    shows that in its errors.
    """
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return False
    ports = parts.get("port", "").split(",")
    host = parts.get("host", "")
    # The folder of a socket may contain any character.
    names = ("" if host.startswith("/") else host) + parts.get("dbname", "")
    return "@" not in names and all(port == "" or port.isdecimal() for port in ports)


def has_password(url: str) -> bool:
    """True if a valid URL contains a password."""
    return "password" in psycopg2.extensions.parse_dsn(url)


def user_and_password(url: str) -> tuple[str, str]:
    """The role and the password of a URL, from any part of it; each empty if there is none."""
    parts = psycopg2.extensions.parse_dsn(url)
    return str(parts.get("user", "")), str(parts.get("password", ""))


def without_password(url: str) -> str:
    """A connection string (URL or key=value pairs) with its secrets replaced by ***."""
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return "(not understood)"
    return " ".join(f"{key}={'***' if key in _HIDDEN else value}" for key, value in parts.items())


def url_without_password(url: str) -> str:
    """The same URL without its secrets; with the password added it is a valid setting again."""
    parts = {key: value for key, value in psycopg2.extensions.parse_dsn(url).items() if key not in _HIDDEN}
    user, dbname = quote(parts.pop("user", ""), safe=""), quote(parts.pop("dbname", ""), safe="")
    # Several hosts with their ports, and the folder of a socket, are query parameters.
    return f"postgresql://{user}{'@' if user else ''}{_server(parts)}/{dbname}" + (
        f"?{urlencode(parts, quote_via=quote, safe=',/')}" if parts else ""
    )


def _server(parts: dict[str, str]) -> str:
    """The host and port as part of a URL, removed from `parts`; empty if they have to stay there as parameters."""
    host, port = parts.get("host", ""), parts.get("port", "")
    if not host or "," in host + port or host.startswith(("/", "@")):
        return ""
    del parts["host"]
    parts.pop("port", None)
    return (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
