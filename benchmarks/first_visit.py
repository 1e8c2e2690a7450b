"""The first visit of the first page in a real browser, on a slow network and a slow processor: requests, bytes, and
when the first chart is visible; optionally compared with other builds, which serve somewhere else, in turns."""

import shutil
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from benchmarks import web_data
from benchmarks.harness import a_database, progress, show, verdict
from benchmarks.web_servers import dashboard
from helperfunctions.clock import SystemClock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

OURS: Final = "this build"
ROUNDS: Final = 5
MOST_KB: Final = 60.0
MOST_REQUESTS: Final = 12
MOST_SECONDS: Final = 1.5
SLOWER_PROCESSOR: Final = 4
WIDTH, HEIGHT = 390, 844
GIVEN_UP_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Network:
    """A network as the browser's own throttle imitates it: the latency of each request, and bits per second."""

    name: str
    latency_ms: float
    down: float
    up: float


NETWORKS: Final = (
    # Lighthouse's "slow 4G": 1.6 Mbit/s and 150 ms of round trip.
    Network("slow 4G", 150, 1_638_400, 768_000),
    # What Chrome's developer tools call slow 4G: each request waits as long as a new connection's would.
    Network("slow 4G of Chrome's tools", 562.5, 1_474_560, 691_200),
)

# The milliseconds since navigation at the first frame that has a chart with a size inside the window, or further down.
_WATCH: Final = """
window.firstChart = null;
const charts = 'main figure svg, main svg[role="img"], main svg.marks, main canvas';
const watch = () => {
  const seen = [...document.querySelectorAll(charts)].some((chart) => {
    const box = chart.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  });
  if (seen) requestAnimationFrame((now) => { window.firstChart = now; });
  else requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
"""


@dataclass(slots=True)
class Visit:
    """One visit: when the first paint and the first chart were, in seconds, and what was transferred."""

    paint: float = 0.0
    chart: float = 0.0
    requests: int = 0
    bytes_by_kind: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def kb(self) -> float:
        """Kilobytes of 1,000 bytes as transferred, headers included, without pictures."""
        return sum(size for kind, size in self.bytes_by_kind.items() if kind != "Image") / 1000


def main(
    others: Mapping[str, str],
    rounds: int = ROUNDS,
    networks: Sequence[Network] = NETWORKS,
    days: int = 30,
    streams: int = 2_000,
) -> None:
    """Measure and print. `others`: name -> address of dashboards of other builds, which run already."""
    from playwright.sync_api import sync_playwright

    with a_database() as bench:
        web_data.fill(bench, SystemClock().now(), days=days, pairs=streams, hourly_days=min(days, 14), live=streams)
        with dashboard(bench) as (host, port), sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            addresses = {OURS: f"http://{host}:{port}/", **others}
            for network in networks:
                visits: dict[str, list[Visit]] = defaultdict(list)
                for number in range(1, rounds + 1):
                    for name, address in addresses.items():
                        progress(f"first-visit: {network.name}, round {number} of {rounds}: {name}")
                        visits[name].append(visit(browser, address, network))
                _show(network, visits)


def visit(browser: "Browser", address: str, network: Network) -> Visit:
    """Open a page in a new profile, whose cache is empty, and wait for its first chart."""
    seen = Visit()
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2)
    try:
        page = context.new_page()
        page.add_init_script(_WATCH)
        tools = context.new_cdp_session(page)
        kinds: dict[str, str] = {}

        def begins(event: dict[str, Any]) -> None:
            seen.requests += 1
            kinds[event["requestId"]] = event["type"]

        def ends(event: dict[str, Any]) -> None:
            seen.bytes_by_kind[kinds.get(event["requestId"], "Other")] += int(event["encodedDataLength"])

        tools.on("Network.requestWillBeSent", begins)
        tools.on("Network.loadingFinished", ends)
        tools.send("Network.enable")
        tools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": network.latency_ms,
                "downloadThroughput": network.down / 8,
                "uploadThroughput": network.up / 8,
            },
        )
        tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
        page.goto(address, wait_until="load", timeout=GIVEN_UP_SECONDS * 1000)
        page.wait_for_function("() => window.firstChart !== null", timeout=GIVEN_UP_SECONDS * 1000)
        page.wait_for_load_state("networkidle")
        paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        # A chart in a page that was not painted yet is not visible.
        seen.paint, seen.chart = paint / 1000, max(page.evaluate("() => window.firstChart"), paint) / 1000
    finally:
        context.close()
    return seen


def _show(network: Network, visits: Mapping[str, Sequence[Visit]]) -> None:
    rows = []
    ours = statistics.median(each.chart for each in visits[OURS])
    for name, each in visits.items():
        chart = statistics.median(one.chart for one in each)
        kb, requests = max(one.kb for one in each), max(one.requests for one in each)
        charts = f"{min(one.chart for one in each):.2f} – {max(one.chart for one in each):.2f}"
        met = kb <= MOST_KB and requests <= MOST_REQUESTS and chart <= MOST_SECONDS
        rows.append(
            [
                name,
                f"{requests}",
                f"{kb:.1f}",
                f"{statistics.median(one.paint for one in each):.2f}",
                f"{chart:.2f}",
                charts,
                f"{chart / ours:.1f}",
                verdict(met),
            ]
        )
    show(
        f"A first visit on {network.name} ({network.latency_ms:g} ms, {network.down / 1e6:.1f} Mbit/s), a processor "
        f"{SLOWER_PROCESSOR} times slower",
        (
            "",
            "requests",
            "kB",
            "first paint s",
            "first chart s",
            "least – most",
            "× ours",
            f"≤ {MOST_KB:g} kB, {MOST_REQUESTS} requests, {MOST_SECONDS} s",
        ),
        rows,
        (
            f"Medians of {len(visits[OURS])} visits in turns, each in a new profile; a window of {WIDTH} × {HEIGHT}.",
            "kB: as transferred (gzip, headers included), without pictures.",
        ),
    )


def chromium() -> str | None:
    """A browser of this machine; None: the one that playwright installs."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-headless-shell", "google-chrome"))), None)
