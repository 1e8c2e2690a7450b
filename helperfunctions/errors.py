"""Every error that the project raises on purpose.

    WatchTimeError              one line for the user: the problem, and how to fix it
    ├── SettingsError           the settings are wrong; a person has to fix them
    ├── SecretsUnavailable      AWS Secrets Manager cannot be reached; a retry can help
    ├── OutputNotWritten        the output of a command cannot be written, for example because the disk is full
    ├── Busy                    another process is running the same job
    ├── DayNotAvailable         the requested day does not exist, or can no longer be computed
    ├── BackupError             a backup cannot be created, read or restored; nothing was changed
    ├── SumsDisagree            the parts of a roll-up do not add up; nothing of it was stored
    ├── DatabaseError           PostgreSQL refused a query
    │   ├── DatabaseUnavailable     it cannot be reached, or the connection was lost; a retry can help
    │   │   ├── DatabaseTooSlow         the query took longer than its time limit
    │   │   ├── DatabaseSettingsWrong   the server has no such database or role; a person has to fix the URL
    │   │   └── EmbeddedDatabaseBroken  the files of the embedded database are damaged; a person has to restore them
    │   ├── DatabaseConflict        another transaction was in the way; a retry can help
    │   ├── ValueRefused            a value is invalid for the query
    │   └── SchemaMismatch          the schema or the encoding is not the one that this version needs
    ├── TwitchError             a request to Twitch failed
    │   ├── TwitchUnavailable       all retries failed; a later attempt can succeed
    │   │   ├── PictureUnavailable      a picture cannot be downloaded just now
    │   │   └── ChatUnavailable         the connection to chat cannot be made, or ended
    │   ├── TwitchRefused           Twitch rejects our credentials; a person has to fix them
    │   ├── UnknownChannel          Twitch has no channel of this name, or we do not follow it
    │   ├── InvalidCursor           Twitch does not know the cursor, or no longer
    │   └── PictureRefused          the address has no picture that we store
    ├── XError                  a request to X failed
    │   ├── XRefused                X refuses the request; with `may_pass` a retry may succeed
    │   ├── XNotYet                 the request can succeed from a known time on
    │   │   ├── XOutOfCredits           the account has no credits left, or used up its cap
    │   │   ├── XCredentialsWrong       X rejects our credentials
    │   │   ├── XRefusedForNow          X refuses temporarily: a locked account, a limit, a page of another server
    │   │   └── OverBudget              the call would exceed X_MONTHLY_BUDGET_USD and was not made
    │   └── XUnknown                the outcome is unknown: no answer, a late one, or an unreadable one
    ├── StoreError              an object store (S3 or a folder) failed
    │   ├── StoreUnavailable        it does not answer, or is full; a later attempt can succeed
    │   ├── StoreRefused            it refuses: no such bucket, no right, wrong credentials; a person has to fix it
    │   ├── ObjectChanged           another object is there than was expected; a later attempt can succeed
    │   ├── ObjectMissing           there is no such object
    │   └── ObjectDamaged           the content of an object is not what was stored
    ├── LakeError               objects of the lake contradict the database; `watchtime lake verify` names them
    ├── EngineFailed            DuckDB or Spark could not compute or write something
    │   └── EngineUnavailable       the engine does not answer in time; a later attempt can succeed
    ├── ChartNotDrawn           a chart could not be drawn
    ├── JournalUnusable         the journal of chat, a file, cannot be read or written
    ├── QueueUnavailable        the queue of chat (RabbitMQ) does not answer; what was heard waits in the journal
    │   ├── QueueFull               nobody fetches what is in it; a later attempt can succeed
    │   └── QueueRefused            it refuses us, or has other queues of the same name; a person has to fix it
    └── WebhookFailed           a message could not be delivered; a retry can help

A vendor's error is translated once, in the file that uses the vendor's library, with `from exc`.
"""

from datetime import datetime
from typing import ClassVar


class WatchTimeError(Exception):
    """An expected error, with a message of one line for the user.

    `can_retry`: the same call can succeed later without a person's help. `exit_code`: the exit code of the command line
    (the numbers of sysexits.h).
    """

    can_retry: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


class SettingsError(WatchTimeError):
    """Settings that are missing, malformed or contradictory; lists all problems at once."""

    exit_code = 78  # EX_CONFIG

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SecretsUnavailable(WatchTimeError):
    """AWS Secrets Manager, from which settings are read, cannot be reached; all retries failed."""

    can_retry = True
    exit_code = 75  # EX_TEMPFAIL


class OutputNotWritten(WatchTimeError):
    """The output of a command cannot be written."""

    exit_code = 74  # EX_IOERR


class Busy(WatchTimeError):
    """Another process is running the same job."""

    can_retry = True
    exit_code = 75


class DayNotAvailable(WatchTimeError):
    """The requested day does not exist, or can no longer be computed."""

    exit_code = 66  # EX_NOINPUT


class BackupError(WatchTimeError):
    """A backup cannot be created, read or restored. Nothing was changed."""

    exit_code = 65  # EX_DATAERR


class SumsDisagree(WatchTimeError):
    """The parts of a roll-up do not add up."""

    exit_code = 70  # EX_SOFTWARE


