"""The documented nginx in front of the dashboard, run with a dashboard that a test controls."""

import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from bot.web.views.chat_pages import STREAM_HEADERS
from tests.acceptance.conftest import PATIENCE_SECONDS, eventually
from tests.acceptance.doc_commands import ROOT

# Debian installs nginx in a folder that only root's PATH has.
NGINX, OPENSSL = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "", shutil.which("openssl") or ""
CERTIFICATES = "/etc/letsencrypt/live/watchtime.example.org"
BURST, CONNECTIONS = 40, 20

pytestmark = pytest.mark.skipif(not NGINX or not OPENSSL, reason="nginx or openssl is not installed")


@dataclass
class Dashboard:
    """What stands behind the proxy: the forwarded addresses of its requests, and whether those to /slow may end."""

    forwarded: list[str | None] = field(default_factory=list)
    may_end: threading.Event = field(default_factory=threading.Event)


@dataclass
class Proxy:
    """The running proxy."""

    url: str
    certificate: Path
    dashboard: Dashboard

    def get(self, path: str, **headers: str) -> int:
        """The status of a request that is sent over a connection of its own."""
        with requests.Session() as session:
            session.trust_env = False
            return session.get(self.url + path, headers=headers, verify=str(self.certificate)).status_code


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def documented(folder: Path, plain: int, tls: int, dashboard: int) -> str:
    """The example with the ports and files of a test. Its rate is lowered, so that no accepted request comes back
    while a slow machine sends the next ones."""
    page = (ROOT / "docs/dashboard.md").read_text()
    [example] = re.findall(r"^```nginx\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for before, after in {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
        "http://127.0.0.1:8000;": f"http://127.0.0.1:{dashboard};",
        "rate=10r/s;": "rate=1r/m;",
    }.items():
        assert example.count(before) == 1, before
        example = example.replace(before, after)
    return str(example.replace(CERTIFICATES, str(folder)))


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    name = ["-subj", "/CN=watchtime.example.org", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made = [OPENSSL, "req", "-x509", *key, *name, *files]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    dashboard = Dashboard()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            dashboard.forwarded.append(self.headers["x-forwarded-for"])
            if self.path.endswith("/slow"):
                dashboard.may_end.wait()
            self.send_response(200)
            if self.path.endswith("/live"):
                for name, value in STREAM_HEADERS.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"data: first\n\n")
                dashboard.may_end.wait()
                return
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        plain, tls = free_ports(2)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
        example = documented(tmp_path, plain, tls, server.server_port)
        (tmp_path / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{folders}{example}}}\n"
        )
        command = [NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "log")]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
            try:
                eventually(lambda: listens(tls), "nginx listens")
                yield Proxy(f"https://127.0.0.1:{tls}", tmp_path / "fullchain.pem", dashboard)
            finally:
                dashboard.may_end.set()
                nginx.terminate()
                server.shutdown()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def test_the_address_that_a_client_writes_itself_does_not_reach_the_dashboard(proxy: Proxy) -> None:
    assert proxy.get("/twitch/", **{"X-Forwarded-For": "203.0.113.9"}) == 200
    assert proxy.dashboard.forwarded == ["127.0.0.1"]


def test_an_address_has_a_limited_number_of_requests_at_once(proxy: Proxy) -> None:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        slow = [pool.submit(proxy.get, "/twitch/slow") for _ in range(CONNECTIONS)]
        eventually(lambda: len(proxy.dashboard.forwarded) == CONNECTIONS, "the requests are under way")
        assert proxy.get("/twitch/") == 429
        proxy.dashboard.may_end.set()
        assert [one.result() for one in slow] == [200] * CONNECTIONS


def test_an_event_of_the_live_chat_arrives_while_its_stream_goes_on(proxy: Proxy) -> None:
    with requests.Session() as session:
        session.trust_env = False
        live = session.get(
            f"{proxy.url}/twitch/chat/live", verify=str(proxy.certificate), stream=True, timeout=PATIENCE_SECONDS
        )
        assert next(live.iter_lines()) == b"data: first"
        assert not proxy.dashboard.may_end.is_set()
        proxy.dashboard.may_end.set()
        live.close()


def test_an_address_has_a_limited_number_of_requests_in_a_row(proxy: Proxy) -> None:
    assert [proxy.get("/twitch/") for _ in range(BURST + 2)] == [200] * (BURST + 1) + [429]
