"""The metrics of chat, and the finding of `watchtime check`."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.core.calendar import Calendar
from bot.health.causes import FIXES, Cause
from bot.health.checks.chat import judge_chat
from bot.health.findings import Verdict
from bot.health.health_facts import ChatFacts, Facts, gather
from bot.health.metrics import Metrics, Snapshot
from bot.health.problem import Expected, Problem
from bot.health.record import RunRecord
from bot.health.rules import judge_chat as judge_chat_rules
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.factories import write

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


def test_metrics_show_the_facts_about_chat(database: Database, clock: VirtualClock, url: str) -> None:
    settings = Settings(chat_source="anonymous")
    now = clock.now()
    with database.transaction() as tx:
        for login in ("ann", "bob", "eve"):
            tx.chat.add_channel(channel_id=login, login=login, now=now, asked_by="operator", expires_at=None)
        tx.chat.make_partition(day=now.date())
    write(url, "update chat.channels set state = 'joined' where login = 'ann'")
    write(url, "update chat.channels set state = 'refused', reason = 'msg_banned' where login = 'bob'")
    write(
        url,
        "insert into chat.minute_counts (minute_at, channel_id, messages, chatters, covered_seconds, is_closed,"
        " viewers, late_messages) select %s - n * interval '1 minute', 'ann', 10, 7, 30 * n, true, 100, 1"
        " from generate_series(1, 2) as n",
        now,
    )
    metrics = Metrics(lambda: snapshot(gather(database, clock, CALENDAR, settings)))
    found = {
        (sample.name.removeprefix("watchtime_chat_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if sample.name.startswith("watchtime_chat_")
    }
    assert found == {
        ("channels", "joined"): 1,
        ("channels", "other"): 1,
        ("channels", "refused"): 1,
        ("messages_last_hour",): 20,
        ("late_messages_last_hour",): 2,
        ("coverage_ratio",): 0.75,
        ("heard_timestamp_seconds",): (now - timedelta(minutes=2)).timestamp(),
    }
    assert gather(database, clock, CALENDAR, Settings()).chat is None


def snapshot(facts: Facts) -> Snapshot:
    """The state of a bot with these facts."""
    return Snapshot(
        leads=True,
        poll_interval_seconds=1800,
        facts=facts,
        kept_polls=0,
        free_bytes=None,
        rate_limits={},
        record=RunRecord(),
        running={},
        losses=0,
        problems=[],
    )


FACTS = ChatFacts(3, 2, 1, None, None, 0.987, 1_000, 2)


@pytest.mark.parametrize(
    ("waiting", "dropped", "is_heard", "message"),
    [
        (0, 0, True, ""),
        (20_000_000, 0, True, "; 20.0 MB wait to be counted"),
        (0, 2, True, "; chat was dropped 2 times because too much waited (KEPT_CHAT_MB)"),
        (0, 0, False, "; no listener runs"),
    ],
    ids=["all is well", "much waits", "chat was dropped", "no listener"],
)
def test_check_says_how_chat_is(waiting: int, dropped: int, is_heard: bool, message: str) -> None:
    finding = judge_chat(FACTS, [], waiting, dropped, is_heard=is_heard)
    assert (finding.verdict, finding.message) == (
        Verdict.GOOD,
        f"3 channels followed, 2 joined, 1 refused; 99% of the last hour heard{message}",
    )


def test_check_has_the_verdict_of_the_rules() -> None:
    finding = judge_chat(FACTS, [Problem("chat", "nothing was heard", cause=Cause.CHAT_NOT_HEARD)], 0, 0, is_heard=True)
    assert finding.verdict is Verdict.WARNING
    assert finding.message.endswith("; nothing was heard")
    assert finding.fix == FIXES[Cause.CHAT_NOT_HEARD]


def a_node(url: str, name: str, since: datetime | None, problem: str, seen_at: datetime, waiting: int = 0) -> None:
    write(
        url,
        "insert into chat.nodes (name, kind, seen_at, waiting_bytes, failing_since, problem)"
        " values (%s, 'listener', %s, %s, %s, %s)",
        *(name, seen_at, waiting, since, problem),
    )


def test_a_queue_that_does_not_work_for_minutes_is_a_problem(database: Database, clock: VirtualClock, url: str) -> None:
    now = clock.now()
    a_node(url, "ann", None, "", now, 2_000_000)
    a_node(url, "bob", now - timedelta(minutes=6), "full", now, 40_000_000)
    # It has ended, so nobody waits for it.
    a_node(url, "eve", now - timedelta(days=1), "refused", now - timedelta(minutes=5), 1)
    facts = gather(database, clock, CALENDAR, Settings(chat_source="anonymous"))
    assert facts.chat is not None
    assert (facts.chat.listeners, facts.chat.waiting_bytes) == (2, 42_000_000)
    expected = Expected(CALENDAR, timedelta(minutes=30), time(14), now)
    [problem] = judge_chat_rules(facts.chat, now, expected)
    assert (problem.cause, problem.since) == (Cause.CHAT_QUEUE, now - timedelta(minutes=6))
    assert problem.message.startswith("the queue of chat is full since")
    assert problem.message.endswith("42.0 MB wait in journals")
    assert judge_chat_rules(facts.chat, now - timedelta(minutes=2), expected) == []
    shown = Metrics(lambda: snapshot(facts)).text().decode()
    for line in ("chat_queue_works 0.0", "chat_listeners 2.0", "chat_waiting_bytes 4.2e+07"):
        assert f"watchtime_{line}\n" in shown
    finding = judge_chat(facts.chat, [problem], 0, 0, is_heard=False)
    assert (finding.verdict, finding.fix) == (Verdict.WARNING, FIXES[Cause.CHAT_QUEUE])


@pytest.mark.parametrize(
    ("problem", "words"),
    [("unavailable", "does not answer"), ("refused", "refuses us"), ("full", "is full")],
    ids=["away", "refused", "full"],
)
def test_each_reason_of_the_queue_has_its_words(problem: str, words: str, clock: VirtualClock) -> None:
    now = clock.now()
    facts = replace(FACTS, queue_problem=problem, queue_failing_since=now - timedelta(hours=1))
    [found] = judge_chat_rules(facts, now, Expected(CALENDAR, timedelta(minutes=30), time(14), now))
    assert f"the queue of chat {words} since" in found.message
    finding = judge_chat(facts, [], 0, 0, is_heard=True)
    assert finding.message.endswith(f"; the queue is {problem}")
