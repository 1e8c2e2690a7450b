"""The dashboard under load: every page and API call, and the table of games on Streamlit with the same database.

The calls are those of the server's own OpenAPI description, so none is left out.
"""

import importlib.util
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks import ask, web_data
from benchmarks.harness import Bench, a_database, progress, show, verdict
from benchmarks.readers import Load, Readers, readers
from benchmarks.web_calls import API, SHIFTS, address_of, calls, fetch, ranked_subjects
from benchmarks.web_servers import ROOT, dashboard, streamlit
from bot.web.read.ranges import USUAL
from helperfunctions.clock import SystemClock

READERS: Final = 50
ONE_STREAMER_IN: Final = 8
"""One of this many streamers has rows in the years before the newest: five years take minutes and a few GB."""
RATIO: Final = 10.0
"""The target: at least this many times the requests per second of Streamlit."""
FIRST_PAGE_KB: Final = 200.0
KEPT_SECONDS: Final = 1.0
MADE_SECONDS: Final = 2.0
TURN_SECONDS: Final = 4.0
TURNS: Final = 3
# The most different addresses in a load, none of which was requested before.
DIFFERENT: Final = 3_000
_TIMES: Final = ("median ms", "99th ms")
_THEIRS: Final = "Streamlit: the page with its table, cached"


@dataclass(frozen=True, slots=True)
class Size:
    """The sizes of a run. The seconds are for each call, cached and not cached, and for each turn of a comparison."""

    days: int = 365
    years_before: int = 4
    pairs: int = ask.PAIRS
    hourly_days: int = web_data.HOURLY_DAYS
    live: int = web_data.LIVE
    readers: int = READERS
    cached_seconds: float = KEPT_SECONDS
    uncached_seconds: float = MADE_SECONDS
    turn_seconds: float = TURN_SECONDS
    turns: int = TURNS
    different: int = DIFFERENT
    one_streamer_in: int = ONE_STREAMER_IN


def main(size: Size | None = None, *, full: bool = False, beside_streamlit: bool = True) -> None:
    """Measure and print. `full`: all years are as large as the newest; reported as left out if the disk is small."""
    size = size or Size(one_streamer_in=1 if full else ONE_STREAMER_IN)
    now = SystemClock().now()
    with a_database() as bench, readers("readers", size.readers) as many:
        web_data.fill(bench, now, days=size.days, pairs=size.pairs, hourly_days=size.hourly_days, live=size.live)
        with dashboard(bench) as address:
            _show_calls(f"{size.days:,} days", address, bench, many, size)
            _show_first_page(address)
            _show_client(address, many, size)
        if beside_streamlit:
            against_streamlit(bench, many, size)
        need_gb = ask.GB_PER_YEAR * size.years_before / size.one_streamer_in
        free_gb = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
        if free_gb < need_gb:
            progress(f"web: left out {size.years_before} more years, {need_gb:.0f} GB; {free_gb:.0f} GB are free")
        elif size.years_before:
            web_data.add_years(bench, now, size.years_before, size.one_streamer_in)
            with dashboard(bench) as address:
                _show_calls(f"{size.days + 365 * size.years_before:,} days", address, bench, many, size)


def _show_calls(of_days: str, address: tuple[str, int], bench: Bench, many: Readers, size: Size) -> None:
    rows = []
    for number, call in enumerate(every := calls(address, ranked_subjects(bench)), start=1):
        progress(f"web: {of_days}, {number} of {len(every)}: {call.name}")
        began = time.perf_counter()
        _, plain = fetch(address, call.cached)
        first_ms = 1000 * (time.perf_counter() - began)
        _, packed = fetch(address, call.cached, {"Accept-Encoding": "gzip"})
        cached = many.load(address, [call.cached], size.cached_seconds)
        failed, figures = cached.failed, ["–"] * 3
        if call.uncached is not None:
            different = [call.uncached(n) for n in range(1, max(size.different, size.readers) + 1)]
            made = many.load(address, different, size.uncached_seconds, again=False)
            failed, figures = failed + made.failed, list(_figures(made))
        rows.append(
            [
                call.name,
                *(_kb(len(body)) for body in (plain, packed)),
                _short(first_ms),
                *_figures(cached),
                *figures,
                f"{failed:,}" if failed else "",
            ]
        )
    show(
        f"The dashboard over {of_days} of daily rows, {size.readers} readers at once",
        (
            "",
            "kB",
            "gzip",
            "alone ms",
            "cached: per s",
            "median ms",
            "99th ms",
            "uncached: per s",
            "median ms",
            "99th ms",
            "failed",
        ),
        rows,
        (
            "alone: the first request, by one reader, so the response is not cached.",
            "cached: all request the same, which is rendered once and cached until the next poll, day or post.",
            "uncached: requests that were not made before: other games or streamers, the most watched first, over days",
            f"up to one of {SHIFTS}, and other numbers of rows; – for a page without parameters.",
            f"Each day {size.pairs:,} pairs of streamer and game, and {ask.GAMES:,} games; {size.hourly_days} days by",
            f"the hour; a poll of {size.live:,} streams. Of years before the newest: all games, one streamer in",
            f"{size.one_streamer_in}. Server (one process), database and readers share {os.cpu_count()} cores.",
            "The readers keep their connections and take gzip.",
        ),
    )


