"""A real RabbitMQ of Debian's package, on free ports of the loopback interface. One for all tests of a process."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

# Debian's script in /usr/sbin changes to another user, who cannot work in the folder of a test.
SERVER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MISSING: Final = f"{SERVER} is missing: install Debian's rabbitmq-server"
# Only a failing test waits this long.
PATIENCE_SECONDS: Final = 300.0
_PORTS: Final = (20_000, 32_000)
# One thread, which does not spin while it waits.
_ERLANG: Final = "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"
_CONFIGURATION: Final = """
listeners.tcp.1 = 127.0.0.1:{port}
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 1MB
log.console = false
log.file.level = warning
"""


@dataclass
class Rabbit:
    """A broker in a folder, and the name server of Erlang, which it needs. Both can be killed, and started again."""

    folder: Path
    ports: list[int] = field(default_factory=lambda: free_ports(3))
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.ports[0]}/"

    def start(self) -> None:
        """Start both, and wait until the broker accepts connections. They work in the folder, where the janitor of the
        tests finds them."""
        (self.folder / "rabbitmq.conf").write_text(_CONFIGURATION.format(port=self.ports[0]))
        (self.folder / "plugins").write_text("[].")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))},
            # The cookie of Erlang is there.
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self.ports[1]),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests{self.ports[0]}@localhost",
            "RABBITMQ_DIST_PORT": str(self.ports[2]),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
            # The script becomes the server, instead of waiting for it.
            "RUNNING_UNDER_SYSTEMD": "1",
        }
        for command in (["epmd"], [str(SERVER)]):
            with (self.folder / "output").open("ab") as output:
                process = subprocess.Popen(
                    command,
                    cwd=self.folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            self._running.append(process)
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and all(process.poll() is None for process in self._running):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.ports[0]), 5) as connection:
                connection.sendall(b"AMQP\0\0\x09\x01")
                connection.settimeout(5)
                # While it starts, it accepts connections and closes them.
                if connection.recv(1):
                    return
            time.sleep(0.1)
        raise AssertionError(f"RabbitMQ did not start: {(self.folder / 'output').read_text(errors='replace')[-2000:]}")

    def signal(self, number: int) -> None:
        """Send a signal to the broker."""
        self._running[-1].send_signal(number)

    def kill(self) -> None:
        """Kill both."""
        for process in reversed(self._running):
            # With the helpers of Erlang, which end by themselves a moment later.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()

    def cpu_seconds(self) -> float:
        """The CPU time of the broker."""
        times = psutil.Process(self._running[-1].pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(folder: Path) -> Iterator[Rabbit]:
    """Run a broker with its data in a folder."""
    rabbit = Rabbit(folder)
    try:
        rabbit.start()
        yield rabbit
    finally:
        rabbit.kill()


def free_ports(count: int) -> list[int]:
    """Ports of the loopback interface that nothing uses just now, below those that systems give to connections: the
    broker is started again with the same ones."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(*_PORTS)
        with suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            found.append(port)
    return found
