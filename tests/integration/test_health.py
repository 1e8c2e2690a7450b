"""The health of the bot over HTTP, and the alert."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import time, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.health.alert import Alerter
from bot.health.causes import Cause
from bot.health.health_facts import Facts, gather
from bot.health.problem import Expected
from bot.health.record import JobRecord, Loss, RunRecord
from bot.health.watch import FRESH_SECONDS, Watch
from helperfunctions import health_server, webhook
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, SettingsError, WebhookFailed
from helperfunctions.health_server import MAX_CONNECTIONS, Page
from helperfunctions.settings import Settings
from tests.conftest import Switch
from tests.factories import DAY_START, HALF_HOUR, a_stream, stage, write

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


class Elapsed:
    """A count of seconds that the test advances."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def watch(database: Database, clock: VirtualClock, elapsed: Elapsed, tmp_path: Path) -> Watch:
    """The watch of a leader that was started at the start of the day. Facts are read for every request."""
    return Watch(
        clock=clock,
        read=lambda: gather(database, clock, CALENDAR, Settings()),
        expected=Expected(CALENDAR, HALF_HOUR, time(14), since=DAY_START),
        data_dir=tmp_path / "not" / "there" / "yet",
        leads=lambda: True,
        kept_polls=lambda: 2,
        rate_limits=lambda: {"twitch": 799.0},
        alerter=None,
        monotonic=elapsed,
        fresh_seconds=0,
    )


@pytest.fixture
def at(watch: Watch) -> Iterator[str]:
    with health_server.serve("127.0.0.1", 0, watch.pages()) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def a_day(database: Database, clock: VirtualClock) -> None:
    """A day of Ada's streams, rolled up in time; the clock is one minute later."""
    stage(database, a_stream(1000), polls=48)
    clock.move_to(DAY_START + timedelta(hours=24, minutes=1))
    Rollup(database, clock, CALENDAR).daily()


