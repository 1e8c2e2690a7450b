"""Checks of the bot's work: spending, polls, days, posts and jobs. Their verdicts are those of the rules of health."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.core.calendar import effect_of_change
from bot.core.polls import PollStatus
from bot.core.posts import FAILED, UNFINISHED, OutboxRow
from bot.health import rules
from bot.health.causes import FIXES, Cause
from bot.health.checks.session import Session, Skipped
from bot.health.consequences import consequences
from bot.health.findings import SEE_NETWORK, Finding, Verdict, span
from bot.health.health_facts import LastPoll
from bot.health.problem import Problem
from bot.health.record import RunRecord
from bot.health.rules import is_running, late_days
from bot.spend.report import Spending
from helperfunctions.database import records

FAILED_WITHIN: Final = timedelta(days=7)
POLLS_WITHIN: Final = timedelta(days=1)
# As many polls a day may be taken by hand.
MOST_CLOSE_POLLS: Final = 2


def check_bot(session: Session) -> Finding:
    """Whether a bot runs."""
    if problems := session.bot_problems():
        return judge_bot(problems[0])
    facts = session.facts.work if session.has_our_schema else None
    if facts is not None and facts.has_leader:
        return Finding("bot", Verdict.GOOD, "running: it has the lock of the leader")
    if facts is None and is_running(session.run_record, session.clock.now()):
        return Finding("bot", Verdict.GOOD, "running, without the database")
    if facts is None:
        raise Skipped("not known without the database: no bot has recorded anything in this DATA_DIR")
    raise Skipped("not running yet: start it with `watchtime run`")


def check_network(session: Session) -> Sequence[Finding]:
    """Whether neither Twitch nor X answers the bot; no finding while one of them does."""
    problem = session.network_problem() if session.loaded is not None else None
    return [] if problem is None else [judge_network(problem)]


def check_budget(session: Session) -> Finding:
    """The spending of the month."""
    session.skip_without_x()
    return judge_budget(session.facts.spending, session.problems("budget"))


def check_polls(session: Session) -> Finding:
    """The newest poll."""
    newest, now = session.facts.work.last_poll, session.clock.now()
    if newest is None and not is_running(session.run_record, now):
        raise Skipped("none yet")
    cause = rules.cause_of_last_poll(session.facts.work)
    found = judge_poll(newest, now=now, late=session.problems("polls"), cause=cause)
    is_of_network = cause is Cause.TWITCH_UNAVAILABLE and session.network_problem() is not None
    return replace(found, fix=SEE_NETWORK) if found.fix and is_of_network else found


def check_days(session: Session) -> Finding:
    """The newest day that is rolled up, and those that are late."""
    facts = session.facts.work
    newest, expected = facts.last_day, session.expected
    late = late_days(facts, expected)
    if newest is None:
        return judge_days(None, late)
    return judge_days(newest.day, late, effect_of_change(expected.calendar, newest.day, newest.ends_at))


def check_outbox(session: Session) -> Finding:
    """Posts that wait or failed, and mentions that wait."""
    with session.our_database.transaction() as tx:
        since = session.clock.now() - FAILED_WITHIN
        posts = records(OutboxRow, tx.outbox.listed(everything=False, since=since))
    found = judge_outbox(posts, session.problems("outbox"), x_is_paused=bool(session.problems("X")))
    is_of_network = session.network_problem() is not None and not any(post.status in FAILED for post in posts)
    return replace(found, fix=SEE_NETWORK) if found.fix and is_of_network else found


def check_jobs(session: Session) -> Sequence[Finding]:
    """The jobs of `watchtime run`; no finding before the first run with this DATA_DIR."""
    run = session.run_record
    if run.written_at is None:
        return []
    problems = rules.judge_record(run, session.clock.now())
    network = session.network_problem()
    caused = consequences([network, *problems]) if network is not None else {}
    found = judge_jobs(run, problems)
    return [replace(found, fix=SEE_NETWORK) if problems and all(one.name in caused for one in problems) else found]


def check_restarts(session: Session) -> Sequence[Finding]:
    """Losses of the database by `watchtime run`; no finding before the first run with this DATA_DIR."""
    run, now = session.run_record, session.clock.now()
    if run.written_at is None:
        return []
    return [judge_restarts(rules.judge_losses(run, now), len(rules.recent_losses(run, now)))]


def check_schedulers(session: Session) -> Sequence[Finding]:
    """Whether two schedulers take polls, and which jobs are left to another one; no finding without either."""
    try:
        database = session.our_database
    except Skipped:
        # The check of polls reports why.
        return []
    with database.transaction() as tx:
        close = tx.health.close_polls(since=session.clock.now() - POLLS_WITHIN)
    return judge_schedulers(close, session.settings.external_jobs)


def judge_bot(problem: Problem) -> Finding:
    """No bot runs."""
    return Finding("bot", Verdict.BAD, problem.message, FIXES[problem.cause])


def judge_network(problem: Problem) -> Finding:
    """Neither Twitch nor X answers."""
    return Finding("network", Verdict.BAD, problem.message, problem.fix, is_temporary=True)


def judge_budget(month: Spending, problems: Sequence[Problem] = ()) -> Finding:
    """The budget that is left for the month, and the problems of spending. A pause of X is a finding of its own."""
    left = month.budget_usd - month.total_usd
    message = (
        f"{month.total_usd:.3f} of {month.budget_usd:.2f} USD spent, {max(left, 0):.3f} left; "
        f"at this rate {month.forecast_usd:.2f} by the end of {month.month.starts_at:%B}"
    )
    if month.pauses:
        message += "; nothing is spent while X is not called"
    if left <= 0:
        fix = f"raise X_MONTHLY_BUDGET_USD, or wait for {month.month.ends_at:%B}"
        return Finding("budget", Verdict.BAD, f"{message}: nothing is posted any more", fix, is_temporary=True)
    if spending := [problem.message for problem in problems if problem.part == "spending"]:
        fix = "`watchtime outbox --all` lists the answers; REPLIES_PER_DAY limits the answers to one person"
        return Finding("budget", Verdict.WARNING, "; ".join([message, *spending]), fix)
    if month.forecast_usd > month.budget_usd:
        fix = "raise X_MONTHLY_BUDGET_USD, or lower REPLIES_PER_DAY; answers stop first, then summaries"
        return Finding("budget", Verdict.WARNING, message, fix)
    return Finding("budget", Verdict.GOOD, message)


def judge_poll(
    newest: LastPoll | None, *, now: datetime, late: Sequence[Problem], cause: Cause = Cause.UNKNOWN
) -> Finding:
    """The newest poll, when and how it ended, why it failed, and whether a successful one is overdue (`late`)."""
    message, error = "none yet", ""
    if newest is not None:
        error = f": {newest.error}" if newest.error else ""
        message = f"the last one ended {span(now - newest.ended_at)} ago, {newest.status}{error}"
    if late:
        # With failed polls, the problem has the error too.
        since = late[0].message.removesuffix(error) if newest is not None and error else late[0].message
        return Finding("polls", Verdict.WARNING, f"{message}; {since}", FIXES[cause])
    if newest is not None and newest.status == PollStatus.FAILED:
        return Finding("polls", Verdict.WARNING, message, f"{FIXES[cause]}; `watchtime collect` takes one now")
    return Finding("polls", Verdict.GOOD, message)


def judge_days(newest: date | None, late: Sequence[date], changed: str | None = None) -> Finding:
    """The newest day that is rolled up, and late ones. `changed`: the effect of changed settings on the next day."""
    message = f"{newest} is the last one rolled up" if newest is not None else "none is rolled up yet"
    if late:
        message = f"{message}; not yet: {', '.join(map(str, late))}"
        return Finding("days", Verdict.WARNING, message, "run `watchtime daily`: it shows the reason")
    if changed:
        message = f"{message}; DAY_STARTS_AT or TIMEZONE has changed since: {changed}, finished days stay as they are"
    return Finding("days", Verdict.GOOD, message)


def judge_outbox(posts: Sequence[OutboxRow], late: Sequence[Problem], *, x_is_paused: bool = False) -> Finding:
    """Posts that wait or failed in the last week, and problems of posts, summaries and mentions (`late`)."""
    waiting = [post for post in posts if post.status in UNFINISHED]
    failed = [post for post in posts if post.status in FAILED]
    message = f"{len(waiting)} posts wait, {len(failed)} failed in the last week"
    message = "; ".join([message, *(problem.message for problem in late)])
    if late and x_is_paused:
        return Finding("outbox", Verdict.WARNING, message, "see X: they are sent when it is called again")
    if failed:
        fix = "`watchtime outbox` shows the reason; `outbox retry ID` tries again"
        return Finding("outbox", Verdict.WARNING, message, fix)
    if late:
        fix = "is `watchtime run` running? `watchtime outbox send` sends them now"
        return Finding("outbox", Verdict.WARNING, message, fix)
    return Finding("outbox", Verdict.GOOD, message)


def judge_jobs(record: RunRecord, problems: Sequence[Problem]) -> Finding:
    """The jobs in the record of `watchtime run`."""
    message = "; ".join(problem.message for problem in problems)
    if problems:
        cause = next((problem.cause for problem in problems if problem.cause is not Cause.UNKNOWN), Cause.UNKNOWN)
        fix = "the log of `watchtime run` has the whole error; the job is retried at least once an hour"
        fix = fix if cause is Cause.UNKNOWN else FIXES[cause]
        return Finding("jobs", Verdict.BAD, message, fix, is_temporary=True)
    return Finding("jobs", Verdict.GOOD, f"none of {len(record.jobs)} fails repeatedly or is overdue")


def judge_schedulers(close_polls: int, external: Collection[str]) -> Sequence[Finding]:
    """The finding about polls that follow one another too closely (their number), and about jobs of JOBS_ELSEWHERE."""
    if close_polls > MOST_CLOSE_POLLS:
        message = (
            f"{close_polls} polls of the last day began less than half of POLL_EVERY_MINUTES after the one before: two "
            "schedulers take polls, or one that is not `watchtime run` does so at another interval"
        )
        fix = "if Airflow takes them: JOBS_ELSEWHERE=collect,lake for `watchtime run`, POLL_EVERY_MINUTES as in the DAG"
        return [Finding("schedulers", Verdict.WARNING, message, fix)]
    if external:
        jobs = " and ".join(sorted(external))
        return [Finding("schedulers", Verdict.GOOD, f"another scheduler runs {jobs}; `watchtime run` does not")]
    return []


def judge_restarts(problems: Sequence[Problem], losses: int) -> Finding:
    """The finding about losses of the database: whether there are more than a restart explains."""
    if problems:
        return Finding("database restarts", Verdict.BAD, problems[0].message, problems[0].fix, is_temporary=True)
    lost = {0: "at no time", 1: "once"}.get(losses, f"{losses} times")
    return Finding("database restarts", Verdict.GOOD, f"the bot lost the database {lost} within the last hour")
