"""What the doctor's checks come to, from what was found: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.core.polls import PollStatus
from bot.core.posts import FAILED, UNFINISHED, OutboxRow
from bot.health.record import RunRecord
from bot.health.rules import LEAST_FREE_BYTES, Trouble
from bot.spend.report import Spending
from helperfunctions import migrations
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
from helperfunctions.settings import DEFAULT, Settings
from helperfunctions.twitch_api import TwitchTold
from helperfunctions.x_models import XAccount

OLDEST_POSTGRES, NEWEST_POSTGRES = 15, 18
# The jobs of `watchtime run` at their busiest: each holds its lock and a transaction.
CONNECTIONS_NEEDED: Final = 8
MEGABYTE: Final = 1_000_000
# Beyond this X refuses what we sign with the time.
WORST_SKEW: Final = timedelta(minutes=5)
NOTICED_SKEW: Final = timedelta(seconds=5)
# The record of a bot that runs is younger than this: it is written every minute.
RUNS_WITHIN: Final = timedelta(minutes=5)


# Which finding presents each part of which the rules of health speak.
FINDING_OF: Final = {
    "poll": "polls",
    "day": "days",
    "summaries": "outbox",
    "outbox": "outbox",
    "mentions": "outbox",
    "spending": "budget",
    "x": "budget",
    "jobs": "jobs",
    "database restarts": "database restarts",
    "disk": "data folder",
    "database": "database",
}


class Verdict(StrEnum):
    """What a check came to."""

    GOOD = "good"
    WARNING = "warning"
    """It works, and somebody should look at it."""
    BAD = "bad"
    SKIPPED = "skipped"
    """Not looked at, with the reason."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in one line, and what to do about it. `for_now`: it may mend itself, nobody has to come."""

    name: str
    verdict: Verdict
    says: str
    mend: str | None = None
    for_now: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a disk has to be free, in bytes."""

    warned_below: int
    bad_below: int


ROOM_FOR_DATABASE: Final = Room(1000 * MEGABYTE, LEAST_FREE_BYTES)
# Where the database is elsewhere the folder holds polls that wait for it.
ROOM_FOR_POLLS: Final = Room(500 * MEGABYTE, LEAST_FREE_BYTES)


@dataclass(frozen=True, slots=True)
class Server:
    """What a database server tells of itself and of us."""

    version: int
    encoding: str
    is_standby: bool
    is_read_only: bool
    may_write: bool
    may_create: bool
    bytes: int
    connections_left: int


def exit_code(findings: Sequence[Finding]) -> int:
    """0: nothing is bad; 78: a person has to mend something; 75: it may pass by itself."""
    bad = [finding for finding in findings if finding.verdict is Verdict.BAD]
    if not bad:
        return 0
    return DatabaseUnavailable.exit_code if all(finding.for_now for finding in bad) else SettingsError.exit_code


def judge_error(name: str, error: WatchTimeError) -> Finding:
    """What an error of ours means, and what to do about it."""
    says = str(error)
    match error:
        case SettingsError() | TwitchRefused():
            says, _, mend = says.partition(": ")
        case DatabaseSettingsWrong():
            says, _, mend = says.rpartition(": ")
        case DatabaseUnavailable():
            mend = "is PostgreSQL running? `watchtime config` shows DATABASE_URL without its password"
        case DatabaseError():
            mend = "look at the rights of our role, and into the server's log"
        case TwitchUnavailable():
            mend = "look at the network, and at https://status.twitch.com; try again later"
        case TwitchError():
            mend = "look at TWITCH_API_URL, TWITCH_AUTH_URL, and the application at https://dev.twitch.tv/console/apps"
        case XOutOfCredits():
            mend = "buy credits at https://console.x.com, then `watchtime spend --resume`"
        case XCredentialsWrong():
            mend = "copy all four keys anew from https://console.x.com, then `watchtime spend --resume`"
        case XError() if error.can_retry:
            mend = "try again later; if it stays so, look at the network and at X_API_URL"
        case XError():
            mend = "look at X_API_URL, and at the app at https://console.x.com"
        case _:
            mend = "`watchtime --verbose check` tells more"
    return Finding(name, Verdict.BAD, says, mend, for_now=error.can_retry)


def judge_origins(origins: Mapping[str, str]) -> Finding:
    """Settings without a problem, and where they are from."""
    given = [origin for origin in origins.values() if origin != DEFAULT]
    where = f" (from {', '.join(sorted(set(given)))})" if given else ""
    return Finding("settings", Verdict.GOOD, f"{len(given)} set{where}, the others at their defaults")


def judge_room(folder: Path, free: int | None, room: Room, *, is_there: bool) -> Finding:
    """A data folder that can be written, and the bytes that are left for it; None: the system does not say."""
    where = f"{folder}{'' if is_there else ' will be made at first start'}"
    if free is None:
        mend = f"look yourself: {_size(room.warned_below)} should be free"
        return Finding("data folder", Verdict.WARNING, f"{where}, and the system does not say how much is free", mend)
    says = f"{where}, {_size(free)} free"
    if free >= room.warned_below:
        return Finding("data folder", Verdict.GOOD, says)
    verdict = Verdict.BAD if free < room.bad_below else Verdict.WARNING
    mend = f"make room, or point DATA_DIR elsewhere: {_size(room.warned_below)} should be free"
    return Finding("data folder", verdict, says, mend)


def judge_server(where: str, server: Server) -> Finding:
    """Whether a database will do."""
    problems = list(_problems_of(server))
    says = f"{where} {server.version}, {server.encoding}, {_size(server.bytes)} in our database"
    if not problems:
        return Finding("database", Verdict.GOOD, f"{says}, {server.connections_left} connections free")
    verdict = Verdict.BAD if any(verdict is Verdict.BAD for verdict, _, _ in problems) else Verdict.WARNING
    told = "; ".join(problem for _, problem, _ in problems)
    return Finding("database", verdict, f"{says}: {told}", "; ".join(mend for _, _, mend in problems))


def _problems_of(server: Server) -> Iterator[tuple[Verdict, str, str]]:
    versions = f"PostgreSQL {OLDEST_POSTGRES} to {NEWEST_POSTGRES}"
    if server.version < OLDEST_POSTGRES:
        yield Verdict.BAD, "it is too old", f"upgrade it to {versions}"
    if server.version > NEWEST_POSTGRES:
        yield Verdict.WARNING, "nobody has tried one so new", f"use {versions}, or a newer version of this program"
    if server.encoding != "UTF8":
        yield Verdict.BAD, f"{server.encoding} has no room for most names", "make the database with ENCODING 'UTF8'"
    if server.is_standby:
        yield Verdict.BAD, "it is a standby, which only reads", "point DATABASE_URL to the primary"
    elif server.is_read_only:
        yield Verdict.BAD, "it lets us only read", "set default_transaction_read_only to off for our role and database"
    if not server.may_write:
        yield Verdict.BAD, "we may not write its tables", "use the role that made them, or grant it their ownership"
    elif not server.may_create:
        yield Verdict.BAD, "we may not make tables", "make our role the owner of the database and of its tables"
    if server.connections_left < CONNECTIONS_NEEDED:
        problem = f"{server.connections_left} connections are free, {CONNECTIONS_NEEDED} may be needed at once"
        yield Verdict.WARNING, problem, "raise the limit of the server, the role or the database; or end idle clients"


def judge_streams(streams: int, told: TwitchTold | None) -> Finding:
    """A first page of streams, and what Twitch said besides."""
    says = f"it took our credentials and gave a page of {streams} streams"
    if told is not None and told.points is not None:
        says += f"; {told.points_left} of {told.points} points of its rate limit are left"
    if not streams:
        return Finding("Twitch", Verdict.WARNING, says, "look again in a minute: Twitch is never without streams")
    return Finding("Twitch", Verdict.GOOD, says)


def judge_schema(applied: Sequence[str], needed: Sequence[str]) -> Finding:
    """A schema, against the one that this program needs."""
    unknown = migrations.missing_here(applied, needed)
    if unknown:
        mend = "use the newer version of the program, or restore a backup from before the upgrade"
        says = f"{unknown[-1]} is newer than this program's {needed[-1]}"
        return Finding("schema", Verdict.BAD, says, mend)
    if list(applied) != list(needed):
        says = f"{applied[-1]} is older than this program's: it lacks {len(set(needed) - set(applied))} migrations"
        return Finding("schema", Verdict.BAD, says, "run `watchtime migrate`; `watchtime run` does so at its start")
    return Finding("schema", Verdict.GOOD, f"{applied[-1]}, up to date")


def token_owner(settings: Settings) -> str | None:
    """The number of the account that an access token was made for: what stands before its hyphen. No secret."""
    credentials = settings.x_credentials()
    number = credentials[2].partition("-")[0] if credentials is not None else ""
    return number if number.isdecimal() else None


def judge_account(account: XAccount, token_is_for: str | None) -> Finding:
    """An account on X that our credentials are good for, and whether it may write."""
    says = f"we are @{account.username}"
    if token_is_for is not None and token_is_for != account.user_id:
        return Finding(
            "X",
            Verdict.WARNING,
            f"{says}, account {account.user_id}; the access token was made for account {token_is_for}",
            "make the access token of the bot's account anew",
        )
    match account.access_level:
        case "read":
            return Finding(
                "X",
                Verdict.BAD,
                f"{says}, and may only read",
                "give the app read and write permission at https://console.x.com, and make the access token anew: the "
                "old one keeps what it was made with",
            )
        case None:
            mend = "look at https://console.x.com whether the app may read and write"
            return Finding("X", Verdict.WARNING, f"{says}; X does not say whether we may write", mend)
        case level:
            return Finding("X", Verdict.GOOD, f"{says}, and may write ({level})")


def judge_owner(account: XAccount | None, *, owns_app: bool, is_said: bool) -> Finding:
    """Whether the account owns the app, as far as anybody can know.

    X takes a fifth for what the owner of the app reads of its own, and has no call that tells who that is:
    https://docs.x.com/x-api/getting-started/pricing. What is known: a token made on the app's own page is one of the
    app's owner, https://docs.x.com/fundamentals/authentication/oauth-1-0a/overview.
    """
    who = f"@{account.username}" if account is not None else "the bot's account"
    if not is_said:
        return Finding(
            "X app",
            Verdict.WARNING,
            f"nobody has said whether {who} owns the app, and X does not tell: mentions are counted at the full price",
            "was the access token made on the app's own page at https://console.x.com? Then the account owns the app, "
            "set X_ACCOUNT_OWNS_APP=true. Did it come from a sign-in to somebody else's app? Then set it to false",
        )
    if owns_app:
        says = f"{who} owns the app, says X_ACCOUNT_OWNS_APP: mentions are counted at a fifth. X itself does not tell"
    else:
        says = f"{who} does not own the app, says X_ACCOUNT_OWNS_APP: mentions are counted at the full price"
    return Finding("X app", Verdict.GOOD, says)


def judge_clock(ahead_of: Mapping[str, timedelta]) -> Finding:
    """Our clock against those of others. Nothing here lives by the database's."""
    compared = {who: ahead for who, ahead in ahead_of.items() if who != "the database"}
    who, ahead = max((compared or ahead_of).items(), key=lambda item: abs(item[1]))
    if abs(ahead) > NOTICED_SKEW:
        says = f"ours is {_span(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'} that of {who}"
        mend = "set the machine's clock, and let it be kept right (NTP)"
        if not compared:
            return Finding("clock", Verdict.WARNING, says, f"{mend}, here or there")
        if abs(ahead) > WORST_SKEW:
            return Finding("clock", Verdict.BAD, f"{says}; X refuses what is signed at such a time", mend)
        return Finding("clock", Verdict.WARNING, says, mend)
    off = ahead_of.get("the database", timedelta(0))
    if abs(off) > NOTICED_SKEW:
        says = f"ours is right; that of the database is off by {_span(off)}, which only its own log will notice"
        return Finding("clock", Verdict.WARNING, says, "set the clock of the database's machine")
    return Finding("clock", Verdict.GOOD, f"within {NOTICED_SKEW.seconds} s of {' and '.join(ahead_of)}")


