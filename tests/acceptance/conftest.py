"""The real command line in a folder of its own, with an environment that has only the settings of the test."""

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
# For commands whose charts no test examines.
WITHOUT_DRAWING = {"PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests" / "stand_ins", ROOT)))}
# In a new interpreter: for tests of an interpreter's environment, or of the start of programs.
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
    "enrich",
    "lake",
    "pictures",
    "spend",
    "alias",
    "price",
    "check",
    "backup",
    "restore",
    "copy-to",
    "listen",
    "chat",
    "web",
)
# Only a failing test waits this long: the tests must pass on a machine that is ten times slower too.
PATIENCE_SECONDS = 600.0
# Advisory locks of the database of a test: others are on the same server.
LOCKS_HELD = """
    select count(*) from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())
"""
LAST_LINES = 100


@dataclass(frozen=True)
class Ran:
    """The exit code and the output of one command."""

    code: int
    out: str
    err: str

    @property
    def messages(self) -> list[str]:
        """The lines on standard error that are for the user; the other lines are the log."""
        return [line for line in self.err.splitlines() if line.startswith("watchtime: ")]

    def failed_with(self, code: int) -> str:
        """The one message of a command that failed. Fails unless there is exactly one and the exit code is `code`."""
        assert self.code == code, self
        assert "Traceback" not in self.err, self.err
        assert len(self.messages) == 1, self.err
        return self.messages[0]


@dataclass
class Shell:
    """Runs commands, each in a process of its own, with an environment in which nothing else is set.

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
        """Start a command without waiting for its end. Its output goes to files, so it never waits for a reader."""
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
        return Ran(code, self.output_of(process), self.output_of(process, "err"))

    def output_of(self, process: Process, where: str = "out") -> str:
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
    """Wait until a condition holds; fail when it takes too long."""
    end, pause = time.monotonic() + patience, 0.01
    while not is_so():
        assert time.monotonic() < end, f"timed out; waited until {what}"
        time.sleep(pause)
        # Often at first; during a long wait rarely, for the sake of the processes that are waited for.
        pause = min(2 * pause, 0.1)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Processes that work in a folder or name it: servers, and commands still running."""
    return [process for process in psutil.process_iter() if _is_of(process, folder)]


def _is_of(process: psutil.Process, folder: Path) -> bool:
    try:
        is_named = str(folder) in " ".join(process.cmdline())
        is_in = is_named or f"{process.cwd()}{os.sep}".startswith(f"{folder}{os.sep}")
        return is_in and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def nothing_runs_in(folder: Path) -> None:
    """Fail if any process of the folder still runs after some seconds."""
    eventually(lambda: not processes_of(folder), f"nothing runs in {folder}: {processes_of(folder)}", patience=15)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder with a short name (a socket's path has about a hundred characters). Nothing may run there at the
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
    """Add the last log lines of its commands to the report of a failed test, which may not fail a second time."""
    report = yield
    shell = getattr(item, "funcargs", {}).get("shell")
    if report.when == "call" and report.failed and shell:
        for number, process in enumerate(shell.started):
            log = shell.output_of(process, "err").splitlines()[-LAST_LINES:]
            report.sections.append((f"the end of the log of command {number}", "\n".join(log)))
    return report


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    """The process from which commands are forked."""
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
    """The environment of a program for which nothing is set."""
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT)}


class Serve(Protocol):
    """Starts a simulated Twitch on the machine's clock that runs until the end of the test."""

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
