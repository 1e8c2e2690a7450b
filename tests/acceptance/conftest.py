"""The real command line in a folder of its own, with an environment that holds nothing but what a test sets."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

from helperfunctions.clock import SystemClock
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.server import XSandbox
from tests.acceptance.forks import Forker, Process, forking
from tests.aws import Aws, serving

ROOT = Path(__file__).resolve().parents[2]
# In an interpreter of its own: for tests of what an interpreter does with its environment, or of how programs start.
PROGRAM = (sys.executable, "-m", "bot")
CLIENT_SECRET = "planted-secret-7d2e8"
VERBS = (
    "run",
    "collect",
    "daily",
    "prune",
    "post",
    "migrate",
    "config",
    "sandbox",
    "demo",
    "ask",
    "reply",
    "outbox",
    "spend",
    "alias",
    "price",
    "check",
    "backup",
    "restore",
    "copy-to",
    "web",
)
# Only a test that fails waits so long: a machine that is ten times slower must pass too.
PATIENCE_SECONDS = 600.0
LAST_LINES = 100


@dataclass(frozen=True)
class Ran:
    """What became of one command."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> list[str]:
        """The lines for the user on standard error; the others are the log's."""
        return [line for line in self.err.splitlines() if line.startswith("watchtime: ")]

    def failed_with(self, code: int) -> str:
        """The one line that was told; fails the test unless that is all, and the exit code the one given."""
        assert self.code == code, self
        assert "Traceback" not in self.err, self.err
        assert len(self.told) == 1, self.err
        return self.told[0]


@dataclass
class Shell:
    """Runs commands as a person would who has nothing else set, each in a process of its own.

    `program`: the command line to run; without one, the process is a fork of one that has imported `watchtime`.
    """

    folder: Path
    environment: dict[str, str]
    output: Path
    forker: Forker
    program: tuple[str, ...] = ()
    started: list[Process] = field(default_factory=list)

    def run(self, *arguments: str, **settings: str) -> Ran:
        return self.end_of(self.start(*arguments, **settings))

    def start(self, *arguments: str, **settings: str) -> Process:
        """Start a command and go on. Its output goes to files, so that it never waits for a reader."""
        environment = self.environment | settings
        out, err = (self._file(len(self.started), which) for which in ("out", "err"))
        for file in (out, err):
            file.touch()
        process = (
            self._start_program(arguments, environment, out, err)
            if self.program
            else self.forker.start(arguments, self.folder, environment, out, err)
        )
        self.started.append(process)
        return process

    def end_of(self, process: Process) -> Ran:
        """Wait for the end of a command that was started."""
        code = process.wait(PATIENCE_SECONDS)
        return Ran(code, self.said(process), self.said(process, "err"))

    def said(self, process: Process, where: str = "out") -> str:
        """The output of a command so far."""
        return self._file(self.started.index(process), where).read_text(errors="backslashreplace")

    def _start_program(
        self, arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path
    ) -> subprocess.Popen[bytes]:
        with out.open("w") as to_out, err.open("w") as to_err:
            return subprocess.Popen(
                [*self.program, *arguments],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
            )

    def _file(self, number: int, which: str) -> Path:
        return self.output / f"{number}.{which}"


def eventually(is_so: Callable[[], object], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Wait until something is so, and not a moment longer; fail when it takes too long."""
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, f"in vain waited until {what}"
        time.sleep(0.02)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Processes that work in a folder or name it: servers, and commands still running."""
    return [process for process in psutil.process_iter() if _is_of(process, folder)]


def _is_of(process: psutil.Process, folder: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return str(folder) in " ".join(process.cmdline()) or Path(process.cwd()).is_relative_to(folder)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def nothing_runs_in(folder: Path) -> None:
    """Fail if, a moment from now, anything is still running."""
    eventually(lambda: not processes_of(folder), f"nothing runs in {folder}: {processes_of(folder)}", patience=15)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short name (a socket's path has about a hundred characters); nothing may run there at the
    end."""
    with tempfile.TemporaryDirectory(prefix="wt-") as name:
        path = Path(name)
        yield path
        left = processes_of(path)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=10)
        assert not left, f"left running: {left}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test tells what its commands said last: it may not fail again for whoever looks for the reason."""
    report = yield
    shell = getattr(item, "funcargs", {}).get("shell")
    if report.when == "call" and report.failed and shell:
        for number, process in enumerate(shell.started):
            said = shell.said(process, "err").splitlines()[-LAST_LINES:]
            report.sections.append((f"the log of command {number}, its end", "\n".join(said)))
    return report


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """The process of which commands are forked."""
    with tempfile.TemporaryDirectory(prefix="wt-") as home, forking(environment_of(Path(home))) as forker:
        yield forker


@pytest.fixture
def shell(folder: Path, forker: Forker) -> Iterator[Shell]:
    home, output = folder / "home", folder / "output"
    home.mkdir()
    output.mkdir()
    shell = Shell(home, environment_of(home), output, forker)
    yield shell
    for process in shell.started:
        if process.poll() is None:
            process.kill()
            process.wait()


def environment_of(home: Path) -> dict[str, str]:
    """What a program finds in its environment when nothing is set."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)}


class Serve(Protocol):
    """Starts a make-believe Twitch on the machine's clock, for as long as the test."""

    def __call__(self, **options: Any) -> TwitchSandbox: ...


@pytest.fixture(scope="session")
def small_world() -> World:
    """About 400 streams above the threshold: six pages."""
    return World(seed=7, channels=2_000)


@pytest.fixture
def serve(small_world: World) -> Iterator[Serve]:
    with ExitStack() as stack:

        def started(**options: Any) -> TwitchSandbox:
            given: dict[str, Any] = {"client_secret": CLIENT_SECRET} | options
            return stack.enter_context(TwitchSandbox(small_world, SystemClock(), **given))

        yield started


@pytest.fixture
def twitch(serve: Serve) -> dict[str, str]:
    """Settings for a Twitch that answers at once."""
    return settings_for(serve())


def settings_for(sandbox: TwitchSandbox) -> dict[str, str]:
    return {
        "TWITCH_CLIENT_ID": sandbox.client_id,
        "TWITCH_CLIENT_SECRET": sandbox.client_secret,
        "TWITCH_API_URL": sandbox.api_url,
        "TWITCH_AUTH_URL": sandbox.auth_url,
    }


def x_settings_for(sandbox: XSandbox) -> dict[str, str]:
    return {
        "X_API_URL": sandbox.api_url,
        "X_API_KEY": sandbox.api_key,
        "X_API_KEY_SECRET": sandbox.api_key_secret,
        "X_ACCESS_TOKEN": sandbox.access_token,
        "X_ACCESS_TOKEN_SECRET": sandbox.access_token_secret,
    }


@pytest.fixture
def aws() -> Iterator[Aws]:
    """An AWS without a secret."""
    with serving() as aws:
        yield aws
        aws.forget()
