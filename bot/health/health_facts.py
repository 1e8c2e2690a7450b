"""The facts that the rules of health judge: read from the database in one short transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.calendar import Calendar, newest_posting
from bot.health.totals import Totals
from bot.read.day_bounds import due_days
from bot.spend.report import Spending, spending_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, record
from helperfunctions.settings import Settings

LATENCY_OVER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LastPoll:
    """The newest poll, also one that failed."""

    started_at: datetime
    ended_at: datetime
    status: str
    pages: int
    streams: int
    viewers: int
    duplicates: int
    set_aside: int
    error: str | None


@dataclass(frozen=True, slots=True)
class LastDay:
    """The newest day that is rolled up."""

    day: date
    ends_at: datetime
    polls: int
    coverage: float
    watch_hours: float
    rolled_up_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryPost:
    """The state of one summary, and the reason for that state where there is one."""

    kind: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class Summaries:
    """The summaries of the newest day for which they are due. Without `is_rolled_up` they cannot be made."""

    day: date
    is_rolled_up: bool
    posts: Sequence[SummaryPost]


@dataclass(frozen=True, slots=True)
class Waiting:
    """The number of posts that wait to be sent, and since when the oldest has been due."""

    posts: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Latency:
    """From question to answer, in seconds, over the last day; None without an answer."""

    answers: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """Polls, days and posts at one instant: the facts that the dashboard's role may read as well."""

    at: datetime
    last_poll: LastPoll | None
    last_good_poll_at: datetime | None
    last_day: LastDay | None
    days_due: Sequence[date]
    summaries: Summaries
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules judge and /metrics shows. Counts are since the first start."""

    work: WorkFacts
    polls: Mapping[str, int]
    posts: Mapping[tuple[str, str], int]
    mentions: Mapping[str, int]
    undecided_since: datetime | None
    latency: Latency
    spending: Spending
    database_bytes: int


def gather(
    database: Database, clock: Clock, calendar: Calendar, settings: Settings, totals: Totals | None = None
) -> Facts:
    """Read all facts. `totals` remembers counts of old rows between calls. Raises DatabaseError."""
    now = clock.now()
    with database.transaction() as tx:
        counts = (totals or Totals()).read(tx, now)
        return Facts(
            work=gather_work(tx, now, calendar, settings.post_at),
            polls=counts.polls,
            posts=counts.posts,
            mentions=counts.mentions,
            undecided_since=tx.health.undecided_since(),
            latency=record(Latency, tx.health.answer_latency(since=now - LATENCY_OVER)),
            spending=spending_of(tx, now, settings.x_monthly_budget_usd, owns_app=settings.x_account_owns_app),
            database_bytes=tx.health.database_bytes(),
        )


def gather_work(
    tx: Transaction, now: datetime, calendar: Calendar, post_at: time, *, with_errors: bool = True
) -> WorkFacts:
    """Read the facts about polls, days and posts. Raises DatabaseError.

    `with_errors` also reads the errors of failed attempts, which the dashboard's role may not.
    """
    last_poll, last_day = tx.read.last_poll(), tx.health.last_day()
    day = newest_posting(calendar, post_at, now).day.date
    return WorkFacts(
        at=now,
        last_poll=record(LastPoll, last_poll) if last_poll else None,
        last_good_poll_at=tx.read.last_good_poll(),
        last_day=record(LastDay, last_day) if last_day else None,
        days_due=due_days(tx, calendar, now).due,
        summaries=Summaries(day, tx.health.is_rolled_up(day=day), _summaries(tx, day, with_errors)),
        waiting=record(Waiting, tx.health.waiting()),
    )


def _summaries(tx: Transaction, day: date, with_errors: bool) -> Sequence[SummaryPost]:
    """The states of a day's summaries. Where no reason is given, it is the error of the newest attempt."""
    errors = {row.kind: row.last_error for row in tx.health.errors_of_summaries(day=day)} if with_errors else {}
    return [
        SummaryPost(row.kind, row.status, row.reason or errors.get(row.kind, ""))
        for row in tx.health.summaries(day=day)
    ]
