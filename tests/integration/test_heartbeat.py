"""The heartbeat after each good poll: its request, and services that fail or do not respond."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import random
from time import monotonic, sleep
from typing import Any

import pytest
from pydantic import SecretStr

from bot.core.polls import Poll, PollStatus
from bot.health.heartbeat import Heartbeat
from bot.runtime.run import tasks_of
from bot.wiring import open_bot
from helperfunctions import heartbeat
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import WebhookFailed
from helperfunctions.settings import Settings
from sandbox.server import TwitchSandbox
from sandbox.world import World


@contextmanager
def a_service(*statuses: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a service and its requests. It responds with these statuses, then always with the last one."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(f"{self.command} {self.path}")
            status = statuses[min(len(got), len(statuses)) - 1]
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping/planted-token?status=up", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until a condition holds; fails after a while."""
    end = monotonic() + 60
    while not is_so():
        assert monotonic() < end
        sleep(0.01)


def test_the_address_is_requested_once_and_unchanged() -> None:
    with a_service(200) as (address, got):
        heartbeat.request(address)
    assert got == ["GET /ping/planted-token?status=up"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_any_other_response_is_a_failure_without_the_address(status: int) -> None:
    """A redirect is not followed: it would send the token to another server."""
    with a_service(status) as (address, got), pytest.raises(WebhookFailed) as caught:
        heartbeat.request(address)
    assert len(got) == 1
    assert str(status) in str(caught.value)
    assert "planted" not in str(caught.value)


def test_an_unreachable_service_is_a_failure_without_the_address() -> None:
    with pytest.raises(WebhookFailed) as caught:
        heartbeat.request("http://127.0.0.1:1/ping/planted-token")
    assert "planted" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_heartbeat_is_retried_a_few_times_and_its_failure_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with a_service(500, 500, 500, 500, 200) as (address, got):
        beats = Heartbeat(lambda: heartbeat.request(address), waits=(0, 0.01))
        beats.beat()
        wait_until(lambda: len(got) == 2 and not beats.is_busy)
        beats.beat()
        wait_until(lambda: len(got) == 4 and not beats.is_busy)
        assert caplog.text.count("could not be sent") == 1
        beats.beat()
        wait_until(lambda: "heartbeats are sent again" in caplog.text)
    assert len(got) == 5


def test_jobs_do_not_wait_for_a_heartbeat_and_one_at_a_time_is_sent() -> None:
    asked, goes_on = threading.Semaphore(0), threading.Event()
    times = 0

    def send() -> None:
        nonlocal times
        times += 1
        asked.release()
        goes_on.wait(60)

    beats = Heartbeat(send)
    for _ in range(3):
        beats.beat()
    assert asked.acquire(timeout=60)
    assert times == 1
    goes_on.set()
    wait_until(lambda: not beats.is_busy)
    assert times == 1


@pytest.mark.parametrize("is_good", [True, False], ids=["a good poll", "a poll that brought nothing"])
def test_a_good_poll_sends_a_heartbeat_and_a_failed_one_does_not(
    is_good: bool, url: str, clock: VirtualClock, tmp_path: Path
) -> None:
    with (
        a_service(200) as (address, got),
        TwitchSandbox(World(seed=7, channels=1_000), clock, client_secret="planted-secret") as twitch,
    ):
        settings = Settings(
            database_url=SecretStr(url),
            data_dir=tmp_path,
            twitch_client_id=twitch.client_id,
            twitch_client_secret=SecretStr(twitch.client_secret if is_good else "planted-wrong"),
            twitch_api_url=twitch.api_url,
            twitch_auth_url=twitch.auth_url,
            heartbeat_url=SecretStr(address),
        )
        with open_bot(settings, clock=clock, random=random) as bot:
            poll = tasks_of(bot)["collect"]()
            assert isinstance(poll, Poll)
            assert (poll.status is not PollStatus.FAILED) == is_good
            for thread in threading.enumerate():
                if thread.name == "heartbeat":
                    thread.join(60)
            assert len(got) == is_good