class DatabaseError(WatchTimeError):
    """PostgreSQL refused a query."""

    exit_code = 70


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL cannot be reached, or the connection was lost. `why`: read_only, full, embedded, or "" for others."""

    can_retry = True
    exit_code = 75

    def __init__(self, message: str, why: str = "") -> None:
        super().__init__(message)
        self.why = why


class DatabaseTooSlow(DatabaseUnavailable):
    """A query took longer than its time limit."""

    exit_code = 75


class DatabaseSettingsWrong(DatabaseUnavailable):
    """PostgreSQL answers, but has no such database or role, or does not support the encryption that the URL requires:
    it is unavailable until the settings or the server are changed."""

    can_retry = False
    exit_code = 78


class EmbeddedDatabaseBroken(DatabaseUnavailable):
    """The embedded database cannot start with its files: waiting does not help."""

    can_retry = False
    exit_code = 78


class DatabaseConflict(DatabaseError):
    """Another transaction was in the way: it held a lock for too long, or each waited for the other (a deadlock).

    The server works; a retry of the same transaction can succeed.
    """

    can_retry = True
    exit_code = 75


class ValueRefused(DatabaseError):
    """A value is invalid for PostgreSQL; with other values the same query can succeed."""

    exit_code = 70


class SchemaMismatch(DatabaseError):
    """The schema is older or newer than this version needs, or the encoding is not UTF-8."""

    exit_code = 78


class TwitchError(WatchTimeError):
    """A request to Twitch failed."""

    exit_code = 69  # EX_UNAVAILABLE


class TwitchUnavailable(TwitchError):
    """Twitch did not answer successfully; all retries failed."""

    can_retry = True
    exit_code = 75


class PictureUnavailable(TwitchUnavailable):
    """A picture cannot be downloaded just now."""

    can_retry = True
    exit_code = 75


class ChatUnavailable(TwitchUnavailable):
    """The connection to Twitch's chat cannot be made, or ended."""

    can_retry = True
    exit_code = 75


class UnknownChannel(TwitchError):
    """Twitch has no channel of this name, or we do not follow it."""

    exit_code = 69


class PictureRefused(TwitchError):
    """An address is not on one of Twitch's servers for pictures, or has no picture that we store. The message is a few
    words that count as the reason, without the address."""

    exit_code = 69


class TwitchRefused(TwitchError):
    """Twitch rejects our credentials."""

    exit_code = 78


class InvalidCursor(TwitchError):
    """Twitch does not know the cursor, or no longer."""

    can_retry = True
    exit_code = 75


class XError(WatchTimeError):
    """A request to X failed."""

    exit_code = 69


class XRefused(XError):
    """X refuses the request.

    `duplicate`: we have already published the same text. `may_pass`: the reason is one after which the same call has
    succeeded later.
    """

    exit_code = 69

    def __init__(self, message: str, *, duplicate: bool = False, may_pass: bool = False) -> None:
        super().__init__(message)
        self.duplicate = duplicate
        self.may_pass = may_pass


class XNotYet(XError):
    """Nothing happened; the same call can succeed from `not_before` on."""

    can_retry = True
    exit_code = 75

    def __init__(self, message: str, *, not_before: datetime) -> None:
        super().__init__(message)
        self.not_before = not_before


class XOutOfCredits(XNotYet):
    """The account has no credits left, or has used up its cap."""

    can_retry = True
    exit_code = 75


class XCredentialsWrong(XNotYet):
    """X rejects our credentials: a person has to check them. X has also rejected valid ones for hours."""

    can_retry = False
    exit_code = 78


class XRefusedForNow(XNotYet):
    """X, or a server in front of it, refuses temporarily: the account is locked or over a limit, or a page that is not
    the API's came as an answer. Its end is unknown; `not_before` is the earliest time for a retry."""

    can_retry = True
    exit_code = 75


class OverBudget(XNotYet):
    """The call would exceed the month's budget; it was not made."""

    can_retry = True
    exit_code = 75


class XUnknown(XError):
    """The outcome is unknown. A call that only reads can be repeated.

    `is_charged`: X may charge for the call. It does not if it answered with status 500 or above.
    """

    can_retry = True
    exit_code = 75

    def __init__(self, message: str, *, is_charged: bool = True) -> None:
        super().__init__(message)
        self.is_charged = is_charged


class StoreError(WatchTimeError):
    """A request to an object store failed."""

    exit_code = 69


class StoreUnavailable(StoreError):
    """The store does not answer, or has no room; all retries failed."""

    can_retry = True
    exit_code = 75


class StoreRefused(StoreError):
    """The store refuses us: the bucket does not exist, a right is missing, or the credentials are wrong."""

    exit_code = 78


class ObjectChanged(StoreError):
    """Another object is there than the write expected: another writer was faster, or our own answer was lost."""

    can_retry = True
    exit_code = 75


class ObjectMissing(StoreError):
    """There is no such object."""

    exit_code = 65


class ObjectDamaged(StoreError):
    """The content of an object is not what was stored."""

    exit_code = 65


class LakeError(WatchTimeError):
    """Objects of the lake contradict the database, or belong to another one."""

    exit_code = 65


class EngineFailed(WatchTimeError):
    """DuckDB or Spark could not compute or write something."""

    exit_code = 70


class EngineUnavailable(EngineFailed):
    """The engine does not answer, or not in time."""

    can_retry = True
    exit_code = 75


class ChartNotDrawn(WatchTimeError):
    """A chart could not be drawn."""

    exit_code = 70


class JournalUnusable(WatchTimeError):
    """The journal of chat, a file in DATA_DIR, cannot be read or written."""

    can_retry = True
    exit_code = 75


class QueueUnavailable(WatchTimeError):
    """The queue of chat does not answer, or the connection was lost. What was not handed over waits in the journal."""

    can_retry = True
    exit_code = 75


class QueueFull(QueueUnavailable):
    """The queue takes nothing more until somebody fetches what is in it."""

    can_retry = True
    exit_code = 75


class QueueRefused(QueueUnavailable):
    """The queue rejects our user, or has queues of the same name with other arguments."""

    can_retry = False
    exit_code = 78


class WebhookFailed(WatchTimeError):
    """A message could not be delivered."""

    can_retry = True
    exit_code = 75
