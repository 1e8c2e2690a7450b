"""A crawl of 1,000 pages: our client, the package twitchAPI and a bare loop around requests, on the same sandbox."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from benchmarks.crawlers import PAGE, WARM_PAGES, WAYS, Measured
from benchmarks.harness import progress, show, verdict

PAGES: Final = 1_000
ROUNDS: Final = 5
CHANNELS: Final = 120_000
SPEED_TARGET: Final = 2.0
"""The target: at least this many times the pages per second of twitchAPI."""
GROWTH_TARGET_MB: Final = 40.0


def main(*, pages: int = PAGES, rounds: int = ROUNDS, channels: int = CHANNELS) -> None:
    """Measure and print."""
    measured: dict[str, list[Measured]] = {way: [] for way in WAYS}
    with sandbox(channels) as addresses:
        progress("crawl: warming the sandbox up")
        _crawl("bare requests", addresses, pages)
        for number in range(1, rounds + 1):
            for way in WAYS:
                progress(f"crawl: round {number} of {rounds}, {way}")
                measured[way].append(_crawl(way, addresses, pages))
    _show(pages, measured)


@contextmanager
def sandbox(channels: int) -> Iterator[list[str]]:
    """The two URLs of a sandbox that runs in a process of its own until the end of the block."""
    command = [sys.executable, "-m", "benchmarks.sandbox_server", str(channels)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        yield server.stdout.readline().split()
        # The process ends when its input is closed.


def _crawl(way: str, addresses: Sequence[str], pages: int) -> Measured:
    """One crawl in a fresh process. Raises RuntimeError when it read less, or more, than it was asked to."""
    command = [sys.executable, "-m", "benchmarks.crawlers", way, *addresses, str(pages)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    measured = Measured(**json.loads(done.stdout))
    if measured.streams != pages * PAGE:
        raise RuntimeError(f"{way} read {measured.streams:,} streams instead of {pages * PAGE:,}")
    return measured


def _show(pages: int, measured: dict[str, list[Measured]]) -> None:
    speeds = {way: statistics.median(pages / one.seconds for one in found) for way, found in measured.items()}
    rows = [_row(way, found, speeds) for way, found in measured.items()]
    show(
        f"A crawl of {pages:,} pages of {PAGE} streams",
        ("way", "pages/s", "÷ twitchAPI", f"≥ {SPEED_TARGET:g}", "peak MB", "growth MB", f"< {GROWTH_TARGET_MB:g}"),
        rows,
        (
            "Each crawl in a fresh process, the sandbox in another, without rate limit. Ours also parses every stream,",
            "counts each once and writes down the rows to be stored; the other two keep nothing.",
            f"growth: the peak less the memory after {WARM_PAGES} pages.",
        ),
    )


def _row(way: str, found: Sequence[Measured], speeds: dict[str, float]) -> list[str]:
    ratio = speeds[way] / speeds["twitchAPI"]
    growth_mb = statistics.median(one.peak_mb - one.warm_mb for one in found)
    is_ours = way == "ours"
    return [
        way,
        f"{speeds[way]:.0f}",
        f"{ratio:.2f}",
        verdict(ratio >= SPEED_TARGET) if is_ours else "",
        f"{statistics.median(one.peak_mb for one in found):.0f}",
        f"{growth_mb:.1f}",
        verdict(growth_mb < GROWTH_TARGET_MB) if is_ours else "",
    ]
