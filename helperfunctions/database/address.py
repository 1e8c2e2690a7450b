"""The address of a database: whether it can be used, and how it is shown without its password."""

from typing import Final
from urllib.parse import quote, urlencode

import psycopg2
import psycopg2.extensions

_HIDDEN: Final = frozenset({"password", "sslpassword", "passfile"})


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
    host = parts.get("host", "")
    # The folder of a socket may contain any sign.
    names = ("" if host.startswith("/") else host) + parts.get("dbname", "")
    return "@" not in names and all(port == "" or port.isdecimal() for port in ports)


def has_password(url: str) -> bool:
    """Whether a URL that is understood carries a password."""
    return "password" in psycopg2.extensions.parse_dsn(url)


def user_and_password(url: str) -> tuple[str, str]:
    """The role that a URL names and its password, from wherever in the URL; each empty if there is none."""
    parts = psycopg2.extensions.parse_dsn(url)
    return str(parts.get("user", "")), str(parts.get("password", ""))


def without_password(url: str) -> str:
    """A connection string, as URL or as key=value pairs, that can be shown."""
    try:
        parts = psycopg2.extensions.parse_dsn(url)
    except psycopg2.ProgrammingError:
        return "(not understood)"
    return " ".join(f"{key}={'***' if key in _HIDDEN else value}" for key, value in parts.items())


def url_without_password(url: str) -> str:
    """The URL of the same database that can be shown, and is a setting again once its password is put in."""
    parts = {key: value for key, value in psycopg2.extensions.parse_dsn(url).items() if key not in _HIDDEN}
    user, dbname = quote(parts.pop("user", ""), safe=""), quote(parts.pop("dbname", ""), safe="")
    # Several hosts, each with its port, and the folder of a socket go among the parameters.
    return f"postgresql://{user}{'@' if user else ''}{_server(parts)}/{dbname}" + (
        f"?{urlencode(parts, quote_via=quote, safe=',/')}" if parts else ""
    )


def _server(parts: dict[str, str]) -> str:
    """Takes a single host and its port out of the parts."""
    host, port = parts.get("host", ""), parts.get("port", "")
    if not host or "," in host + port or host.startswith(("/", "@")):
        return ""
    del parts["host"]
    parts.pop("port", None)
    return (f"[{host}]" if ":" in host else quote(host, safe="")) + (f":{port}" if port else "")
