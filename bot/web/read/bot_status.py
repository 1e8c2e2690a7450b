"""The status of the bot: its posts, its next jobs, the coverage of its days, and its health."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.health.facts import WorkFacts, gather_work
from bot.health.record import RunRecord
from bot.health.rules import Expected, Problem, expected_since, judge_losses, judge_record, judge_work
from bot.web.read.ranges import Span
from bot.web.read.rows import DayCoverage, Due, Health, Part, PostRow, Rows
from bot.web.site import Site
from helperfunctions.database import Transaction
from helperfunctions.errors import NotThere


def posts(tx: Transaction, part: Part, status: str | None = None) -> Rows[PostRow]:
    """What was posted and answered, and what is to be, the newest first."""
    rows = tx.web.posts(status=status, limit=part.limit, offset=part.offset)
    return Rows([PostRow(*row) for row in rows], int(tx.web.count_posts(status=status)))


def chart_of_post(tx: Transaction, post_id: int) -> dict[str, object]:
    """The specification of the chart that went out with a post. Raises NotThere."""
    chart = tx.web.chart_of_post(post_id=post_id)
    if chart is None:
        raise NotThere("no chart goes with this post")
    return dict(chart)


def coverage(tx: Transaction, span: Span, part: Part) -> Rows[DayCoverage]:
    """How well each day was measured, the newest first."""
    rows = tx.web.coverage(first=span.first, last=span.last, limit=part.limit, offset=part.offset)
    days = int(tx.web.count_days(first=span.first, last=span.last))
    return Rows([DayCoverage(*row) for row in rows], days)


def due(site: Site) -> list[Due]:
    """What the bot does next."""
    now = site.clock.now()
    calendar = site.calendar
    today = calendar.day_of(now)
    local = now.astimezone(calendar.timezone)
    post_at = datetime.combine(local.date(), site.post_at, calendar.timezone)
    if post_at <= local:
        post_at = datetime.combine(local.date() + timedelta(days=1), site.post_at, calendar.timezone)
    hour = now.replace(minute=0, second=0, microsecond=0)
    polls_passed = (now - hour) // site.poll_every
    return [
        Due("poll", hour + (polls_passed + 1) * site.poll_every),
        Due("day", today.ends_at),
        Due("summaries", post_at.astimezone(now.tzinfo)),
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
        "outbox": f"{facts.waiting.posts} posts wait to be sent" if facts.waiting.posts else "no post waits to be sent",
    }
    return [*(_verdict(part, state, problems) for part, state in states.items()), *_run_health(run, now)]


def _verdict(part: str, state: str, problems: Sequence[Problem]) -> Health:
    found = [problem.message for problem in problems if problem.part == part]
    return Health(part, not found, "; ".join([*found, state]))


def _poll_state(tx: Transaction, facts: WorkFacts) -> str:
    poll = facts.last_poll
    if poll is None:
        return "no poll yet"
    polls = tx.web.polls_between(since=facts.at - timedelta(days=1))
    of_last_day = ", ".join(f"{count} {status}" for status, count in polls) or "none"
    return f"the newest poll is {poll.status}, with {poll.streams:,} streams; in the last 24 hours: {of_last_day}"


def _day_state(facts: WorkFacts) -> str:
    day = facts.last_day
    if day is None:
        return "no day is rolled up yet"
    return f"the newest day that is rolled up is {day.day}; {day.coverage:.0%} of it was measured"


def _summaries_state(facts: WorkFacts) -> str:
    summaries = facts.summaries
    if not summaries.posts:
        return f"there are none of {summaries.day}"
    counts = Counter(post.status.replace("_", " ") for post in summaries.posts)
    return f"of {summaries.day}: {', '.join(f'{count} {status}' for status, count in counts.items())}"


def _run_health(run: RunRecord, now: datetime) -> list[Health]:
    if run.written_at is None:
        return []
    jobs, losses = judge_record(run, now), judge_losses(run, now)
    # The error of a job can name hosts, so a page that anybody may read lists the jobs alone.
    wrong = ", ".join(problem.subject or problem.message for problem in jobs)
    jobs_state = f"failing or overdue: {wrong}" if jobs else "no job fails repeatedly or is overdue"
    losses_state = losses[0].message if losses else "the database is not lost repeatedly"
    return [Health("jobs", not jobs, jobs_state), Health("database restarts", not losses, losses_state)]
