"""The rules of health: when a problem begins and ends."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.health.causes import FIXES, REASONS, Cause, cause_of_outcome
from bot.health.health_facts import (
    ChatFacts,
    Facts,
    FailedPolls,
    LastDay,
    LastPoll,
    Latency,
    Summaries,
    SummaryPost,
    Waiting,
    WorkFacts,
)
from bot.health.problem import Expected
from bot.health.record import JobRecord, RunRecord
from bot.health.rules import (
    LEAST_FREE_BYTES,
    expected_since,
    judge,
    judge_bot,
    judge_disk,
    judge_record,
    judge_work,
    last_failures,
    next_poll,
)
from bot.spend.allowance import Allowance
from bot.spend.month import month_of
from bot.spend.report import Pause, Spending

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(LOS_ANGELES, time(8))
DAY = CALENDAR.day(date(2026, 11, 21))
# The day after, an hour and a minute past the time of the posts.
NOW = datetime(2026, 11, 22, 15, 1, tzinfo=LOS_ANGELES)
EXPECTED = Expected(CALENDAR, timedelta(minutes=30), time(14), since=NOW - timedelta(days=3))
SENT = [SummaryPost(kind, "sent", "") for kind in ("games", "streamers", "streamers_of_game")]
ALLOWANCE = Allowance(Decimal(10), Decimal(0), Decimal(10), Decimal(0), Decimal(1))


def poll(at: datetime) -> LastPoll:
    """A complete poll."""
    return LastPoll(at, at, "complete", 300, 28_000, 2_000_000, 30, 0, None)


def work(**changes: Any) -> WorkFacts:
    """The facts about polls, days and posts of a healthy bot, with changes."""
    at = changes.get("at", NOW)
    healthy = WorkFacts(
        at=at,
        last_poll=poll(at),
        last_good_poll_at=at - timedelta(minutes=29),
        last_day=LastDay(DAY.date, DAY.ends_at, 48, 1.0, 5e7, DAY.ends_at),
        days_due=[],
        summaries=Summaries(DAY.date, is_rolled_up=True, posts=SENT),
        waiting=Waiting(0, None),
    )
    return replace(healthy, **changes)


def facts(**changes: Any) -> Facts:
    """All facts of a healthy bot, with changes."""
    healthy = Facts(
        work=work(),
        polls={"complete": 48},
        posts={("games", "sent"): 1},
        mentions={},
        undecided_since=None,
        latency=Latency(0, None, None),
        spending=Spending(month_of(NOW), Decimal(10), [], Decimal(0), [], ALLOWANCE, Decimal(0)),
        database_bytes=1,
    )
    return replace(healthy, **changes)


def summaries(*posts: SummaryPost, is_rolled_up: bool = True) -> Summaries:
    return Summaries(DAY.date, is_rolled_up, posts)


def parts(found: WorkFacts, expected: Expected = EXPECTED) -> list[str]:
    return [problem.part for problem in judge_work(found, expected)]


def test_a_healthy_bot_has_no_problem() -> None:
    assert judge(facts(), EXPECTED) == []


@pytest.mark.parametrize(("minutes", "wrong"), [(75, []), (76, ["poll"])])
def test_one_poll_may_fail(minutes: int, wrong: list[str]) -> None:
    assert parts(work(last_good_poll_at=NOW - timedelta(minutes=minutes))) == wrong


def test_a_bot_that_was_just_started_has_missed_nothing_yet() -> None:
    just_now = replace(EXPECTED, since=NOW - timedelta(minutes=10))
    old = {
        "last_good_poll_at": NOW - timedelta(days=9),
        "days_due": [date(2026, 11, 12)],
        "summaries": summaries(),
    }
    assert parts(work(**old), just_now) == []
    assert parts(work(**old)) == ["poll", "day", "summaries"]
    assert parts(work(last_good_poll_at=None)) == ["poll"]


@pytest.mark.parametrize(("minutes", "wrong"), [(60, []), (61, ["day"])])
def test_a_rollup_may_be_an_hour_late(minutes: int, wrong: list[str]) -> None:
    at = DAY.ends_at + timedelta(minutes=minutes)
    assert parts(work(at=at, days_due=[DAY.date])) == wrong


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        ("sent", False),
        ("skipped", False),
        ("not_sent", False),
        ("dropped", False),
        ("due", True),
        ("sending", True),
        ("unknown", True),
        ("refused", True),
        ("expired", True),
    ],
)
def test_summaries_are_sent_an_hour_after_their_time_or_there_is_a_reason(status: str, wrong: bool) -> None:
    found = work(summaries=summaries(SummaryPost("games", status, "because"), SENT[1]))
    messages = [problem.message for problem in judge_work(found, EXPECTED)]
    assert messages == ([f"games of 2026-11-21 is {status}: because"] if wrong else [])


TIMES = {
    "an hour after their time": (datetime(2026, 11, 22, 14, 59, tzinfo=LOS_ANGELES), False),
    "later": (datetime(2026, 11, 22, 15, 1, tzinfo=LOS_ANGELES), True),
    "before midnight": (datetime(2026, 11, 22, 23, 59, tzinfo=LOS_ANGELES), True),
    "after midnight, when they expire": (datetime(2026, 11, 23, 0, 1, tzinfo=LOS_ANGELES), True),
    "the next day is rolled up": (datetime(2026, 11, 23, 8, 15, tzinfo=LOS_ANGELES), True),
    "before the next are due": (datetime(2026, 11, 23, 13, 59, tzinfo=LOS_ANGELES), True),
}


@pytest.mark.parametrize(
    ("at", "is_missed"),
    [*TIMES.values(), (datetime(2026, 11, 23, 14, 1, tzinfo=LOS_ANGELES), False)],
    ids=[*TIMES, "the next are due"],
)
def test_summaries_that_were_not_made_are_a_problem_until_the_next_are_due(at: datetime, is_missed: bool) -> None:
    """Also after the roll-up of the next day, at about 8:15: a person may not have seen the problem by then."""
    finished = CALENDAR.last_finished(at)
    newest = LastDay(finished.date, finished.ends_at, 48, 1.0, 5e7, finished.ends_at)
    assert parts(work(at=at, summaries=summaries(), last_day=newest)) == (["summaries"] if is_missed else [])


@pytest.mark.parametrize("status", ["refused", "expired"])
@pytest.mark.parametrize(("at", "is_missed"), TIMES.values(), ids=TIMES)
def test_summaries_that_failed_stay_a_problem_after_midnight_and_after_a_restart(
    at: datetime, is_missed: bool, status: str
) -> None:
    found = work(at=at, summaries=summaries(SummaryPost("games", status, "no answer"), SENT[1]))
    just_started = replace(EXPECTED, since=at - timedelta(minutes=5))
    wrong = ["summaries"] if is_missed else []
    assert parts(found) == wrong
    assert parts(found, just_started) == wrong


def test_a_bot_that_was_started_after_midnight_did_not_miss_the_summaries_of_the_day_before() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=LOS_ANGELES)
    none_made = work(at=at, summaries=summaries())
    assert parts(none_made, replace(EXPECTED, since=at - timedelta(hours=8))) == []
    assert parts(none_made, replace(EXPECTED, since=at - timedelta(hours=20))) == ["summaries"]


def test_no_summary_of_a_day_that_is_not_rolled_up_is_missed() -> None:
    assert parts(work(summaries=summaries(is_rolled_up=False))) == []


def test_a_post_may_wait_for_half_an_hour_and_a_mention_for_a_quarter() -> None:
    assert parts(work(waiting=Waiting(1, NOW - timedelta(minutes=31)))) == ["outbox"]
    assert parts(work(waiting=Waiting(1, NOW - timedelta(minutes=29)))) == []
    [problem] = judge(facts(undecided_since=NOW - timedelta(minutes=16)), EXPECTED)
    assert problem.part == "mentions"
    assert judge(facts(undecided_since=NOW - timedelta(minutes=14)), EXPECTED) == []


def test_a_pause_of_x_is_a_problem_with_its_reason() -> None:
    pause = Pause("credits", NOW + timedelta(hours=1), "no credits are left", since=NOW - timedelta(hours=2))
    [problem] = judge(facts(work=work(pauses=[pause])), EXPECTED)
    assert (problem.since, problem.retry_at, problem.cause) == (pause.since, pause.until, Cause.X_CREDITS)
    assert (problem.part, problem.name) == ("x", "x (credits)")
    assert problem.message.endswith("no credits are left")


def test_a_nearly_full_disk_is_a_problem() -> None:
    assert judge_disk(LEAST_FREE_BYTES) == []
    assert [problem.message for problem in judge_disk(150_000_000)] == ["only 150 MB are free in DATA_DIR"]


@pytest.mark.parametrize(
    ("spent", "budget", "wrong"),
    [("1", "10", ["spending"]), ("0.999", "10", []), ("0", "0", []), ("0.01", "0", ["spending"])],
    ids=["a tenth", "less than a tenth", "nothing of nothing", "something of nothing"],
)
def test_a_tenth_of_the_months_budget_within_an_hour_is_a_problem(spent: str, budget: str, wrong: list[str]) -> None:
    spending = replace(facts().spending, budget_usd=Decimal(budget), answers_last_hour_usd=Decimal(spent))
    assert [problem.part for problem in judge(facts(spending=spending), EXPECTED)] == wrong


@pytest.mark.parametrize(
    ("last_hour", "today", "wrong"),
    [("0.18", "0.19", ["spending"]), ("0.17", "0.19", []), ("0.30", "0.05", []), ("0", "0.2", [])],
    ids=["nine tenths", "less", "most of it yesterday", "earlier today"],
)
def test_a_days_share_that_is_spent_within_an_hour_is_a_problem(last_hour: str, today: str, wrong: list[str]) -> None:
    """A day's share is a thirtieth of the month, so a tenth of the month is never spent in an hour."""
    allowance = Allowance(Decimal(10), Decimal(0), Decimal(6), Decimal(today), Decimal("0.2"))
    spending = replace(facts().spending, allowance=allowance, answers_last_hour_usd=Decimal(last_hour))
    assert [problem.part for problem in judge(facts(spending=spending), EXPECTED)] == wrong


