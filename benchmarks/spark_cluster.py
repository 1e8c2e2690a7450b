"""A real Spark cluster on loopback: a master, two workers and a Connect server, each a process of its own."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from benchmarks.harness import progress

START_SECONDS: Final = 300
WORKERS: Final = 2
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. `address` is that of its Connect server, as `sc://host:port`."""

    address: str
    processes: Sequence[psutil.Process]
    _peak: list[float] = field(default_factory=lambda: [0.0])

    @property
    def peak_mb(self) -> float:
        """The peak of the resident memory of all processes, in MB of 10^6 bytes, sampled four times a second."""
        return self._peak[0]

    def number_of_processes(self) -> int:
        """The number of Java processes now: executors are children of the workers."""
        return len([process for process in _trees(self.processes) if process.name() == "java"])

    def sample_until(self, stopped: threading.Event) -> None:
        """Measure the memory until the event is set."""
        while not stopped.wait(0.25):
            total = 0
            for process in _trees(self.processes):
                with suppress(psutil.Error):
                    total += process.memory_info().rss
            self._peak[0] = max(self._peak[0], total / 1e6)


@contextmanager
def running(spark_home: Path, folder: Path) -> Iterator[Cluster]:
    """A cluster that ends with the block. `spark_home`: the folder of pyspark; `folder`: for logs and scratch files."""
    master_port, connect_port = _free_port(), _free_port()
    master = f"spark://{_LOOPBACK}:{master_port}"
    started: list[subprocess.Popen[bytes]] = []
    stopped = threading.Event()

    def start(name: str, *command: str) -> None:
        environment = os.environ | {
            "SPARK_HOME": str(spark_home),
            "SPARK_LOCAL_IP": _LOOPBACK,
            "SPARK_LOCAL_DIRS": str(folder),
            "SPARK_WORKER_DIR": str(folder / "work"),
        }
        with (folder / f"{name}.log").open("wb") as log:
            command = (str(spark_home / "bin" / command[0]), *command[1:])
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        started.append(process)

    try:
        server = "org.apache.spark.deploy"
        start("master", "spark-class", f"{server}.master.Master", "--host", _LOOPBACK, "--port", str(master_port),
              "--webui-port", str(_free_port()))  # fmt: skip
        _wait_for(master_port, started[-1], folder / "master.log")
        for number in range(WORKERS):
            start(f"worker-{number}", "spark-class", f"{server}.worker.Worker", "--host", _LOOPBACK, "--cores", "1",
                  "--memory", "1g", "--webui-port", str(_free_port()), master)  # fmt: skip
        start("connect", "spark-submit", "--master", master, "--class",
              "org.apache.spark.sql.connect.service.SparkConnectServer", "--driver-memory", "1g",
              "--conf", "spark.executor.memory=768m", "--conf", "spark.ui.enabled=false",
              "--conf", f"spark.connect.grpc.binding.address={_LOOPBACK}",
              "--conf", f"spark.connect.grpc.binding.port={connect_port}", "spark-internal")  # fmt: skip
        _wait_for(connect_port, started[-1], folder / "connect.log")
        cluster = Cluster(f"sc://{_LOOPBACK}:{connect_port}", [psutil.Process(one.pid) for one in started])
        threading.Thread(target=cluster.sample_until, args=(stopped,), daemon=True).start()
        yield cluster
    finally:
        stopped.set()
        _end(started)


def _end(started: Sequence[subprocess.Popen[bytes]]) -> None:
    """End our processes and their children, the last one first."""
    trees = [process for one in started for process in _trees(_existing(one.pid))]
    for process in reversed(trees):
        with suppress(psutil.Error):
            process.terminate()
    for process in psutil.wait_procs(trees, timeout=20)[1]:
        with suppress(psutil.Error):
            process.kill()


def _existing(pid: int) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid)]
    except psutil.Error:
        return []


def _trees(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for process in processes:
        with suppress(psutil.Error):
            found += [process, *process.children(recursive=True)]
    return found


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    began = time.monotonic()
    while True:
        with suppress(OSError), socket.create_connection((_LOOPBACK, port), timeout=1):
            progress(f"engine-check: {log.stem} listens after {time.monotonic() - began:.0f} s")
            return
        if process.poll() is not None or time.monotonic() - began > START_SECONDS:
            end = "\n".join(log.read_text().splitlines()[-15:])
            raise SystemExit(f"the {log.stem} of Spark did not start:\n{end}")
        time.sleep(0.25)
