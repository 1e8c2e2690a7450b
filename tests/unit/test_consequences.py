"""One cause with its consequences: what the page Status and /readyz show as one problem."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.health.causes import Cause
from bot.health.common_causes import with_common_cause
from bot.health.consequences import consequences
from bot.health.problem import Problem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATE_POLL = Problem("poll", "", is_late=True)
REFUSED_POLL = Problem("poll", "", times=3, cause=Cause.TWITCH_REFUSED)
LOST_POLL = Problem("poll", "", times=3, cause=Cause.TWITCH_UNAVAILABLE)
LATE_DAY = Problem("day", "", is_late=True)
LATE_SUMMARY = Problem("summaries", "", "games", is_late=True)
LATE_OUTBOX = Problem("outbox", "", is_late=True)
STOPPED = Problem("bot", "", cause=Cause.NOT_RUNNING)
AWAY = Problem("database", "", cause=Cause.DATABASE)
PAUSED = Problem("x", "", "credits", cause=Cause.X_CREDITS)
NETWORK = Problem("network", "", cause=Cause.NETWORK)
X = Problem("x", "", cause=Cause.X_UNAVAILABLE)
DEAF = Problem("chat", "", cause=Cause.CHAT_NOT_HEARD)


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
        ([NETWORK, LOST_POLL, job("collect", Cause.TWITCH_UNAVAILABLE), job("reply", Cause.X_UNAVAILABLE), DEAF],
         by("network", "poll", "jobs (collect)", "jobs (reply)", "chat")),
        ([NETWORK, LATE_POLL, LATE_OUTBOX, LATE_SUMMARY], by("network", "poll", "outbox", "summaries (games)")),
        ([NETWORK, LATE_DAY, job("reply", Cause.X_REFUSED)], {}),
        ([X, job("reply", Cause.X_UNAVAILABLE), job("outbox", Cause.X_UNAVAILABLE), LATE_OUTBOX],
         by("x", "jobs (reply)", "jobs (outbox)", "outbox")),
        ([X, job("reply", Cause.X_REFUSED)], {}),
        ([job("reply", Cause.X_UNAVAILABLE), LATE_OUTBOX, LATE_SUMMARY],
         by("jobs (reply)", "outbox", "summaries (games)")),
    ],
    ids=[
        "no bot", "late without a database", "failed without a database", "X on hold", "Twitch refuses", "a job fails",
        "a chain", "three causes", "another reason", "not about X",
        "no network", "late without a network", "not about the network", "X does not answer", "X refuses one job",
        "one job without X",
    ],
)  # fmt: skip
def test_problems_that_another_one_caused_are_named_with_it(problems: list[Problem], found: dict[str, str]) -> None:
    assert consequences(problems) == found


LOST_REPLY = job("reply", Cause.X_UNAVAILABLE)
LOST_COLLECT = job("collect", Cause.TWITCH_UNAVAILABLE)
REFUSED = [job("reply", Cause.X_REFUSED), job("outbox", Cause.X_REFUSED)]


@pytest.mark.parametrize(
    ("problems", "failures", "part", "cause"),
    [
        ([LOST_POLL, LOST_REPLY], [], "network", Cause.NETWORK),
        ([LOST_REPLY], [LOST_COLLECT, LOST_REPLY], "network", Cause.NETWORK),
        ([LOST_POLL], [job("outbox", Cause.X_UNAVAILABLE)], "network", Cause.NETWORK),
        ([LOST_REPLY, job("outbox", Cause.X_UNAVAILABLE)], [], "x", Cause.X_UNAVAILABLE),
        (REFUSED, [], "x", Cause.X_REFUSED),
        ([LOST_POLL, *REFUSED], [], "x", Cause.X_REFUSED),
        ([LOST_REPLY], [], "", None),
        ([LOST_POLL, REFUSED[0]], [], "", None),
        ([LOST_REPLY, job("pictures", Cause.TWITCH_UNAVAILABLE)], [], "", None),
        ([], [LOST_COLLECT, LOST_REPLY], "", None),
        ([*REFUSED, PAUSED], [], "", None),
        ([STOPPED, LOST_POLL, LOST_REPLY], [], "", None),
    ],
    ids=[
        "both gone", "the newest poll failed", "a call of X failed", "X gone for two jobs", "X refuses two jobs",
        "Twitch gone, X refuses", "one job", "one job refused", "only pictures of Twitch", "no problem yet", "on hold",
        "an old record",
    ],
)  # fmt: skip
def test_problems_with_a_common_cause_are_consequences_of_one_more_problem(
    problems: list[Problem], failures: list[Problem], part: str, cause: Cause | None
) -> None:
    found = with_common_cause(problems, failures)
    more = found[: len(found) - len(problems)]
    assert (found[len(more) :], [(one.part, one.cause) for one in more]) == (problems, [(part, cause)] if part else [])


def test_a_common_cause_has_the_first_failure_and_the_next_attempt_of_what_it_caused() -> None:
    poll = replace(LOST_POLL, since=NOON)
    reply = replace(LOST_REPLY, since=NOON - timedelta(minutes=20), retry_at=NOON + timedelta(minutes=5))
    network = with_common_cause([poll, reply])[0]
    assert (network.since, network.retry_at) == (reply.since, reply.retry_at)
    assert network.message == (
        "neither Twitch nor X answers since 2026-11-22 11:40 UTC: is the network of this machine up?"
    )