def run(written_minutes_ago: int) -> RunRecord:
    """The record of a bot that began yesterday, with a job that has been overdue for an hour."""
    job = JobRecord(due_at=NOW - timedelta(hours=1))
    written_at = NOW - timedelta(minutes=written_minutes_ago)
    return RunRecord(began_at=NOW - timedelta(days=1), written_at=written_at, jobs={"daily": job})


def test_a_bot_that_stopped_is_a_problem_and_none_of_its_jobs_is_overdue() -> None:
    assert [problem.subject for problem in judge_record(run(written_minutes_ago=4), NOW)] == ["daily"]
    assert judge_record(run(written_minutes_ago=5), NOW) == []
    assert judge_record(RunRecord(), NOW) == []
    [stopped] = judge_bot(run(written_minutes_ago=5), None, EXPECTED, NOW)
    assert stopped.message == "`watchtime run` is not running; its last sign of life was at 2026-11-22 22:56 UTC"
    assert stopped.since == NOW - timedelta(minutes=5)


NEVER_RAN = RunRecord()
LED, NOT_LED = work(has_leader=True), work(has_leader=False)
OVERDUE = work(has_leader=False, last_poll=poll(NOW - timedelta(minutes=61)))


@pytest.mark.parametrize(
    ("record", "found", "is_missing"),
    [
        (run(0), LED, False),
        (run(60), LED, False),
        (run(0), NOT_LED, True),
        (run(60), NOT_LED, True),
        (run(0), None, False),
        (run(60), None, True),
        (NEVER_RAN, NOT_LED, False),
        (NEVER_RAN, OVERDUE, True),
        (NEVER_RAN, None, False),
    ],
    ids=[
        "leads",
        "leads, and its record is old",
        "killed a moment ago",
        "killed an hour ago",
        "without a database",
        "killed, without a database",
        "never ran here",
        "never ran here, and polls have stopped",
        "never ran, without a database",
    ],
)
def test_a_bot_that_was_killed_is_noticed_by_the_lock_of_the_leader(
    record: RunRecord, found: WorkFacts | None, is_missing: bool
) -> None:
    """The lock ends with the process, at any interval of polls."""
    problems = judge_bot(record, found, EXPECTED, NOW)
    assert [problem.part for problem in problems] == (["bot"] if is_missing else [])
    assert all(problem.cause is Cause.NOT_RUNNING for problem in problems)


