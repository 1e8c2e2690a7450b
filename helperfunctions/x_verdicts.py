"""Interprets answers of X other than 2xx: whether the call can succeed later, and when.

X changes the wording of its errors without notice, and an answer may come from another server: a challenge page of the
network, a maintenance page, a proxy. So the status and the problem's type are checked first, then its codes and its
words; an answer that is not the JSON of the API proves nothing about the request.
Sources: https://docs.x.com/x-api/fundamentals/response-codes, and the codes of API v1.1, with which v2 still answers.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import orjson

from helperfunctions.errors import (
    XCredentialsWrong,
    XError,
    XNotYet,
    XOutOfCredits,
    XRefused,
    XRefusedForNow,
    XUnknown,
)
from helperfunctions.text import one_line

Hide = Callable[[str], str]

CREDENTIALS_AGAIN_AFTER: Final = timedelta(minutes=15)
OUTAGE_AGAIN_AFTER: Final = timedelta(minutes=5)
REFUSAL_AGAIN_AFTER: Final = timedelta(minutes=1)
RATE_LIMIT_AGAIN_AFTER: Final = timedelta(seconds=60)
SHORTEST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(hours=25)
_LONGEST_MESSAGE: Final = 300

_CREDENTIAL_PROBLEMS: Final = ("client-forbidden", "unsupported-authentication", "oauth1-permissions")
_MONEY_PROBLEMS: Final = ("credits", "usage-capped")
_MONEY_TITLES: Final = ("CreditsDepleted", "UsageCapExceeded")
# 64 suspended · 88 rate limit · 130 over capacity · 131 internal error · 185 daily limit of posts · 205 limit of
# reports · 226 "looks automated" · 326 temporarily locked. Accounts have recovered from all of these within hours.
_PASSING_CODES: Final = frozenset({"64", "88", "130", "131", "185", "205", "226", "326"})
_DUPLICATE_CODE: Final = "187"
_DUPLICATE: Final = "duplicate content"
_LATER: Final = re.compile(r"\b(?:later|temporar\w*|try(?:ing)? again|over capacity)\b", re.IGNORECASE)
# About a parameter of an invalid request these mean something else.
_LIMITED: Final = re.compile(r"\b(?:right now|too many|locked|limits?)\b", re.IGNORECASE)


class OldWordsRefused(XRefused):
    """X rejects the parameter `tweet.fields`, which later versions of its API do not have."""


def verdict(status: int, headers: Mapping[str, str], content: bytes, *, what: str, now: datetime, hide: Hide) -> XError:
    """The error for an answer. `what` is the method and path of the request; `hide` removes secrets from a text."""
    if 300 <= status < 400:
        return XRefused(f"X_API_URL is redirected ({status}); set it to the address of the API itself", may_pass=True)
    problem = _problem(content, hide)
    message = (
        f"X answered {status} to {what}: {problem.shown if problem else 'not in JSON, so not from the API itself'}"
    )
    if status >= 500:
        return XUnknown(message, is_charged=False)
    if status in (408, 425):
        return XUnknown(message)
    if problem is not None and _is_about_money(status, problem):
        return XOutOfCredits(message, not_before=_next_utc_day(now))
    if status in (420, 429):
        return XNotYet(message, not_before=_resets_at(headers, now))
    if problem is None:
        return XRefusedForNow(message, not_before=_retry_at(headers, now) or now + REFUSAL_AGAIN_AFTER)
    return _of_problem(status, problem, message, what, now)


def _of_problem(status: int, problem: "_Problem", message: str, what: str, now: datetime) -> XError:
    """The error for a problem that the API reports in JSON."""
    if status == 401:
        return XCredentialsWrong(
            f"{message}; check the four settings X_API_KEY … X_ACCESS_TOKEN_SECRET, and the machine's clock",
            not_before=now + CREDENTIALS_AGAIN_AFTER,
        )
    if status == 403 and (problem.kind in _CREDENTIAL_PROBLEMS or problem.reason == "client-not-enrolled"):
        return XCredentialsWrong(
            f"{message}; the app must be allowed to read and write, and its tokens made after that",
            not_before=now + CREDENTIALS_AGAIN_AFTER,
        )
    if status == 400 and "tweet.fields" in problem.message:
        return OldWordsRefused(message)
    if _DUPLICATE_CODE in problem.codes or _DUPLICATE in problem.message.lower():
        return XRefused(message, duplicate=True)
    is_limited = status != 400 and _LIMITED.search(problem.message)
    if problem.codes & _PASSING_CODES or is_limited or _LATER.search(problem.message):
        return XRefusedForNow(message, not_before=now + REFUSAL_AGAIN_AFTER)
    if status == 404 and not what.endswith("/2/tweets"):
        # Timelines and media/upload have answered 404 for hours to valid requests.
        return XNotYet(message, not_before=now + OUTAGE_AGAIN_AFTER)
    return XRefused(message, may_pass=status in (403, 404))


class _Problem:
    """The relevant parts of an error's body; each can be missing. `shown` is `message` without secrets, shortened."""

    def __init__(self, body: Any, hide: Hide) -> None:
        body = body if isinstance(body, dict) else {}
        self.title = _string(body.get("title"))
        self.kind = _string(body.get("type")).rstrip("/").rsplit("/", 1)[-1]
        self.reason = _string(body.get("reason"))
        listed = body.get("errors")
        errors = [error for error in listed if isinstance(error, dict)] if isinstance(listed, list) else []
        self.codes = {str(error["code"]) for error in [body, *errors] if isinstance(error.get("code"), int | str)}
        more = [_string(error.get("message") or error.get("detail")) for error in errors]
        parts = dict.fromkeys(part for part in (self.title, _string(body.get("detail")), self.reason, *more) if part)
        self.message = one_line(": ".join(parts)) or "no reason given"
        shown = hide(self.message)
        self.shown = shown if len(shown) <= _LONGEST_MESSAGE else shown[: _LONGEST_MESSAGE - 1] + "…"


def _problem(content: bytes, hide: Hide) -> _Problem | None:
    """The error in an answer; None if it is not the API's JSON."""
    try:
        return _Problem(orjson.loads(content), hide)
    except orjson.JSONDecodeError:
        return None


def _is_about_money(status: int, problem: _Problem) -> bool:
    return status == 402 or problem.kind in _MONEY_PROBLEMS or problem.title in _MONEY_TITLES


def _resets_at(headers: Mapping[str, str], now: datetime) -> datetime:
    """The end of a rate limit. Implausible times are ignored, because either clock can be wrong."""
    names = ["x-rate-limit-reset"]
    names += [
        f"{limit}-reset"
        for limit in ("x-app-limit-24hour", "x-user-limit-24hour")
        if headers.get(f"{limit}-remaining") == "0"
    ]
    resets_at = [datetime.fromtimestamp(seconds, UTC) for name in names if (seconds := _number(headers, name))]
    plausible = [at for at in resets_at if now < at <= now + LONGEST_WAIT]
    if plausible:
        return max([*plausible, now + SHORTEST_WAIT])
    return _retry_at(headers, now) or now + RATE_LIMIT_AGAIN_AFTER


def _retry_at(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time in `Retry-After`, which proxies and challenge pages send; None if it is missing or implausible."""
    seconds = _number(headers, "retry-after")
    if seconds is None or timedelta(seconds=seconds) > LONGEST_WAIT:
        return None
    return now + max(timedelta(seconds=seconds), SHORTEST_WAIT)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    given = headers.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 12 else None


def _next_utc_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
