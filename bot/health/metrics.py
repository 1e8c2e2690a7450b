"""How things stand, as measurements. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from bot.health.facts import Facts
from bot.health.record import RunRecord
from bot.health.rules import Trouble
from helperfunctions.prometheus import Measured

NAME = "watchtime"


def of_facts(facts: Facts) -> Iterator[Measured]:
    """What the database knows."""
    yield from _of_polls(facts)
    if facts.last_day is not None:
        day = facts.last_day
        yield _one("day_end_timestamp_seconds", "End of the newest day that is rolled up", day.ends_at.timestamp())
        yield _one("day_coverage_ratio", "Part of that day that was measured", day.coverage)
        yield _one("day_watch_hours", "Hours watched on that day", day.watch_hours)
        yield _one("day_polls", "Polls of that day", day.polls)
    yield _one("days_due", "Finished days that wait for their roll-up", len(facts.days_due))
    yield Measured(
        f"{NAME}_posts",
        "Posts by kind and state: the outbox",
        "gauge",
        [({"kind": kind, "status": status}, posts) for (kind, status), posts in facts.posts.items()],
    )
    yield _by("mentions", "Mentions seen, by what became of them", "status", facts.mentions)
    latency = facts.latency
    yield _one("answers_last_day", "Answers posted within the last day", latency.answers)
    if latency.median is not None and latency.p95 is not None:
        yield _by(
            "answer_latency_seconds",
            "From a question on X to its answer there, over the last day",
            "quantile",
            {"0.5": latency.median, "0.95": latency.p95},
        )
    spent: dict[str, float] = {}
    for row in facts.spending.rows:
        spent[row.purpose] = spent.get(row.purpose, 0.0) + float(row.usd)
    yield _by("x_spent_usd", "What X has cost this month (UTC)", "purpose", spent)
    yield _one("x_budget_usd", "What X may cost in a month", float(facts.spending.budget_usd))
    yield _one("x_forecast_usd", "What X comes to at this pace", float(facts.spending.forecast_usd))
    yield _one("x_pauses", "Reasons for which X is not called just now", len(facts.spending.pauses))
    yield _one("database_bytes", "What the database takes on disk", facts.database_bytes)


def _of_polls(facts: Facts) -> Iterator[Measured]:
    yield _by("polls", "Polls taken, by how they ended", "status", facts.polls, kind="counter")
    if facts.last_good_poll_at is not None:
        at = facts.last_good_poll_at.timestamp()
        yield _one("good_poll_timestamp_seconds", "Begin of the newest poll that brought anything", at)
    if facts.last_poll is not None:
        last = facts.last_poll
        yield _one("poll_streams", "Streams of the newest poll", last.streams)
        yield _one("poll_viewers", "Viewers of the newest poll", last.viewers)
        yield _one("poll_pages", "Pages of the newest poll", last.pages)
        yield _one("poll_set_aside", "Streams of the newest poll that were not understood", last.set_aside)
        seconds = (last.ended_at - last.started_at).total_seconds()
        yield _one("poll_duration_seconds", "Time that the newest poll took", seconds)


def of_process(
    *, leads: bool, has_database: bool, kept_polls: int, free_bytes: int | None, rate_limits: Mapping[str, float]
) -> Iterator[Measured]:
    """What this process knows."""
    yield _one("leading", "1 while this bot does the jobs, 0 while it stands by", float(leads))
    yield _one("database_up", "1 while the database answers", float(has_database))
    yield _one("kept_polls", "Polls on disk that wait for the database", kept_polls)
    if free_bytes is not None:
        yield _one("data_dir_free_bytes", "Room where DATA_DIR is", free_bytes)
    yield _by("rate_limit_remaining", "Calls left before the next has to wait", "api", rate_limits)


def of_run(record: RunRecord, running: Mapping[str, float], losses: int) -> Iterator[Measured]:
    """How the jobs of this process do, and how often it lost the database."""
    failures = {name: job.failures for name, job in record.jobs.items()}
    yield _by("job_failures", "Failed attempts in a row", "job", failures)
    succeeded = {name: job.succeeded_at.timestamp() for name, job in record.jobs.items() if job.succeeded_at}
    yield _by("job_success_timestamp_seconds", "End of the newest attempt that did not fail", "job", succeeded)
    yield _by("job_running_seconds", "For how long a job has been running", "job", running)
    yield _one("database_losses", "Times that the leader lost the database within the last hour", losses)


def of_troubles(troubles: Iterable[Trouble]) -> Iterator[Measured]:
    """What /readyz complains about."""
    yield _by(
        "trouble", "1 for each part that is not as it should be", "part", dict.fromkeys((t.part for t in troubles), 1)
    )


def _one(name: str, meaning: str, value: float) -> Measured:
    return Measured(f"{NAME}_{name}", meaning, "gauge", [({}, value)])


def _by(
    name: str, meaning: str, label: str, values: Mapping[str, float], kind: Literal["gauge", "counter"] = "gauge"
) -> Measured:
    return Measured(f"{NAME}_{name}", meaning, kind, [({label: key}, value) for key, value in sorted(values.items())])
