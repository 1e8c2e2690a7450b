"""The shipped containers with a year of data, on a real Docker engine: `make test-engine`."""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import time
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from helperfunctions.clock import SystemClock
from tests.engine.stack import LASTING, ROOT, Stack, compose_command, eventually, fill_a_year, fill_what_is_new

# The commit of the newest release; PREVIOUS names another commit, tag or branch to upgrade from.
RELEASED: Final = "6dd0bc38b530"
PREVIOUS: Final = os.environ.get("PREVIOUS", RELEASED)
PROJECT: Final = "watchtime-engine-test"
# KEEP_ENGINE=1 leaves the containers and their year of data for the next run, which then begins with the new version.
KEEP: Final = bool(os.environ.get("KEEP_ENGINE"))
DAYS: Final = 365
PAIRS: Final = 40_000

_stacks: list[Stack] = []


def pytest_sessionstart() -> None:
    """Report missing programs at once, instead of failing in each test."""
    for command in (["docker", "info"], [*compose_command(), "version"]):
        if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.exit(f"make test-engine needs Docker with Compose: `{' '.join(command)}` does not work here", 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the run: peaks of memory, and what the tests measured."""
    for stack in _stacks:
        terminalreporter.section(f"{DAYS} days of {PAIRS:,} pairs in the shipped limits")
        terminalreporter.write_line("container   limit MiB   peak MiB   killed processes")
        for name in LASTING:
            seen = stack.memory[name]
            terminalreporter.write_line(f"{name:<11}{stack.limits[name]:>10}{seen.peak_mib:>11.0f}{seen.killed:>19}")
        for line in stack.report:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """This version, upgraded from the previous release with a year of data in it, and up."""
    folder = Path(tempfile.gettempdir()) / PROJECT
    stack = Stack(folder, PROJECT)
    _stacks.append(stack)
    if not (folder / "filled").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _previous_release_with_a_year(stack)
    stack.use(ROOT, "watchtime-engine-test:this")
    stack.compose("build", "bot")
    _start_sandbox(stack)
    try:
        with stack.watched():
            # The upgrade first; then the rows that it made room for, before the bot sums up the months.
            stack.compose("up", "-d", "--no-build", "db", timeout=3_600)
            stack.compose("run", "--rm", "-T", "migrate", timeout=3_600)
            stack.report.append(f"loaded what is new in this version in {fill_what_is_new(stack):.0f} s")
            stack.compose("up", "-d", "--no-build", timeout=3_600)
            eventually(lambda: stack.is_healthy("web"), "the dashboard answers")
            yield stack
    finally:
        if not KEEP:
            stack.remove()
            shutil.rmtree(folder, ignore_errors=True)


def _previous_release_with_a_year(stack: Stack) -> None:
    """The previous release in containers of its own Compose file, after its first poll, with a year in its database."""
    source = stack.folder / "previous"
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", PREVIOUS], capture_output=True, check=False)
    if archive.returncode:
        pytest.exit(f"the previous release, {PREVIOUS}, is not in this clone: git fetch it, or set PREVIOUS", 1)
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(source, filter="data")
    stack.use(source, "watchtime-engine-test:previous")
    stack.remove()
    stack.compose("build", "bot")
    _start_sandbox(stack)
    stack.compose("up", "-d", "--no-build")
    polled = "select from staging.polls where status = 'complete'"
    eventually(lambda: bool(stack.sql(f"select 1 where exists ({polled})")), "the previous release polls")
    stack.compose("stop", "bot", "web")
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    seconds = fill_a_year(stack, calendar.last_finished(SystemClock().now()).date, days=DAYS, pairs=PAIRS)
    stack.report.append(f"loaded in {seconds:.0f} s")
    # The upgrade may not change these.
    (stack.folder / "filled").write_text(stack.totals())


def _start_sandbox(stack: Stack) -> None:
    """Start the simulated Twitch and X, and put their credentials into `.env`."""
    stack.compose("up", "-d", "--no-build", "sandbox")
    eventually(lambda: "X_ACCESS_TOKEN_SECRET" in stack.log("sandbox"), "the simulated Twitch and X serve")
    settings = re.findall(r"^\s+(\w+)=(.*)$", stack.log("sandbox"), re.MULTILINE)
    lines = [f"{name}={re.sub(r'0[.]0[.]0[.]0|127[.]0[.]0[.]1', 'sandbox', value)}" for name, value in settings]
    (stack.folder / ".env").write_text("\n".join([f"COMPOSE_PROJECT_NAME={PROJECT}", *lines, ""]))
