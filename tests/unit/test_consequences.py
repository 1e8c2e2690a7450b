"""One cause with its consequences: what the page Status and /readyz show as one problem."""

import pytest

from bot.health.causes import Cause
from bot.health.consequences import consequences
from bot.health.problem import Problem

LATE_POLL = Problem("poll", "", is_late=True)
REFUSED_POLL = Problem("poll", "", times=3, cause=Cause.TWITCH_REFUSED)
LATE_DAY = Problem("day", "", is_late=True)
LATE_SUMMARY = Problem("summaries", "", "games", is_late=True)
LATE_OUTBOX = Problem("outbox", "", is_late=True)
STOPPED = Problem("bot", "", cause=Cause.NOT_RUNNING)
AWAY = Problem("database", "", cause=Cause.DATABASE)
PAUSED = Problem("x", "", "credits", cause=Cause.X_CREDITS)


def job(name: str, cause: Cause = Cause.UNKNOWN, *, is_late: bool = False) -> Problem:
    return Problem("jobs", "", name, cause=cause, is_late=is_late)


def by(cause: str, *problems: str) -> dict[str, str]:
    return dict.fromkeys(problems, cause)


@pytest.mark.parametrize(
    ("problems", "found"),
    [
        ([LATE_POLL, STOPPED, Problem("chat", "", cause=Cause.CHAT_NOT_HEARD)], by("bot", "poll", "chat")),
        ([LATE_POLL, LATE_DAY, job("lake", is_late=True), AWAY], by("database", "poll", "day", "jobs (lake)")),
        ([job("collect", Cause.DATABASE), job("daily", Cause.DATABASE_SLOW), AWAY],
         by("database", "jobs (collect)", "jobs (daily)")),
        ([LATE_OUTBOX, LATE_SUMMARY, job("reply", Cause.X_CREDITS), PAUSED],
         by("x (credits)", "outbox", "summaries (games)", "jobs (reply)")),
        ([REFUSED_POLL, job("collect", Cause.TWITCH_REFUSED), job("pictures", Cause.TWITCH_REFUSED)],
         by("poll", "jobs (collect)", "jobs (pictures)")),
        ([LATE_DAY, job("daily", Cause.STORE)], by("jobs (daily)", "day")),
        ([LATE_DAY, job("daily", Cause.DATABASE), AWAY], by("database", "day", "jobs (daily)")),
        ([REFUSED_POLL, PAUSED, job("lake", Cause.STORE)], {}),
        ([REFUSED_POLL, AWAY], {}),
        ([LATE_DAY, PAUSED], {}),
    ],
    ids=[
        "no bot", "late without a database", "failed without a database", "X on hold", "Twitch refuses", "a job fails",
        "a chain", "three causes", "another reason", "not about X",
    ],
)  # fmt: skip
def test_problems_that_another_one_caused_are_named_with_it(problems: list[Problem], found: dict[str, str]) -> None:
    assert consequences(problems) == found
