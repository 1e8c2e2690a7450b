"""Checks of Twitch and X: credentials, account, and our clock against theirs."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from bot.health.causes import FIXES, Cause, cause_of_error
from bot.health.checks.session import Session, Skipped
from bot.health.findings import SEE_NETWORK, Finding, Verdict, from_error, span
from bot.health.problem import Problem
from bot.spend.account import fetch_account
from bot.spend.ledger import Ledger
from helperfunctions.errors import Busy, OverBudget, TwitchUnavailable, XError
from helperfunctions.settings import DEFAULT, Settings
from helperfunctions.twitch_http import AnswerFacts
from helperfunctions.x_models import XAccount

TIMEOUT: Final = (5.0, 10.0)
# With a larger difference X refuses the signatures of requests, which contain the time.
WORST_SKEW: Final = timedelta(minutes=5)
NOTICED_SKEW: Final = timedelta(seconds=5)
DATABASE: Final = "the database"


def check_twitch(session: Session) -> Finding:
    """Fetch one page of streams, in one attempt."""
    settings = session.settings
    settings.twitch_credentials()
    session.skip_if_offline()
    with session.openers.twitch(settings, session.clock, TIMEOUT) as twitch:
        try:
            page = twitch.get_streams()
        except TwitchUnavailable as exc:
            if session.network_problem() is not None:
                return replace(from_error("Twitch", exc), fix=SEE_NETWORK)
            if _has_twitchs_own_addresses(settings):
                raise
            fix = "check TWITCH_API_URL and TWITCH_AUTH_URL, which are not Twitch's own, and the network"
            return replace(from_error("Twitch", exc), fix=fix)
        finally:
            response = twitch.last_answer
            if response is not None and response.clock_ahead is not None:
                session.clock_ahead_of["Twitch"] = response.clock_ahead
    return judge_streams(len(page.items), response)


def check_x(session: Session) -> Finding:
    """Fetch our account from X, at most once a day: it costs a cent, and is recorded in the ledger."""
    settings = session.settings
    session.skip_without_x()
    if session.has_our_schema and (paused := session.problems("X")):
        return judge_pause(paused[0])
    session.skip_if_offline()
    if session.opened is None:
        raise Skipped("not asked: the call costs money, and no database is available to record it")
    if not (session.may_write and session.has_our_schema):
        raise Skipped("not asked: the call costs money, and the database cannot record it yet (`watchtime migrate`)")
    ledger = Ledger(session.database, session.clock, settings.x_monthly_budget_usd, settings.x_account_owns_app)
    with session.openers.x(settings, session.clock, TIMEOUT) as x:
        assert x is not None  # noqa: S101 - for the type checker
        try:
            with session.database.writing():
                session.account = fetch_account(ledger, x, session.openers.credentials_hash(settings))
        except Busy as exc:
            raise Skipped(f"the account was not read, because the call cannot be recorded: {exc}") from exc
        except OverBudget as exc:
            raise Skipped(f"the account was not read, because the call costs money: {exc}") from exc
        except XError as exc:
            if cause_of_error(exc) is Cause.X_UNAVAILABLE and session.network_problem() is not None:
                return replace(from_error("X", exc), fix=SEE_NETWORK)
            raise
        finally:
            session.forget_facts()
            if x.clock_ahead is not None:
                session.clock_ahead_of["X"] = x.clock_ahead
    return judge_account(session.account, token_owner(settings))


def check_x_app(session: Session) -> Finding:
    """Check whether the account owns the app, which decides the price of mentions."""
    settings = session.settings
    session.skip_without_x()
    assert session.loaded is not None  # noqa: S101 - for the type checker
    is_set = session.loaded.origins["x_account_owns_app"] != DEFAULT
    return judge_owner(session.account, owns_app=settings.x_account_owns_app, is_set=is_set)


def check_clock(session: Session) -> Finding:
    """Compare our clock with those of the servers that answered."""
    if not session.clock_ahead_of:
        raise Skipped("no server time to compare with")
    return judge_clock(session.clock_ahead_of)


def judge_streams(streams: int, response: AnswerFacts | None) -> Finding:
    """A first page of streams, and the rate limit in Twitch's response."""
    message = f"credentials accepted, with a page of {streams} streams"
    if response is not None and response.points is not None:
        message += f"; {response.points_left} of {response.points} points of the rate limit are left"
    if not streams:
        fix = "check again in a minute: there are always live streams"
        return Finding("Twitch", Verdict.WARNING, message, fix)
    return Finding("Twitch", Verdict.GOOD, message)


