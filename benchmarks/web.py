"""The dashboard under load: every page and API call, 50 readers at once, beside the same table as a Streamlit app."""

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any, Final

import requests

from benchmarks import ask
from benchmarks.harness import Bench, a_database, show, tell, verdict
from benchmarks.readers import Plan

READERS: Final = 50
HOURLY_DAYS: Final = 60
LIVE: Final = 7_000
LARGEST_PAGE: Final = 200_000
LEAST_RATIO: Final = 10.0
PAGES: Final = (
    "/",
    "/games/game-0",
    "/games/game-0?days=365",
    "/games/game-300?days=7",
    "/streamers/login31",
    "/streamers/login31?days=365",
    "/compare?games=game-0,game-1,game-2,game-3,game-4&days=90",
    "/explore",
    "/explore?days=365&sort=viewers_per_stream",
    "/bot",
    "/search?q=gamme+12",
    "/charts/game.json?slug=game-0&days=365",
    "/charts/week.json?slug=game-0&days=30",
)
# What each API call takes; its path is taken from the API's own description.
_PARAMETERS: Final = {"q": "gamme 12", "kind": "game", "names": "game-0,game-1,game-2"}
_SLUGS: Final = {"games": "game-0", "streamers": "login31"}
# As much as the rows of a day at full size; a reader asks for days that nobody asked for before.
_COLD_GAMES: Final = 1_500

_HOURS: Final = (
    """
    insert into hours (hour_at, average_viewers, average_streams, peak_viewers, polls)
    select hour_at, 2500000, 7000, 2600000, 2
    from generate_series(cast(%s as timestamptz), cast(%s as timestamptz), '1 hour') as hour_at
    """,
    """
    insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
    select
        hours.hour_at,
        400000 / (1 + n) * (1 + sin(extract(hour from hours.hour_at) / 4)),
        7000 / (1 + n) + 1,
        500000 / (1 + n),
        'g' || n
    from hours cross join generate_series(0, {games} - 1) as n
    order by hours.hour_at, 5
    """,
)
_LIVE: Final = (
    "select staging.make_partition(cast(%(at)s as date))",
    """
    insert into staging.polls (poll_id, day, started_at, ended_at, status, ended_because, interval_minutes,
        more_than_viewers, pages, streams, viewers, duplicates, set_aside)
    select 1, cast(%(at)s as date), %(at)s, %(at)s, 'complete', 'below_threshold', 30, 50, 70, {live}, 2500000, 0, 0
    """,
    """
    insert into staging.games (poll_id, game_id, viewers, streams)
    select 1, 'g' || n, 400000 / (1 + n), 1 + 700 / (1 + n) from generate_series(0, {games} - 1) as n
    """,
    """
    insert into staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id)
    select cast(%(at)s as date), 1, 80000 / n, %(at)s, n::text, 's' || n, 'g' || (n %% {games})
    from generate_series(1, {live}) as n
    """,
)
_NAMES: Final = (
    "insert into addresses select 'game', 'game-' || substr(game_id, 2), game_id, true from games",
    "insert into addresses select 'streamer', login, streamer_id, true from streamers",
    "insert into names select 'game', game_id, 'game' || substr(game_id, 2), game_name, '' from games",
    "insert into names select 'streamer', streamer_id, login, streamer_name, login from streamers",
    "vacuum (analyze)",
)


@dataclass(frozen=True, slots=True)
class Took:
    """What readers saw: requests a second, milliseconds, and the bytes of one answer as they were sent."""

    per_second: float
    median_ms: float
    worst_ms: float
    size: float


