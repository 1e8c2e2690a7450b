"""A simulated S3: SeaweedFS, whose conditional writes are those of AWS. One server for all tests of a process."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Only a failing test waits this long.
PATIENCE_SECONDS: Final = 120.0
BUCKET: Final = "lake"
# What the server accepts: without configured users, it takes any.
AWS: Final = {
    "AWS_ACCESS_KEY_ID": "planted-id",
    "AWS_SECRET_ACCESS_KEY": "planted-key",
    "AWS_REGION": "us-east-1",
}


@dataclass(frozen=True)
class Seaweed:
    """A running server."""

    url: str


@contextmanager
def serving(folder: Path) -> Iterator[Seaweed]:
    """Run a server on free ports of the loopback interface, with its data in a folder."""
    ports = _free_ports(9)
    # Each of these listens also on the port that is 10,000 higher, unless it is given.
    command = [
        str(Path(sys.executable).with_name("weed")),
        *("-v", "-1", "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-bucket={BUCKET}"),
        *("-webdav=false", "-admin.ui=false", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.port={ports[0]}"),
        *(f"-s3.port.grpc={ports[1]}", f"-master.port={ports[2]}", f"-master.port.grpc={ports[3]}"),
        *(f"-volume.port={ports[4]}", f"-volume.port.grpc={ports[5]}"),
        *(f"-filer.port={ports[6]}", f"-filer.port.grpc={ports[7]}", f"-admin.port={ports[8]}"),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **AWS}, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{ports[0]}"
        _wait_for(url, process, folder / "log")
        yield Seaweed(url)
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 - http
            return
        time.sleep(0.1)
    raise AssertionError(f"SeaweedFS did not start: {log.read_text(errors='replace')[-2000:]}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()
