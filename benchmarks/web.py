"""The dashboard under load: every page and API call, and the table of games beside Streamlit's on the same database.

The list of calls is the server's own OpenAPI, so that none is forgotten.
"""

import http.client
import importlib.util
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from benchmarks import ask, web_data
from benchmarks.harness import Bench, a_database, progress, show, verdict
from benchmarks.readers import Load, Readers, readers
from bot.web.read.ranges import OFFERED, USUAL
from bot.web.read.table import MAX_ROWS
from bot.web.views.page_charts import CHARTS
from helperfunctions import reader
from helperfunctions.clock import SystemClock

API: Final = "/api/v1"
READERS: Final = 50
ONE_STREAMER_IN: Final = 8
"""In the years before the newest: five years take minutes so, and a few GB."""
RATIO: Final = 10.0
"""Times the requests per second of Streamlit, at least."""
FIRST_PAGE_KB: Final = 200.0
KEPT_SECONDS: Final = 1.0
MADE_SECONDS: Final = 2.0
TURN_SECONDS: Final = 4.0
TURNS: Final = 3
# In each so many different ones are asked for at most, which nobody asked for before.
DIFFERENT: Final = 3_000
SHIFTS: Final = 31
_TIMES: Final = ("median ms", "99th ms")
_THEIRS: Final = "Streamlit: the page with its table, kept"
# Whoever has not stopped by then is killed.
_PATIENCE_SECONDS: Final = 3.0
_ROOT: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Call:
    """A page or call of the API: the address that everybody asks for, and others like it, each asked for once.

    `made` is None where there are no others."""

    name: str
    kept: str
    made: Callable[[int], str] | None


@dataclass(frozen=True, slots=True)
class Subjects:
    """Who can be asked about: addresses of games and streamers, the most watched of the newest month first."""

    games: Sequence[str]
    streamers: Sequence[str]
    last: date

    def slug(self, path: str, number: int = 0) -> str:
        """One of them, for a path with a place for it."""
        of_kind = self.streamers if path.startswith("/streamers/") else self.games
        return of_kind[number % len(of_kind)]

    def five(self, number: int = 0) -> str:
        """Five games, with commas between them."""
        return ",".join(self.slug("/games/", 5 * number + place) for place in range(min(5, len(self.games))))

    def days(self, number: int, days: int = USUAL) -> dict[str, str]:
        """So many days, up to another each time."""
        last = self.last - timedelta(days=number % SHIFTS)
        return {"from": f"{last - timedelta(days=days - 1)}", "to": f"{last}"}


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. The seconds are of each call, its answer kept and made anew, and of each turn of a race."""

    days: int = 365
    years_before: int = 4
    pairs: int = ask.PAIRS
    hourly_days: int = web_data.HOURLY_DAYS
    live: int = web_data.LIVE
    readers: int = READERS
    kept_seconds: float = KEPT_SECONDS
    made_seconds: float = MADE_SECONDS
    turn_seconds: float = TURN_SECONDS
    turns: int = TURNS
    different: int = DIFFERENT
    one_streamer_in: int = ONE_STREAMER_IN


def main(size: Size | None = None, *, full: bool = False, beside_streamlit: bool = True) -> None:
    """Measure and print; with `full` the years before are as large as the newest. Leaves them out, and says so, where
    the disk has no room for them."""
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


@contextmanager
def dashboard(bench: Bench) -> Iterator[tuple[str, int]]:
    """`watchtime web` over that database, as the role that only reads; host and port, for as long as the block."""
    with _program(bench, "bot", "web", "--port", "0") as (server, _):
        assert server.stdout is not None  # noqa: S101 - it is a pipe
        line = server.stdout.readline()
        found = re.search(r"http://([^:/]+):(\d+)/", line)
        if found is None:
            raise RuntimeError(f"the dashboard did not start: {line!r}")
        yield found[1], int(found[2])


@contextmanager
def streamlit(bench: Bench) -> Iterator[tuple[str, int]]:
    """The Streamlit app over that database, likewise."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "logger.level": "error",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    app = str(_ROOT / "benchmarks" / "streamlit_app.py")
    with _program(bench, "streamlit", "run", app, *arguments) as (server, folder):
        patience = time.monotonic() + 60
        while not _is_up(port):
            if server.poll() is not None or time.monotonic() > patience:
                raise RuntimeError(f"Streamlit did not start: {(folder / 'errors').read_text()[-2000:]}")
            time.sleep(0.1)
        yield "127.0.0.1", port