def main(
    *,
    full: bool = False,
    sizes: Sequence[tuple[int, int]] = ((1, ask.PAIRS), (5, ask.PAIRS // 5)),
    games: int = ask.GAMES,
    seconds: float = 2.0,
    readers: int = READERS,
) -> None:
    """Measure and print. `sizes`: years of daily rows, and pairs of streamer and game a day; with `full` five years
    have as many a day as one."""
    if full:
        sizes = [(years, ask.PAIRS) for years, _ in sizes]
    for years, pairs in sizes:
        need_gb, free_gb = (
            ask.GB_PER_YEAR * years * pairs / ask.PAIRS + 1,
            shutil.disk_usage(tempfile.gettempdir()).free / 1e9,
        )
        if free_gb < need_gb:
            tell(f"web: left out {years} years, which take {need_gb:.0f} GB; {free_gb:.0f} GB are free")
            continue
        with a_database() as bench:
            now = fill(bench, years, pairs, games)
            _measure(bench, years, pairs, now, games, seconds, readers)


def fill(bench: Bench, years: int, pairs: int, games: int) -> datetime:
    """Years of daily rows, 60 days of hourly ones, and a poll just now; that moment."""
    ask.fill(bench, years, pairs)
    now = ask.CALENDAR.day(ask.LAST_DAY).ends_at + timedelta(hours=6)
    tell("web: hours, a poll, names and addresses")
    with bench.connected() as connection, connection.cursor() as cursor:
        cursor.execute(_HOURS[0], (now - timedelta(days=HOURLY_DAYS), now))
        cursor.execute(_HOURS[1].format(games=games))
        for statement in _LIVE:
            cursor.execute(statement.format(games=games, live=LIVE), {"at": now})
    bench.run(*_NAMES)
    return now


def _measure(bench: Bench, years: int, pairs: int, now: datetime, games: int, seconds: float, readers: int) -> None:
    with _served(bench, now) as url:
        rows = [_row(url, path, seconds, readers) for path in [*PAGES, *_api_calls(url)]]
        first = requests.get(url, timeout=60)
        page_bytes = len(first.content) + len(requests.get(url + "/static/style.css", timeout=60).content)
        cold = _read(Plan(url, tuple(_cold_pages(games)), readers, seconds))
        warm_table = _read(Plan(url, ("/explore",), readers, seconds))
    show(
        f"The dashboard over {years} y of daily rows ({pairs:,} pairs a day), {HOURLY_DAYS} days of hourly ones; "
        f"{readers} readers at once",
        ("asked for", "first ms", "requests/s", "median ms", "99th ms", "kB sent"),
        rows,
        (
            "first: asked once, alone, made from the database. The others: the answer is kept until the next poll",
            f"pages of games that nobody asked for before, in turns: {cold.per_second:,.0f} requests/s, "
            f"median {cold.median_ms:,.0f} ms, 99th {cold.worst_ms:,.0f} ms",
            f"the first page and its style, uncompressed: {page_bytes:,} bytes, at most {LARGEST_PAGE:,}: "
            f"{verdict(page_bytes <= LARGEST_PAGE)}",
        ),
    )
    _beside_streamlit(bench, warm_table, cold, seconds, readers)


def _beside_streamlit(bench: Bench, table: Took, cold: Took, seconds: float, readers: int) -> None:
    if importlib.util.find_spec("streamlit") is None:
        tell("web: left out Streamlit, which is not installed: make .venv/.benchmarks")
        return
    with _streamlit(bench) as url:
        index = _read(Plan(url, ("/",), readers, seconds))
        app = _read(Plan(url, ("/",), readers, 3 * seconds, is_streamlit=True))
    ratio = table.per_second / app.per_second
    show(
        f"The same table to {readers} readers at once",
        ("served by", "requests/s", "median ms", "99th ms", "kB sent"),
        [
            ["the dashboard", *_cells(table)],
            ["the dashboard, pages never asked for before", *_cells(cold)],
            ["Streamlit, until the table is there", *_cells(app)],
            ["Streamlit, its empty page alone", *_cells(index)],
        ],
        (
            f"the dashboard to Streamlit: {ratio:.0f} times, at least {LEAST_RATIO:g}: {verdict(ratio >= LEAST_RATIO)}",
            "pages never asked for before to Streamlit, which has its query cached: "
            f"{cold.per_second / app.per_second:.1f} times",
        ),
    )


def _api_calls(url: str) -> Iterator[str]:
    """Every call that the API's description has."""
    for path, ways in requests.get(f"{url}/api/v1/openapi.json", timeout=60).json()["paths"].items():
        needed = [one["name"] for one in ways["get"].get("parameters", ()) if one["required"] and one["in"] == "query"]
        query = "&".join(f"{name}={_PARAMETERS[name].replace(' ', '+')}" for name in needed)
        yield path.replace("{slug}", _SLUGS.get(path.split("/")[3], "")) + (f"?{query}" if query else "")


def _cold_pages(games: int) -> Iterator[str]:
    for number in range(min(games, _COLD_GAMES)):
        yield f"/games/game-{number}?days={7 + number % 23}"


def _row(url: str, path: str, seconds: float, readers: int) -> list[str]:
    tell(f"web: {path}")
    began = time.perf_counter()
    requests.get(url + path, timeout=60).raise_for_status()
    first_ms = 1000 * (time.perf_counter() - began)
    return [path, f"{first_ms:,.0f}", *_cells(_read(Plan(url, (path,), readers, seconds)))]


def _cells(took: Took) -> list[str]:
    return [f"{took.per_second:,.0f}", f"{took.median_ms:,.1f}", f"{took.worst_ms:,.1f}", f"{took.size / 1000:,.1f}"]


def _read(plan: Plan) -> Took:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.readers"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the readers failed: {done.stderr.strip()[-500:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    taken = sorted(told["taken"])
    return Took(
        per_second=len(taken) / told["seconds"],
        median_ms=1000 * median(taken),
        worst_ms=1000 * taken[min(len(taken) - 1, round(0.99 * len(taken)))],
        size=told["bytes"] / len(taken),
    )


@contextmanager
def _served(bench: Bench, now: datetime) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.web_server", bench.url, now.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - for the type checker
            yield server.stdout.readline().strip().rstrip("/")
        finally:
            server.terminate()


@contextmanager
def _streamlit(bench: Bench) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "benchmarks/streamlit_app.py", "--server.port", str(port)]
    command += ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    command += ["--browser.gatherUsageStats", "false"]
    environment = {**os.environ, "BENCHMARK_DATABASE_URL": bench.url}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/_stcore/health")
            yield url
        finally:
            server.terminate()


def _wait_for(url: str, patience_seconds: float = 60.0) -> None:
    until = time.monotonic() + patience_seconds
    while True:
        try:
            requests.get(url, timeout=5).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