def judge_budget(month: Spending, troubles: Sequence[Trouble] = ()) -> Finding:
    """What X may still cost this month, whether it is called, and what the rules say of spending (`troubles`)."""
    left = month.budget_usd - month.total_usd
    says = (
        f"{month.total_usd:.3f} of {month.budget_usd:.2f} USD spent, {max(left, 0):.3f} left; "
        f"at this pace {month.forecast_usd:.2f} by the end of {month.month.starts_at:%B}"
    )
    for pause in month.pauses:
        mend = "buy credits" if pause.cause == "credits" else "mend the keys"
        return Finding(
            "budget",
            Verdict.BAD,
            f"{says}. X is not called until {pause.until:%F %H:%M} UTC: {pause.reason}",
            f"{mend}, then `watchtime spend --resume`",
            for_now=pause.cause == "credits",
        )
    if left <= 0:
        mend = f"raise X_MONTHLY_BUDGET_USD, or wait for {month.month.ends_at:%B}"
        return Finding("budget", Verdict.BAD, f"{says}: nothing is posted any more", mend, for_now=True)
    if spending := [trouble.says for trouble in troubles if trouble.part == "spending"]:
        mend = "`watchtime outbox --all` shows who was answered; REPLIES_PER_DAY limits the answers to one person"
        return Finding("budget", Verdict.WARNING, "; ".join([says, *spending]), mend)
    if month.forecast_usd > month.budget_usd:
        mend = "raise X_MONTHLY_BUDGET_USD, or lower REPLIES_PER_DAY; answers stop first, then summaries"
        return Finding("budget", Verdict.WARNING, says, mend)
    return Finding("budget", Verdict.GOOD, says)


