"""The shipped containers as a Compose project of the tests' own, and a year of data for their database."""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from tests.soak.limits import bytes_of

ROOT: Final = Path(__file__).resolve().parents[2]
LASTING: Final = ("db", "bot", "web")
_FILLING: Final = "set synchronous_commit = off; set jit = off; set max_parallel_workers_per_gather = 0;"
# What the kernel counts for a container: anonymous and shared memory, which it cannot give back, unlike cached files.
# Both versions of cgroups, so two names for each.
_MEMORY: Final = """
cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | grep -E '^(rss|anon|shmem) '
cat /sys/fs/cgroup/memory/memory.oom_control /sys/fs/cgroup/memory.events 2>/dev/null | grep '^oom_kill '
"""
_CONNECT: Final = """
import concurrent.futures, socket, sys
def connect(host, port):
    try:
        socket.create_connection((host, int(port)), 5).close()
    except ConnectionRefusedError:
        pass
    except OSError as error:
        return f"not reached {host}: {error}"
    return f"reached {host}"
with concurrent.futures.ThreadPoolExecutor() as threads:
    print(*threads.map(connect, sys.argv[1::2], sys.argv[2::2]), sep="\\n")
"""


@dataclass(slots=True)
class Memory:
    """The peak memory of a container in MiB, and the number of its processes that the kernel killed for memory."""

    peak_mib: float = 0.0
    killed: int = 0


@dataclass
class Stack:
    """A Compose project in a folder of its own, which holds only its `.env` and its Compose file."""

    folder: Path
    project: str
    network: str
    """The first three numbers of addresses that no other network of the engine has, the shipped one neither."""
    names: tuple[str, ...] = LASTING
    """The services whose memory is measured."""
    look_every_seconds: float = 1.0
    limits: dict[str, int] = field(default_factory=dict)
    report: list[str] = field(default_factory=list)
    memory: dict[str, Memory] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.limits = dict.fromkeys(self.names, 0)
        self.memory = {name: Memory() for name in self.names}

    def use(self, source: Path, image: str, channels: int = 40_000) -> None:
        """Take the Compose file of a version of the project: as it is shipped, but for the image's name, a free port
        of this machine, and a simulated Twitch and X on the bot's network."""
        compose = yaml.safe_load((source / "docker-compose.yml").read_text())
        for service in compose["services"].values():
            if service["image"] == "twitch-watch-time":
                service["image"] = image
                service["build"]["context"] = str(source)
        self.limits = {name: bytes_of(compose["services"][name]["mem_limit"]) // (1 << 20) for name in self.names}
        compose["services"]["web"]["ports"] = ["127.0.0.1::8000"]
        compose["services"]["sandbox"] = {
            "image": image,
            "command": ["sandbox", "--host", "0.0.0.0", "--channels", str(channels)],
            "healthcheck": {"disable": True},
            "init": True,
            "networks": ["outside"],
        }
        (self.folder / "docker-compose.yml").write_text(yaml.safe_dump(compose))

    def start_sandbox(self, *lines: str) -> None:
        """Start the simulated Twitch and X, and put their credentials and these lines into `.env`."""
        self.compose("up", "-d", "--no-build", "sandbox")
        eventually(lambda: "X_ACCESS_TOKEN_SECRET" in self.log("sandbox"), "the simulated Twitch and X serve")
        settings = re.findall(r"^\s+(\w+)=(.*)$", self.log("sandbox"), re.MULTILINE)
        given = [f"{name}={re.sub(r'0[.]0[.]0[.]0|127[.]0[.]0[.]1', 'sandbox', value)}" for name, value in settings]
        (self.folder / ".env").write_text("")
        self.add_to_env(f"COMPOSE_PROJECT_NAME={self.project}", *given, *lines)

    def add_to_env(self, *lines: str) -> None:
        """Append lines to `.env`."""
        with (self.folder / ".env").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)

    def compose(self, *words: str, timeout: float = 900) -> str:
        """Run Compose with these arguments. Returns its output; fails with its whole output."""
        return self.run(*compose_command(), *self._project(), *words, timeout=timeout)

    def run(self, *command: str, timeout: float = 900, text: str | None = None) -> str:
        """Run a program with the project's environment. Returns its output; fails with its whole output."""
        ran = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=timeout, check=False, env=self.environment()
        )
        assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stdout[-4000:]}\n{ran.stderr[-4000:]}"
        return ran.stdout

    def environment(self) -> dict[str, str]:
        """For Compose: ours, with the tests' network; the shell's COMPOSE_PROJECT_NAME would be another project."""
        kept = {name: value for name, value in os.environ.items() if name != "COMPOSE_PROJECT_NAME"}
        return kept | {"DOCKER_PAGES_NETWORK": self.network}

    def command(self, service: str, *words: str) -> list[str]:
        """The command line that runs a program in a service's container."""
        return ["docker", "exec", "-i", self.container(service), *words]

    def inside(self, service: str, *words: str, timeout: float = 900) -> str:
        """Run a program in a service's container. Returns its output."""
        return self.run(*self.command(service, *words), timeout=timeout)

    def reached(self, service: str, *servers: tuple[str, int]) -> list[str]:
        """The hosts of those servers that a program in a service's container reaches, even if nothing listens there."""
        words = [str(part) for server in servers for part in server]
        lines = self.inside(service, "python3", "-c", _CONNECT, *words).splitlines()
        assert len(lines) == len(servers)
        return [line.removeprefix("reached ") for line in lines if line.startswith("reached ")]

    def addresses(self, service: str) -> list[str]:
        """The addresses of a service's container, one for each of its networks."""
        return [network["IPAddress"] for network in self.state(service)["NetworkSettings"]["Networks"].values()]

    def container(self, service: str) -> str:
        """The id of a service's container, running or not."""
        # Docker itself answers ten times as fast as Compose.
        labels = {"project": self.project, "service": service}
        filters = [f"--filter=label=com.docker.compose.{name}={value}" for name, value in labels.items()]
        return self.run("docker", "ps", "-a", "-q", "--no-trunc", *filters).split()[0]

    def sql(self, statements: str) -> list[list[str]]:
        """Run SQL in the database as its owner; the rows, as text."""
        psql = self.command("db", "psql", "-U", "watchtime", "-d", "watchtime", "-qAtX", "-v", "ON_ERROR_STOP=1")
        return [line.split("|") for line in self.run(*psql, text=statements, timeout=3_600).splitlines()]

    def state(self, service: str) -> dict[str, Any]:
        """The state of a service's container by Docker."""
        [state] = json.loads(self.run("docker", "inspect", self.container(service)))
        return dict(state)

    def log(self, service: str) -> str:
        """The log of a service's container."""
        container = self.container(service)
        ran = subprocess.run(
            ["docker", "logs", container], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
        )
        return ran.stdout

    def totals(self) -> str:
        """Rows, days and hours of the year that was loaded: whole hours, so that their sum is exact."""
        [row] = self.sql(
            "select count(*), count(distinct day), sum(watch_hours) from daily_streamer_games where streamer_id ~ '^s'"
        )
        return " ".join(row)

    def is_healthy(self, service: str) -> bool:
        """True if a service's container runs and its health check passes."""
        return bool(self.state(service)["State"].get("Health", {}).get("Status") == "healthy")

    def web(self) -> str:
        """The address of the dashboard on this machine."""
        return f"http://{self.compose('port', 'web', '8000').strip()}"

    def remove(self) -> None:
        """Stop and remove all containers with their data, also those of another version in an earlier run."""
        with suppress(AssertionError):
            profiles = [f"--profile={name}" for name in ("chat", "queue", "demo", "monitoring")]
            self.compose(*profiles, "down", "--volumes", "--remove-orphans")
        # Compose removes only the volumes that its file names, and an older version has fewer.
        label = f"--filter=label=com.docker.compose.project={self.project}"
        for volume in self.run("docker", "volume", "ls", "-q", label).split():
            self.run("docker", "volume", "rm", volume)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Measure the memory of the containers repeatedly until the end of the block."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(self.look_every_seconds):
                for service in self.names:
                    with suppress(AssertionError, IndexError, subprocess.TimeoutExpired):
                        self._look(service)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _look(self, service: str) -> None:
        lines = [line.split() for line in self.inside(service, "sh", "-c", _MEMORY, timeout=60).splitlines()]
        seen = self.memory[service]
        used = sum(int(count) for name, count in lines if name != "oom_kill")
        seen.peak_mib = max(seen.peak_mib, used / 2**20)
        seen.killed = max(seen.killed, *(int(count) for name, count in lines if name == "oom_kill"), 0)

    def _project(self) -> list[str]:
        return ["-f", f"{self.folder}/docker-compose.yml", "--project-directory", str(self.folder), "-p", self.project]


