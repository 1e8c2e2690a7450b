"""Which problems are the consequence of another one, so that one cause is not shown as several problems. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.health.causes import Cause
from bot.health.problem import Problem

_X: Final = frozenset({Cause.X_UNAVAILABLE, Cause.X_REFUSED, Cause.X_CREDENTIALS, Cause.X_CREDITS})
_TWITCH: Final = frozenset({Cause.TWITCH_UNAVAILABLE, Cause.TWITCH_REFUSED})
_NO_NETWORK: Final = frozenset({Cause.TWITCH_UNAVAILABLE, Cause.X_UNAVAILABLE, Cause.CHAT_NOT_HEARD})
# A bot that runs starts the listener of chat, unless that has a process of its own.
_OF_NO_BOT: Final = frozenset({Cause.NOT_RUNNING, Cause.INTERRUPTED, Cause.CHAT_NOT_HEARD})
_OF_X: Final = frozenset({"outbox", "summaries", "mentions"})
# The jobs that call X, and the job that does the work of each part.
_JOBS_OF_X: Final = frozenset({"outbox", "post", "reply"})
_JOB_OF: Final = {"poll": "collect", "day": "daily", "summaries": "post", "outbox": "outbox", "mentions": "reply"}


def consequences(problems: Sequence[Problem]) -> Mapping[str, str]:
    """The name of the problem that caused each other one, by the name of that. A cause is no consequence itself."""
    found: dict[str, str] = {}
    for problem in problems:
        causes = (one.name for one in problems if one is not problem and _is_caused(problem, one))
        if (cause := next(causes, None)) is not None:
            found[problem.name] = cause
    # With a database that is lost, failed updates cause nothing by themselves.
    return {name: found.get(cause, cause) for name, cause in found.items()}


def _is_caused(problem: Problem, by: Problem) -> bool:
    if problem.part in ("bot", "database", "disk", "network", "x"):
        return False
    if problem.part == "database restarts":
        return by.part == "database"
    match by.part:
        case "bot":
            return problem.is_late or problem.cause in _OF_NO_BOT
        case "database":
            return problem.is_late or problem.cause.startswith("database")
        case "network":
            return problem.cause in _NO_NETWORK or (problem.is_late and (_calls_x(problem) or problem.is_of_polls))
        case "x":
            is_of_x = problem.cause in (_X if by.is_hold else {by.cause})
            return is_of_x or (problem.is_late and _calls_x(problem))
        case "poll":
            # Also the job that polls, and others that call Twitch.
            return problem.part == "jobs" and (problem.subject == "collect" or problem.cause in _TWITCH & {by.cause})
        case "jobs":
            is_of_x = by.cause in _X and _calls_x(problem)
            return problem.is_late and not by.is_late and (is_of_x or _JOB_OF.get(problem.part) == by.subject)
    return False


def _calls_x(problem: Problem) -> bool:
    return problem.subject in _JOBS_OF_X if problem.part == "jobs" else problem.part in _OF_X
