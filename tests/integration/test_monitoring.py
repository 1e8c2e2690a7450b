"""The monitoring profile: a real Prometheus scrapes our metrics, its rules are valid, and the panels' metrics exist."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml

from bot.core.calendar import Calendar
from bot.health import metrics
from bot.health.health_facts import gather
from bot.health.problem import Expected
from bot.health.rules import MOST_LOSSES, REPEATED_FAILURES
from bot.health.watch import Watch
from helperfunctions import health_server
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.factories import DAY_START, HALF_HOUR, a_stream, stage

MONITORING = Path(__file__).resolve().parents[2] / "docker" / "monitoring"
CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
NAME = re.compile(r"\b(?:watchtime|process)_\w+")
# Not in every distribution; the container of the monitoring profile contains it.
PROMETHEUS, PROMTOOL = shutil.which("prometheus") or "", shutil.which("promtool") or ""
needs_prometheus = pytest.mark.skipif(not PROMTOOL, reason="prometheus is not installed")


@pytest.fixture
def watch(database: Database, clock: VirtualClock, tmp_path: Path) -> Watch:
    stage(database, a_stream(1000), at=DAY_START)
    return Watch(
        clock=clock,
        read=lambda: gather(database, clock, CALENDAR, Settings()),
        expected=Expected(CALENDAR, HALF_HOUR, time(14), since=DAY_START),
        data_dir=tmp_path,
        leads=lambda: True,
        kept_polls=lambda: 0,
        rate_limits=lambda: {"twitch": 799.0},
        alerter=None,
        fresh_seconds=0,
    )


def queried_metrics() -> set[str]:
    """The metrics in the rules and panels."""
    dashboard = json.loads((MONITORING / "grafana" / "dashboards" / "watchtime.json").read_text())
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = re.findall(r"expr: (.*)", (MONITORING / "rules.yml").read_text())
    return {name for expression in [*panels, *rules] for name in NAME.findall(expression)}


def test_rules_and_dashboard_query_only_metrics_that_exist() -> None:
    source = Path(metrics.__file__).read_text()
    # The names in the code, with the suffixes that Prometheus adds to counters and histograms.
    named = {f"watchtime_{name}" for name in re.findall(r'(?:_gauge|_by)\(\s*"(\w+)"', source)}
    named |= {"watchtime_polls_total", "watchtime_posts", "process_resident_memory_bytes"}
    named |= {f"watchtime_job_seconds_{end}" for end in ("bucket", "count", "sum")}
    assert queried_metrics() - named == set()


@needs_prometheus
def test_the_rules_are_valid() -> None:
    done = subprocess.run(
        [PROMTOOL, "check", "rules", str(MONITORING / "rules.yml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 rules found" in done.stdout


# Of each alert: the series that it depends on, with the last value that is good and the first that is not, and the
# minutes for which a value has to be bad.
BORDERS = {
    "WatchtimeDown": ('up{job="watchtime"}', 1, 0, 5),
    "WatchtimeProblem": ('watchtime_problem{part="poll"}', 0, 1, 15),
    "WatchtimeNobodyLeads": ("watchtime_leading", 1, 0, 10),
    "WatchtimeJobFails": ('watchtime_job_failures{job="daily"}', REPEATED_FAILURES - 1, REPEATED_FAILURES, 5),
    "WatchtimeDatabaseRestarts": ("watchtime_database_losses", MOST_LOSSES, MOST_LOSSES + 1, 1),
    "WatchtimeJobHangs": ('watchtime_job_running_seconds{job="daily"}', 3600, 3601, 5),
    "WatchtimePollsKept": ("watchtime_kept_polls", 0, 1, 60),
    "WatchtimeCoverageLow": ("watchtime_day_coverage_ratio", 0.9, 0.899, 0),
    "WatchtimeBudgetNearlySpent": ('watchtime_x_spent_usd{purpose="replies"}', 4.5, 4.51, 0),
    "WatchtimeDiskLow": ("watchtime_data_dir_free_bytes", 1e9, 1e9 - 1, 15),
    # An instant. Time begins at 0 here: after 76 minutes a poll of then is late, and 15 minutes later that is reported.
    "WatchtimePollsLate": ("watchtime_good_poll_timestamp_seconds", 60, 0, 91),
}
# In each case; the half of the month's spending, and the limit.
ALWAYS = {
    'watchtime_x_spent_usd{purpose="summaries"}': 4.5,
    "watchtime_x_budget_usd": 10,
    "watchtime_poll_interval_seconds": 1800,
}


def state_at(minutes: int, alert: str, state: str, times: int) -> dict[str, Any]:
    """An expectation of promtool: this many alerts of that name have a state at that time."""
    return {
        "expr": f'count(ALERTS{{alertname="{alert}", alertstate="{state}"}}) or vector(0)',
        "eval_time": f"{minutes}m",
        "exp_samples": [{"labels": "{}", "value": times}],
    }


def promtool_case(series: dict[str, float], *expected: dict[str, Any]) -> dict[str, Any]:
    values = [{"series": name, "values": f"{value}x200"} for name, value in series.items()]
    return {"interval": "1m", "input_series": values, "promql_expr_test": list(expected)}


def assert_rules_hold(folder: Path, *cases: dict[str, Any]) -> None:
    case_file = folder / "rules_test.yml"
    case_file.write_text(json.dumps({"rule_files": [str(MONITORING / "rules.yml")], "tests": cases}))
    done = subprocess.run(
        [PROMTOOL, "test", "rules", str(case_file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_prometheus
def test_each_alert_fires_from_its_border_on_and_after_its_time(tmp_path: Path) -> None:
    """The job and the database are judged by the bot's own rules; a bot that is not even scraped is reported, too."""
    rules = yaml.safe_load((MONITORING / "rules.yml").read_text())
    assert {rule["alert"] for group in rules["groups"] for rule in group["rules"]} == BORDERS.keys()
    cases = [promtool_case({}, state_at(5, "WatchtimeDown", "firing", 1))]
    for alert, (series, good, bad, minutes) in BORDERS.items():
        cases.append(promtool_case(ALWAYS | {series: good}, state_at(minutes, alert, "firing", 0)))
        fires = [state_at(minutes, alert, "firing", 1)]
        if minutes > 1:
            fires.append(state_at(minutes - 1, alert, "firing", 0))
        cases.append(promtool_case(ALWAYS | {series: bad}, *fires))
    assert_rules_hold(tmp_path, *cases)


