"""The address of a database: whether it can be used, and how it is shown without its password."""

import psycopg2
import psycopg2.extensions


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
    hidden = {"password", "sslpassword", "passfile"}
    return " ".join(f"{key}={'***' if key in hidden else value}" for key, value in parts.items())
