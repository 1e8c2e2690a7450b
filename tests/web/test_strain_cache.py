"""The cache of responses: its version of the data, its size, and how many responses are made at once."""

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from bot.web.http import cache as caching
from bot.web.http.cache import Cache
from bot.web.http.errors import ErrorResponses
from helperfunctions.errors import DatabaseUnavailable
from tests.web.conftest import run_alone


class Time:
    """A clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Made:
    """A cache in front of an application that records its requests."""

    def __init__(self, version: Callable[[], object], size: int = 4) -> None:
        self.requested: list[str] = []
        self.at_once = self.most_at_once = 0
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.time = Time()
        self._size = size
        errors = ErrorResponses(lambda template, **values: str(values["detail"]))
        self._cache = Cache(self._app, version, errors, now=self.time)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.requested.append(scope["path"])
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.may_go_on.wait()
        self.at_once -= 1
        await send(
            {"type": "http.response.start", "status": 404 if scope["path"] == "/nowhere" else 200, "headers": []}
        )
        await send({"type": "http.response.body", "body": b"x" * self._size})

    async def get(self, path: str, query: bytes = b"") -> int:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
        await self._cache(scope, None, send)  # type: ignore[arg-type]
        return int(messages[0]["status"])


def test_requests_are_refused_at_once_while_the_database_does_not_respond() -> None:
    """Cached responses are valid for a while; after that requests are refused, and none reaches the application."""
    hangs = threading.Event()
    checks = 0

    def version() -> object:
        nonlocal checks
        checks += 1
        if checks == 2:
            hangs.wait(60)
        return 1

    async def life() -> tuple[list[int], list[str]]:
        made = Made(version)
        seen = [await made.get("/a")]
        made.time.now += caching.CHECK_EVERY_SECONDS
        seen.append(await made.get("/a"))
        made.time.now += caching.VERSION_VALID_SECONDS
        seen += [await made.get("/a"), await made.get("/b")]
        hangs.set()
        while checks < 3:
            seen.append(await made.get("/b"))
            made.time.now += caching.CHECK_EVERY_SECONDS
        return seen, made.requested

    statuses, requested = run_alone(life())
    assert statuses[:4] == [200, 200, 503, 503]
    assert statuses[-1] == 200
    assert requested == ["/a", "/b"]


def test_nothing_is_cached_while_the_version_is_unknown_and_the_log_has_one_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def version() -> object:
        raise DatabaseUnavailable("it is away")

    async def life() -> list[str]:
        made = Made(version)
        for _ in range(3):
            await made.get("/")
        return made.requested

    with caplog.at_level(logging.WARNING):
        assert run_alone(life()) == ["/"] * 3
    assert [record.exc_info for record in caplog.records] == [None]


def test_response_that_was_begun_under_the_old_version_is_sent_and_not_cached() -> None:
    """The data has changed meanwhile: in the cache, it would be outdated until the next change."""
    versions = iter([1, *[2] * 9])

    async def life() -> list[str]:
        made = Made(lambda: next(versions))
        made.may_go_on.clear()
        old = asyncio.create_task(made.get("/a"))
        while not made.requested:
            await asyncio.sleep(0)
        made.time.now += caching.CHECK_EVERY_SECONDS
        other = asyncio.create_task(made.get("/b"))
        while len(made.requested) < 2:
            await asyncio.sleep(0)
        made.may_go_on.set()
        assert set(await asyncio.gather(old, other)) == {200}
        # The one of the new version is cached, the one of the old version is not.
        await made.get("/b")
        await made.get("/a")
        await made.get("/a")
        return made.requested

    assert run_alone(life()) == ["/a", "/b", "/a"]


def test_cache_is_bounded_including_addresses_and_does_not_cache_errors() -> None:
    """An address of a few thousand letters is larger than its response."""
    many = 2_500

    async def life() -> Made:
        made = Made(lambda: 1, size=500)
        for _ in range(2):
            await made.get("/nowhere")
        for number in (*range(many), many - 1, 0):
            await made.get("/" + "\U0001f600" * 3_000, str(number).encode())
        return made

    requested = run_alone(life()).requested
    assert requested.count("/nowhere") == 2
    # The newest was cached, the oldest was dropped.
    assert len(requested) - 2 == many + 1


def test_number_of_responses_made_at_once_is_limited_and_each_is_made_once() -> None:
    async def life() -> tuple[set[int], int, int]:
        made = Made(lambda: 1)
        made.may_go_on.clear()
        waiting = [asyncio.create_task(made.get(f"/{number // 2}")) for number in range(60)]
        while len(made.requested) < caching.MADE_AT_ONCE:
            await asyncio.sleep(0)
        made.may_go_on.set()
        return set(await asyncio.gather(*waiting)), made.most_at_once, len(made.requested)

    assert run_alone(life()) == ({200}, caching.MADE_AT_ONCE, 30)
