"""The shipped containers on a real Docker engine, with a year of data and with chat: `make test-engine`."""

import os
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
from tests.engine.stack import ROOT, Stack, compose_command, eventually, fill_a_year, fill_what_is_new

# The commit of the newest release; PREVIOUS names another commit, tag or branch to upgrade from.
RELEASED: Final = "6dd0bc38b530"
PREVIOUS: Final = os.environ.get("PREVIOUS", RELEASED)
PROJECT: Final = "watchtime-engine-test"
NETWORK: Final = "10.213.47"
# KEEP_ENGINE=1 leaves the containers and their year of data for the next run, which then begins with the new version.
KEEP: Final = bool(os.environ.get("KEEP_ENGINE"))
DAYS: Final = 365
PAIRS: Final = 40_000

stacks: list[tuple[str, Stack]] = []
"""What ran, with its title."""


def pytest_sessionstart() -> None:
    """Report missing programs at once, instead of failing in each test."""
    for command in (["docker", "info"], [*compose_command(), "version"]):
        if not shutil.which(command[0]) or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.exit(f"make test-engine needs Docker with Compose: `{' '.join(command)}` does not work here", 1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the run: peaks of memory, and what the tests measured."""
    for title, stack in stacks:
        terminalreporter.section(f"{title} in the shipped limits")
        terminalreporter.write_line("container     limit MiB   peak MiB   killed processes")
        for name in stack.names:
            seen = stack.memory[name]
            terminalreporter.write_line(f"{name:<13}{stack.limits[name]:>10}{seen.peak_mib:>11.0f}{seen.killed:>19}")
        for line in stack.report:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """This version, upgraded from the previous release with a year of data in it, and up."""
    folder = Path(tempfile.gettempdir()) / PROJECT
    stack = Stack(folder, PROJECT, NETWORK)
    stacks.append((f"{DAYS} days of {PAIRS:,} pairs", stack))
    if not (folder / "filled").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _previous_release_with_a_year(stack)
    stack.use(ROOT, "watchtime-engine-test:this")
    stack.compose("build", "bot")
    stack.start_sandbox()
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
    stack.start_sandbox()
    stack.compose("up", "-d", "--no-build")
    polled = "select from staging.polls where status = 'complete'"
    eventually(lambda: bool(stack.sql(f"select 1 where exists ({polled})")), "the previous release polls")
    stack.compose("stop", "bot", "web")
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    seconds = fill_a_year(stack, calendar.last_finished(SystemClock().now()).date, days=DAYS, pairs=PAIRS)
    stack.report.append(f"loaded in {seconds:.0f} s")
    # The upgrade may not change these.
    (stack.folder / "filled").write_text(stack.totals())