@contextmanager
def _program(bench: Bench, *module_and_arguments: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A program of Python with the settings of a dashboard, in an empty folder, where its errors are; told to stop at
    the end of the block."""
    with tempfile.TemporaryDirectory(prefix="wtw-") as name:
        folder = Path(name)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "PYTHONPATH": str(_ROOT),
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": bench.url,
            "WEB_DATABASE_URL": reader.of_embedded(bench.database, bench.url),
            "WEB_REQUESTS_PER_MINUTE": "0",
        }
        with (
            (folder / "errors").open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                env=environment,
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as program,
        ):
            try:
                yield program, folder
            finally:
                program.terminate()
                try:
                    program.wait(_PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    # Streamlit waits for who is gone.
                    program.kill()


def _is_up(port: int) -> bool:
    try:
        return _get(("127.0.0.1", port), "/_stcore/health")[0] == 200
    except OSError:
        return False


def calls(address: tuple[str, int], subjects: Subjects) -> list[Call]:
    """Every page, and every call that the server's own description names, and the data of the pages' charts."""
    described = json.loads(_get(address, f"{API}/openapi.json")[1])
    return [
        *_pages(subjects),
        *(
            api_call(path, operations["get"], subjects)
            for path, operations in described["paths"].items()
            if "get" in operations
        ),
        *(_chart(what, subjects) for what in CHARTS),
    ]


def _pages(subjects: Subjects) -> list[Call]:
    def of_one(kind: str, days: int) -> Call:
        path = f"/{kind}/{{slug}}"
        return Call(
            f"{path}?days={days}",
            _url(f"/{kind}/{subjects.slug(path)}", {"days": days}),
            lambda n: _url(f"/{kind}/{subjects.slug(path, n)}", subjects.days(n, days)),
        )

    return [
        Call("/", "/", None),
        *(of_one("games", days) for days in OFFERED),
        *(of_one("streamers", days) for days in (USUAL, 365)),
        _call("/compare", {"games": subjects.five()}, lambda n: {"games": subjects.five(n), **subjects.days(n)}),
        _call("/explore", {}, lambda n: {**subjects.days(n), "min_viewers": n / 1e6}),
        Call("/bot", "/bot", None),
        _call("/search", {"q": "nmae 12"}, lambda n: {"q": f"nmae {n}"}),
        Call("/api", "/api", None),
    ]


def api_call(path: str, operation: Mapping[str, Any], subjects: Subjects) -> Call:
    """A call as its description has it. Raises LookupError when it needs what we have no example of."""
    own_path = path.removeprefix(API)
    parameters = {one["name"]: one for one in operation.get("parameters", ())}
    examples: Mapping[str, Callable[[int], str]] = {
        "slug": lambda n: subjects.slug(own_path, n),
        "kind": lambda n: "game",
        "names": subjects.five,
        "q": lambda n: f"nmae {n + 12}",
    }
    needed = [name for name, one in parameters.items() if one.get("required")]
    if unknown := set(needed) - set(examples):
        raise LookupError(f"{path} needs {', '.join(sorted(unknown))}, of which there is no example here")
    in_query = [name for name in needed if parameters[name]["in"] == "query"]

    def url(number: int, **more: object) -> str:
        filled = path.replace("{slug}", quote(subjects.slug(own_path, number)))
        return _url(filled, {name: examples[name](number) for name in in_query} | more)

    def made(number: int) -> str:
        days = subjects.days(number) if "from" in parameters else {}
        return url(number, **days, **({"limit": MAX_ROWS - number % 1_000} if "limit" in parameters else {}))

    return Call(path, url(0), made)


def _chart(what: str, subjects: Subjects) -> Call:
    """The data of a chart, which a page asks for; what a chart has no use for is passed over."""
    of_kind = f"/{what.partition('-')[0]}s/"

    def query(number: int) -> dict[str, object]:
        return {"slug": subjects.slug(of_kind, number), "names": subjects.five(number)}

    return _call(f"/charts/{what}.json", query(0), lambda n: {**query(n), **subjects.days(n), "min_viewers": n / 1e6})


def _call(path: str, kept: Mapping[str, object], made: Callable[[int], Mapping[str, object]]) -> Call:
    return Call(path, _url(path, kept), lambda n: _url(path, made(n)))


def _url(path: str, query: Mapping[str, object]) -> str:
    return path + (f"?{urlencode(query)}" if query else "")


def _subjects(bench: Bench) -> Subjects:
    def ranked(kind: str) -> list[str]:
        watched = (
            f"select {kind}_id as id, sum(watch_hours) as hours from daily_{kind}s"
            f" where day > (select max(day) from days) - {USUAL} group by {kind}_id"
        )
        found = bench.rows(
            f"select slug from addresses inner join ({watched}) as watched using (id)"
            f" where kind = '{kind}' and is_current order by hours desc, slug"
        )
        return [str(slug) for (slug,) in found]

    ((last,),) = bench.rows("select max(day) from days")
    return Subjects(ranked("game"), ranked("streamer"), last)


def _show_calls(of_days: str, address: tuple[str, int], bench: Bench, many: Readers, size: Size) -> None:
    rows = []
    for number, call in enumerate(every := calls(address, _subjects(bench)), start=1):
        progress(f"web: {of_days}, {number} of {len(every)}: {call.name}")
        began = time.perf_counter()
        _, plain = _get(address, call.kept)
        first_ms = 1000 * (time.perf_counter() - began)
        _, packed = _get(address, call.kept, {"Accept-Encoding": "gzip"})
        kept = many.load(address, [call.kept], size.kept_seconds)
        failed, figures = kept.failed, ["–"] * 3
        if call.made is not None:
            different = [call.made(n) for n in range(1, max(size.different, size.readers) + 1)]
            made = many.load(address, different, size.made_seconds, again=False)
            failed, figures = failed + made.failed, list(_figures(made))
        rows.append(
            [
                call.name,
                *(_kb(len(body)) for body in (plain, packed)),
                _short(first_ms),
                *_figures(kept),
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
            "kept: per s",
            "median ms",
            "99th ms",
            "made: per s",
            "median ms",
            "99th ms",
            "failed",
        ),
        rows,
        (
            "alone: asked for the first time, by one reader, so it is made.",
            "kept: all ask for the same, whose answer is made once and given until the next poll, day or post.",
            "made: what nobody asked for before: other games or streamers, the most watched first, over as many days",
            f"up to one of {SHIFTS}, and as many rows as nobody asked for; – where nothing can be chosen.",
            f"Each day {size.pairs:,} pairs of streamer and game, and {ask.GAMES:,} games; {size.hourly_days} days by",
            f"the hour; a poll of {size.live:,} streams. Of years before the newest: all games, one streamer in",
            f"{size.one_streamer_in}. Server (one process), database and readers share {os.cpu_count()} cores.",
            "The readers keep their connections and take gzip.",
        ),
    )


def _show_first_page(address: tuple[str, int]) -> None:
    page = _get(address, "/")[1]
    styles = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page)
    size = len(page) + sum(len(_get(address, style.decode())[1]) for style in styles)
    show(
        "The first page before scripts",
        ("", "kB", f"< {FIRST_PAGE_KB:g} kB"),
        [["/ and its styles, not compressed", _kb(size), verdict(size < 1000 * FIRST_PAGE_KB)]],
    )


def _show_client(address: tuple[str, int], many: Readers, size: Size) -> None:
    """What the readers can ask at all, beside the quickest that the dashboard answers."""
    progress("web: what the readers can ask of a server that does nothing")
    page = len(_get(address, "/", {"Accept-Encoding": "gzip"})[1])
    command = [sys.executable, "-m", "benchmarks.bare_server", str(page)]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bare:
        assert bare.stdout is not None  # noqa: S101 - it is a pipe
        port = int(bare.stdout.readline())
        nothing = many.load(("127.0.0.1", port), ["/"], size.kept_seconds)
    ours = many.load(address, ["/"], size.kept_seconds)
    show(
        "Are the readers quick enough?",
        ("answers", "per s", *_TIMES, "readers busy"),
        [
            [name, *_figures(load), f"{load.busy:.0%}"]
            for name, load in {f"a server that only says {page:,} bytes": nothing, "/, kept": ours}.items()
        ],
        ("busy: the part of the time in which the readers themselves were at work.",),
    )


def against_streamlit(bench: Bench, many: Readers, size: Size) -> None:
    """The table of games, by both, in turns. Left out, and said so, where Streamlit is not installed."""
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
            # As many as there is time for, and the same rows as the others get: only the question is always new.
            return [
                _url("/explore", {"days": USUAL, "min_viewers": next(numbers) / 1e6}) for _ in range(size.different)
            ]

        ways: Mapping[str, Callable[[float], Load]] = {
            "ours: the page, kept": lambda s: many.load(ours, ["/explore"], s),
            "ours: the page, made anew each time": lambda s: many.load(ours, made(), s, again=False),
            "ours: the rows as JSON, kept": lambda s: many.load(ours, [f"{API}/games"], s),
            # Its sessions take seconds.
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


def _get(address: tuple[str, int], path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*address, timeout=120)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _figures(*loads: Load) -> list[str]:
    """Answers a second, median and 99th percentile: the medians of several loads."""
    columns = zip(*((load.per_second, load.median_ms, load.worst_ms) for load in loads), strict=True)
    return [_short(value) for value in map(statistics.median, columns)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _kb(size: float) -> str:
    return f"{size / 1000:.1f}"
