"""Requests and polls have a deadline, also with a server that drips."""

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import requests

from bot.collect.keep import KeptPolls
from bot.collect.poll import Collector
from bot.collect.time_limits import limits_of_a_page
from bot.core.calendar import Calendar
from bot.core.polls import CrawlEnd, PollStatus
from helperfunctions import heartbeat
from helperfunctions.clock import Clock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import TwitchUnavailable, WebhookFailed
from helperfunctions.http_deadline import TIMES_THE_TIMEOUTS, whole_request_within
from helperfunctions.http_session import EnvironmentSession
from helperfunctions.twitch_api import TwitchApi
from helperfunctions.twitch_http import TIMEOUT as TWITCH_TIMEOUT
from tests.contract import dripping
from tests.no_tokens import NoTokenCache
from tests.unit.live_streams import raw_streams

# Far more than the pause between two drips. The deadline is twice their sum.
TIMEOUT = (1.0, 1.0)
NOBODY_WAITS_LONGER = 60.0


def ends(call: Callable[[], Any]) -> Any:
    """The result of a call or its error. Fails if the call does not end."""
    ended: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def run() -> None:
        try:
            ended.put(call())
        except Exception as exc:
            ended.put(exc)

    threading.Thread(target=run, daemon=True).start()
    try:
        return ended.get(timeout=NOBODY_WAITS_LONGER)
    except queue.Empty:
        pytest.fail("it does not come to an end")


@pytest.fixture(params=list(dripping.DRIPS))
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that drips from the first request on."""
    with dripping.serving(request.param) as url:
        yield url


def test_a_request_with_a_slow_response_ends(address: str) -> None:
    with EnvironmentSession() as http:
        error = ends(lambda: http.get(address, timeout=TIMEOUT))
    assert isinstance(error, requests.ReadTimeout)
    assert "no whole answer within 4 s" in str(error)


def test_a_connection_that_was_used_before_has_a_deadline_too() -> None:
    with dripping.serving("in chunks", whole_answers=[b"{}", b"{}"]) as url, EnvironmentSession() as http:
        assert [http.get(url, timeout=TIMEOUT).json() for _ in range(2)] == [{}, {}]
        assert isinstance(ends(lambda: http.get(url, timeout=TIMEOUT)), requests.ReadTimeout)


def test_a_request_through_a_proxy_has_a_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with dripping.serving("in the headers") as proxy:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with EnvironmentSession() as http:
            # The proxy answers the first one itself, and opens a tunnel for the second.
            assert isinstance(ends(lambda: http.get("http://twitch.test/", timeout=TIMEOUT)), requests.ReadTimeout)
            error = ends(lambda: http.get("https://twitch.test/", timeout=TIMEOUT))
            assert isinstance(error, requests.RequestException)


def test_a_deadline_that_is_set_later_and_ends_earlier_is_met() -> None:
    """One thread watches all deadlines, and waits for the earliest."""
    ended = threading.Event()

    def hold_a_long_deadline() -> None:
        with whole_request_within(1000.0):
            begun.set()
            ended.wait(NOBODY_WAITS_LONGER)

    begun = threading.Event()
    threading.Thread(target=hold_a_long_deadline, daemon=True).start()
    assert begun.wait(NOBODY_WAITS_LONGER)
    try:
        with dripping.serving("in the headers") as url, EnvironmentSession() as http:
            error = ends(lambda: http.get(url, timeout=TIMEOUT))
        assert "no whole answer within 4 s" in str(error)
    finally:
        ended.set()


def test_simultaneous_deadlines_need_one_thread() -> None:
    with ExitStack() as stack:
        for seconds in (1000.0, 2000.0, 500.0):
            stack.enter_context(whole_request_within(seconds))
        names = [thread.name for thread in threading.enumerate()]
    assert names.count("request deadlines") == 1


def test_a_connection_that_its_server_announced_to_close_is_closed_while_the_session_goes_on() -> None:
    """The file descriptor of the deadline does not keep it open."""
    seen: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def serve() -> None:
        with listener.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(dripping.HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
            seen.put(connection.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as listener, EnvironmentSession() as http:
        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert http.get(url, timeout=(NOBODY_WAITS_LONGER, NOBODY_WAITS_LONGER)).json() == {}
        assert seen.get(timeout=NOBODY_WAITS_LONGER) == b""


@pytest.mark.parametrize("how", ["in the status line", "in the headers"])
def test_a_heartbeat_whose_service_drips_ends_and_is_a_failure(how: str) -> None:
    """Its body is not read, so a dripping one is no failure."""
    with dripping.serving(how) as url:
        error = ends(lambda: heartbeat.request(f"{url}/planted-token", seconds=0.5))
    assert isinstance(error, WebhookFailed)
    assert "planted" not in str(error)


def twitch(url: str, clock: Clock, stack: ExitStack, **more: Any) -> TwitchApi:
    api = TwitchApi(
        api_url=url,
        auth_url=url,
        client_id="me",
        client_secret="mine",
        clock=clock,
        tokens=NoTokenCache(),
        timeout=TIMEOUT,
        **more,
    )
    stack.callback(api.close)
    return api


def test_twitch_that_drips_is_unavailable() -> None:
    with dripping.serving("in chunks") as url, ExitStack() as stack:
        api = twitch(url, VirtualClock(datetime(2026, 11, 21, 16, tzinfo=UTC)), stack, attempts=2)
        assert isinstance(ends(api.get_streams), TwitchUnavailable)


def test_a_poll_ends_before_the_next_and_keeps_what_it_has_when_twitch_begins_to_drip(
    database: Database, kept: KeptPolls
) -> None:
    page = orjson.dumps({"data": raw_streams(0, 100), "pagination": {"cursor": "a"}})
    clock = VirtualClock(datetime(2026, 11, 21, 16, tzinfo=UTC))
    with (
        dripping.serving("in a body of known length", whole_answers=[dripping.TOKEN, page]) as url,
        ExitStack() as stack,
    ):
        live = twitch(url, clock, stack, attempts=1000, patience_seconds=1.0)
        calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
        poll = ends(Collector(live, database, clock, calendar, 50, 5, kept).collect)
    assert (poll.status, poll.ended_because, poll.streams) == (PollStatus.PARTIAL, CrawlEnd.TWITCH_UNAVAILABLE, 100)
    assert poll.ended_at - poll.started_at <= timedelta(minutes=5)


@pytest.mark.parametrize("minutes", [1, 2, 5, 30, 60])
def test_half_an_interval_and_the_longest_page_are_less_than_the_interval(minutes: int) -> None:
    interval = 60.0 * minutes
    timeout, patience = limits_of_a_page(TWITCH_TIMEOUT, interval)
    assert interval / 2 + patience + TIMES_THE_TIMEOUTS * sum(timeout) < interval
    assert min(timeout) >= 1


def test_with_half_an_hour_between_polls_the_time_outs_are_the_usual_ones() -> None:
    assert limits_of_a_page(TWITCH_TIMEOUT, 1800.0) == (TWITCH_TIMEOUT, 450.0)
