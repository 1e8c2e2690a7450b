"""The facts that the rules of health judge: read from the database in one short transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.calendar import Calendar, newest_posting
from bot.core.polls import PollStatus
from bot.health.totals import Totals
from bot.read.day_bounds import due_days
from bot.spend.report import Pause, Spending, spending_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, record, records
from helperfunctions.settings import Settings

LATENCY_OVER = timedelta(days=1)
# Failed polls are counted within this time.
_FAILED_WITHIN = timedelta(days=7)
# The name of the lock of the leader, as `Database.try_lock` makes it.
LEADER_LOCK = "run"


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
    ended_because: str = ""


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
class FailedPolls:
    """The number of polls that failed since the last good one, when the first of them began, and when the first began
    of those that failed for the same reason as the newest."""

    polls: int = 0
    since: datetime | None = None
    reason_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """The followed channels by state, and their closed minutes of the last hour. `live_since`: since when a channel is
    live that did not refuse us; `covered_at`: the newest minute that was heard whole. `coverage`: from 0 to 1, of the
    minutes in which the channels were live; None without one. With a queue: how many listeners there are, what waits in
    their journals, and since when one of them, or a counter, cannot use the queue, and why."""

    channels: int
    joined: int
    refused: int
    live_since: datetime | None
    covered_at: datetime | None
    coverage: float | None
    messages: int
    late_messages: int
    listeners: int = 0
    waiting_bytes: int = 0
    queue_failing_since: datetime | None = None
    queue_problem: str = ""


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """Polls, days, posts and pauses of X at one instant: the facts that the dashboard's role may read as well.

    `has_leader`: whether a bot holds the lock of the leader. The dashboard reads pauses without their reasons.
    """

    at: datetime
    last_poll: LastPoll | None
    last_good_poll_at: datetime | None
    last_day: LastDay | None
    days_due: Sequence[date]
    summaries: Summaries
    waiting: Waiting
    failed_polls: FailedPolls = FailedPolls()
    first_day: date | None = None
    pauses: Sequence[Pause] = ()
    has_leader: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the rules judge and /metrics shows. Counts are since the first start. `chat` is None with
    CHAT_SOURCE=off."""

    work: WorkFacts
    polls: Mapping[str, int]
    posts: Mapping[tuple[str, str], int]
    mentions: Mapping[str, int]
    undecided_since: datetime | None
    latency: Latency
    spending: Spending
    database_bytes: int
    chat: ChatFacts | None = None


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
            chat=None if settings.chat_source == "off" else record(ChatFacts, tx.health.chat(now=now)),
        )


def gather_work(
    tx: Transaction, now: datetime, calendar: Calendar, post_at: time, *, with_errors: bool = True
) -> WorkFacts:
    """Read the facts about polls, days and posts. Raises DatabaseError.

    `with_errors` also reads the errors of failed attempts, which the dashboard's role may not.
    """
    last_poll, last_day = tx.read.last_poll(), tx.health.last_day()
    last_good_at = tx.read.last_good_poll()
    day = newest_posting(calendar, post_at, now).day.date
    return WorkFacts(
        at=now,
        last_poll=record(LastPoll, last_poll) if last_poll else None,
        last_good_poll_at=last_good_at,
        last_day=record(LastDay, last_day) if last_day else None,
        days_due=due_days(tx, calendar, now).due,
        summaries=Summaries(day, tx.health.is_rolled_up(day=day), _summaries(tx, day, with_errors)),
        waiting=record(Waiting, tx.health.waiting()),
        failed_polls=_failed_polls(tx, last_poll and last_poll.status, last_good_at, now),
        first_day=tx.health.first_day(),
        pauses=records(Pause, tx.spend.pauses(now=now) if with_errors else tx.health.pauses(now=now)),
        has_leader=tx.health.has_leader(name=f"watchtime {LEADER_LOCK}"),
    )


def _failed_polls(tx: Transaction, status: str | None, last_good_at: datetime | None, now: datetime) -> FailedPolls:
    if status != PollStatus.FAILED:
        return FailedPolls()
    since = max(last_good_at or now - _FAILED_WITHIN, now - _FAILED_WITHIN)
    return record(FailedPolls, tx.health.failed_polls(since=since))


def _summaries(tx: Transaction, day: date, with_errors: bool) -> Sequence[SummaryPost]:
    """The states of a day's summaries. Where no reason is given, it is the error of the newest attempt."""
    errors = {row.kind: row.last_error for row in tx.health.errors_of_summaries(day=day)} if with_errors else {}
    return [
        SummaryPost(row.kind, row.status, row.reason or errors.get(row.kind, ""))
        for row in tx.health.summaries(day=day)
    ]