def judge_poll(newest: tuple[datetime, str, str | None] | None, *, now: datetime, late: Sequence[Trouble]) -> Finding:
    """The newest poll: when and how it ended, and why; and whether there should have been a good one since (`late`)."""
    says = "none yet"
    if newest is not None:
        ended_at, status, error = newest
        says = f"the last ended {_span(now - ended_at)} ago, {status}{f': {error}' if error else ''}"
    if late:
        says = f"{says}; {late[0].says}"
        return Finding("polls", Verdict.WARNING, says, "is `watchtime run` running? Its log says why not")
    if newest is not None and newest[1] == PollStatus.FAILED:
        return Finding("polls", Verdict.WARNING, says, "the next one may do better; `watchtime collect` takes one now")
    return Finding("polls", Verdict.GOOD, says)


def judge_days(newest: date | None, late: Sequence[date], changed: str | None = None) -> Finding:
    """The newest day that is rolled up, and those that should be. `changed`: what other settings do to the next one."""
    says = f"{newest} is the last one rolled up" if newest is not None else "none is rolled up yet"
    if late:
        left = ", ".join(map(str, late))
        return Finding("days", Verdict.WARNING, f"{says}; not yet: {left}", "run `watchtime daily`: it tells why not")
    if changed:
        says = f"{says}; DAY_STARTS_AT or TIMEZONE has changed since: {changed}, finished days stay as they are"
    return Finding("days", Verdict.GOOD, says)


