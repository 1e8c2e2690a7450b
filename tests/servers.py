"""Servers of the supported versions of PostgreSQL that are installed on this machine, and the end of any server."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from tests.factories import rows
from tests.schema_dump import postgres_programs

# 16 and 18 are in the package of the embedded server, 15 is in this folder of Debian.
SERVERS = {version: postgres_programs(version) for version in (16, 18)} | {
    version: path
    for version in (15, 17)
    if (path := Path(f"/usr/lib/postgresql/{version}/bin")).joinpath("postgres").exists()
}

# As cases of a test: the oldest and the newest always, those between with --long.
VERSIONS = [
    version if version in (min(SERVERS), max(SERVERS)) else pytest.param(version, marks=pytest.mark.long)
    for version in sorted(SERVERS)
]


@contextmanager
def server_of(version: int, options: str = "", within: Path | None = None) -> Iterator[str]:
    """A server of one version with a socket of its own and these additional options; stopped with the block.

    `within`: the folder for its data, instead of that for temporary files.
    """
    programs = SERVERS[version]
    with tempfile.TemporaryDirectory(prefix="wt-", dir=within) as folder:
        data = Path(folder) / "pg"
        data.mkdir()
        user = _unprivileged_user(data)
        _as(user, programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-N", "-D", data)
        _as(
            user,
            programs / "pg_ctl",
            "-w",
            "-D",
            data,
            "-l",
            data / "log",
            "-o",
            f"-h '' -k {data} -F {options}",
            "start",
        )
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            _as(user, programs / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")


def logs_in_with_password(role: str, url: str) -> None:
    """Make a server without passwords require one of this role; `url` is that of a superuser."""
    [(path,)] = rows(url, "show hba_file")
    before = Path(path).read_text()
    line = f"local all {role} scram-sha-256\n"
    if line not in before:
        Path(path).write_text(line + before)
    assert rows(url, "select pg_reload_conf()") == [(True,)]


def _unprivileged_user(data: Path) -> str | None:
    """The user for PostgreSQL, which refuses to run as root: that of the embedded server."""
    if os.geteuid() != 0:
        return None
    data.parent.chmod(0o755)
    shutil.chown(data, "pgserver", "pgserver")
    return "pgserver"


def _as(user: str | None, *command: object) -> None:
    subprocess.run([str(part) for part in command], user=user, check=True, capture_output=True, cwd="/")


def kill(process: psutil.Process) -> None:
    """Kill a server and its processes, as a power cut would."""
    every = [process, *process.children(recursive=True)]
    for one in every:
        # The process of a connection may end by itself meanwhile.
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(every, timeout=30)
