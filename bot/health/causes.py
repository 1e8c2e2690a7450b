"""The causes of problems, in words that anybody may read, each with what to do. Pure.

The text of an error can name hosts and accounts, so pages that are public show these words instead. Commands are
between backquotes.
"""

from enum import StrEnum
from typing import Final

from bot.core.polls import CrawlEnd
from helperfunctions import errors
from helperfunctions.errors import (
    DatabaseConflict,
    DatabaseError,
    DatabaseSettingsWrong,
    DatabaseTooSlow,
    DatabaseUnavailable,
    EmbeddedDatabaseBroken,
    EngineFailed,
    LakeError,
    SchemaMismatch,
    StoreError,
    TwitchError,
    TwitchRefused,
    WatchTimeError,
    XCredentialsWrong,
    XError,
    XOutOfCredits,
    XRefused,
    XRefusedForNow,
)


class Cause(StrEnum):
    """The cause of a problem."""

    UNKNOWN = "unknown"
    NOT_RUNNING = "not_running"
    INTERRUPTED = "interrupted"
    NETWORK = "network"
    TWITCH_UNAVAILABLE = "twitch_unavailable"
    TWITCH_REFUSED = "twitch_refused"
    X_UNAVAILABLE = "x_unavailable"
    X_REFUSED = "x_refused"
    X_CREDENTIALS = "x_credentials"
    X_CREDITS = "x_credits"
    CHAT_NOT_HEARD = "chat_not_heard"
    CHAT_QUEUE = "chat_queue"
    DATABASE = "database"
    DATABASE_EMBEDDED = "database_embedded"
    DATABASE_BROKEN = "database_broken"
    DATABASE_SETTINGS = "database_settings"
    DATABASE_READ_ONLY = "database_read_only"
    DATABASE_FULL = "database_full"
    DATABASE_SLOW = "database_slow"
    DATABASE_REFUSED = "database_refused"
    DATABASE_SCHEMA = "database_schema"
    DATABASE_RESTARTS = "database_restarts"
    DATABASE_PREPARED = "database_prepared"
    DISK = "disk"
    STORE = "store"


REASONS: Final = {
    Cause.UNKNOWN: "the log of the bot has the reason",
    Cause.NOT_RUNNING: "the bot is not running",
    Cause.INTERRUPTED: "the bot was stopped in the middle of it",
    Cause.NETWORK: "is the network of this machine up?",
    Cause.TWITCH_UNAVAILABLE: "Twitch does not answer",
    Cause.TWITCH_REFUSED: "Twitch refuses the bot's credentials",
    Cause.X_UNAVAILABLE: "X does not answer",
    Cause.X_REFUSED: "X refuses",
    Cause.X_CREDENTIALS: "X refuses the bot's credentials",
    Cause.X_CREDITS: "the account on X has no credits left",
    Cause.CHAT_NOT_HEARD: "the listener does not run, or Twitch's chat does not answer",
    Cause.CHAT_QUEUE: "the queue of chat does not answer, refuses, or is full",
    Cause.DATABASE: "the database does not answer",
    Cause.DATABASE_EMBEDDED: "the embedded database does not start",
    Cause.DATABASE_BROKEN: "files of the embedded database are missing or damaged",
    Cause.DATABASE_SETTINGS: "the server has no such database or user, or DATABASE_URL is wrong",
    Cause.DATABASE_READ_ONLY: "the database takes no changes: it recovers, or was set to read-only",
    Cause.DATABASE_FULL: "the database has no room left on its disk",
    Cause.DATABASE_SLOW: "the database takes too long",
    Cause.DATABASE_REFUSED: "the database refuses something to the bot's user",
    Cause.DATABASE_SCHEMA: "the tables are of another version of this program",
    Cause.DATABASE_RESTARTS: "its server is restarted, or the connection breaks",
    Cause.DATABASE_PREPARED: "its tables are brought up to date",
    Cause.DISK: "the disk of DATA_DIR is almost full",
    Cause.STORE: "the data lake's store does not answer, or refuses",
}