def judge_outbox(posts: Sequence[OutboxRow], late: Sequence[Trouble]) -> Finding:
    """What waits to be sent, what was not sent lately, and what should have been sent or decided by now (`late`)."""
    waiting = [post for post in posts if post.status in UNFINISHED]
    failed = [post for post in posts if post.status in FAILED]
    says = f"{len(waiting)} posts wait, {len(failed)} failed in the last week"
    says = "; ".join([says, *(trouble.says for trouble in late)])
    if failed:
        return Finding("outbox", Verdict.WARNING, says, "`watchtime outbox` tells why; `outbox retry ID` tries again")
    if late:
        mend = "is `watchtime run` running? `watchtime outbox send` sends them now"
        return Finding("outbox", Verdict.WARNING, says, mend)
    return Finding("outbox", Verdict.GOOD, says)


def judge_jobs(record: RunRecord, troubles: Sequence[Trouble], now: datetime) -> Finding:
    """How the jobs of `watchtime run` do, by its own record."""
    if troubles:
        mend = "the log of `watchtime run` has the whole error; the job tries again by itself, at least once an hour"
        says = "; ".join(trouble.says for trouble in troubles)
        return Finding("jobs", Verdict.BAD, says, mend, for_now=True)
    if not is_running(record, now):
        last = f"{record.written_at:%F %H:%M} UTC" if record.written_at else "ever"
        says = f"`watchtime run` recorded nothing since {last}"
        return Finding("jobs", Verdict.WARNING, says, "is it running? Its log says why not")
    return Finding("jobs", Verdict.GOOD, f"none of {len(record.jobs)} fails again and again, or is overdue")


def judge_restarts(troubles: Sequence[Trouble], losses: int) -> Finding:
    """Whether the database goes away more often than a restart explains."""
    if troubles:
        mend = "look into the log of the database server, and at the memory of its machine or container"
        return Finding("database restarts", Verdict.BAD, troubles[0].says, mend, for_now=True)
    return Finding("database restarts", Verdict.GOOD, f"the bot lost it {losses} times within the last hour")


def is_running(record: RunRecord, now: datetime) -> bool:
    """Whether a bot writes its record."""
    return record.written_at is not None and timedelta(0) <= now - record.written_at < RUNS_WITHIN


def _size(number: int) -> str:
    return f"{number / MEGABYTE / 1000:.1f} GB" if number >= 1000 * MEGABYTE else f"{number / MEGABYTE:.1f} MB"


def _span(ahead: timedelta) -> str:
    seconds = abs(ahead).total_seconds()
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
