"""Messages about hype moments to a webhook, over HTTP: one per moment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.chat.moment_alerts import MomentAlerts
from helperfunctions import webhook
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import write
from tests.integration.test_health import listening


def sending_to(address: str) -> Callable[[str, str], None]:
    return lambda status, text: webhook.send(address, status, text)


@pytest.fixture
def moment(url: str, clock: VirtualClock) -> Callable[..., None]:
    write(
        url,
        "insert into chat.channels (channel_id, login, state, asked_at, state_at)"
        " values ('11', 'ann', 'joined', %s, %s)",
        clock.now(),
        clock.now(),
    )

    def happen(kind: str = "hype", minutes_ago: float = 2) -> None:
        write(
            url,
            "insert into chat.moments values ('11', %s, 1, 1420, 6.54, %s, '{25}')",
            clock.now() - timedelta(minutes=minutes_ago),
            kind,
        )

    return happen


def test_each_moment_is_sent_once(
    database: Database, clock: VirtualClock, url: str, moment: Callable[..., None]
) -> None:
    with listening() as (address, messages):
        alerts = MomentAlerts(database, clock, sending_to(address))
        assert alerts.send_new() == 0
        moment()
        assert alerts.send_new() == 1
        # It goes on.
        write(url, "update chat.moments set minutes = 3, peak_messages = 2000")
        clock.advance(60)
        assert alerts.send_new() == 0
        assert MomentAlerts(database, clock, sending_to(address)).send_new() == 0, "after a restart"
        moment("raid")
        assert alerts.send_new() == 1
    text = (
        "Hype in the chat of https://www.twitch.tv/ann: 6.5 times the usual, 1,420 messages a minute, since 15:58 UTC"
    )
    assert messages[0] == {"text": text, "content": text, "status": "moment"}
    assert "ann, after a raid: 6.5 times" in messages[1]["text"]
    assert len(messages) == 2


def test_what_the_webhook_refuses_is_sent_later_with_longer_and_longer_pauses(
    database: Database, clock: VirtualClock, moment: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    moment()
    with listening(500) as (address, refused):
        alerts = MomentAlerts(database, clock, sending_to(address))
        for _ in range(10):
            assert alerts.send_new() == 0
            clock.advance(60)
    # At 0, 1, 3 and 7 minutes.
    assert len(refused) == 4
    assert "planted" not in caplog.text
    clock.advance(6 * 60)
    with listening() as (address, messages):
        alerts.send = sending_to(address)
        assert alerts.send_new() == 1
        moment()
        assert alerts.send_new() == 1, "without a pause"
    assert len(messages) == 2


def test_an_old_moment_is_no_news(database: Database, clock: VirtualClock, moment: Callable[..., None]) -> None:
    moment(minutes_ago=31)
    moment(minutes_ago=29)
    with listening() as (address, messages):
        assert MomentAlerts(database, clock, sending_to(address)).send_new() == 1
    assert len(messages) == 1