def compose_command() -> list[str]:
    """Compose's own program, or that of Docker's plugin."""
    return ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]


def eventually(what: Callable[[], bool], about: str, seconds: float = 1_800) -> float:
    """Wait until something is so, and return after how many seconds it was. The bound is generous: a slow machine is
    no failure."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {about}"
        time.sleep(0.5)
    return time.monotonic() - began


def fill_a_year(stack: Stack, last: date, *, days: int, pairs: int) -> float:
    """Load this many days of this many pairs of streamer and game into a database of the previous release, up to the
    day `last`: each day in transactions of its own, and without the sums of months, which are the bot's to make. The
    seconds taken."""
    began = time.monotonic()
    parts = _parts_of_a_year()
    given = {"pairs": pairs, "streamers": pairs * 3 // 2, "games": 2_000, "last": last, "days": days}
    statements = [_FILLING, parts["names"].format(**given), parts["before"]]
    for back in range(days - 1, -1, -1):
        statements.append(parts["day"].format(**given, day=last - timedelta(days=back)))
    statements.append(parts["rest"].format(**given))
    stack.sql("\n".join(statements))
    return time.monotonic() - began


def fill_what_is_new(stack: Stack) -> float:
    """Load, for the same days, what the previous release had no tables for, unless it is there. The seconds taken."""
    began = time.monotonic()
    [[is_filled]] = stack.sql("select exists (select from daily_streams where streamer_id ~ '^s')")
    if is_filled == "f":
        parts = _parts_of_a_year()
        months = stack.sql("select distinct date_trunc('month', day)::date from days order by 1")
        [[last]] = stack.sql("select max(day) from days")
        filled = (parts["month of this version"].format(month=month) for [month] in months)
        stack.sql("\n".join([_FILLING, *filled, parts["rest of this version"].format(last=last)]))
    return time.monotonic() - began


def _parts_of_a_year() -> dict[str, str]:
    texts = Path(__file__).with_name("year.sql").read_text().split("-- part: ")[1:]
    return {name: text for name, _, text in (text.partition("\n") for text in texts)}
