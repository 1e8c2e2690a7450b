"""Since when the database has been lost."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.health.record import JobRecord, Loss, RunRecord
from bot.health.rules import WITHOUT_DATABASE, lost_since
from bot.jobs import JOBS

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def job_that(minute_of_failure: int | None, outcome: str = "DatabaseUnavailable", good: int | None = None) -> JobRecord:
    """A job that fails since a minute after noon, and last succeeded at another."""
    failing_since = None if minute_of_failure is None else NOON + timedelta(minutes=minute_of_failure)
    succeeded_at = None if good is None else NOON + timedelta(minutes=good)
    failures = 0 if failing_since is None else 1
    return JobRecord(
        outcome=outcome,
        failures=failures,
        failing_since=failing_since,
        error_since=failing_since,
        succeeded_at=succeeded_at,
    )


@pytest.mark.parametrize(
    ("jobs", "losses", "good", "since"),
    [
        ({}, {}, None, 50),
        ({}, {20: False}, None, 20),
        ({"daily": job_that(22)}, {20: False}, None, 20),
        ({"daily": job_that(22), "outbox": job_that(21)}, {}, None, 21),
        ({"reply": job_that(10, "XNotYet")}, {}, None, 50),
        ({"outbox": job_that(None, good=30)}, {20: False}, None, 50),
        ({"collect": job_that(None, good=30)}, {20: False}, None, 20),
        ({}, {5: False, 20: True, 40: False}, None, 40),
        ({"daily": job_that(22)}, {20: False}, 45, 50),
    ],
    ids=[
        "nothing recorded", "a loss", "a loss and a failed job", "failed jobs", "another failure",
        "a job succeeded since", "a poll was kept on disk since", "restarted in between", "read by the dashboard since",
    ],
)  # fmt: skip
def test_database_is_lost_since_the_first_sign_after_the_last_good_one(
    jobs: dict[str, JobRecord], losses: dict[int, bool], good: int | None, since: int
) -> None:
    """The first look at it was 50 minutes after noon."""
    record = RunRecord(jobs=jobs, losses=[Loss(NOON + timedelta(minutes=at), was) for at, was in losses.items()])
    good_at = None if good is None else NOON + timedelta(minutes=good)
    assert lost_since(record, NOON + timedelta(minutes=50), good_at) == NOON + timedelta(minutes=since)


def test_jobs_that_do_without_a_database_are_those_of_the_table() -> None:
    assert {job.name for job in JOBS if job.without_database} == WITHOUT_DATABASE
