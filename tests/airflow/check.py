"""`make airflow-check`: run the DAG on a real Airflow, against the sandbox and a lake in a folder, and print its tasks.

Airflow runs as in docker-compose.yml, with the LocalExecutor on PostgreSQL, from an environment of its own. Three runs:
one that succeeds, one while Twitch rejects the credentials (no retry), and one while Twitch does not answer (retries).
Ends with 1 if a task ended otherwise. Nothing leaves this machine.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from helperfunctions import embedded_postgres
from helperfunctions.clock import SystemClock
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.acceptance.conftest import CLIENT_SECRET, settings_for
from tests.conftest import database_url, execute
from tests.factories import rows

ROOT: Final = Path(__file__).resolve().parents[2]
DAG: Final = "watchtime_lake"
ENDED: Final = ("success", "failed", "upstream_failed")
TASK_IDS: Final = ("extract", "transform", "load", "seal", "prune")
# For a machine that does other work too; an idle one needs a minute.
PATIENCE_SECONDS: Final = 1200.0
RUNS: Final = "select run_id, state from dag_run where dag_id = 'watchtime_lake' order by queued_at"
TASKS: Final = """
    select task_id, state, try_number, round(extract(epoch from coalesce(end_date, now()) - start_date)::numeric, 1)
    from task_instance where run_id = '{run}' order by start_date nulls last
"""


@dataclass(frozen=True)
class Airflow:
    """An Airflow: its programs, its environment, and its database."""

    program: Path
    environment: Mapping[str, str]
    url: str
    folder: Path

    def run(self, *words: str) -> None:
        """Run a command of Airflow to its end."""
        subprocess.run([str(self.program), *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    @contextmanager
    def started(self) -> Iterator[None]:
        """Scheduler, DAG processor and API server, for as long as the block."""
        with (self.folder / "airflow.log").open("wb") as log:
            process = subprocess.Popen(
                [str(self.program), "standalone"],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield
            finally:
                # Its own processes are in its session.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def states(self, run: str) -> list[tuple[str, str, int]]:
        """The tasks of a run: name, state, number of attempts."""
        return [(task, state, tries) for task, state, tries, _ in rows(self.url, TASKS.format(run=run))]

    def report(self, title: str, run: str) -> None:
        """Print the tasks of a run, and the last messages of each attempt."""
        print(f"\n{title}: {run}", flush=True)  # noqa: T201
        for task, state, tries, seconds in rows(self.url, TASKS.format(run=run)):
            print(f"  {task:<10} {state or '-':<16} attempt {tries}  {seconds or '-'} s", flush=True)  # noqa: T201
        for log in sorted((self.folder / "airflow" / "logs").glob(f"dag_id={DAG}/run_id={run}/task_id=*/*.log")):
            said = re.findall(r'"event":"(.*?)(?<!\\)"', log.read_text(errors="replace"))
            shown = [
                line[:200] for line in said if "watchtime" in line or "Objects of the lake" in line or "Poll" in line
            ]
            for line in shown[-2:]:
                print(f"    {log.parent.name}: {line}", flush=True)  # noqa: T201


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answers(port: int) -> bool:
    """True if the API server is up: a task that starts earlier fails."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=30).ok
    except requests.RequestException:
        return False


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {PATIENCE_SECONDS:.0f} seconds")
        time.sleep(1)


def bot_environment(folder: Path, twitch: Mapping[str, str], url: str) -> dict[str, str]:
    """The settings of the bot that Airflow starts."""
    return {
        **twitch,
        "DATABASE_URL": url,
        "DATA_DIR": str(folder / "data"),
        "LAKE_URL": f"file://{folder}/lake",
        "LAKE_EXPORTS": "true",
        "POLL_EVERY_MINUTES": "5",
        "JOBS_ELSEWHERE": "collect,lake",
    }


