"""What is wrong, from how things stand. Pure.

The one set of rules: /readyz, the alert and /metrics (`watch.py`) and `watchtime check` present what it finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bot.core.calendar import Calendar, newest_posted_day
from bot.core.posts import FAILED, UNFINISHED
from bot.health.facts import Facts
from bot.health.lateness import (
    is_day_late,
    is_job_late,
    is_mention_late,
    is_poll_late,
    is_post_late,
    is_summary_late,
)
from bot.health.record import JobRecord, Loss, RunRecord

# A job that failed so often in a row, or twice over at least so long, fails again and again.
FAILS_AGAIN_AND_AGAIN = 3
FAILS_FOR_LONG = timedelta(minutes=5)
# More losses of the database than this within an hour are no coincidence.
MOST_LOSSES = 2
LOSSES_WITHIN = timedelta(hours=1)
# Nobody asks that much by chance: so much of the month's budget, or of what today may spend on answers.
MOST_OF_BUDGET_AN_HOUR = Decimal("0.1")
MOST_OF_SHARE_AN_HOUR = Decimal("0.9")
# Below this nothing new can be kept for long.
LEAST_FREE_BYTES = 200_000_000

# The parts that can be judged while the database cannot be read.
JUDGED_WITHOUT_DATABASE = frozenset({"database", "database restarts", "disk", "jobs"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be: which part, what of that part, and what is so in one line."""

    part: str
    says: str
    of: str = ""

    @property
    def name(self) -> str:
        """What it is the trouble of; the same for as long as the same thing is wrong."""
        return f"{self.part} ({self.of})" if self.of else self.part


@dataclass(frozen=True, slots=True)
class Expected:
    """When what is due: what the settings say. `since`: nothing is missed that was due before this bot was started."""

    calendar: Calendar
    interval: timedelta
    post_at: time
    since: datetime


def judge(facts: Facts, expected: Expected) -> list[Trouble]:
    """Everything that is not as it should be; nothing when all is well."""
    pauses = facts.spending.pauses
    return [
        *_poll(facts, expected),
        *_day(facts, expected),
        *_summaries(facts, expected),
        *_outbox(facts),
        *_spending(facts),
        *(Trouble("x", f"X is not called until {one.until:%F %H:%M} UTC: {one.reason}", one.cause) for one in pauses),
    ]


def judge_run(record: RunRecord, now: datetime) -> list[Trouble]:
    """What the running bot recorded about its jobs and its database."""
    return [*judge_jobs(record, now), *judge_losses(record, now)]


def judge_jobs(record: RunRecord, now: datetime) -> list[Trouble]:
    """Whether a job fails again and again, or is overdue."""
    return [
        Trouble("jobs", f"{name} {what}", name)
        for name, job in record.jobs.items()
        if (what := _why_failing(job, now) or _why_late(job, now))
    ]


def recent_losses(record: RunRecord, now: datetime) -> list[Loss]:
    """The losses of the database that still count."""
    return [loss for loss in record.losses if timedelta(0) <= now - loss.at < LOSSES_WITHIN]


def judge_losses(record: RunRecord, now: datetime) -> list[Trouble]:
    """Whether the database was lost more often than a restart explains."""
    losses = recent_losses(record, now)
    if len(losses) <= MOST_LOSSES:
        return []
    restarts = sum(loss.was_restart for loss in losses)
    says = f"the database was lost {len(losses)} times within an hour, last at {losses[-1].at:%F %H:%M} UTC"
    if restarts:
        says += f"; its server was started again {restarts} times"
    return [Trouble("database restarts", says)]


def judge_disk(free_bytes: int | None) -> list[Trouble]:
    """Whether there is room for what is kept; None: how much there is could not be found out."""
    if free_bytes is None or free_bytes >= LEAST_FREE_BYTES:
        return []
    return [Trouble("disk", f"only {free_bytes / 1e6:.0f} MB are free where DATA_DIR is")]


