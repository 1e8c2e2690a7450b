"""The causes of problems, in words that anybody may read, each with what to do. Pure.

The text of an error can name hosts and accounts, so pages that are public show these words instead. Commands are
between backquotes.
"""

from enum import StrEnum
from typing import Final

from bot.core.polls import CrawlEnd
from helperfunctions import errors
from helperfunctions.errors import (
    DatabaseError,
    EngineFailed,
    LakeError,
    StoreError,
    TwitchError,
    TwitchRefused,
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
    TWITCH_UNAVAILABLE = "twitch_unavailable"
    TWITCH_REFUSED = "twitch_refused"
    X_UNAVAILABLE = "x_unavailable"
    X_REFUSED = "x_refused"
    X_CREDENTIALS = "x_credentials"
    X_CREDITS = "x_credits"
    CHAT_NOT_HEARD = "chat_not_heard"
    CHAT_QUEUE = "chat_queue"
    DATABASE = "database"
    STORE = "store"


REASONS: Final = {
    Cause.UNKNOWN: "the log of the bot has the reason",
    Cause.NOT_RUNNING: "the bot is not running",
    Cause.INTERRUPTED: "the bot was stopped in the middle of it",
    Cause.TWITCH_UNAVAILABLE: "Twitch does not answer",
    Cause.TWITCH_REFUSED: "Twitch refuses the bot's credentials",
    Cause.X_UNAVAILABLE: "X does not answer",
    Cause.X_REFUSED: "X refuses",
    Cause.X_CREDENTIALS: "X refuses the bot's credentials",
    Cause.X_CREDITS: "the account on X has no credits left",
    Cause.CHAT_NOT_HEARD: "the listener does not run, or Twitch's chat does not answer",
    Cause.CHAT_QUEUE: "the queue of chat does not answer, refuses, or is full",
    Cause.DATABASE: "the database does not answer, or refuses",
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
X_CREDITS: Final = "buy credits at https://console.x.com, then `watchtime spend --resume`"

FIXES: Final = {
    Cause.UNKNOWN: f"run `watchtime check`; the bot's log: {LOG}",
    Cause.NOT_RUNNING: f"{START}; its log has the reason, if it stopped by itself: {LOG}",
    Cause.INTERRUPTED: f"nothing, if it was restarted; otherwise see its log: {LOG}",
    Cause.TWITCH_UNAVAILABLE: "check the network and https://status.twitch.com; the bot retries by itself",
    Cause.TWITCH_REFUSED: TWITCH_KEYS,
    Cause.X_UNAVAILABLE: "check the network and https://docs.x.com/status; the bot retries by itself",
    Cause.X_REFUSED: "run `watchtime outbox` and `watchtime check`, which have X's own words",
    Cause.X_CREDENTIALS: X_KEYS,
    Cause.X_CREDITS: X_CREDITS,
    Cause.CHAT_NOT_HEARD: "the log of `watchtime listen` has the reason, or of `watchtime run`, which starts it",
    Cause.CHAT_QUEUE: "check RabbitMQ and AMQP_URL; a queue that is full needs a process that counts: `watchtime run`",
    Cause.DATABASE: "run `watchtime check`, or in containers `docker compose exec bot python3 -m bot check`: it names "
    "the reason; polls are kept on disk meanwhile",
    Cause.STORE: "run `watchtime lake status`, and check LAKE_URL and its credentials",
}

_OF_ERRORS: Final = (
    (TwitchRefused, Cause.TWITCH_REFUSED),
    (TwitchError, Cause.TWITCH_UNAVAILABLE),
    (XOutOfCredits, Cause.X_CREDITS),
    (XCredentialsWrong, Cause.X_CREDENTIALS),
    (XRefused, Cause.X_REFUSED),
    (XRefusedForNow, Cause.X_REFUSED),
    (XError, Cause.X_UNAVAILABLE),
    (DatabaseError, Cause.DATABASE),
    (StoreError, Cause.STORE),
    (LakeError, Cause.STORE),
    (EngineFailed, Cause.STORE),
)


def cause_of_outcome(outcome: str) -> Cause:
    """The cause of a failed attempt, from the name of the error's class that the record has."""
    if outcome == "interrupted":
        return Cause.INTERRUPTED
    kind = getattr(errors, outcome, None)
    if not isinstance(kind, type):
        return Cause.UNKNOWN
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
