"""One message when a part has had a problem for too long, and one when the problem is over."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.health.alert import Alerter
from bot.health.causes import Cause
from bot.health.problem import Problem
from helperfunctions.errors import WebhookFailed

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLL, OUTBOX = Problem("poll", "no polls"), Problem("outbox", "a post waits")

NETWORK = Problem("network", "neither Twitch nor X answers", cause=Cause.NETWORK)
REPLY = Problem("jobs", "reply failed", "reply", cause=Cause.X_UNAVAILABLE)
LATE_POLL = Problem("poll", "no polls", cause=Cause.TWITCH_UNAVAILABLE)


class Webhook:
    """Stores the messages that it gets, or fails."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.requests = 0
        self.is_broken = False

    def send(self, status: str, text: str) -> None:
        self.requests += 1
        if self.is_broken:
            raise WebhookFailed("the webhook does not respond: ConnectTimeout")
        self.sent.append((status, text))


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


@pytest.fixture
def make(webhook: Webhook, tmp_path: Path) -> Callable[[], Alerter]:
    return lambda: Alerter(webhook.send, tmp_path / "data" / "alert.json")


def live(alerter: Alerter, problems: list[Problem], since: int, until: int) -> None:
    """Update every minute."""
    for minute in range(since, until):
        alerter.update(problems, START + timedelta(minutes=minute))


