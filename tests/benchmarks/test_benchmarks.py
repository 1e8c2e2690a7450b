"""Each benchmark runs at a tiny size and prints its table; its figures are not judged here."""

import contextvars
import importlib.util
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks import (
    accuracy,
    ask,
    chat_queue,
    crawl,
    first_visit,
    lake,
    memory,
    rollup,
    sizing,
    staging,
    understand,
    web,
    web_calls,
    web_data,
)
from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.harness import a_database, sharing_a_server
from benchmarks.lake_days import Size
from benchmarks.readers import Job, load, readers
from helperfunctions.clock import SystemClock
from tests.rabbit import MISSING, SERVER

# The least: each reader makes one request.
TINY = web.Size(
    days=9,
    years_before=1,
    pairs=40,
    hourly_days=1,
    live=60,
    readers=2,
    cached_seconds=0,
    uncached_seconds=0,
    turn_seconds=0,
    turns=1,
    different=2,
)


@pytest.fixture(autouse=True)
def shared(server_url: str, template: str) -> Iterator[None]:
    """One server for all: each needs seconds to be made and started."""
    with sharing_a_server(server_url, template):
        yield


def test_staging_measures_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    staging.main(sizes=[(300, 1)])
    printed = capsys.readouterr().out
    for way in (staging.BARE_COPY, "execute_values", "ours, all names new", "ours, all names known"):
        assert way in printed


@pytest.mark.long
def test_crawl_reads_all_pages_in_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    crawl.main(pages=12, rounds=1, channels=2_000)
    printed = capsys.readouterr().out
    for way in ("twitchAPI", "ours", "bare requests"):
        assert way in printed


def test_rollup_measures_first_and_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    rollup.main(sizes=[rollup.Size(every_minutes=240, streams=500, rounds=1, disk_gb=0.1)])
    printed = capsys.readouterr().out
    assert "6 × 500 = 0.00 M" in printed
    assert "ours, once more" in printed


def test_sizing_measures_a_profile_and_marks_its_estimates(capsys: pytest.CaptureFixture[str]) -> None:
    tiny = sizing.Profile("tiny", every_minutes=120, streams=200, measured_every_minutes=240, measured_days=2)
    sizing.main(profiles=[tiny], channels=2_000)
    printed = capsys.readouterr().out
    assert re.search(r"polls a day\D+12\b", printed)
    assert re.search(r"sum of a month, s\W+≈", printed)
    assert re.search(r"disk: for good, a year, GB\W+≈", printed)


def test_rollup_leaves_out_sizes_that_do_not_fit_on_the_disk(capsys: pytest.CaptureFixture[str]) -> None:
    rollup.main(sizes=[rollup.Size(every_minutes=240, streams=500, rounds=1, disk_gb=1e9)])
    assert capsys.readouterr().out == ""


def test_accuracy_judges_three_rules_in_two_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    accuracy.main(channels=500, seeds=[1], intervals=[30, 60])
    printed = capsys.readouterr().out
    assert printed.count("Back to started_at where audiences gather") == 2
    assert "Counting back to started_at: " in printed
    assert printed.count("plain ") >= 8


@pytest.mark.long
def test_chat_queue_measures_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    if not SERVER.exists():
        pytest.skip(MISSING)
    chat_queue.main(seconds=2, one_by_one=50, rounds=1)
    printed = capsys.readouterr().out
    assert "ours: a message per second and shard" in printed
    assert "one message per chat message" in printed


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert ", ".join(BENCHMARKS) in capsys.readouterr().err


@pytest.mark.long
def test_lake_measures_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    size = Size(1, 4, 60)
    lake.main(
        full=True,
        streams=60,
        default_day=size,
        largest_day=size,
        sealed_day=size,
        raw=size,
        rounds=1,
        with_others=False,
    )
    printed = capsys.readouterr().out
    for part in ("ours", "PostgreSQL, analysed", "bare sum", "sealing", "rolling up", "raw pages → processed polls"):
        assert part in printed
    assert "240 points, 1 days of 4 polls" in printed


@pytest.mark.long
def test_ask_measures_a_day_a_week_and_a_year(capsys: pytest.CaptureFixture[str]) -> None:
    ask.main(years=(1,), pairs=20, rounds=1)
    printed = capsys.readouterr().out
    for part in ("yesterday", "7 days", "a year", "most watched game", "a streamer in the middle"):
        assert part in printed