@needs_prometheus
@pytest.mark.parametrize(("minutes", "is_reported"), [(39, False), (41, True)])
def test_a_late_poll_is_measured_by_the_interval_of_the_settings(
    tmp_path: Path, minutes: int, is_reported: bool
) -> None:
    """Every five minutes: late after 25 of them, reported after 15 more."""
    series = ALWAYS | {"watchtime_good_poll_timestamp_seconds": 0, "watchtime_poll_interval_seconds": 300}
    assert_rules_hold(
        tmp_path, promtool_case(series, state_at(minutes, "WatchtimePollsLate", "firing", int(is_reported)))
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def prometheus(watch: Watch, tmp_path: Path) -> Iterator[str]:
    """A Prometheus with our configuration, except for the address and the interval."""
    with health_server.serve("127.0.0.1", 0, watch.pages()) as port:
        configuration = (MONITORING / "prometheus.yml").read_text()
        configuration = configuration.replace("bot:9464", f"127.0.0.1:{port}").replace("30s", "1s")
        (tmp_path / "prometheus.yml").write_text(configuration)
        shutil.copy(MONITORING / "rules.yml", tmp_path)
        listens_at = f"127.0.0.1:{free_port()}"
        with subprocess.Popen(
            [
                PROMETHEUS,
                f"--config.file={tmp_path / 'prometheus.yml'}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address={listens_at}",
            ],
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                yield f"http://{listens_at}"
            finally:
                process.terminate()


def eventually(address: str, path: str, **query: str) -> list[Any]:
    """The result of a query, once it is not empty."""
    end = monotonic() + 120
    while True:
        try:
            data = requests.get(f"{address}/api/v1/{path}", params=query, timeout=5).json()["data"]
            found = data["result"] if "result" in data else data["alerts"]
            if found:
                return list(found)
        except requests.RequestException:
            # It is not started or not ready yet.
            pass
        assert monotonic() < end, f"no result of {path} {query}"
        sleep(0.1)


@needs_prometheus
def test_prometheus_scrapes_the_bot(prometheus: str, watch: Watch) -> None:
    [up] = eventually(prometheus, "query", query='up{job="watchtime"} == 1')
    assert up["value"][1] == "1"
    [polls] = eventually(prometheus, "query", query="watchtime_polls_total")
    assert (polls["metric"]["status"], polls["value"][1]) == ("complete", "1")
    watch.job_done("collect", "done", 20.0)
    eventually(prometheus, "query", query="watchtime_job_seconds_count")


@needs_prometheus
def test_an_alert_is_pending_as_soon_as_its_condition_holds(prometheus: str, clock: VirtualClock, watch: Watch) -> None:
    eventually(prometheus, "query", query='up{job="watchtime"} == 1')
    clock.advance(timedelta(hours=2).total_seconds())

    eventually(prometheus, "query", query='ALERTS{alertname="WatchtimeProblem", part="poll"}')
