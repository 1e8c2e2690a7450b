"""One message when a part has been wrong for too long, one when it is well again."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.health.alert import Alerter
from bot.health.rules import Trouble
from helperfunctions.errors import WebhookFailed

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLL, OUTBOX = Trouble("poll", "no polls"), Trouble("outbox", "a post waits")


class Webhook:
    """Keeps what it is sent, or fails."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.asked = 0
        self.is_broken = False

    def send(self, status: str, text: str) -> None:
        self.asked += 1
        if self.is_broken:
            raise WebhookFailed("the webhook does not answer: ConnectTimeout")
        self.told.append((status, text))


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


@pytest.fixture
def make(webhook: Webhook, tmp_path: Path) -> Callable[[], Alerter]:
    return lambda: Alerter(webhook.send, tmp_path / "data" / "alert.json")


def live(alerter: Alerter, troubles: list[Trouble], since: int, until: int) -> None:
    """Look every minute."""
    for minute in range(since, until):
        alerter.look(troubles, START + timedelta(minutes=minute))


def test_an_episode_has_two_messages_however_long_it_is(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    live(alerter, [], 0, 10)
    live(alerter, [POLL], 10, 300)
    live(alerter, [], 300, 900)
    assert webhook.told == [
        ("trouble", "Twitch Watch Time: trouble since 2026-11-22 12:10 UTC: no polls"),
        ("well", "Twitch Watch Time: all is well again, after 4 h 50 min"),
    ]


def test_each_part_is_reported_when_it_is_wrong_and_when_it_is_over(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [OUTBOX], 0, 60)
    live(alerter, [OUTBOX, POLL], 60, 120)
    live(alerter, [POLL], 120, 180)
    live(alerter, [], 180, 240)
    assert webhook.told == [
        ("trouble", "Twitch Watch Time: trouble since 2026-11-22 12:00 UTC: a post waits"),
        (
            "trouble",
            "Twitch Watch Time: trouble since 2026-11-22 13:00 UTC: no polls. "
            "still wrong: outbox since 2026-11-22 12:00 UTC",
        ),
        (
            "trouble",
            "Twitch Watch Time: over: outbox, after 2 h 0 min. still wrong: poll since 2026-11-22 13:00 UTC",
        ),
        ("well", "Twitch Watch Time: all is well again, after 2 h 0 min"),
    ]


def test_each_job_and_each_summary_is_a_trouble_of_its_own(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    reply, daily = Trouble("jobs", "reply failed", "reply"), Trouble("jobs", "daily failed", "daily")
    live(alerter, [reply], 0, 60)
    live(alerter, [reply, daily], 60, 120)
    assert ["daily failed" in text for _, text in webhook.told] == [False, True]


def test_what_cannot_be_judged_without_the_database_is_not_over(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    database, disk = Trouble("database", "it cannot be reached"), Trouble("disk", "only 3 MB are free")
    live(alerter, [POLL, disk], 0, 60)
    live(alerter, [database], 60, 120)
    [_, over_of_disk] = [text for _, text in webhook.told if "poll since" in text]
    assert "over: disk" in over_of_disk
    assert not [text for _, text in webhook.told if "over: poll" in text]
    live(alerter, [], 120, 140)
    assert webhook.told[-1] == ("well", "Twitch Watch Time: all is well again, after 2 h 0 min")


def test_it_is_not_called_well_while_something_else_has_just_become_wrong(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [POLL], 0, 20)
    live(alerter, [], 20, 34)
    live(alerter, [OUTBOX], 34, 60)
    assert [status for status, _ in webhook.told] == ["trouble", "trouble"]
    assert webhook.told[-1][1].endswith("a post waits. over: poll, after 0 h 20 min")
    live(alerter, [], 60, 80)
    assert [status for status, _ in webhook.told] == ["trouble", "trouble", "well"]


def test_many_parts_that_come_and_go_do_not_make_a_message_a_minute(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    """Twenty parts, each wrong for 20 minutes of every 40, one minute later than the one before it."""
    alerter = make()
    for minute in range(240):
        wrong = [Trouble("jobs", "failed", f"job {part}") for part in range(20) if (minute - part) % 40 < 20]
        alerter.look(wrong, START + timedelta(minutes=minute))
    assert 10 < len(webhook.told) <= 60
    assert max(len(text) for _, text in webhook.told) < 2000


def test_a_trouble_that_began_before_a_restart_does_not_wait_from_the_beginning(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    """A bot that is killed every few minutes reports what is wrong all the same."""
    for minute in range(0, 12, 4):
        live(make(), [POLL], minute, minute + 4)
    assert [status for status, _ in webhook.told] == ["trouble"]


def test_what_was_not_reported_before_a_long_stop_begins_with_the_new_start(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    live(make(), [POLL], 0, 5)
    live(make(), [POLL], 600, 605)
    assert webhook.told == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([], ["all is well again, after 2 h 0 min"]),
        ([POLL], ["trouble since 2026-11-22 14:00 UTC: no polls"]),
    ],
    ids=["over by now", "still wrong"],
)
def test_the_memory_of_an_earlier_version_is_read(
    wrong: list[Trouble], told: list[str], make: Callable[[], Alerter], webhook: Webhook, tmp_path: Path
) -> None:
    """It does not say which parts were wrong: those that are get a message of their own."""
    memory = tmp_path / "data" / "alert.json"
    memory.parent.mkdir()
    memory.write_text('{"told_since": "2026-11-22T12:00:00+00:00"}')
    live(make(), wrong, 120, 200)
    assert [text for _, text in webhook.told] == [f"Twitch Watch Time: {text}" for text in told]


def test_what_passes_by_itself_is_not_told(make: Callable[[], Alerter], webhook: Webhook) -> None:
    alerter = make()
    for minute in range(0, 400, 20):
        live(alerter, [POLL], minute, minute + 10)
        live(alerter, [], minute + 10, minute + 20)
    assert webhook.told == []


def test_what_comes_back_within_a_quarter_of_an_hour_was_never_well(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [POLL], 0, 20)
    live(alerter, [], 20, 30)
    live(alerter, [POLL], 30, 100)
    assert [status for status, _ in webhook.told] == ["trouble"]


def test_a_restart_tells_nothing_twice_and_forgets_nothing(make: Callable[[], Alerter], webhook: Webhook) -> None:
    live(make(), [POLL], 0, 20)
    live(make(), [POLL], 20, 60)
    assert [status for status, _ in webhook.told] == ["trouble"]
    live(make(), [], 60, 80)
    assert [status for status, _ in webhook.told] == ["trouble", "well"]
    live(make(), [], 80, 120)
    assert len(webhook.told) == 2


def test_a_webhook_that_fails_is_asked_again_less_and_less_often(
    make: Callable[[], Alerter], webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    alerter = make()
    webhook.is_broken = True
    live(alerter, [POLL], 0, 24 * 60)
    assert 24 <= webhook.asked <= 32
    assert caplog.text.count("ConnectTimeout") == webhook.asked
    webhook.is_broken = False
    live(alerter, [POLL], 24 * 60, 26 * 60)
    assert [status for status, _ in webhook.told] == ["trouble"]


def test_a_trouble_is_sent_within_a_quarter_of_an_hour_even_if_the_first_attempt_fails(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    live(alerter, [], 0, 5)
    webhook.is_broken = True
    live(alerter, [POLL], 5, 16)
    assert webhook.asked == 1
    webhook.is_broken = False
    live(alerter, [POLL], 16, 20)
    assert [status for status, _ in webhook.told] == ["trouble"]


def attempts(alerter: Alerter, webhook: Webhook, troubles: list[Trouble], since: int, until: int) -> list[int]:
    """The minutes at which the webhook was asked."""
    asked = []
    for minute in range(since, until):
        before = webhook.asked
        live(alerter, troubles, minute, minute + 1)
        asked += [minute] * (webhook.asked - before)
    return asked


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


def test_the_message_that_it_is_well_does_not_wait_for_the_back_off_of_the_one_before(
    make: Callable[[], Alerter], webhook: Webhook
) -> None:
    alerter = make()
    webhook.is_broken = True
    live(alerter, [POLL], 0, 50)
    webhook.is_broken = False
    live(alerter, [POLL], 50, 100)
    webhook.is_broken = True
    assert attempts(alerter, webhook, [], 100, 125) == [115, 116, 118, 122]


def test_the_memory_is_replaced_whole_and_leaves_nothing_next_to_it(
    make: Callable[[], Alerter], tmp_path: Path
) -> None:
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


def test_a_memory_that_cannot_be_read_or_written_stops_nothing(webhook: Webhook, tmp_path: Path) -> None:
    (tmp_path / "alert.json").write_text("{torn")
    live(Alerter(webhook.send, tmp_path / "alert.json"), [POLL], 0, 20)
    (tmp_path / "file").touch()
    live(Alerter(webhook.send, tmp_path / "file" / "alert.json"), [POLL], 0, 20)
    assert [status for status, _ in webhook.told] == ["trouble", "trouble"]