def judge_pause(problem: Problem) -> Finding:
    """X is not called for a while."""
    fix = f"{FIXES[problem.cause]}, which calls it at once"
    return Finding("X", Verdict.BAD, problem.message, fix, is_temporary=problem.cause is Cause.X_CREDITS)


def token_owner(settings: Settings) -> str | None:
    """The id of the account for which an access token was created: the part before its hyphen, which is not secret."""
    credentials = settings.x_credentials()
    number = credentials[2].partition("-")[0] if credentials is not None else ""
    return number if number.isdecimal() else None


def judge_account(account: XAccount, token_is_for: str | None) -> Finding:
    """The account on X, and whether it may post."""
    name = f"account @{account.username}"
    if token_is_for is not None and token_is_for != account.user_id:
        message = f"{name} has id {account.user_id}, but the access token was created for account {token_is_for}"
        return Finding("X", Verdict.WARNING, message, "create a new access token with the bot's account")
    match account.access_level:
        case "read":
            fix = (
                "give the app read and write permission at https://console.x.com, and create a new access token: the "
                "old one keeps its permission"
            )
            return Finding("X", Verdict.BAD, f"{name} may only read", fix)
        case None:
            fix = "check at https://console.x.com that the app may read and write"
            return Finding("X", Verdict.WARNING, f"{name}; X does not report whether it may post", fix)
        case level:
            return Finding("X", Verdict.GOOD, f"{name} may post ({level})")


def judge_owner(account: XAccount | None, *, owns_app: bool, is_set: bool) -> Finding:
    """The finding about the owner of the app, as far as it can be known.

    X charges the owner of an app a fifth for reading its own posts and mentions, and has no call that returns the
    owner: https://docs.x.com/x-api/getting-started/pricing. A token that was created on the app's own page belongs to
    the app's owner: https://docs.x.com/fundamentals/authentication/oauth-1-0a/overview.
    """
    who = f"@{account.username}" if account is not None else "the bot's account"
    if not is_set:
        message = f"X_ACCOUNT_OWNS_APP is not set, and X does not report whether {who} owns the app"
        return Finding(
            "X app",
            Verdict.WARNING,
            f"{message}: mentions are counted at the full price",
            "was the access token created on the app's own page at https://console.x.com? Then the account owns the "
            "app: set X_ACCOUNT_OWNS_APP=true. Did it come from a sign-in to another app? Then set it to false",
        )
    if owns_app:
        message = f"by X_ACCOUNT_OWNS_APP, {who} owns the app: mentions are counted at a fifth. X does not report it"
    else:
        message = f"by X_ACCOUNT_OWNS_APP, {who} does not own the app: mentions are counted at the full price"
    return Finding("X app", Verdict.GOOD, message)


def judge_clock(ahead_of: Mapping[str, timedelta]) -> Finding:
    """Our clock against those of servers. The database's matters least: the bot uses its own time."""
    compared = {who: ahead for who, ahead in ahead_of.items() if who != DATABASE}
    who, ahead = max((compared or ahead_of).items(), key=lambda item: abs(item[1]))
    if abs(ahead) > NOTICED_SKEW:
        message = f"{span(ahead)} {'ahead of' if ahead > timedelta(0) else 'behind'} that of {who}"
        fix = "set the machine's clock, and keep it correct with NTP"
        if not compared:
            return Finding("clock", Verdict.WARNING, message, f"{fix}, on this machine or that one")
        if abs(ahead) > WORST_SKEW:
            return Finding("clock", Verdict.BAD, f"{message}; X refuses requests signed with this time", fix)
        return Finding("clock", Verdict.WARNING, message, fix)
    off = ahead_of.get(DATABASE, timedelta(0))
    if abs(off) > NOTICED_SKEW:
        message = f"correct; the database's clock is off by {span(off)}, which affects only its own log"
        return Finding("clock", Verdict.WARNING, message, "set the clock of the database's machine")
    return Finding("clock", Verdict.GOOD, f"within {NOTICED_SKEW.seconds} s of {' and '.join(ahead_of)}")


def _has_twitchs_own_addresses(settings: Settings) -> bool:
    names = ("twitch_api_url", "twitch_auth_url")
    return all(getattr(settings, name) == Settings.model_fields[name].default for name in names)