# The start of a bot, from a folder and in containers.
START: Final = "start it with `watchtime run`, or in containers with `docker compose up -d bot`"
LOG: Final = "on the terminal or in the journal of `watchtime run`, or `docker compose logs bot`"
RESTART: Final = "in .env, and restart the bot (in containers: `docker compose up -d`)"
TWITCH_KEYS: Final = (
    "copy the client id and a new secret from https://dev.twitch.tv/console/apps into TWITCH_CLIENT_ID and "
    f"TWITCH_CLIENT_SECRET {RESTART}"
)
X_KEYS: Final = (
    "copy all four keys again from https://console.x.com into X_API_KEY, X_API_KEY_SECRET, X_ACCESS_TOKEN and "
    f"X_ACCESS_TOKEN_SECRET {RESTART}; the bot calls X at the next attempt, or at once after `watchtime spend --resume`"
)
DATABASE_URL: Final = "`watchtime config` shows DATABASE_URL without its password"
MEANWHILE: Final = "polls are kept on disk meanwhile"
POSTS_FIX: Final = "run `watchtime outbox`, which has the reason for each post, and `watchtime check`"
X_CREDITS: Final = "buy credits at https://console.x.com, then `watchtime spend --resume`"

FIXES: Final = {
    Cause.UNKNOWN: f"run `watchtime check`; the bot's log: {LOG}",
    Cause.NOT_RUNNING: f"{START}; its log has the reason, if it stopped by itself: {LOG}",
    Cause.INTERRUPTED: f"nothing, if it was restarted; otherwise see its log: {LOG}",
    Cause.NETWORK: "check this machine's connection, its DNS, and its firewall or proxy; the bot retries by itself",
    Cause.TWITCH_UNAVAILABLE: "check the network and https://status.twitch.com; the bot retries by itself",
    Cause.TWITCH_REFUSED: TWITCH_KEYS,
    Cause.X_UNAVAILABLE: "check the network and https://docs.x.com/status; the bot retries by itself",
    Cause.X_REFUSED: "run `watchtime outbox` and `watchtime check`, which have X's own words",
    Cause.X_CREDENTIALS: X_KEYS,
    Cause.X_CREDITS: X_CREDITS,
    Cause.CHAT_NOT_HEARD: "the log of `watchtime listen` has the reason, or of `watchtime run`, which starts it",
    Cause.CHAT_QUEUE: "check RabbitMQ and AMQP_URL; a queue that is full needs a process that counts: `watchtime run`",
    Cause.DATABASE: "is PostgreSQL running, and the network to it up? In containers: `docker compose up -d db`, and "
    f"`docker compose logs db` has its reason. {DATABASE_URL}; {MEANWHILE}",
    Cause.DATABASE_EMBEDDED: f"see postgres/log in DATA_DIR, and whether memory and disk are free; it is started again "
    f"by itself, and {MEANWHILE}",
    Cause.DATABASE_BROKEN: "see postgres/log in DATA_DIR for the file, and put it back if it was moved. Otherwise move "
    f"the folder postgres away and restore a backup: `watchtime restore FILE`; {MEANWHILE}",
    Cause.DATABASE_SETTINGS: f"create the database or the user, or fix DATABASE_URL {RESTART}; {MEANWHILE}",
    Cause.DATABASE_READ_ONLY: "wait until it has recovered, or connect to the primary and turn default_transaction_"
    f"read_only off; {MEANWHILE}",
    Cause.DATABASE_FULL: f"free some space on the disk of the database; {MEANWHILE}",
    Cause.DATABASE_SLOW: "is its machine busy, or does another program hold locks? It is tried again by itself",
    Cause.DATABASE_REFUSED: f"check the rights of the bot's user, and the server's log (`docker compose logs db`); "
    f"{MEANWHILE}",
    Cause.DATABASE_SCHEMA: "use the newer version of this program; for tables that are older, run `watchtime migrate`",
    Cause.DATABASE_RESTARTS: "check the log of the database server (`docker compose logs db`), and the memory of its "
    "machine or container",
    Cause.DATABASE_PREPARED: f"nothing: this ends by itself, and {MEANWHILE}",
    Cause.DISK: "free some space: what cannot be stored is lost",
    Cause.STORE: "run `watchtime lake status`, and check LAKE_URL and its credentials",
}