def late_days(facts: Facts, expected: Expected) -> list[date]:
    """Finished days that should have been rolled up."""
    return [
        day for day in facts.days_due if is_day_late(facts.at, max(expected.calendar.day(day).ends_at, expected.since))
    ]


def _why_failing(job: JobRecord, now: datetime) -> str:
    since = job.failing_since
    is_so = since is not None and (
        job.failures >= FAILS_AGAIN_AND_AGAIN or (job.failures > 1 and now - since >= FAILS_FOR_LONG)
    )
    if not is_so:
        return ""
    return f"failed {job.failures} times in a row since {since:%F %H:%M} UTC: {job.error}"


def _why_late(job: JobRecord, now: datetime) -> str:
    if job.due_at is None or not is_job_late(now, job.due_at):
        return ""
    if job.is_running and job.started_at is not None:
        return f"has been running since {job.started_at:%F %H:%M} UTC"
    last = f"{job.ended_at:%F %H:%M} UTC" if job.ended_at else "never"
    return f"is overdue since {job.due_at:%F %H:%M} UTC; it last ended: {last}"


def _poll(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    since = max(facts.last_good_poll_at or expected.since, expected.since)
    if not is_poll_late(facts.at, since, expected.interval):
        return []
    last = f"{facts.last_good_poll_at:%F %H:%M} UTC" if facts.last_good_poll_at else "never"
    return [Trouble("poll", f"the last poll that brought anything: {last}")]


def _day(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    late = late_days(facts, expected)
    return [Trouble("day", f"not rolled up: {', '.join(map(str, late))}")] if late else []


def _summaries(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    """What of the newest summaries is missing: until the next are due, for nobody sends them later."""
    calendar = expected.calendar
    day, due_at = newest_posted_day(calendar, expected.post_at, facts.at)
    since = max(due_at, expected.since)
    midnight = datetime.combine(
        due_at.astimezone(calendar.timezone).date() + timedelta(days=1), time(), calendar.timezone
    )
    # A bot that was started after midnight could not have made them.
    is_missed = since < midnight and is_summary_late(facts.at, since)
    if not facts.summaries:
        # No polls, no day; a late roll-up is a trouble of its own.
        is_rolled_up = facts.last_day is not None and facts.last_day.date == day.date
        says = f"the summaries of {day.date} were not made"
        return [Trouble("summaries", says)] if is_missed and is_rolled_up else []
    return [
        Trouble("summaries", f"{kind} of {day.date} is {status}" + (f": {why}" if why else ""), kind)
        for kind, status, why in facts.summaries
        if (status in UNFINISHED and is_missed) or (status in FAILED and is_summary_late(facts.at, due_at))
    ]


def _spending(facts: Facts) -> Sequence[Trouble]:
    spent, budget = facts.spending.answers_last_hour_usd, facts.spending.budget_usd
    if not spent:
        return []
    says = f"mentions and answers cost {spent:.2f} USD within an hour"
    if spent >= budget * MOST_OF_BUDGET_AN_HOUR:
        return [Trouble("spending", f"{says}, of {budget:.2f} for the month")]
    today = facts.spending.allowance
    # Of an hour that began before midnight (UTC), what was spent today counts.
    if min(spent, today.spent_today_usd) >= today.share_usd * MOST_OF_SHARE_AN_HOUR:
        return [Trouble("spending", f"{says}, of {today.share_usd:.2f} for today; the rest waits until midnight UTC")]
    return []


def _outbox(facts: Facts) -> Sequence[Trouble]:
    troubles = []
    if facts.waiting_since is not None and is_post_late(facts.at, facts.waiting_since):
        troubles.append(Trouble("outbox", f"a post has been due since {facts.waiting_since:%F %H:%M} UTC"))
    if facts.undecided_since is not None and is_mention_late(facts.at, facts.undecided_since):
        troubles.append(Trouble("mentions", f"a mention waits since {facts.undecided_since:%F %H:%M} UTC"))
    return troubles
