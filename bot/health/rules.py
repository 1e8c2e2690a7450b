"""The rules of health: from facts to problems. Pure.

The only rules and thresholds. /readyz, /metrics and the alert (`watch.py`), `watchtime check` (`doctor.py`) and the
dashboard's page about the bot present what these functions return, so that all of them agree.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from bot.core.calendar import newest_posting
from bot.core.polls import PollStatus
from bot.core.posts import FAILED, UNFINISHED
from bot.health.causes import Cause, cause_of_outcome, cause_of_pause, cause_of_poll
from bot.health.health_facts import ChatFacts, Facts, WorkFacts
from bot.health.lateness import (
    is_chat_late,
    is_day_late,
    is_job_late,
    is_mention_late,
    is_poll_late,
    is_poll_overdue,
    is_post_late,
    is_queue_late,
    is_summary_late,
    missed_polls,
    next_poll_at,
)
from bot.health.problem import Expected, NextPoll, Problem
from bot.health.record import JobRecord, Loss, RunRecord, without_expectations
from bot.spend.report import Spending

# A job fails repeatedly after this many failures in a row, or after two that are this far apart.
REPEATED_FAILURES: Final = 3
FAILING_FOR: Final = timedelta(minutes=5)
# These do not pass by themselves, so the first failure is a problem.
NEEDS_A_PERSON: Final = frozenset({Cause.TWITCH_REFUSED, Cause.X_CREDENTIALS, Cause.X_CREDITS, Cause.DATABASE_SETTINGS})
# More losses of the database than this within an hour are not restarts by an administrator.
MOST_LOSSES: Final = 2
LOSSES_WITHIN: Final = timedelta(hours=1)
# Spending on mentions within an hour that ordinary use does not reach, as a part of the month's budget and of the
# share of today.
MOST_OF_BUDGET_AN_HOUR: Final = Decimal("0.1")
MOST_OF_SHARE_AN_HOUR: Final = Decimal("0.9")
# With less free space polls, posts and the database's journal cannot be stored for long.
LEAST_FREE_BYTES: Final = 200_000_000
# The record of a running bot is younger than this: it is written every minute, or when the main loop has waited for the
# database.
RUNS_WITHIN: Final = timedelta(minutes=5)

# The parts that can be judged while the database cannot be read.
JUDGED_WITHOUT_DATABASE: Final = frozenset({"database", "database restarts", "disk", "jobs"})

# The jobs that also succeed without a database: bot.jobs has them, which this layer does not import.
WITHOUT_DATABASE: Final = frozenset({"collect", "watch"})

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def judge(facts: Facts, expected: Expected) -> list[Problem]:
    """All problems in the facts; empty for a healthy bot."""
    of_chat = judge_chat(facts.chat, facts.work.at, expected) if facts.chat is not None else []
    return [*judge_work(facts.work, expected), *_mentions(facts), *_spending_rate(facts.spending), *of_chat]


def judge_work(facts: WorkFacts, expected: Expected) -> list[Problem]:
    """Problems of polls, days, summaries and posts, and pauses of X."""
    return [
        *_poll(facts, expected),
        *_day(facts, expected),
        *_summaries(facts, expected),
        *_outbox(facts),
        *_pauses(facts),
    ]


def judge_bot(record: RunRecord, facts: WorkFacts | None, expected: Expected, now: datetime) -> list[Problem]:
    """A problem if no bot runs, for a reader in another process; `facts` are None while the database is unavailable.

    A bot that leads holds a lock in the database, which ends with it. A bot without a database writes its record.
    Before the first run there is no bot to miss, unless polls have stopped.
    """
    is_led = facts is not None and facts.has_leader
    has_stopped_polling = facts is not None and (due := next_poll(facts, expected)) is not None and due.is_overdue
    if is_led or (facts is None and is_running(record, now)):
        return []
    if record.written_at is None and not has_stopped_polling:
        return []
    newest = facts.last_poll.started_at if facts is not None and facts.last_poll else None
    since = max((at for at in (record.written_at, newest) if at is not None), default=None)
    if facts is not None and is_running(record, now):
        message = f"no bot runs on this database: none has the leader's lock; last sign of life at {_utc(since)}"
    else:
        message = f"`watchtime run` is not running; its last sign of life was at {_utc(since)}"
    missed = missed_polls(newest, now, expected.interval) if newest is not None else 0
    if missed:
        message += f"; missed so far: {missed} update{'' if missed == 1 else 's'}"
    return [Problem("bot", message, since=since, times=missed, cause=Cause.NOT_RUNNING)]


def next_poll(facts: WorkFacts, expected: Expected) -> NextPoll | None:
    """The next poll after the newest one, however that ended; None before the first."""
    if facts.last_poll is None:
        return None
    at = next_poll_at(facts.last_poll.started_at, expected.interval)
    return NextPoll(at, is_poll_overdue(facts.at, at, expected.interval))


def last_failures(record: RunRecord) -> list[Problem]:
    """The jobs whose newest attempt failed, also where that is no problem yet."""
    return [
        _failure(name, job, _failed(job, job.failing_since))
        for name, job in record.jobs.items()
        if job.failures and job.failing_since is not None
    ]


def judge_chat(chat: ChatFacts, now: datetime, expected: Expected) -> list[Problem]:
    """Problems if the queue cannot be used for some time, and if a followed channel is live and no minute of chat was
    heard whole for some time."""
    return [*_queue(chat, now), *_not_heard(chat, now, expected)]


def _queue(chat: ChatFacts, now: datetime) -> list[Problem]:
    since = chat.queue_failing_since
    if since is None or not is_queue_late(now, since):
        return []
    what = {"full": "is full", "refused": "refuses us"}.get(chat.queue_problem, "does not answer")
    message = f"the queue of chat {what} since {_utc(since)}; {chat.waiting_bytes / 1e6:.1f} MB wait in journals"
    return [Problem("chat", message, since=since, cause=Cause.CHAT_QUEUE)]


def _not_heard(chat: ChatFacts, now: datetime, expected: Expected) -> list[Problem]:
    if chat.live_since is None:
        return []
    since = max(at for at in (chat.live_since, chat.covered_at, expected.since) if at is not None)
    if not is_chat_late(now, since):
        return []
    last = _utc(chat.covered_at) if chat.covered_at else "not within the last hour"
    message = f"channels are live, and no minute of their chat was heard whole; the last one: {last}"
    return [Problem("chat", message, since=since, cause=Cause.CHAT_NOT_HEARD)]


def judge_run(record: RunRecord, now: datetime) -> list[Problem]:
    """Problems of jobs and of the database that the running bot recorded."""
    return [*judge_jobs(record, now), *judge_losses(record, now)]


def judge_jobs(record: RunRecord, now: datetime) -> list[Problem]:
    """Jobs that fail repeatedly or are overdue."""
    found = []
    for name, job in record.jobs.items():
        if what := _why_failing(job, now):
            found.append(_failure(name, job, what))
        elif what := _why_late(job, now):
            late = Problem(
                "jobs", f"{name} {what}", name, since=job.due_at, is_late=True, last_good_at=job.succeeded_at
            )
            found.append(late)
    return found


def judge_record(record: RunRecord, now: datetime) -> list[Problem]:
    """Problems of jobs, for a reader of the record in another process. No job of a bot that does not run is overdue."""
    return judge_jobs(record if is_running(record, now) else without_expectations(record), now)


def judge_losses(record: RunRecord, now: datetime) -> list[Problem]:
    """A problem if the database was lost more often than a restart explains."""
    losses = recent_losses(record, now)
    if len(losses) <= MOST_LOSSES:
        return []
    restarts = sum(loss.was_restart for loss in losses)
    message = f"the database was lost {_times(len(losses))} within an hour, last at {_utc(losses[-1].at)}"
    if restarts:
        message += f"; its server was restarted {_times(restarts)}"
    return [
        Problem("database restarts", message, since=losses[0].at, times=len(losses), cause=Cause.DATABASE_RESTARTS),
    ]


def judge_disk(free_bytes: int | None) -> list[Problem]:
    """A problem if there is too little free space. None: the free space is not known."""
    if free_bytes is None or free_bytes >= LEAST_FREE_BYTES:
        return []
    return [Problem("disk", f"only {free_bytes / 1e6:.0f} MB are free in DATA_DIR", cause=Cause.DISK)]


def late_days(facts: WorkFacts, expected: Expected) -> list[date]:
    """Finished days that should have been rolled up."""
    return [
        day for day in facts.days_due if is_day_late(facts.at, max(expected.calendar.day(day).ends_at, expected.since))
    ]


def recent_losses(record: RunRecord, now: datetime) -> list[Loss]:
    """The losses of the database within the last hour."""
    return [loss for loss in record.losses if timedelta(0) <= now - loss.at < LOSSES_WITHIN]


def lost_since(
    record: RunRecord, first_seen_at: datetime | None = None, last_good_at: datetime | None = None
) -> datetime | None:
    """The best known time from which on the database has been lost; None if it is not known.

    It is the first of: a loss that the bot recorded, the begin of a job's failure for want of the database, and
    `first_seen_at`; after the newest sign that the database worked: a job that succeeded, its restart, or
    `last_good_at`.
    """
    restarts = [loss.at for loss in record.losses if loss.was_restart]
    successes = [job.succeeded_at for name, job in record.jobs.items() if name not in WITHOUT_DATABASE]
    good_at = max((at for at in (last_good_at, *restarts, *successes) if at is not None), default=_LONG_AGO)
    losses = [loss.at for loss in record.losses if not loss.was_restart]
    failures = [
        job.error_since
        for job in record.jobs.values()
        if job.failures and cause_of_outcome(job.outcome).startswith("database")
    ]
    seen = [at for at in (first_seen_at, *losses, *failures) if at is not None and at >= good_at]
    return min(seen, default=first_seen_at)


def is_running(record: RunRecord, now: datetime) -> bool:
    """True if a bot is writing its record."""
    return record.written_at is not None and timedelta(0) <= now - record.written_at < RUNS_WITHIN


def expected_since(record: RunRecord, now: datetime) -> datetime:
    """The time from which on a bot is expected to do its work: its start while it runs, else the earliest time."""
    return record.began_at if record.began_at and is_running(record, now) else _LONG_AGO


def _utc(instant: datetime | None) -> str:
    return "an unknown time" if instant is None else f"{instant.astimezone(UTC):%F %H:%M} UTC"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _failure(name: str, job: JobRecord, what: str) -> Problem:
    return Problem(
        "jobs",
        f"{name} {what}",
        name,
        since=job.failing_since,
        times=job.failures,
        cause=cause_of_outcome(job.outcome),
        retry_at=job.retry_at,
        last_good_at=job.succeeded_at,
    )


def _why_failing(job: JobRecord, now: datetime) -> str:
    since = job.failing_since
    if since is None:
        return ""
    may_pass = cause_of_outcome(job.outcome) not in NEEDS_A_PERSON
    if may_pass and job.failures < REPEATED_FAILURES and (job.failures < 2 or now - since < FAILING_FOR):
        return ""
    return _failed(job, since)


def _failed(job: JobRecord, since: datetime) -> str:
    row = " in a row" if job.failures > 1 else ""
    message = f"failed {_times(job.failures)}{row} since {_utc(since)}"
    if job.error_since is not None and job.error_since > since:
        message += f", since {_utc(job.error_since)} with this error"
    return f"{message}: {job.error}"


def _why_late(job: JobRecord, now: datetime) -> str:
    if job.due_at is None or not is_job_late(now, job.due_at):
        return ""
    if job.is_running and job.started_at is not None:
        return f"has been running since {_utc(job.started_at)}"
    last = _utc(job.ended_at) if job.ended_at else "never"
    return f"has been overdue since {_utc(job.due_at)}; it last ended: {last}"


def _poll(facts: WorkFacts, expected: Expected) -> Sequence[Problem]:
    since = max(facts.last_good_poll_at or expected.since, expected.since)
    if not is_poll_late(facts.at, since, expected.interval):
        return []
    last = _utc(facts.last_good_poll_at) if facts.last_good_poll_at else "never"
    failed = facts.failed_polls
    message = f"last successful poll: {last}"
    if failed.polls and facts.last_poll is not None:
        message += f"; failed {_times(failed.polls)} since {_utc(failed.since)}"
        if failed.reason_since is not None and failed.since is not None and failed.reason_since > failed.since:
            message += f", since {_utc(failed.reason_since)} with this error"
        message += f": {facts.last_poll.error}"
    return [
        Problem(
            "poll",
            message,
            since=failed.since or facts.last_good_poll_at or (None if since == _LONG_AGO else since),
            times=failed.polls,
            cause=cause_of_last_poll(facts),
            is_late=not failed.polls,
            last_good_at=facts.last_good_poll_at,
        )
    ]


def cause_of_last_poll(facts: WorkFacts) -> Cause:
    """The cause for which the newest poll failed, or for which none was taken."""
    if facts.last_poll is not None and facts.last_poll.status == PollStatus.FAILED:
        return cause_of_poll(facts.last_poll.ended_because)
    return Cause.UNKNOWN if facts.has_leader else Cause.NOT_RUNNING


def _day(facts: WorkFacts, expected: Expected) -> Sequence[Problem]:
    late = late_days(facts, expected)
    if not late:
        return []
    message = f"not rolled up: {', '.join(map(str, late))}"
    since = min(expected.calendar.day(day).ends_at for day in late)
    return [Problem("day", message, since=since, times=len(late), is_late=True)]


def _summaries(facts: WorkFacts, expected: Expected) -> Sequence[Problem]:
    """Summaries of the newest day that were not made or not sent.

    They are never made later, so the problem lasts until the next summaries are due, for about a day: also a person
    who checks the bot only once a day sees it. A roll-up of the next day in between does not end it.
    """
    summaries, posting = facts.summaries, newest_posting(expected.calendar, expected.post_at, facts.at)
    since = max(posting.due_at, expected.since)
    # A bot that was started later could not have made them.
    is_missed = since < posting.ends_at and is_summary_late(facts.at, since)
    if not summaries.posts:
        # A missing roll-up is reported by another rule, and without polls a day does not exist.
        message = f"the summaries of {summaries.day} were not made"
        is_wrong = is_missed and summaries.is_rolled_up
        return [Problem("summaries", message, since=posting.due_at, is_late=True)] if is_wrong else []
    return [
        Problem(
            "summaries",
            f"{post.kind} of {summaries.day} is {post.status}" + (f": {post.reason}" if post.reason else ""),
            post.kind,
            since=posting.due_at,
            cause=Cause.X_REFUSED if post.status == "refused" else Cause.UNKNOWN,
            is_late=post.status in UNFINISHED,
        )
        for post in summaries.posts
        if (post.status in UNFINISHED and is_missed)
        or (post.status in FAILED and is_summary_late(facts.at, posting.due_at))
    ]


def _outbox(facts: WorkFacts) -> Sequence[Problem]:
    since = facts.waiting.since
    if since is None or not is_post_late(facts.at, since):
        return []
    message = f"a post has been due since {_utc(since)}"
    return [Problem("outbox", message, since=since, times=facts.waiting.posts, is_late=True)]


def _mentions(facts: Facts) -> Sequence[Problem]:
    since = facts.undecided_since
    if since is None or not is_mention_late(facts.work.at, since):
        return []
    return [Problem("mentions", f"a mention has been waiting since {_utc(since)}", since=since, is_late=True)]


def _pauses(facts: WorkFacts) -> Sequence[Problem]:
    return [
        Problem(
            "x",
            f"X is not called until {_utc(pause.until)}, when it is retried by itself: {pause.reason}",
            pause.cause,
            since=pause.since,
            cause=cause_of_pause(pause.cause),
            retry_at=pause.until,
        )
        for pause in facts.pauses
    ]


def _spending_rate(spending: Spending) -> Sequence[Problem]:
    spent, budget = spending.answers_last_hour_usd, spending.budget_usd
    if not spent:
        return []
    message = f"mentions and answers cost {spent:.2f} USD within an hour"
    if spent >= budget * MOST_OF_BUDGET_AN_HOUR:
        return [Problem("spending", f"{message}, of {budget:.2f} for the month")]
    today = spending.allowance
    # For an hour that began before midnight (UTC), only the part of today counts.
    if min(spent, today.spent_today_usd) >= today.share_usd * MOST_OF_SHARE_AN_HOUR:
        message += f", of {today.share_usd:.2f} for today; the other mentions wait until midnight UTC"
        return [Problem("spending", message)]
    return []