# What X on hold means, and how it ends.
ON_HOLD: Final = (
    "summaries and answers wait, and are sent when X is called again; updates from Twitch go on. A summary that still "
    "waits at midnight after its day expires, and an answer a day after its question. The hold lasts until the next "
    "attempt, also after a repair: `watchtime spend --resume` ends it at once"
)

_OF_ERRORS: Final = (
    (TwitchRefused, Cause.TWITCH_REFUSED),
    (TwitchError, Cause.TWITCH_UNAVAILABLE),
    (XOutOfCredits, Cause.X_CREDITS),
    (XCredentialsWrong, Cause.X_CREDENTIALS),
    (XRefused, Cause.X_REFUSED),
    (XRefusedForNow, Cause.X_REFUSED),
    (XError, Cause.X_UNAVAILABLE),
    (EmbeddedDatabaseBroken, Cause.DATABASE_BROKEN),
    (DatabaseSettingsWrong, Cause.DATABASE_SETTINGS),
    (DatabaseTooSlow, Cause.DATABASE_SLOW),
    (DatabaseConflict, Cause.DATABASE_SLOW),
    (DatabaseUnavailable, Cause.DATABASE),
    (SchemaMismatch, Cause.DATABASE_SCHEMA),
    (DatabaseError, Cause.DATABASE_REFUSED),
    (StoreError, Cause.STORE),
    (LakeError, Cause.STORE),
    (EngineFailed, Cause.STORE),
)
# The reasons of DatabaseUnavailable.
_OF_WHY: Final = {
    "read_only": Cause.DATABASE_READ_ONLY,
    "full": Cause.DATABASE_FULL,
    "embedded": Cause.DATABASE_EMBEDDED,
}


def cause_of_outcome(outcome: str) -> Cause:
    """The cause of a failed attempt, from the name of the error's class that the record has."""
    if outcome == "interrupted":
        return Cause.INTERRUPTED
    kind = getattr(errors, outcome, None)
    return _cause_of_kind(kind) if isinstance(kind, type) else Cause.UNKNOWN


def cause_of_error(error: WatchTimeError) -> Cause:
    """The cause of an error of ours, or of the one that it was raised from."""
    found = error.__cause__ if isinstance(error.__cause__, WatchTimeError) else error
    cause = _cause_of_kind(type(found))
    return (
        _OF_WHY.get(found.why, cause) if cause is Cause.DATABASE and isinstance(found, DatabaseUnavailable) else cause
    )


def own_fix(error: WatchTimeError) -> str:
    """The fix that an error itself has, which is more precise than that of its cause; "" if it has none."""
    if not isinstance(error, DatabaseSettingsWrong):
        return ""
    return str(error).rpartition(": ")[2]


def _cause_of_kind(kind: type) -> Cause:
    return next((cause for base, cause in _OF_ERRORS if issubclass(kind, base)), Cause.UNKNOWN)


def cause_of_poll(ended_because: str) -> Cause:
    """The cause of a failed or incomplete poll."""
    match ended_because:
        case CrawlEnd.TWITCH_REFUSED:
            return Cause.TWITCH_REFUSED
        case CrawlEnd.TWITCH_UNAVAILABLE | CrawlEnd.OUT_OF_TIME:
            return Cause.TWITCH_UNAVAILABLE
        case _:
            return Cause.UNKNOWN


def cause_of_pause(cause: str) -> Cause:
    """The cause of a pause of X."""
    return Cause.X_CREDITS if cause == "credits" else Cause.X_CREDENTIALS