def measured(address: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """The values of /metrics, by name and values of the labels."""
    answer = requests.get(f"{address}/metrics", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("a_day")
def test_metrics_show_the_facts_in_the_database(at: str, url: str, database: Database) -> None:
    write(
        url,
        "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit,"
        " is_to_us, status, decided_at) values ('7', '8', 'x', %s, %s, '7', false, true, false, 'answered', %s)",
        *[DAY_START + timedelta(hours=23)] * 3,
    )
    write(
        url,
        "insert into posts (kind, mention_id, text, status, created_at, next_try_at, expires_at, sent_at, x_id)"
        " values ('reply', '7', 'y', 'sent', %s, %s, %s, %s, '9')",
        *[DAY_START + timedelta(hours=23)] * 3,
        DAY_START + timedelta(hours=23, seconds=42),
    )
    now = DAY_START + timedelta(hours=24)
    for minutes, usd in ((300, 1), (30, 0.25)):
        write(
            url,
            "insert into x_charges (charged_at, kind, purpose, units, usd, status)"
            " values (%s, 'post_read', 'mentions', 1, %s, 'made')",
            *(now - timedelta(minutes=minutes), usd),
        )
    found = measured(at)
    expected = {
        ("watchtime_polls_total", ("complete",)): 48,
        ("watchtime_poll_streams", ()): 1,
        ("watchtime_poll_viewers", ()): 1000,
        ("watchtime_poll_duration_seconds", ()): 20,
        ("watchtime_poll_interval_seconds", ()): 1800,
        ("watchtime_good_poll_timestamp_seconds", ()): (DAY_START + 47 * HALF_HOUR).timestamp(),
        ("watchtime_day_coverage_ratio", ()): 1,
        ("watchtime_day_watch_hours", ()): 24_000,
        ("watchtime_day_end_timestamp_seconds", ()): (DAY_START + timedelta(hours=24)).timestamp(),
        ("watchtime_days_due", ()): 0,
        ("watchtime_posts", ("reply", "sent")): 1,
        ("watchtime_mentions", ("answered",)): 1,
        ("watchtime_answer_latency_seconds", ("0.5",)): 42,
        ("watchtime_answer_latency_seconds", ("0.95",)): 42,
        ("watchtime_x_budget_usd", ()): 10,
        ("watchtime_x_answers_last_hour_usd", ()): 0.25,
        ("watchtime_x_answers_today_usd", ()): 1.25,
        ("watchtime_x_spent_usd", ("mentions",)): 1.25,
        ("watchtime_x_pauses", ()): 0,
        ("watchtime_leading", ()): 1,
        ("watchtime_database_up", ()): 1,
        ("watchtime_kept_polls", ()): 2,
        ("watchtime_rate_limit_remaining", ("twitch",)): 799,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert 0 < found["watchtime_x_answers_share_usd", ()] < 10
    assert found["watchtime_database_bytes", ()] > 1_000_000
    assert found["watchtime_data_dir_free_bytes", ()] > 1_000_000
    assert found["process_resident_memory_bytes", ()] > 1_000_000
    assert not [name for name, _ in found if name == "watchtime_problem"]


def test_polls_of_two_schedulers_are_counted(database: Database, clock: VirtualClock) -> None:
    """Six polls in time, of which two are followed by another one a few seconds later; one of them is a day old."""
    stage(database, a_stream(), at=DAY_START, polls=6)
    for hours in (1, 2):
        stage(database, a_stream(), at=DAY_START + timedelta(hours=hours, seconds=7))
    with database.transaction() as tx:
        assert tx.health.close_polls(since=DAY_START) == 2
        assert tx.health.close_polls(since=DAY_START + timedelta(hours=1, minutes=15)) == 1


def test_the_duration_of_jobs_is_measured_by_outcome(at: str, watch: Watch) -> None:
    watch.job_done("collect", "done", 3.0)
    watch.job_done("collect", "DatabaseUnavailable", 0.01)
    found = measured(at)
    assert found["watchtime_job_seconds_count", ("collect", "done")] == 1
    assert found["watchtime_job_seconds_sum", ("collect", "done")] == 3.0
    assert found["watchtime_job_seconds_count", ("collect", "DatabaseUnavailable")] == 1


@pytest.mark.usefixtures("a_day")
def test_readyz_lists_the_problems(at: str, clock: VirtualClock) -> None:
    assert requests.get(f"{at}/readyz", timeout=10).json() == {
        "ready": True,
        "leading": True,
        "problems": [],
        "last_failures": [],
    }
    clock.advance(3600)
    answer = requests.get(f"{at}/readyz", timeout=10)
    assert answer.status_code == 503
    assert [problem["part"] for problem in answer.json()["problems"]] == ["poll"]
    assert measured(at)["watchtime_problem", ("poll",)] == 1


def test_without_a_database_the_bot_is_alive_and_not_ready_and_has_the_other_metrics(at: str, switch: Switch) -> None:
    switch.off()
    assert requests.get(f"{at}/healthz", timeout=10).json() == {"alive": True}
    answer = requests.get(f"{at}/readyz", timeout=10)
    assert (answer.status_code, [problem["part"] for problem in answer.json()["problems"]]) == (503, ["database"])
    found = measured(at)
    assert (found["watchtime_database_up", ()], found["watchtime_kept_polls", ()]) == (0, 2)
    assert ("watchtime_polls_total", ("complete",)) not in found
    switch.on()
    assert requests.get(f"{at}/readyz", timeout=10).status_code == 200


def test_many_requests_read_the_database_once_every_five_seconds(
    watch: Watch, database: Database, elapsed: Elapsed
) -> None:
    reads = 0

    def read() -> Facts:
        nonlocal reads
        reads += 1
        return gather(database, watch.clock, CALENDAR, Settings())

    watch.read, watch.fresh_seconds = read, FRESH_SECONDS
    for _ in range(20):
        watch.problems()
    assert reads == 1
    elapsed.seconds += 5
    watch.problems()
    assert reads == 2


def test_healthz_lists_running_jobs_and_fails_when_one_has_been_running_for_three_hours(
    at: str, watch: Watch, elapsed: Elapsed
) -> None:
    watch.job_started("collect")
    watch.job_started("daily")
    watch.job_done("daily", "done", 1.0)
    elapsed.seconds += 2 * 3600
    watch.loop_is_alive()
    answer = requests.get(f"{at}/healthz", timeout=10)
    assert answer.status_code == 200
    assert list(answer.json()["running_seconds"]) == ["collect"]
    assert answer.json()["running_seconds"]["collect"] == 7200
    assert measured(at)["watchtime_job_running_seconds", ("collect",)] == 7200
    elapsed.seconds += 3600
    watch.loop_is_alive()
    answer = requests.get(f"{at}/healthz", timeout=10)
    assert (answer.status_code, answer.json()["alive"]) == (503, False)
    watch.job_done("collect", "done", 10_800)
    assert requests.get(f"{at}/healthz", timeout=10).json() == {"alive": True}


def test_while_the_database_is_prepared_the_bot_is_alive_and_not_ready(
    at: str, watch: Watch, clock: VirtualClock, elapsed: Elapsed
) -> None:
    """A migration may block the main loop for hours; a restart in its middle would begin it again."""
    since = clock.now()
    watch.preparing_since = lambda: since
    elapsed.seconds += 3 * 3600
    assert requests.get(f"{at}/healthz", timeout=10).status_code == 200
    [problem] = requests.get(f"{at}/readyz", timeout=10).json()["problems"]
    assert problem["part"] == "database"
    assert "its schema is brought up to date" in problem["message"]


def test_an_error_that_only_the_leader_gets_from_the_database_is_a_problem(
    at: str, watch: Watch, switch: Switch
) -> None:
    refused = DatabaseError("the database refused: permission denied for table schema_migrations")
    watch.why_without_database = lambda: refused
    problem = next(problem for problem in watch.problems() if problem.part == "database")
    assert (problem.message, problem.cause) == (str(refused), Cause.DATABASE_REFUSED)
    assert requests.get(f"{at}/readyz", timeout=10).status_code == 503
    switch.off()
    [problem] = [problem for problem in watch.problems() if problem.part == "database"]
    assert "not currently accepting connections" in problem.message


def test_unknown_free_space_is_not_a_problem(at: str, watch: Watch, tmp_path: Path) -> None:
    """A link to a disk that is not mounted: the system returns an error and no number."""
    watch.data_dir = tmp_path / "data"
    watch.data_dir.symlink_to(tmp_path / "disk" / "that" / "is gone")
    assert requests.get(f"{at}/readyz", timeout=10).json()["problems"] == []
    assert ("watchtime_data_dir_free_bytes", ()) not in measured(at)


def test_metrics_show_the_failures_of_jobs(at: str, watch: Watch, clock: VirtualClock) -> None:
    now = clock.now()
    failing = JobRecord(failures=3, failing_since=now, succeeded_at=now - timedelta(hours=2), outcome="DatabaseError")
    losses = [Loss(now - timedelta(minutes=minutes)) for minutes in (90, 50, 40, 30)]
    watch.record = lambda: RunRecord(now, now, now, {"daily": failing, "outbox": JobRecord(succeeded_at=now)}, losses)
    found = measured(at)
    assert found["watchtime_job_failures", ("daily",)] == 3
    assert found["watchtime_job_failures", ("outbox",)] == 0
    assert found["watchtime_job_success_timestamp_seconds", ("daily",)] == (now - timedelta(hours=2)).timestamp()
    assert found["watchtime_database_losses", ()] == 3
    assert found["watchtime_problem", ("jobs",)] == found["watchtime_problem", ("database restarts",)] == 1


def test_a_loop_that_hangs_is_not_alive(at: str, watch: Watch, elapsed: Elapsed) -> None:
    elapsed.seconds += 15 * 60
    assert requests.get(f"{at}/healthz", timeout=10).status_code == 503
    watch.loop_is_alive()
    assert requests.get(f"{at}/healthz", timeout=10).status_code == 200


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metricsx", "/../etc/passwd"])
def test_other_paths_are_not_found(at: str, path: str) -> None:
    answer = requests.get(at + path, timeout=10)
    assert (answer.status_code, answer.text) == (404, "Available: /healthz, /readyz, /metrics\n")


def test_a_page_that_fails_shows_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Page:
        raise ZeroDivisionError("planted-in-a-trace")

    with health_server.serve("127.0.0.1", 0, {"/": broken}) as port:
        answer = requests.get(f"http://127.0.0.1:{port}/", timeout=10)
    assert (answer.status_code, "planted" in answer.text) == (500, False)
    assert "ZeroDivisionError" in caplog.text


def test_head_has_no_body_and_other_methods_are_refused(at: str) -> None:
    answer = requests.head(f"{at}/healthz", timeout=10)
    assert (answer.status_code, answer.content) == (200, b"")
    assert requests.post(f"{at}/healthz", timeout=10).status_code == 501


@pytest.mark.parametrize("sent", [b"", b"GET /healthz HTTP/1.1\r\nHost: "], ids=["nothing", "half of a request"])
def test_connections_without_a_request_do_not_block_others(at: str, sent: bytes) -> None:
    host, port = at.removeprefix("http://").split(":")
    crowd = []
    try:
        for _ in range(20 * MAX_CONNECTIONS):
            crowd.append(socket.create_connection((host, int(port)), timeout=30))
            with suppress(ConnectionError):
                crowd[-1].sendall(sent)
        assert [requests.get(f"{at}/healthz", timeout=30).status_code for _ in range(3)] == [200] * 3
        # The oldest connections were closed, and the newest are still open.
        with suppress(ConnectionError):
            assert crowd[0].recv(1) == b""
    finally:
        for one in crowd:
            one.close()


def test_a_port_in_use_is_a_settings_error() -> None:
    with (
        health_server.serve("127.0.0.1", 0, {}) as port,
        pytest.raises(SettingsError, match=rf"cannot listen on 127.0.0.1:{port}: Address already in use"),
        health_server.serve("127.0.0.1", port, {}),
    ):
        pass


@contextmanager
def listening(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and the messages that it gets."""
    messages: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/planted-hook", messages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_slack_and_discord_both_understand_the_message() -> None:
    with listening() as (address, messages):
        webhook.send(address, "problem", "no polls")
    assert messages == [{"text": "no polls", "content": "no polls", "status": "problem"}]


@pytest.mark.parametrize("status", [302, 404, 429, 500])
def test_the_error_of_a_webhook_that_refuses_hides_its_address(status: int) -> None:
    with listening(status) as (address, _), pytest.raises(WebhookFailed) as failed:
        webhook.send(address, "problem", "no polls")
    assert "planted" not in str(failed.value)


def test_the_error_of_an_unreachable_webhook_hides_its_address() -> None:
    with pytest.raises(WebhookFailed) as failed:
        webhook.send("http://127.0.0.1:1/planted-hook", "problem", "no polls")
    assert "planted" not in str(failed.value)
    assert failed.value.__cause__ is None


def test_a_problem_and_its_end_reach_the_webhook(
    watch: Watch, clock: VirtualClock, switch: Switch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with listening() as (address, messages):
        send: Callable[[str, str], None] = lambda status, text: webhook.send(address, status, text)  # noqa: E731
        watch.alerter = Alerter(send, tmp_path / "alert.json")
        for switched in (switch.off, switch.on):
            switched()
            for _ in range(40):
                watch.check()
                clock.advance(60)
    assert [message["status"] for message in messages] == ["problem", "resolved"]
    assert "not currently accepting connections" in messages[0]["text"]
