"""The read-only role of the dashboard: errors in the dashboard can neither change data nor show private tables."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from helperfunctions import scram
from helperfunctions.database import Database, user_and_password
from helperfunctions.errors import DatabaseError, SettingsError

EMBEDDED_ROLE: Final = "watchtime_web"


def prepare(database: Database, reading_url: str) -> str:
    """Create the role of `reading_url`, or correct its rights, so that it can read what the dashboard shows.

    Returns the role's name. The server receives a verifier, never the password. If two processes do this, one waits for
    the other. Raises SettingsError when it is the bot's own role, DatabaseError when we may not create roles.
    """
    role, password = user_and_password(reading_url)
    if not role or role == database.parameters()["user"]:
        raise SettingsError(
            ["WEB_DATABASE_URL: name another role than the bot's: `migrate` creates it, with that password"]
        )
    try:
        with database.transaction() as tx:
            # A password would be in the server's log when this fails, or when statements are logged.
            tx.database.make_reader(role=role, verifier=scram.verifier(password) if password else "")
            tx.database.limit_reader(role=role)
    except DatabaseError as exc:
        if exc.can_retry:
            raise
        raise DatabaseError(
            f"the role {role} of WEB_DATABASE_URL cannot be created: {exc}. Ask an administrator of the database to "
            "grant CREATEROLE to the bot's role, or leave WEB_DATABASE_URL out: the dashboard then uses the bot's role"
        ) from exc
    return role


def of_embedded(database: Database, own_url: str) -> str:
    """The URL of the embedded server for the read-only role, which is created if needed."""
    parts = urlsplit(own_url)
    place = parts.netloc.rpartition("@")[2]
    prepare_embedded(database)
    return urlunsplit(parts._replace(netloc=f"{EMBEDDED_ROLE}@{place}"))


def prepare_embedded(database: Database) -> None:
    """Create the embedded server's read-only role, or correct its rights."""
    prepare(database, f"postgresql://{EMBEDDED_ROLE}@")