@pytest.mark.parametrize(
    ("interval", "minutes", "is_late"),
    [(1, 2.4, False), (1, 2.6, True), (5, 12.4, False), (5, 12.6, True), (30, 75, False), (30, 76, True)],
)
def test_two_missing_polls_are_a_problem_at_each_interval(interval: int, minutes: float, is_late: bool) -> None:
    expected = replace(EXPECTED, interval=timedelta(minutes=interval))
    assert parts(work(last_good_poll_at=NOW - timedelta(minutes=minutes)), expected) == (["poll"] if is_late else [])


@pytest.mark.parametrize(
    ("minutes_ago", "next_minute", "is_overdue"),
    [(0, 30, False), (1, 30, False), (31, 0, False), (32, 30, True)],
)
def test_the_next_poll_is_at_its_turn_and_overdue_when_that_should_be_over(
    minutes_ago: int, next_minute: int, is_overdue: bool
) -> None:
    """At a minute past the hour, with polls every half an hour."""
    found = next_poll(work(last_poll=poll(NOW - timedelta(minutes=minutes_ago))), EXPECTED)
    assert found is not None
    assert (found.at.minute, found.is_overdue) == (next_minute, is_overdue)


def test_the_problem_of_failed_polls_has_since_when_they_fail_for_this_reason() -> None:
    began = NOW - timedelta(hours=3)
    failed = FailedPolls(6, since=began + timedelta(minutes=30), reason_since=began + timedelta(hours=2))
    refused = replace(poll(NOW), status="failed", error="401", ended_because="twitch_refused")
    [problem] = judge_work(work(last_good_poll_at=began, failed_polls=failed, last_poll=refused), EXPECTED)
    assert (problem.since, problem.last_good_at) == (began + timedelta(minutes=30), began)
    assert (problem.times, problem.cause) == (6, Cause.TWITCH_REFUSED)
    assert problem.message.endswith(
        "failed 6 times since 2026-11-22 20:31 UTC, since 2026-11-22 22:01 UTC with this error: 401"
    )


