"""The common cause of several problems as one more problem, of which they are the consequences. Pure."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from bot.health.causes import REASONS, Cause
from bot.health.problem import Problem

_OF_X: Final = (Cause.X_UNAVAILABLE, Cause.X_REFUSED)


def with_common_cause(problems: Sequence[Problem], failures: Sequence[Problem] = ()) -> list[Problem]:
    """The problems, after that of their common cause, if they have one.

    Twitch and X that are both gone are a problem of the network, and several jobs that X fails are a problem of X.
    `failures`: newest attempts that failed, which are no problem yet. Together with a problem of the other service one
    of them is enough: polls are rarer than calls of X.
    """
    # The record of a bot that does not run is old.
    if any(problem.part == "bot" for problem in problems):
        return list(problems)
    known = [*problems, *failures]
    of_twitch = [one for one in known if one.cause is Cause.TWITCH_UNAVAILABLE and one.is_of_polls]
    of_x = [one for one in known if one.cause is Cause.X_UNAVAILABLE]
    if of_twitch and of_x and any(one in problems for one in (*of_twitch, *of_x)):
        return [_network([*of_twitch, *of_x]), *problems]
    if any(problem.part == "x" for problem in problems):
        return list(problems)
    of_causes = [[one for one in problems if one.part == "jobs" and one.cause is cause] for cause in _OF_X]
    return [*(_x(of_cause) for of_cause in of_causes if len(of_cause) > 1), *problems]


def _network(found: Sequence[Problem]) -> Problem:
    return _problem("network", "neither Twitch nor X answers", Cause.NETWORK, found, REASONS[Cause.NETWORK])


def _x(found: Sequence[Problem]) -> Problem:
    cause = found[0].cause
    return _problem("x", REASONS[cause], cause, found, ", ".join(sorted(one.subject for one in found)))


def _problem(part: str, what: str, cause: Cause, found: Sequence[Problem], more: str) -> Problem:
    """The problem with the first failure, and the next attempt, of those that it caused."""
    since = min((one.since for one in found if one.since is not None), default=None)
    when = "" if since is None else f" since {since.astimezone(UTC):%F %H:%M} UTC"
    retry_at = min((one.retry_at for one in found if one.retry_at is not None), default=None)
    return Problem(part, f"{what}{when}: {more}", since=since, cause=cause, retry_at=retry_at)