def _show_first_page(address: tuple[str, int]) -> None:
    page = fetch(address, "/")[1]
    styles = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page)
    size = len(page) + sum(len(fetch(address, style.decode())[1]) for style in styles)
    show(
        "The first page before scripts",
        ("", "kB", f"< {FIRST_PAGE_KB:g} kB"),
        [["/ and its styles, not compressed", _kb(size), verdict(size < 1000 * FIRST_PAGE_KB)]],
    )


def _show_client(address: tuple[str, int], many: Readers, size: Size) -> None:
    """The most requests per second that the readers can send, next to the fastest page of the dashboard."""
    progress("web: the readers with a server that does nothing")
    page = len(fetch(address, "/", {"Accept-Encoding": "gzip"})[1])
    command = [sys.executable, "-m", "benchmarks.bare_server", str(page)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bare:
        assert bare.stdout is not None  # noqa: S101 - it is a pipe
        port = int(bare.stdout.readline())
        nothing = many.load(("127.0.0.1", port), ["/"], size.cached_seconds)
    ours = many.load(address, ["/"], size.cached_seconds)
    show(
        "Are the readers quick enough?",
        ("answers", "per s", *_TIMES, "readers busy"),
        [
            [name, *_figures(load), f"{load.busy:.0%}"]
            for name, load in {f"a server that only sends {page:,} bytes": nothing, "/, cached": ours}.items()
        ],
        ("busy: the share of the time in which the readers themselves worked.",),
    )


def against_streamlit(bench: Bench, many: Readers, size: Size) -> None:
    """The table of games by both programs, in turns. Reported as left out where Streamlit is not installed."""
    if importlib.util.find_spec("streamlit") is None:
        progress("web: Streamlit is not installed (make .venv/.benchmarks): no comparison")
        return
    found: dict[str, list[Load]] = {}
    with (
        dashboard(bench) as ours,
        streamlit(bench) as theirs,
        readers("streamlit_readers", size.readers) as of_streamlit,
    ):
        numbers = iter(range(1, 1_000_000))

        def made() -> list[str]:
            # As many as there is time for, with the same rows as the others: only the address is always new.
            return [
                address_of("/explore", {"days": USUAL, "min_viewers": next(numbers) / 1e6})
                for _ in range(size.different)
            ]

        ways: Mapping[str, Callable[[float], Load]] = {
            "ours: the page, cached": lambda s: many.load(ours, ["/explore"], s),
            "ours: the page, not cached": lambda s: many.load(ours, made(), s, again=False),
            "ours: the rows as JSON, cached": lambda s: many.load(ours, [f"{API}/games"], s),
            # A session of Streamlit takes seconds.
            _THEIRS: lambda s: of_streamlit.load(theirs, [], 2 * s),
            "Streamlit: its empty page alone": lambda s: many.load(theirs, ["/"], s),
        }
        for turn in range(size.turns + 1):
            for name, run in ways.items():
                progress(f"web: {name}: {f'turn {turn} of {size.turns}' if turn else 'warming up'}")
                load = run(size.turn_seconds if turn else min(1.0, size.turn_seconds))
                if turn:
                    found.setdefault(name, []).append(load)
    theirs_per_second = statistics.median(load.per_second for load in found[_THEIRS])
    rows = []
    for name, loads in found.items():
        per_second = statistics.median(load.per_second for load in loads)
        ratio = per_second / theirs_per_second
        rows.append(
            [
                name,
                *_figures(*loads),
                f"{statistics.median(load.busy for load in loads):.0%}",
                f"{ratio:.1f}",
                verdict(ratio >= RATIO) if name.startswith("ours") else "",
            ]
        )
    show(
        f"The table of the 50 most watched of {ask.GAMES:,} games over {USUAL} days, {size.readers} readers at once",
        ("", "per s", *_TIMES, "readers busy", "÷ Streamlit", f"≥ {RATIO:g}"),
        rows,
        (
            f"Medians of {size.turns} turns of {size.turn_seconds:g} s, of Streamlit twice that: its page, and its",
            "websocket until table and end of the script have come, the table in st.cache_data. Scripts and styles,",
            "which browsers keep, count for neither.",
        ),
    )


def _figures(*loads: Load) -> list[str]:
    """Responses per second, median and 99th percentile of their seconds: the medians of several loads."""
    columns = zip(*((load.per_second, load.median_ms, load.worst_ms) for load in loads), strict=True)
    return [_short(value) for value in map(statistics.median, columns)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _kb(size: float) -> str:
    return f"{size / 1000:.1f}"
