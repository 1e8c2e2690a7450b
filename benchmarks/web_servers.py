"""The servers of the dashboard benchmark: our dashboard and a Streamlit app, each in its own process."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.harness import Bench
from benchmarks.web_calls import fetch
from helperfunctions import reader

# A server that has not stopped after this time is killed.
_PATIENCE_SECONDS: Final = 3.0
ROOT: Final = Path(__file__).parent.parent


@contextmanager
def dashboard(bench: Bench) -> Iterator[tuple[str, int]]:
    """`watchtime web` with a database, as the role that only reads, until the end of the block; its host and port."""
    with program(bench, "bot", "web", "--port", "0") as (server, _):
        yield address_of(server)


def address_of(server: subprocess.Popen[str]) -> tuple[str, int]:
    """The host and port of a dashboard that starts."""
    assert server.stdout is not None  # noqa: S101 - it is a pipe
    line = server.stdout.readline()
    found = re.search(r"http://([^:/]+):(\d+)/", line)
    if found is None:
        raise RuntimeError(f"the dashboard did not start: {line!r}")
    return found[1], int(found[2])


@contextmanager
def streamlit(bench: Bench) -> Iterator[tuple[str, int]]:
    """The Streamlit app with a database, until the end of the block; its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "logger.level": "error",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    app = str(ROOT / "benchmarks" / "streamlit_app.py")
    with program(bench, "streamlit", "run", app, *arguments) as (server, folder):
        patience = time.monotonic() + 60
        while not _is_up(port):
            if server.poll() is not None or time.monotonic() > patience:
                raise RuntimeError(f"Streamlit did not start: {(folder / 'errors').read_text()[-2000:]}")
            time.sleep(0.1)
        yield "127.0.0.1", port


@contextmanager
def program(
    bench: Bench, *module_and_arguments: str, more_settings: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A Python program with the settings of a dashboard and others, in an empty folder with a file of its errors.

    It is stopped at the end of the block.
    """
    with tempfile.TemporaryDirectory(prefix="wtw-") as name:
        folder = Path(name)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": name,
            "PYTHONPATH": str(ROOT),
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": bench.url,
            "WEB_DATABASE_URL": reader.of_embedded(bench.database, bench.url),
            "WEB_REQUESTS_PER_MINUTE": "0",
            **(more_settings or {}),
        }
        with (
            (folder / "errors").open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-m", *module_and_arguments],
                env=environment,
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as program,
        ):
            try:
                yield program, folder
            finally:
                program.terminate()
                try:
                    program.wait(_PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    # Streamlit waits for clients that have disconnected.
                    program.kill()


def _is_up(port: int) -> bool:
    try:
        return fetch(("127.0.0.1", port), "/_stcore/health")[0] == 200
    except OSError:
        return False
