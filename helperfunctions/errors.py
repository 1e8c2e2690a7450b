"""Every error that the project raises on purpose.

    WatchTimeError              one line for the user: what is wrong with what, and what to do
    ├── SettingsError           the settings are wrong: nothing works until a person mends them
    ├── SecretsUnavailable      AWS Secrets Manager does not answer; trying again can help
    ├── OutputNotWritten        what a command prints cannot be written, because the disk is full for example
    ├── Busy                    another process is doing this very job
    ├── DayNotAvailable         the day asked for is not there, or can no longer be made
    ├── BackupError             a backup that cannot be made, read, or put where it should go; nothing was changed
    ├── SumsDisagree            a roll-up whose parts do not add up; nothing of it was kept
    ├── DatabaseError           PostgreSQL refused what we asked
    │   ├── DatabaseUnavailable     it cannot be reached, or went away; trying again can help
    │   │   ├── DatabaseTooSlow         it did not get it done in the time that we give it
    │   │   └── DatabaseSettingsWrong   its address names what the server does not have; a person has to fix it
    │   ├── DatabaseConflict        another transaction was in the way; trying again can help
    │   ├── ValueRefused            it cannot work with a value that it was given
    │   └── SchemaMismatch          its schema or its encoding is not the one that this version needs
    ├── TwitchError             Twitch did not answer as agreed
    │   ├── TwitchUnavailable       it was tried again until there was no sense in it; later it may work
    │   ├── TwitchRefused           it does not accept our credentials; a person has to mend them
    │   └── InvalidCursor           it does not know (any more) the place in the list at which we were
    ├── XError                  X did not do what was asked
    │   ├── XRefused                it will not do this; if `may_pass`, nobody can say whether it would later
    │   ├── XNotYet                 not before a time that it, or our own budget, says
    │   │   ├── XOutOfCredits           the account has no credits left; a person or the next day brings them
    │   │   ├── XCredentialsWrong       it does not accept our credentials
    │   │   ├── XRefusedForNow          it refuses what it takes at other times: a lock, a limit, a page in its place
    │   │   └── OverBudget              the call would pass X_MONTHLY_BUDGET_USD; it was not made
    │   └── XUnknown                nobody knows whether it happened: no answer, a late one, or one that cannot be read
    ├── ChartNotDrawn           a chart could not be drawn
    ├── NotThere                the dashboard has nothing at this address
    ├── CannotBeAsked           the dashboard is asked for what cannot be, such as a range that ends before it begins
    └── WebhookFailed           a message could not be delivered; trying again can help

A vendor's error is translated once, in the file that touches the vendor, with `from exc`.
"""

from datetime import datetime
from typing import ClassVar


class WatchTimeError(Exception):
    """What went wrong, in one line for the user.

    `can_retry` tells whether the same call can succeed later without a person's help;
    `exit_code` is what the command line ends with (the numbers of sysexits.h).
    """

    can_retry: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


class SettingsError(WatchTimeError):
    """Settings that are missing, malformed or at odds; lists every problem at once."""

    exit_code = 78  # EX_CONFIG

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SecretsUnavailable(WatchTimeError):
    """AWS Secrets Manager, from which settings come, was tried again until there was no sense in it."""

    can_retry = True
    exit_code = 75  # EX_TEMPFAIL


class OutputNotWritten(WatchTimeError):
    """What a command prints cannot be written."""

    exit_code = 74  # EX_IOERR


class Busy(WatchTimeError):
    """Another process is doing this very job."""

    can_retry = True
    exit_code = 75


class DayNotAvailable(WatchTimeError):
    """The day asked for is not there, or can no longer be made."""

    exit_code = 66  # EX_NOINPUT


class BackupError(WatchTimeError):
    """A backup that cannot be made, read, or put where it should go. Nothing was changed."""

    exit_code = 65  # EX_DATAERR


class SumsDisagree(WatchTimeError):
    """A roll-up whose parts do not add up."""

    exit_code = 70  # EX_SOFTWARE


class DatabaseError(WatchTimeError):
    """PostgreSQL refused what we asked."""

    exit_code = 70


class DatabaseUnavailable(DatabaseError):
    """PostgreSQL cannot be reached, or went away in the middle."""

    can_retry = True
    exit_code = 75


class DatabaseTooSlow(DatabaseUnavailable):
    """PostgreSQL did not get something done in the time that we give it."""

    exit_code = 75


class DatabaseSettingsWrong(DatabaseUnavailable):
    """PostgreSQL answers, but has no such database or role, or not the encryption that we ask for.

    For a bot that runs, the database is away until the settings or the server are changed.
    """

    can_retry = False
    exit_code = 78


class DatabaseConflict(DatabaseError):
    """Another transaction was in the way: it held a lock for too long, or each waited for the other (a deadlock).

    The server is there and well; the same transaction can succeed when it is tried again.
    """

    can_retry = True
    exit_code = 75


class ValueRefused(DatabaseError):
    """PostgreSQL cannot work with a value that it was given; with other values the same query may succeed."""

    exit_code = 70


class SchemaMismatch(DatabaseError):
    """The database's schema is older or newer than the one that this version needs, or its encoding is another."""

    exit_code = 78


class TwitchError(WatchTimeError):
    """Twitch did not answer as agreed."""

    exit_code = 69  # EX_UNAVAILABLE


class TwitchUnavailable(TwitchError):
    """Twitch was tried again until there was no sense in it."""

    can_retry = True
    exit_code = 75


class TwitchRefused(TwitchError):
    """Twitch does not accept our credentials."""

    exit_code = 78


class InvalidCursor(TwitchError):
    """Twitch does not know the place in the list at which we were."""

    can_retry = True
    exit_code = 75


class XError(WatchTimeError):
    """X did not do what was asked."""

    exit_code = 69


class XRefused(XError):
    """X will not do this.

    `duplicate`: because it has this very text from us already. `may_pass`: it gives no reason that would have to last;
    the same call has succeeded later.
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
    """X does not accept our credentials: a person has to look. Not for good: it has said so of good ones for hours."""

    can_retry = False
    exit_code = 78


class XRefusedForNow(XNotYet):
    """X, or what answers in its place, refuses what is taken at other times: the account is locked or over a limit, or
    a page that is not the API's came instead of an answer. When it ends is not known; `not_before` is the soonest."""

    can_retry = True
    exit_code = 75


class OverBudget(XNotYet):
    """The call would pass the month's budget; it was not made."""

    can_retry = True
    exit_code = 75


class XUnknown(XError):
    """Nobody knows whether it happened. What only reads can be asked again.

    `is_charged`: X may ask money for it. It does not for what it says has failed (status 500 and above).
    """

    can_retry = True
    exit_code = 75

    def __init__(self, message: str, *, is_charged: bool = True) -> None:
        super().__init__(message)
        self.is_charged = is_charged


class ChartNotDrawn(WatchTimeError):
    """A chart could not be drawn."""

    exit_code = 70


class NotThere(WatchTimeError):
    """The dashboard has nothing at this address."""

    exit_code = 66


class CannotBeAsked(WatchTimeError):
    """The dashboard is asked for what cannot be; says why."""

    exit_code = 64  # EX_USAGE


class WebhookFailed(WatchTimeError):
    """A message could not be delivered."""

    can_retry = True
    exit_code = 75
