"""The format of a log line, as text and as JSON."""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from typing import Literal

import pytest

LOGS = """
import logging
from helperfunctions import log
log.set_up("INFO", {how!r})
one = logging.getLogger("bot.collect.poll")
one.info("poll stored poll_id=%d", 7)
with log.run_of("collect"):
    one.warning("ボブ\\nsecond line")
    try:
        1 / 0
    except ZeroDivisionError:
        one.exception("failed")
one.info("after")
"""


def logged(how: str, zone: str = "UTC") -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOGS.format(how=how)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "TZ": zone},
    )
    return done.stderr


def test_as_json_each_line_is_an_object_with_its_run() -> None:
    lines = [json.loads(line) for line in logged("json").splitlines()]
    assert [line["message"] for line in lines] == ["poll stored poll_id=7", "ボブ\nsecond line", "failed", "after"]
    assert {key for line in lines[:2] for key in line} == {"at", "level", "logger", "run", "message"}
    assert "ZeroDivisionError" in lines[2]["exception"]
    runs = [line["run"] for line in lines]
    assert runs[0] == runs[3] != runs[1] == runs[2]
    assert runs[0].startswith("process-")
    assert runs[1].startswith("collect-")
    assert lines[0]["at"].endswith("+00:00")


def test_as_text_each_line_has_its_run() -> None:
    first = logged("text").splitlines()[0]
    assert " INFO process-" in first
    assert first.endswith("bot.collect.poll: poll stored poll_id=7")


@pytest.mark.parametrize("how", ["text", "json"])
def test_the_time_of_a_line_is_in_utc_with_any_zone_of_the_machine(how: Literal["text", "json"]) -> None:
    """Two zones in which the same instant has two dates."""
    at = {zone: logged(how, zone).splitlines()[0] for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")}
    times = {zone: json.loads(line)["at"] if how == "json" else line[:24] for zone, line in at.items()}
    moments = [datetime.fromisoformat(moment) for moment in times.values()]
    assert {moment.utcoffset() for moment in moments} == {timedelta(0)}
    assert abs(moments[0] - moments[1]) < timedelta(hours=1)


@pytest.mark.parametrize("vendor", ["urllib3", "apscheduler", "tenacity"])
def test_libraries_log_only_warnings_and_errors(vendor: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import logging; from helperfunctions import log; log.set_up('DEBUG'); "
            f"print(logging.getLogger({vendor!r}).getEffectiveLevel())",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) == logging.WARNING
