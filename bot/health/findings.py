"""The results of the checks of `watchtime check`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.health.causes import FIXES, TWITCH_KEYS, X_CREDITS, X_KEYS, cause_of_error, own_fix
from helperfunctions.errors import (
    DatabaseError,
    DatabaseSettingsWrong,
    DatabaseUnavailable,
    SettingsError,
    TwitchError,
    TwitchRefused,
    TwitchUnavailable,
    WatchTimeError,
    XCredentialsWrong,
    XError,
    XOutOfCredits,
)

# The finding that presents each part of the bot that the rules of health judge.
FINDING_OF: Final[Mapping[str, str]] = {
    "bot": "bot",
    "network": "network",
    "poll": "polls",
    "day": "days",
    "summaries": "outbox",
    "outbox": "outbox",
    "mentions": "outbox",
    "spending": "budget",
    "x": "X",
    "chat": "chat",
    "jobs": "jobs",
    "database restarts": "database restarts",
    "disk": "data folder",
    "database": "database",
}
# The fix of a finding whose cause is the network, which is a finding of its own.
SEE_NETWORK: Final = "see network, which is the cause"
MEGABYTE: Final = 1_000_000


class Verdict(StrEnum):
    """The verdict of a check."""

    GOOD = "good"
    WARNING = "warning"
    """It works, but needs attention."""
    BAD = "bad"
    SKIPPED = "skipped"
    """Not checked, for the reason in the message."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: a message of one line, and how to fix a problem. A temporary one may end without a fix."""

    name: str
    verdict: Verdict
    message: str
    fix: str | None = None
    is_temporary: bool = False


def exit_code(findings: Sequence[Finding]) -> int:
    """0: nothing is bad; 78: a person has to fix something; 75: everything that is bad may be temporary."""
    bad = [finding for finding in findings if finding.verdict is Verdict.BAD]
    if not bad:
        return 0
    return DatabaseUnavailable.exit_code if all(finding.is_temporary for finding in bad) else SettingsError.exit_code


def from_error(name: str, error: WatchTimeError) -> Finding:
    """The finding for an error of ours, and its fix."""
    message = str(error)
    match error:
        case TwitchRefused():
            message, fix = message.partition(": ")[0], TWITCH_KEYS
        case SettingsError():
            message, _, fix = message.partition(": ")
        case DatabaseSettingsWrong():
            message, fix = message.rpartition(": ")[0], own_fix(error)
        case DatabaseError():
            fix = FIXES[cause_of_error(error)]
        case TwitchUnavailable():
            fix = "check the network and https://status.twitch.com; try again later"
        case TwitchError():
            fix = "check TWITCH_API_URL, TWITCH_AUTH_URL, and the application at https://dev.twitch.tv/console/apps"
        case XOutOfCredits():
            fix = X_CREDITS
        case XCredentialsWrong():
            fix = X_KEYS
        case XError() if error.can_retry:
            fix = "try again later; if the error stays, check the network and X_API_URL"
        case XError():
            fix = "check X_API_URL, and the app at https://console.x.com"
        case _:
            fix = "`watchtime --verbose check` shows details"
    return Finding(name, Verdict.BAD, message, fix, is_temporary=error.can_retry)


def size(number: int) -> str:
    """Bytes, in MB or GB."""
    return f"{number / MEGABYTE / 1000:.1f} GB" if number >= 1000 * MEGABYTE else f"{number / MEGABYTE:.1f} MB"


def span(duration: timedelta) -> str:
    """The length of a duration, positive or negative, in seconds, minutes or hours."""
    seconds = abs(duration).total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