@pytest.mark.long
def test_memory_measures_every_stage_of_bot_drawing_and_database(capsys: pytest.CaptureFixture[str]) -> None:
    memory.main(pages=3, polls=26, channels=1_000, minutes=180)
    lines = capsys.readouterr().out.splitlines()
    stages = (
        "idle, just started",
        "a crawl of 3 pages",
        "a day of 26 polls",
        "drawing the three charts",
        "idle, after",
    )
    for stage in stages:
        [line] = [line for line in lines if stage in line]
        bot, drawing, database = (int(word) for word in line.replace("│", " ").split()[-5:-2])
        assert bot > 20
        assert database > 5
        assert (drawing > 20) == ("drawing" in stage)


@pytest.mark.long
def test_web_measures_every_page_call_and_chart_of_a_dashboard_and_none_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    web.main(TINY, beside_streamlit=False)
    printed = capsys.readouterr().out
    assert "over 9 days" in printed
    assert "over 374 days" in printed
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in printed.splitlines()]
    failed = {row[0]: row[-1] for row in rows if len(row) == 11}
    assert {"/", "/explore", "/compare", "/bot", "/search", "/games/{slug}?days=365", "/api/v1/games"} <= set(failed)
    assert sum(name.startswith("/api/v1/") for name in failed) > 20
    assert set(failed.values()) == {""}
    [first_page] = [row for row in rows if row[0].startswith("/ and its styles")]
    assert first_page[-1] == "yes"
    assert any(row[0].startswith("a server that only sends") for row in rows)


@pytest.mark.skipif(first_visit.chromium() is None, reason="needs Chromium")
@pytest.mark.long
def test_first_visit_measures_requests_bytes_and_the_first_chart(capsys: pytest.CaptureFixture[str]) -> None:
    quick = first_visit.Network("a quick network", 0, 1e9, 1e9)
    # In a thread of its own: the browser of another test can have an event loop in this one.
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1) as thread:
        thread.submit(context.run, partial(first_visit.main, {}, 1, [quick], days=3, streams=60)).result()
    printed = capsys.readouterr().out
    [line] = [line for line in printed.splitlines() if first_visit.OURS in line]
    requests, kb, paint, chart = (float(word) for word in line.replace("│", " ").split()[2:6])
    assert 2 <= requests <= first_visit.MOST_REQUESTS
    assert 5 < kb <= first_visit.MOST_KB
    assert 0 < paint <= chart


@pytest.mark.skipif(importlib.util.find_spec("streamlit") is None, reason="Streamlit comes with make .venv/.benchmarks")
def test_web_gets_the_same_table_from_streamlit(capsys: pytest.CaptureFixture[str]) -> None:
    with a_database() as bench, readers("readers", TINY.readers) as many:
        web_data.fill(bench, SystemClock().now(), days=9, pairs=40, hourly_days=1, live=60)
        web.against_streamlit(bench, many, TINY)
    printed = capsys.readouterr().out
    for way in ("ours: the page, cached", "ours: the page, not cached", "Streamlit: the page with its table"):
        assert way in printed


def test_web_requires_an_example_for_a_parameter_of_a_new_call() -> None:
    operation = {"parameters": [{"name": "genre", "in": "query", "required": True}]}
    subjects = web_calls.Subjects(["just-chatting"], ["somebody"], date(2026, 11, 21))
    with pytest.raises(LookupError, match=r"/api/v1/genres needs genre"):
        web_calls.api_call("/api/v1/genres", operation, subjects)


def test_readers_accept_responses_in_pieces_and_count_failed_ones() -> None:
    class InPieces(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/there" else 503)
            self.send_header("Content-Length", "4")
            self.end_headers()
            for piece in (b"ab", b"cd"):
                self.wfile.write(piece)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), InPieces) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths = ["/there", "/there", "/away", "/there", "/away"]
        measured = load(Job("127.0.0.1", server.server_port, paths, readers=2, seconds=60, again=False))
        server.shutdown()
    assert (measured.answers, measured.failed) == (5, 2)
    assert 0 < measured.median_ms <= measured.worst_ms


def test_understand_scores_every_category_with_a_real_index(capsys: pytest.CaptureFixture[str]) -> None:
    understand.main(streamers=(200,), per_category=1)
    printed = capsys.readouterr().out
    for part in (
        "exact game",
        "unknown sequel",
        "thanks",
        "by hand: first",
        "all",
        "wrong at most 1 %",
        "in memory, MB",
    ):
        assert part in printed
