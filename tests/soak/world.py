"""The services around the bot of a soak: a simulated Twitch and X, a PostgreSQL that can be stopped, its own process,
and the webhook of its alerts. All of them use one virtual clock."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg2

from helperfunctions import embedded_postgres
from sandbox.server import TwitchSandbox
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import eventually
from tests.soak.clock import SharedClock
from tests.soak.limits import ROOT, Cage

# A turn that takes longer, in real seconds, hangs.
LONGEST_TURN_SECONDS: Final = 600.0
_PIECE: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Alert:
    """A message that the webhook got."""

    at: datetime
    status: str
    text: str


@contextmanager
def receiving_alerts(clock: SharedClock, alerts: list[Alert]) -> Iterator[str]:
    """The address of a webhook that serves until the end of the block and adds its messages to the list."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            alert = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            alerts.append(Alert(clock.now(), str(alert.get("status", "")), str(alert.get("text", ""))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing to the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/alert"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Server:
    """A PostgreSQL in a folder, with the shipped options and, where possible, within the shipped memory."""

    def __init__(self, folder: Path, options: tuple[str, ...], cage: Cage | None) -> None:
        self._folder = folder
        self._cage = cage
        with embedded_postgres.running(folder) as self.url:
            postmaster = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))
            command, self._user = postmaster.cmdline(), postmaster.uids().real
        # The data need not survive a power cut of this machine.
        self._command = [*command, "-c", "fsync=off", *(part for option in options for part in ("-c", option))]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server, also after a crash. Does nothing while it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        with (self._folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=self._before_it_starts,
            )
        eventually(self.answers, "the database answers")

    def _before_it_starts(self) -> None:
        if self._cage is not None:
            self._cage.enter()
        if os.geteuid() != self._user:
            os.setgroups([])
            os.setgid(self._user)
            os.setuid(self._user)

    def stop(self, how: signal.Signals) -> None:
        """Stop the server: SIGINT as for an administrator's restart, SIGQUIT as in a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(120)

    def kill_one(self, number: int) -> None:
        """The machine takes the memory of one of its processes; the server starts over by itself."""
        backends = self.processes[1:]
        with suppress(psutil.Error, IndexError):
            backends[number % len(backends)].kill()
        eventually(self.answers, "the database answers")

    def answers(self) -> bool:
        """True if the server accepts connections."""
        try:
            psycopg2.connect(self.url).close()
        except psycopg2.OperationalError:
            return False
        return True

    @property
    def processes(self) -> list[psutil.Process]:
        """The server and its children; none while it is away."""
        with suppress(psutil.Error):
            if self._process is not None and self._process.poll() is None:
                server = psutil.Process(self._process.pid)
                return [server, *server.children(recursive=True)]
        return []


@dataclass
class BotProcess:
    """The bot as a process of its own, which runs a job when it is sent its name."""

    folder: Path
    environment: dict[str, str]
    arguments: tuple[str, ...]
    cage: Cage | None
    starts: int = 0
    ended_with: int | None = None
    process: subprocess.Popen[str] | None = None

    @property
    def log(self) -> Path:
        """The whole log of the bot."""
        return self.folder / "bot.log"

    def start(self) -> None:
        """Start it, with the settings of `environment`; return when it is ready."""
        self.starts += 1
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.bot", *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=self.cage.enter if self.cage else None,
            )
        self._line()

    def turn(self, at: datetime, job: str, *, kill_after: float | None = None) -> dict[str, Any] | None:
        """The result of a job; None if the bot ended during it. `kill_after`: real seconds until the bot is killed."""
        process = self.process
        if process is None or process.stdin is None:
            return None
        timer = threading.Timer(LONGEST_TURN_SECONDS if kill_after is None else kill_after, process.kill)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(f"{at.isoformat()} {job}\n")
            process.stdin.flush()
            line = self._line()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        if kill_after is not None:
            process.kill()
        if kill_after is not None or not line:
            self._gone(process)
        response: dict[str, Any] | None = json.loads(line) if line.endswith("\n") else None
        return response

    def _line(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def stop(self) -> None:
        """Stop it as systemd does; it finishes the jobs that run."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
            self._gone(self.process)

    def _gone(self, process: subprocess.Popen[str]) -> None:
        self.ended_with = process.wait(60)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self.process = None


@dataclass
class World:
    """All services. `disk` is a separate disk of the database, if this machine allows one to be mounted."""

    clock: SharedClock
    twitch: TwitchSandbox
    x: XSandbox
    server: Server
    bot: BotProcess
    disk: Path | None
    alerts: list[Alert] = field(default_factory=list)
    locks: list[threading.Thread] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        connection = psycopg2.connect(self.server.url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def fill_disk(self) -> None:
        """Fill the disk with another file."""
        if self.disk is None:
            return
        with (self.disk / "ballast").open("ab") as file:
            piece = _PIECE
            while piece >= 4096:
                room = shutil.disk_usage(self.disk).free // piece * piece
                try:
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, room or piece)
                except OSError:
                    piece //= 2

    def empty_disk(self) -> None:
        """Delete the file."""
        if self.disk is not None:
            (self.disk / "ballast").unlink(missing_ok=True)

    def lock_for(self, seconds: float) -> None:
        """Hold locks that every poll needs for this many real seconds."""
        connection = psycopg2.connect(self.server.url)
        with connection.cursor() as cursor:
            cursor.execute("lock table staging.polls, posts in exclusive mode")
        thread = threading.Timer(seconds, connection.close)
        thread.start()
        self.locks.append(thread)


@contextmanager
def a_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A disk of that size below a folder; None where none can be mounted."""
    image, mounted = folder / "disk.img", folder / "disk"
    mounted.mkdir()
    with ExitStack() as stack:
        if not _mount(image, mounted, megabytes):
            yield None
            return
        stack.callback(subprocess.run, ["umount", "--lazy", str(mounted)], check=False)
        mounted.chmod(0o755)
        yield mounted


def _mount(image: Path, mounted: Path, megabytes: int) -> bool:
    try:
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        for command in (
            ["mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", str(image)],
            ["mount", "-o", "loop", str(image), str(mounted)],
        ):
            subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        image.unlink(missing_ok=True)
        return False
    return True


class Sampler:
    """Measures the memory of the processes every second, and has the peak since the last call of `taken`."""

    def __init__(self, measure: Callable[[], tuple[float, float]]) -> None:
        self._measure = measure
        self._most = (0.0, 0.0)
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(1.0):
            bot, database = self._measure()
            with self._lock:
                self._most = (max(self._most[0], bot), max(self._most[1], database))

    def taken(self) -> tuple[float, float]:
        """The peak of bot and database since the last call, in MB."""
        with self._lock:
            most, self._most = self._most, (0.0, 0.0)
        return most

    def stop(self) -> None:
        """End the measurements."""
        self._done.set()
        self._thread.join()
