"""The role that only reads: the dashboard comes in as it, so that no mistake of its can change or show too much."""

from typing import Final
from urllib.parse import urlsplit, urlunsplit

from helperfunctions import scram
from helperfunctions.database import Database, user_and_password
from helperfunctions.errors import DatabaseError, SettingsError

EMBEDDED_ROLE: Final = "watchtime_web"


def prepare(database: Database, reading_url: str) -> str:
    """Make the role that `reading_url` names, or set it right, and let it read what the dashboard shows; its name.

    Of the password the server gets a verifier only. Two at once is fine: one waits for the other.

    Raises SettingsError when it is the bot's own role, DatabaseError when we may not make roles.
    """
    role, password = user_and_password(reading_url)
    if not role or role == database.parameters()["user"]:
        raise SettingsError(
            ["WEB_DATABASE_URL: name a role of its own, not the bot's: `migrate` makes it, with that password"]
        )
    try:
        with database.transaction() as tx:
            # Were it the password, it would stand in the server's log when this fails, or when statements are logged.
            tx.database.make_reader(role=role, verifier=scram.verifier(password) if password else "")
            tx.database.limit_reader(role=role)
    except DatabaseError as exc:
        if exc.can_retry:
            raise
        raise DatabaseError(
            f"the role {role} of WEB_DATABASE_URL cannot be made: {exc}. Have an administrator of the database give "
            "the bot's role CREATEROLE, or leave WEB_DATABASE_URL out: the dashboard then reads as the bot's own role"
        ) from exc
    return role


def of_embedded(database: Database, own_url: str) -> str:
    """The address of the embedded server for the role that only reads, which is made there."""
    parts = urlsplit(own_url)
    place = parts.netloc.rpartition("@")[2]
    url = urlunsplit(parts._replace(netloc=f"{EMBEDDED_ROLE}@{place}"))
    prepare(database, url)
    return url