def airflow_environment(folder: Path, url: str, port: int) -> dict[str, str]:
    """Airflow's settings, as in docker-compose.yml, with short pauses."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    venv = Path(sys.argv[1]).absolute() / "bin"
    return {
        **kept,
        "PATH": f"{venv}:{kept.get('PATH', '')}",
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "docker/airflow/dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url.replace("postgresql://", "postgresql+psycopg2://"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        # On a machine that is busy, a response takes longer than the 5 seconds that Airflow allows.
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "120",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "1200",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "WATCHTIME_COMMAND": f"env PYTHONPATH={ROOT} {sys.executable} -m bot",
        "WATCHTIME_FOLDER": str(folder / "bot"),
    }


def write_env(folder: Path, settings: Mapping[str, str]) -> None:
    """Write the bot's .env."""
    file = folder / "bot" / ".env"
    file.parent.mkdir(exist_ok=True)
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    file.chmod(0o600)


def new_run(airflow: Airflow, known: set[str], final: Set[str]) -> str:
    """The run that is not known yet, as soon as each of its tasks, or one that is retried, has one of these states."""
    found: list[str] = []

    def is_there() -> bool:
        found[:] = [run for run, _ in rows(airflow.url, RUNS) if run not in known]
        if not found:
            return False
        states = {state for _, state, _ in airflow.states(found[0])}
        return states <= final or "up_for_retry" in states & final

    eventually(is_there, "a run of the DAG ends")
    return found[0]


def check(airflow: Airflow, folder: Path, settings: Mapping[str, str]) -> list[str]:
    """The three runs. Returns what was not as expected."""
    wrong: list[str] = []
    known: set[str] = set()
    expected: dict[str, tuple[dict[str, str], list[tuple[str, str, int]]]] = {
        "a run that succeeds": (
            {},
            [(task, "success", 1) for task in TASK_IDS],
        ),
        "Twitch rejects the credentials: no retry": (
            {"TWITCH_CLIENT_SECRET": "wrong"},
            [("extract", "failed", 1), *((task, "upstream_failed", 0) for task in TASK_IDS[1:])],
        ),
        "Twitch does not answer: a retry": (
            {"TWITCH_API_URL": "http://127.0.0.1:9/helix"},
            [("extract", "up_for_retry", 1)],
        ),
    }
    for title, (changed, states) in expected.items():
        write_env(folder, {**settings, **changed})
        # The token of the run before would still be accepted.
        (folder / "data" / "twitch-token.json").unlink(missing_ok=True)
        if not known:
            airflow.run("dags", "unpause", DAG)
        else:
            airflow.run("dags", "trigger", DAG)
        run = new_run(airflow, known, {*ENDED, *(state for _, state, _ in states)})
        known |= {name for name, _ in rows(airflow.url, RUNS)}
        airflow.report(title, run)
        if not set(states) <= set(airflow.states(run)):
            wrong.append(title)
    return wrong


def main() -> int:
    """Run it; the argument is the folder of Airflow's environment."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wt-air-")))
        folder.chmod(0o755)
        server = stack.enter_context(embedded_postgres.running(folder / "pg"))
        for name in ("watchtime", "airflow"):
            execute(server, f"create database {name}")
        sandbox = stack.enter_context(
            TwitchSandbox(World(seed=7, channels=2_000), SystemClock(), client_secret=CLIENT_SECRET)
        )
        bot_url, url, port = database_url(server, "watchtime"), database_url(server, "airflow"), free_port()
        settings = bot_environment(folder, settings_for(sandbox), bot_url)
        write_env(folder, settings)
        subprocess.run(
            [sys.executable, "-m", "bot", "migrate"],
            cwd=folder / "bot",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
        airflow = Airflow(
            Path(sys.argv[1]).absolute() / "bin" / "airflow", airflow_environment(folder, url, port), url, folder
        )
        airflow.run("db", "migrate")
        try:
            with airflow.started():
                eventually(lambda: answers(port), "Airflow's API answers")
                eventually(
                    lambda: bool(rows(url, f"select 1 from dag where dag_id = '{DAG}'")), "Airflow has read the DAG"
                )
                wrong = check(airflow, folder, settings)
        except BaseException:
            print((folder / "airflow.log").read_text(errors="replace")[-6000:])  # noqa: T201
            raise
        print("\nin the database:", rows(bot_url, "select status, count(*) from staging.polls group by 1 order by 1"))  # noqa: T201
        for file in sorted((folder / "lake").rglob("*")):
            if file.is_file() and not file.name.startswith("."):
                print(f"  {file.relative_to(folder / 'lake')}  {file.stat().st_size:,} bytes")  # noqa: T201
    print("\nnot as expected:", wrong or "nothing")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
