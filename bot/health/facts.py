"""How things stand: read from the database, which knows it across restarts, in one short transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.core.calendar import Calendar, newest_posted_day
from bot.core.day_bounds import due_days
from bot.health.totals import Totals
from bot.spend.report import Spending, spending_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Settings

LATENCY_OVER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LastPoll:
    """The newest poll, whatever became of it."""

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

    date: date
    ends_at: datetime
    polls: int
    coverage: float
    watch_hours: float
    rolled_up_at: datetime


@dataclass(frozen=True, slots=True)
class Latency:
    """From question to answer, in seconds, over the last day; None without an answer."""

    answers: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Facts:
    """How things stand at one instant. Counts are of everything since the beginning."""

    at: datetime
    polls: Mapping[str, int]
    last_poll: LastPoll | None
    last_good_poll_at: datetime | None
    last_day: LastDay | None
    days_due: Sequence[date]
    posts: Mapping[tuple[str, str], int]
    # of the newest day whose summaries are due: kind, status, why
    summaries: Sequence[tuple[str, str, str]]
    waiting_since: datetime | None
    mentions: Mapping[str, int]
    undecided_since: datetime | None
    latency: Latency
    spending: Spending
    database_bytes: int


def gather(
    database: Database, clock: Clock, calendar: Calendar, settings: Settings, totals: Totals | None = None
) -> Facts:
    """Read them. `totals` of the last time save counting old rows again. Raises DatabaseError."""
    now = clock.now()
    with database.transaction() as tx:
        counts = (totals or Totals()).read(tx, now)
        last_poll, last_day = tx.read.last_poll(), tx.health.last_day()
        return Facts(
            at=now,
            polls=counts.polls,
            last_poll=LastPoll(*last_poll) if last_poll else None,
            last_good_poll_at=tx.read.last_good_poll(),
            last_day=LastDay(*last_day) if last_day else None,
            days_due=due_days(tx, calendar, now).due,
            posts=counts.posts,
            summaries=[
                (str(row.kind), str(row.status), str(row.why or ""))
                for row in tx.outbox.of_day(day=newest_posted_day(calendar, settings.post_at, now)[0].date)
            ],
            waiting_since=tx.health.waiting_since(),
            mentions=counts.mentions,
            undecided_since=tx.health.undecided_since(),
            latency=Latency(*tx.health.answer_latency(since=now - LATENCY_OVER)),
            spending=spending_of(tx, now, settings.x_monthly_budget_usd, owns_app=settings.x_account_owns_app),
            database_bytes=tx.health.database_bytes(),
        )
