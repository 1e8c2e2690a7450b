"""The memory limits that docker-compose.yml ships, put on processes by a cgroup where the machine allows it."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
# A number, or a variable with its default: 256m, ${DOCKER_BOT_MEMORY:-240m}.
_LIMIT: Final = re.compile(r"(?:\$\{\w+:-)?(\d+)([kmg])b?\}?")
_UNITS: Final = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def bytes_of(limit: str) -> int:
    """The default of a memory limit of docker-compose.yml."""
    number, unit = _LIMIT.fullmatch(limit).groups()  # type: ignore[union-attr]
    return int(number) * _UNITS[unit]


@dataclass(frozen=True)
class Shipped:
    """The default limits of a service in docker-compose.yml: bytes of memory, and the options of its server."""

    memory: int
    options: tuple[str, ...]

    @classmethod
    def of(cls, service: str) -> "Shipped":
        """Read the limits of one service."""
        described = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][service]
        command = described.get("command") or []
        options = [word.removeprefix("-c") for word in command if word.startswith("-c")]
        return cls(bytes_of(described["mem_limit"]), tuple(options))


@dataclass(frozen=True)
class Cage:
    """A memory cgroup: version 1 or 2."""

    folder: Path
    is_version_2: bool

    def enter(self) -> None:
        """Put the calling process and its later children into the group."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    @property
    def kills(self) -> int:
        """Number of processes in the group that were killed because of the limit."""
        file = self.folder / ("memory.events" if self.is_version_2 else "memory.oom_control")
        found = re.search(r"^oom_kill (\d+)", file.read_text(), re.MULTILINE)
        return int(found[1]) if found else 0


@contextmanager
def cage(name: str, limit: int) -> Iterator[Cage | None]:
    """A cgroup with that limit below ours; None where we may not make one."""
    with ExitStack() as stack:
        try:
            yield _made(stack, name, limit)
        except BaseException:
            stack.close()
            raise


def _made(stack: ExitStack, name: str, limit: int) -> Cage | None:
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        version_2 = not controllers
        if not version_2 and "memory" not in controllers.split(","):
            continue
        root = Path("/sys/fs/cgroup") if version_2 else Path("/sys/fs/cgroup/memory")
        folder = root / path.lstrip("/") / f"{name}-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        stack.callback(_remove, folder)
        with suppress(OSError):
            # Swap would hide that the limit is passed.
            swap = "memory.swap.max" if version_2 else "memory.swappiness"
            (folder / ("memory.max" if version_2 else "memory.limit_in_bytes")).write_text(str(limit))
            with suppress(OSError):
                (folder / swap).write_text("0")
            return Cage(folder, version_2)
    return None


def _remove(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def memory_of(*processes: psutil.Process) -> float:
    """Memory of the processes in MB (10^6 bytes); shared pages count once (PSS)."""
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_full_info().pss / 1e6
    return total


def entering(cage: Cage | None) -> Callable[[], None] | None:
    """A function for the start of a new process, which puts it into the group."""
    return cage.enter if cage else None