def test_a_job_that_failed_once_is_noted_and_no_problem() -> None:
    job = JobRecord(outcome="TwitchUnavailable", error="no answer", failures=1, failing_since=NOW)
    record = replace(run(0), jobs={"collect": job})
    assert judge_record(record, NOW) == []
    [failure] = last_failures(record)
    assert (failure.subject, failure.cause, failure.times) == ("collect", Cause.TWITCH_UNAVAILABLE, 1)
    assert failure.message == "collect failed once since 2026-11-22 23:01 UTC: no answer"


def test_credentials_that_are_refused_are_a_problem_at_once() -> None:
    job = JobRecord(outcome="TwitchRefused", error="401", failures=1, failing_since=NOW)
    [problem] = judge_record(replace(run(0), jobs={"collect": job}), NOW)
    assert (problem.part, problem.subject, problem.times) == ("jobs", "collect", 1)


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        ("TwitchRefused", Cause.TWITCH_REFUSED),
        ("InvalidCursor", Cause.TWITCH_UNAVAILABLE),
        ("XUnknown", Cause.X_UNAVAILABLE),
        ("XRefusedForNow", Cause.X_REFUSED),
        ("DatabaseUnavailable", Cause.DATABASE),
        ("DatabaseTooSlow", Cause.DATABASE_SLOW),
        ("EmbeddedDatabaseBroken", Cause.DATABASE_BROKEN),
        ("SchemaMismatch", Cause.DATABASE_SCHEMA),
        ("StoreUnavailable", Cause.STORE),
        ("interrupted", Cause.INTERRUPTED),
        ("KeyError", Cause.UNKNOWN),
        ("annotations", Cause.UNKNOWN),
    ],
)
def test_the_outcome_of_a_job_has_a_cause_in_plain_words(outcome: str, cause: Cause) -> None:
    assert cause_of_outcome(outcome) is cause
    assert REASONS[cause]
    assert FIXES[cause]


def test_work_is_expected_since_the_start_of_a_running_bot_and_at_any_time_without_one() -> None:
    assert expected_since(run(written_minutes_ago=4), NOW) == NOW - timedelta(days=1)
    for record in (run(written_minutes_ago=5), RunRecord()):
        assert expected_since(record, NOW) < NOW - timedelta(days=10_000)


def chat(**minutes_ago: float | None) -> ChatFacts:
    """Facts about chat; instants as minutes before now."""
    at = {name: None if ago is None else NOW - timedelta(minutes=ago) for name, ago in minutes_ago.items()}
    return ChatFacts(3, 2, 1, at.get("live_since"), at.get("covered_at"), 0.9, 1_000, 2)


@pytest.mark.parametrize(
    ("given", "is_late"),
    [
        (chat(live_since=60, covered_at=10), False),
        (chat(live_since=60, covered_at=11), True),
        (chat(live_since=10), False),
        (chat(live_since=11), True),
        (chat(covered_at=600), False),
    ],
    ids=["heard", "not heard any more", "just live", "never heard", "nobody is live"],
)
def test_chat_that_is_not_heard_while_channels_are_live_is_a_problem(given: ChatFacts, is_late: bool) -> None:
    problems = judge(facts(chat=given), EXPECTED)
    assert [(problem.part, problem.cause) for problem in problems] == (
        [("chat", Cause.CHAT_NOT_HEARD)] if is_late else []
    )
    assert all(problem.since in (given.live_since, given.covered_at) for problem in problems)


def test_a_bot_that_has_just_started_has_time_to_hear() -> None:
    since = replace(EXPECTED, since=NOW - timedelta(minutes=9))
    assert judge(facts(chat=chat(live_since=600)), since) == []
