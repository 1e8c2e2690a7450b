"""The status of the bot: its posts, its next jobs, the coverage of its days, and its health."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from bot.core.calendar import next_posting
from bot.health.health_facts import WorkFacts, gather_work
from bot.health.record import RunRecord
from bot.health.rules import Expected, Problem, expected_since, judge_losses, judge_record, judge_work
from bot.web.read.column_types import AirtimeHours, Column, MeasuredShare, NamedDay, WatchHours
from bot.web.read.errors import NotFound
from bot.web.read.ranges import Span
from bot.web.read.table import RowRange, TablePart, rows_of
from bot.web.site import Site
from helperfunctions.database import Transaction
from helperfunctions.text import duration


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post of the bot, published or waiting. `kind`: games, streamers, streamers_of_game or reply."""

    post_id: int
    kind: str
    day: date | None
    status: str
    created_at: datetime
    sent_at: datetime | None
    x_id: str | None
    text: str
    alt_text: str | None
    reason: str | None
    has_chart: bool


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """The coverage of one of the bot's days."""

    day: NamedDay
    starts_at: datetime
    ends_at: datetime
    polls: Annotated[int, Column("Updates", "number")]
    covered_hours: Annotated[float, Column("Hours with data", "small")]
    coverage: MeasuredShare
    watch_hours: WatchHours
    airtime_hours: AirtimeHours
    rolled_up_at: Annotated[datetime, Column("Processed", "time", is_wide=True)]


@dataclass(frozen=True, slots=True)
class Due:
    """A job of the bot, and when it runs next. `what`: poll, day or summaries."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """One part of the bot: its name, whether it has no problem, and a message."""

    part: str
    is_healthy: bool
    message: str


def posts(tx: Transaction, wanted: RowRange, status: str | None = None) -> TablePart[PostRow]:
    """The posts and replies, published or waiting, newest first."""
    rows = tx.web.posts(status=status, limit=wanted.limit, offset=wanted.offset)
    return TablePart(rows_of(PostRow, rows), tx.web.count_posts(status=status))


def summaries_of_day(tx: Transaction, day: date) -> list[PostRow]:
    """The three summaries of a day, as far as there are any."""
    return rows_of(PostRow, tx.web.summaries_of_day(day=day))


def chart_of_post(tx: Transaction, post_id: int) -> dict[str, object]:
    """The Vega-Lite specification of a post's chart. Raises NotFound."""
    chart = tx.web.chart_of_post(post_id=post_id)
    if chart is None:
        raise NotFound("no chart goes with this post")
    return dict(chart)


def coverage(tx: Transaction, span: Span, wanted: RowRange) -> TablePart[DayCoverage]:
    """The coverage of each day, newest first."""
    rows = tx.web.coverage(first=span.first, last=span.last, limit=wanted.limit, offset=wanted.offset)
    return TablePart(rows_of(DayCoverage, rows), tx.web.count_days(first=span.first, last=span.last))


def first_day(tx: Transaction) -> date | None:
    """The first day that is rolled up; None before it is."""
    first: date | None = tx.web.days_rolled_up().first_day
    return first


def due(site: Site) -> list[Due]:
    """The next poll, roll-up and summaries of the bot."""
    now = site.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    polls_passed = (now - hour) // site.poll_every
    return [
        Due("poll", hour + (polls_passed + 1) * site.poll_every),
        Due("day", site.calendar.day_of(now).ends_at),
        Due("summaries", next_posting(site.calendar, site.post_at, now).due_at),
    ]


def health(tx: Transaction, site: Site) -> list[Health]:
    """The verdict of the rules of health on each part that can be judged here.

    The dashboard's role reads polls, days and posts. Jobs and restarts of the database are judged by the record of a
    bot with the same DATA_DIR, if there is one.
    """
    now, run = site.clock.now(), site.run_record()
    facts = gather_work(tx, now, site.calendar, site.post_at, with_errors=False)
    expected = Expected(site.calendar, site.poll_every, site.post_at, expected_since(run, now))
    problems = judge_work(facts, expected)
    states = {
        "poll": _poll_state(tx, facts),
        "day": _day_state(facts),
        "summaries": _summaries_state(facts),
        "outbox": f"{facts.waiting.posts} posts are waiting" if facts.waiting.posts else "queue empty",
    }
    return [*(_verdict(part, state, problems) for part, state in states.items()), *_run_health(run, now)]


def _verdict(part: str, state: str, problems: Sequence[Problem]) -> Health:
    found = [problem.message for problem in problems if problem.part == part]
    return Health(part, not found, "; ".join([*found, state]))


def _poll_state(tx: Transaction, facts: WorkFacts) -> str:
    poll = facts.last_poll
    if poll is None:
        return "no update yet"
    polls = {row.status: row.polls for row in tx.web.polls_between(since=facts.at - timedelta(days=1))}
    return (
        f"last update {duration(facts.at - poll.started_at)} ago, {poll.status}, {poll.streams:,} channels; "
        f"{polls.get('complete', 0)} of {sum(polls.values())} updates in the last 24 hours were complete"
    )


def _day_state(facts: WorkFacts) -> str:
    day = facts.last_day
    if day is None:
        return "no full day yet"
    return f"{_date(day.day)} is the latest day, with {day.coverage:.0%} coverage"


def _summaries_state(facts: WorkFacts) -> str:
    summaries = facts.summaries
    if not summaries.posts:
        return f"no posts of {_date(summaries.day)}"
    counts = Counter(post.status.replace("_", " ") for post in summaries.posts)
    return f"{_date(summaries.day)}: {', '.join(f'{count} {status}' for status, count in counts.items())}"


def _date(day: date) -> str:
    return f"{day:%b} {day.day}"


def _run_health(run: RunRecord, now: datetime) -> list[Health]:
    if run.written_at is None:
        return []
    jobs, losses = judge_record(run, now), judge_losses(run, now)
    # The error of a job can name hosts, so a page that anybody may read lists the jobs alone.
    wrong = ", ".join(problem.subject or problem.message for problem in jobs)
    jobs_state = f"failing or overdue: {wrong}" if jobs else "no job fails repeatedly or is overdue"
    losses_state = losses[0].message if losses else "the database is not lost repeatedly"
    return [Health("jobs", not jobs, jobs_state), Health("database restarts", not losses, losses_state)]
