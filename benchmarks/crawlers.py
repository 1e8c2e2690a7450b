"""One crawl in a process of its own: `python -m benchmarks.crawlers WAY API_URL AUTH_URL PAGES`.

Prints its measurements as one line of JSON: see Measured.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import psutil
import requests
from twitchAPI.twitch import Twitch

from benchmarks.harness import peak_memory_mb
from benchmarks.twitch_days import DAY
from bot.collect.crawl import Crawl
from bot.collect.stage import StagedPoll
from bot.core.polls import Stream
from helperfunctions.clock import SystemClock
from helperfunctions.twitch_api import TwitchApi
from sandbox.server import CLIENT_ID, CLIENT_SECRET
from tests.no_tokens import NoTokenCache

PAGE: Final = 100
WARM_PAGES: Final = 10
"""After this many pages everything is imported and connected: later growth of the memory is caused by the crawl."""
TIMEOUT_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """One crawl: streams read, seconds without imports and token, and resident memory in MB of 10^6 bytes."""

    streams: int
    seconds: float
    warm_mb: float
    peak_mb: float


class Gauge:
    """Counts the streams of a crawl, and measures the memory after the warm-up and at the end."""

    def __init__(self) -> None:
        self.streams = 0
        self._warm_mb = 0.0
        self._began = time.perf_counter()

    def count(self, streams: int) -> None:
        """Count more streams that were read."""
        self.streams += streams
        if not self._warm_mb and self.streams >= WARM_PAGES * PAGE:
            self._warm_mb = psutil.Process().memory_info().rss / 1e6

    def measured(self) -> Measured:
        """Measure the end of the crawl."""
        return Measured(self.streams, time.perf_counter() - self._began, self._warm_mb, peak_memory_mb())


class GaugedPoll(StagedPoll):
    """A staged poll that also counts its streams."""

    def __init__(self, gauge: Gauge) -> None:
        super().__init__(1, DAY.date, more_than_viewers=0, interval_minutes=30)
        self._gauge = gauge

    def add(self, streams: Sequence[Stream]) -> None:
        """Stage streams, then count them."""
        super().add(streams)
        self._gauge.count(len(streams))


def ours(api_url: str, auth_url: str, pages: int) -> Measured:
    """The production code: client, parsing, counting each stream once, and the rows that COPY will take."""
    clock = SystemClock()
    twitch = TwitchApi(
        api_url=api_url,
        auth_url=auth_url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        clock=clock,
        tokens=NoTokenCache(),
    )
    gauge = Gauge()
    crawl = Crawl(
        twitch,
        GaugedPoll(gauge),
        more_than_viewers=-1,
        page_cap=pages,
        is_out_of_time=lambda: False,
    )
    crawl.run()
    return gauge.measured()


def bare_requests(api_url: str, auth_url: str, pages: int) -> Measured:
    """A loop around session.get and .json() that stores nothing."""
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    session = requests.Session()
    token = session.post(f"{auth_url}/token", data=form, timeout=TIMEOUT_SECONDS).json()["access_token"]
    session.headers.update({"Authorization": f"Bearer {token}", "Client-Id": CLIENT_ID})
    gauge = Gauge()
    parameters = {"first": str(PAGE)}
    for _ in range(pages):
        page = session.get(f"{api_url}/streams", params=parameters, timeout=TIMEOUT_SECONDS).json()
        gauge.count(len(page["data"]))
        parameters["after"] = page["pagination"]["cursor"]
    return gauge.measured()


def twitch_api_package(api_url: str, auth_url: str, pages: int) -> Measured:
    """The package twitchAPI, used as in its manual; stores nothing."""
    return asyncio.run(_twitch_api_package(api_url, auth_url, pages))


async def _twitch_api_package(api_url: str, auth_url: str, pages: int) -> Measured:
    twitch = await Twitch(CLIENT_ID, CLIENT_SECRET, base_url=f"{api_url}/", auth_base_url=f"{auth_url}/")
    gauge = Gauge()
    async for _ in twitch.get_streams(first=PAGE):
        gauge.count(1)
        if gauge.streams == pages * PAGE:
            break
    await twitch.close()
    return gauge.measured()


WAYS: Final[Mapping[str, Callable[[str, str, int], Measured]]] = {
    "twitchAPI": twitch_api_package,
    "ours": ours,
    "bare requests": bare_requests,
}


if __name__ == "__main__":
    way, api_url, auth_url, pages = sys.argv[1:]
    print(json.dumps(asdict(WAYS[way](api_url, auth_url, int(pages)))))
