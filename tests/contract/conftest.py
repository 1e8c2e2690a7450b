"""A sandbox that shares its clock with the client, so waits pass at once, and a search for its secrets."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import pytest

from bot.collect.keep import KeptPolls
from bot.collect.poll import Collector
from bot.core.calendar import Calendar
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.token_cache import AppToken, TokenCache
from helperfunctions.twitch_api import TwitchApi
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.no_tokens import NoTokenCache

CLIENT_ID = "the-id-of-our-application"
# It occurs nowhere else, so it is found wherever it should not be.
CLIENT_SECRET = "planted-secret-3f9c1"
MORE_THAN = 50
PATIENCE = (10.0, 10.0)
# A slow response is waited for in real time, so the time-out is short where one is expected.
LITTLE_PATIENCE = (10.0, 0.2)

Failures = list[BaseException]


class Serve(Protocol):
    """Starts a sandbox that runs until the end of the test."""

    def __call__(self, **options: Any) -> TwitchSandbox: ...


class Connect(Protocol):
    """Makes a client of a sandbox, closed after the test."""

    def __call__(self, sandbox: TwitchSandbox, **options: Any) -> TwitchApi: ...


class KeptTokens:
    """Records every token that a client of the test got, to search for them later."""

    def __init__(self) -> None:
        self.values: list[str] = []

    def recording(self, cache: TokenCache) -> TokenCache:
        """A cache that passes on to another one and records its tokens."""
        return _HeardCache(self.values, cache)


class _HeardCache:
    def __init__(self, heard: list[str], cache: TokenCache) -> None:
        self._heard = heard
        self._cache = cache

    def read(self, key: str) -> AppToken | None:
        return self._cache.read(key)

    def write(self, key: str, token: AppToken) -> None:
        self._heard.append(token.value)
        assert token.value not in repr(token)
        self._cache.write(key, token)


@pytest.fixture(scope="session")
def world() -> World:
    """3,000 channels, some 500 of them above the threshold: five pages, and twenty-five below."""
    return World(seed=7, channels=3_000)


@pytest.fixture
def faults() -> Faults:
    return Faults(slow_seconds=60.0)


@pytest.fixture
def serve(world: World, clock: VirtualClock, faults: Faults) -> Iterator[Serve]:
    with ExitStack() as stack:

        def started(**options: Any) -> TwitchSandbox:
            given: dict[str, Any] = {"faults": faults, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | options
            return stack.enter_context(TwitchSandbox(given.pop("world", world), clock, **given))

        yield started


@pytest.fixture
def sandbox(serve: Serve) -> TwitchSandbox:
    return serve()


@pytest.fixture
def kept_tokens() -> KeptTokens:
    return KeptTokens()


@pytest.fixture
def failures() -> Failures:
    """Errors that a test adds are searched for secrets at its end."""
    return []


@pytest.fixture
def connect(clock: VirtualClock, kept_tokens: KeptTokens) -> Iterator[Connect]:
    with ExitStack() as stack:

        def connected(sandbox: TwitchSandbox, **options: Any) -> TwitchApi:
            given: dict[str, Any] = {
                "api_url": sandbox.api_url,
                "auth_url": sandbox.auth_url,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "tokens": NoTokenCache(),
                "timeout": PATIENCE,
            } | options
            api = TwitchApi(**{"clock": clock} | given | {"tokens": kept_tokens.recording(given["tokens"])})
            stack.callback(api.close)
            assert CLIENT_SECRET not in repr(api)
            return api

        yield connected


@pytest.fixture
def patience(request: pytest.FixtureRequest) -> tuple[float, float]:
    """The time-outs of a client: short ones in tests of a slow response."""
    is_slow = hasattr(request.node, "callspec") and request.node.callspec.params.get("fault") == "slow"
    return LITTLE_PATIENCE if is_slow else PATIENCE


@pytest.fixture
def api(sandbox: TwitchSandbox, connect: Connect, patience: tuple[float, float]) -> TwitchApi:
    return connect(sandbox, timeout=patience)


@pytest.fixture
def make_collector(
    database: Database, clock: VirtualClock, connect: Connect, kept: KeptPolls
) -> Callable[..., Collector]:
    """A collector on a sandbox and on the test's own database."""

    def made(sandbox: TwitchSandbox, **options: Any) -> Collector:
        given: dict[str, Any] = {"more_than_viewers": MORE_THAN, "interval_minutes": 30} | options
        live = connect(sandbox, **given.pop("client", {}))
        calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
        return Collector(live=live, database=database, clock=clock, calendar=calendar, kept=kept, **given)

    return made


@pytest.fixture
def collector(
    sandbox: TwitchSandbox, make_collector: Callable[..., Collector], patience: tuple[float, float]
) -> Collector:
    return make_collector(sandbox, client={"timeout": patience})


@pytest.fixture(autouse=True)
def no_secret_is_shown(caplog: pytest.LogCaptureFixture, kept_tokens: KeptTokens, failures: Failures) -> Iterator[None]:
    """No log line and no error of any test here may contain a client secret or a token."""
    caplog.set_level(logging.DEBUG)
    yield
    shown = [logging.Formatter("%(message)s").format(record) for record in caplog.get_records("call")]
    shown += [repr(record.args) for record in caplog.get_records("call")]
    for failure in failures:
        shown += [str(failure), repr(failure), *traceback.format_exception(failure)]
    for secret in [CLIENT_SECRET, *kept_tokens.values]:
        assert not [text for text in shown if secret in text]


def utc(seconds: float) -> datetime:
    """An instant from Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)