def test_a_problem_of_any_length_has_two_messages(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    live(alerter, [], 0, 10)
    live(alerter, [POLL], 10, 300)
    live(alerter, [], 300, 900)
    assert webhook.sent == [
        ("problem", "Twitch Watch Time: problem since 2026-11-22 12:10 UTC: no polls"),
        ("resolved", "Twitch Watch Time: all problems are resolved, after 4 h 50 min"),
    ]


def test_clock_that_is_set_back_delays_a_message_by_ten_minutes_at_most(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    """Neither the attempt after one that failed, nor the message after another one, waits for the old time."""
    alerter = make()
    webhook.is_broken = True
    live(alerter, [POLL], 0, 18)
    webhook.is_broken = False
    live(alerter, [POLL], -1000, -989)
    assert len(webhook.sent) == 1
    live(alerter, [POLL, OUTBOX], -2000, -1989)
    assert len(webhook.sent) == 2


def test_the_problem_of_each_part_is_reported_when_it_begins_and_when_it_ends(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [OUTBOX], 0, 60)
    live(alerter, [OUTBOX, POLL], 60, 120)
    live(alerter, [POLL], 120, 180)
    live(alerter, [], 180, 240)
    assert webhook.sent == [
        ("problem", "Twitch Watch Time: problem since 2026-11-22 12:00 UTC: a post waits"),
        (
            "problem",
            "Twitch Watch Time: problem since 2026-11-22 13:00 UTC: no polls. "
            "not resolved yet: outbox since 2026-11-22 12:00 UTC",
        ),
        (
            "problem",
            "Twitch Watch Time: resolved: outbox, after 2 h 0 min. not resolved yet: poll since 2026-11-22 13:00 UTC",
        ),
        ("resolved", "Twitch Watch Time: all problems are resolved, after 2 h 0 min"),
    ]


def test_each_job_has_a_problem_of_its_own(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    reply, daily = Problem("jobs", "reply failed", "reply"), Problem("jobs", "daily failed", "daily")
    live(alerter, [reply], 0, 60)
    live(alerter, [reply, daily], 60, 120)
    assert ["daily failed" in text for _, text in webhook.sent] == [False, True]


def test_a_cause_and_its_consequences_are_one_problem(make: Callable[[], Alerter], webhook: Webhook) -> None:
    """The cause is seen five minutes after the first consequence; another one comes an hour later, and ends last."""
    alerter = make()
    live(alerter, [REPLY], 0, 5)
    live(alerter, [NETWORK, REPLY], 5, 70)
    live(alerter, [NETWORK, REPLY, LATE_POLL], 70, 120)
    live(alerter, [LATE_POLL], 120, 130)
    live(alerter, [], 130, 160)
    assert webhook.sent == [
        (
            "problem",
            "Twitch Watch Time: problem since 2026-11-22 12:00 UTC: neither Twitch nor X answers "
            "(therefore also: jobs (reply))",
        ),
        ("resolved", "Twitch Watch Time: all problems are resolved, after 2 h 0 min"),
    ]


def test_a_consequence_that_outlives_its_cause_is_reported(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    live(alerter, [NETWORK], 0, 20)
    live(alerter, [NETWORK, LATE_POLL], 20, 60)
    live(alerter, [LATE_POLL], 60, 120)
    assert [status for status, _ in webhook.sent] == ["problem", "problem"]
    assert webhook.sent[-1][1].endswith("12:20 UTC: no polls. resolved: network, after 1 h 0 min")


def test_a_problem_that_cannot_be_judged_without_the_database_is_not_over(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    database, disk = Problem("database", "it cannot be reached"), Problem("disk", "only 3 MB are free")
    live(alerter, [POLL, disk], 0, 60)
    live(alerter, [database], 60, 120)
    [_, end_of_disk] = [text for _, text in webhook.sent if "poll since" in text]
    assert "resolved: disk" in end_of_disk
    assert not [text for _, text in webhook.sent if "resolved: poll" in text]
    live(alerter, [], 120, 140)
    assert webhook.sent[-1] == ("resolved", "Twitch Watch Time: all problems are resolved, after 2 h 0 min")


def test_nothing_is_called_resolved_while_another_problem_has_just_begun(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [POLL], 0, 20)
    live(alerter, [], 20, 34)
    live(alerter, [OUTBOX], 34, 60)
    assert [status for status, _ in webhook.sent] == ["problem", "problem"]
    assert webhook.sent[-1][1].endswith("a post waits. resolved: poll, after 0 h 20 min")
    live(alerter, [], 60, 80)
    assert [status for status, _ in webhook.sent] == ["problem", "problem", "resolved"]


def test_many_problems_that_come_and_go_do_not_make_a_message_a_minute(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    """Twenty parts, each with a problem for 20 minutes of every 40, one minute later than the one before it."""
    alerter = make()
    for minute in range(240):
        wrong = [Problem("jobs", "failed", f"job {part}") for part in range(20) if (minute - part) % 40 < 20]
        alerter.update(wrong, START + timedelta(minutes=minute))
    assert 10 < len(webhook.sent) <= 60
    assert max(len(text) for _, text in webhook.sent) < 2000


def test_a_restart_does_not_delay_the_report_of_a_problem(make: Callable[[], Alerter], webhook: Webhook) -> None:
    """This includes a bot that is killed every few minutes."""
    for minute in range(0, 12, 4):
        live(make(), [POLL], minute, minute + 4)
    assert [status for status, _ in webhook.sent] == ["problem"]


def test_an_unreported_problem_begins_again_after_a_long_stop(make: Callable[[], Alerter], webhook: Webhook) -> None:
    live(make(), [POLL], 0, 5)
    live(make(), [POLL], 600, 605)
    assert webhook.sent == []


@pytest.mark.parametrize(
    ("wrong", "texts"),
    [
        ([], ["all problems are resolved, after 2 h 0 min"]),
        ([POLL], ["problem since 2026-11-22 14:00 UTC: no polls"]),
    ],
    ids=["over by now", "not over"],
)
def test_the_memory_of_an_earlier_version_is_read(
    wrong: list[Problem], texts: list[str], make: Callable[[], Alerter], webhook: Webhook, tmp_path: Path
) -> None:
    """It does not list the parts, so each part that still has a problem gets a new message."""
    memory = tmp_path / "data" / "alert.json"
    memory.parent.mkdir()
    memory.write_text('{"told_since": "2026-11-22T12:00:00+00:00"}')
    live(make(), wrong, 120, 200)
    assert [text for _, text in webhook.sent] == [f"Twitch Watch Time: {text}" for text in texts]


def test_a_short_problem_is_not_reported(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    for minute in range(0, 400, 20):
        live(alerter, [POLL], minute, minute + 10)
        live(alerter, [], minute + 10, minute + 20)
    assert webhook.sent == []


def test_a_problem_that_returns_within_a_quarter_of_an_hour_was_not_over(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [POLL], 0, 20)
    live(alerter, [], 20, 30)
    live(alerter, [POLL], 30, 100)
    assert [status for status, _ in webhook.sent] == ["problem"]


def test_a_restart_repeats_no_report_and_loses_none(make: Callable[[], Alerter], webhook: Webhook) -> None:
    live(make(), [POLL], 0, 20)
    live(make(), [POLL], 20, 60)
    assert [status for status, _ in webhook.sent] == ["problem"]
    live(make(), [], 60, 80)
    assert [status for status, _ in webhook.sent] == ["problem", "resolved"]
    live(make(), [], 80, 120)
    assert len(webhook.sent) == 2


def test_a_failing_webhook_is_retried_with_back_off(
    make: Callable[[], Alerter], webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    alerter = make()
    webhook.is_broken = True
    live(alerter, [POLL], 0, 24 * 60)
    assert 24 <= webhook.requests <= 32
    assert caplog.text.count("ConnectTimeout") == webhook.requests
    webhook.is_broken = False
    live(alerter, [POLL], 24 * 60, 26 * 60)
    assert [status for status, _ in webhook.sent] == ["problem"]


def test_a_problem_is_reported_within_a_quarter_of_an_hour_even_if_the_first_attempt_fails(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [], 0, 5)
    webhook.is_broken = True
    live(alerter, [POLL], 5, 16)
    assert webhook.requests == 1
    webhook.is_broken = False
    live(alerter, [POLL], 16, 20)
    assert [status for status, _ in webhook.sent] == ["problem"]


def attempts(alerter: Alerter, webhook: Webhook, problems: list[Problem], since: int, until: int) -> list[int]:
    """The minutes in which there was a request."""
    minutes = []
    for minute in range(since, until):
        before = webhook.requests
        live(alerter, problems, minute, minute + 1)
        minutes += [minute] * (webhook.requests - before)
    return minutes


@pytest.mark.parametrize("reaches", [True, False], ids=["sent in the end", "over before it could be sent"])
def test_the_back_off_starts_over_with_each_message(
    reaches: bool, make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    webhook.is_broken = True
    first = attempts(alerter, webhook, [POLL], 0, 50)
    assert [after - first[0] for after in first] == [0, 1, 3, 7, 15, 31]
    webhook.is_broken = not reaches
    live(alerter, [POLL], 50, 100)
    live(alerter, [], 100, 130)
    webhook.is_broken = True
    again = attempts(alerter, webhook, [OUTBOX], 130, 170)
    assert again == [140, 141, 143, 147, 155]


def test_the_message_of_the_end_does_not_wait_for_the_back_off_of_the_one_before(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    webhook.is_broken = True
    live(alerter, [POLL], 0, 50)
    webhook.is_broken = False
    live(alerter, [POLL], 50, 100)
    webhook.is_broken = True
    assert attempts(alerter, webhook, [], 100, 125) == [115, 116, 118, 122]


def test_the_memory_is_replaced_atomically(make: Callable[[], Alerter], tmp_path: Path) -> None:
    """A link to the old file still reads the old content: the file is replaced, never written in place."""
    memory = tmp_path / "data" / "alert.json"
    memory.parent.mkdir()
    memory.write_text("{torn")
    (tmp_path / "link").hardlink_to(memory)
    live(make(), [POLL], 0, 20)
    assert (tmp_path / "link").read_text() == "{torn"
    poll = {"wrong_since": "2026-11-22T12:00:00+00:00", "reported_at": "2026-11-22T12:10:00+00:00"}
    assert json.loads(memory.read_text()) == {"parts": {"poll": poll}}
    assert list(memory.parent.iterdir()) == [memory]


def test_a_memory_that_cannot_be_read_or_written_does_not_prevent_reports(webhook: Webhook, tmp_path: Path) -> None:
    (tmp_path / "alert.json").write_text("{torn")
    live(Alerter(webhook.send, tmp_path / "alert.json"), [POLL], 0, 20)
    (tmp_path / "file").touch()
    live(Alerter(webhook.send, tmp_path / "file" / "alert.json"), [POLL], 0, 20)
    assert [status for status, _ in webhook.sent] == ["problem", "problem"]
