"""What the rules of health return, and what they need to know of the settings. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.core.calendar import Calendar
from bot.health.causes import FIXES, ON_HOLD, POSTS_FIX, REASONS, Cause, cause_of_error, own_fix
from helperfunctions.errors import DatabaseError

# Posts that were refused have reasons of their own, in the outbox.
_OF_POSTS = ("outbox", "summaries")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong: the part of the bot, and a message of one line. `subject` is the job, post or cause
    within the part, where there can be several problems at a time.

    The message may have an error's own words. `cause` is for everybody, as are `since` (the first failure, or when the
    work was due), `last_good_at`, how many `times`, and when it is retried. `is_late`: work is overdue, which did not
    fail. `given_fix` takes the place of that of the cause.
    """

    part: str
    message: str
    subject: str = ""
    since: datetime | None = None
    times: int = 0
    cause: Cause = Cause.UNKNOWN
    retry_at: datetime | None = None
    is_late: bool = False
    last_good_at: datetime | None = None
    given_fix: str = ""

    @property
    def name(self) -> str:
        """The part and the subject; the same for as long as the same problem lasts."""
        return f"{self.part} ({self.subject})" if self.subject else self.part

    @property
    def reason(self) -> str:
        """The reason, in words that anybody may read."""
        return REASONS[self.cause]

    @property
    def is_of_polls(self) -> bool:
        """True for polls and their job. Other jobs call other servers of Twitch, such as that of pictures."""
        return self.part == "poll" or (self.part == "jobs" and self.subject == "collect")

    @property
    def is_hold(self) -> bool:
        """True if X is not called until the next attempt."""
        return self.part == "x" and bool(self.subject)

    @property
    def meaning(self) -> str:
        """What follows from the problem, where that is not plain."""
        if self.part == "bot" and self.times:
            missed = "1 update was" if self.times == 1 else f"{self.times:,} updates were"
            return f"{missed} missed so far, and cannot be taken later"
        return ON_HOLD if self.is_hold else ""

    @property
    def fix(self) -> str:
        """What to do."""
        if self.cause is Cause.UNKNOWN and self.part in _OF_POSTS:
            return POSTS_FIX
        return self.given_fix or FIXES[self.cause]


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When the next poll is due. `is_overdue`: it should have ended by now."""

    at: datetime
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """The due times of work, by the settings. Work that was due before `since` (the start of the bot) is not missed."""

    calendar: Calendar
    interval: timedelta
    post_at: time
    since: datetime


def of_database(error: DatabaseError | None, message: str = "", since: datetime | None = None) -> Problem:
    """The problem of a database that is lost, or refuses; without a message, with the error's own words."""
    cause = Cause.DATABASE if error is None else cause_of_error(error)
    return Problem(
        "database", message or str(error), since=since, cause=cause, given_fix="" if error is None else own_fix(error)
    )
