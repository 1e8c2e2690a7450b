"""Slow, hostile and unusual clients of the dashboard."""

import logging
import resource
import socket
from collections import Counter
from contextlib import suppress
from ipaddress import ip_network
from typing import Self
from urllib.parse import quote, urlsplit

import pytest

from bot.web.http.server import Connection
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.web.conftest import NOW, Serve, Web, served


def test_long_address_is_refused_and_the_query_of_a_file_is_ignored(shown: Web) -> None:
    assert shown.get("/explore?name=" + "a" * 5_000).status_code == 414
    assert shown.get("/" + quote("\U0001f600" * 5_000)).status_code in (400, 414)
    plain, with_query = shown.get("/static/page.js"), shown.get("/static/page.js?y=1")
    assert plain.content == with_query.content
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_connection_that_idles_or_sends_half_a_request_is_closed(web_url: str, queries: Queries) -> None:
    class Hasty(Connection):
        idle_seconds = 0.2

    with served(web_url, queries, NOW, connection=Hasty) as web:
        place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        whole = b"GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n"
        for sent in (b"", b"GET / HTTP/1.1\r\nHost: ", whole, whole + b"GET / HT"):
            with socket.create_connection(place, timeout=30) as connection:
                connection.sendall(sent)
                heard = b""
                while piece := connection.recv(4096):
                    heard += piece
                assert heard.startswith(b"HTTP/1.1 200") is sent.startswith(whole)
        assert web.get("/healthz").status_code == 200


class Crowd:
    """Hundreds of connections from one address, closed at the end."""

    def __init__(self, web: Web, address: str) -> None:
        self._place = (str(urlsplit(web.url).hostname), int(urlsplit(web.url).port or 0))
        self._address = address
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        # Both ends of each connection are in this process.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8_192)), hard))
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.sockets:
            one.close()

    def send(self, how_many: int, request: bytes) -> None:
        for _ in range(how_many):
            one = socket.create_connection(self._place, timeout=60, source_address=(self._address, 0))
            self.sockets.append(one)
            with suppress(ConnectionError):
                one.sendall(request)

    def answers(self) -> list[bytes]:
        """The bytes that each connection receives until it is closed."""
        heard = []
        for one in self.sockets:
            received = b""
            with suppress(ConnectionError):
                while piece := one.recv(65_536):
                    received += piece
            heard.append(received)
        return heard


def test_hundreds_of_half_requests_do_not_keep_other_clients_out(web_url: str, queries: Queries) -> None:
    class Patient(Connection):
        header_seconds = 600.0
        idle_seconds = 600.0

    with served(web_url, queries, NOW, connection=Patient) as web, Crowd(web, "127.0.0.2") as crowd:
        crowd.send(600, b"GET / HTTP/1.1\r\nHost: ")
        for shown in ("/healthz", "/explore", "/static/style.css"):
            assert web.get(shown).status_code == 200, shown
        # The same address still gets the health check, and an explanation for everything else.
        with Crowd(web, "127.0.0.2") as more:
            for path in (b"/healthz", b"/explore", b"/api/v1/games"):
                more.send(1, b"GET " + path + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            health, page, program = more.answers()
    assert health.startswith(b"HTTP/1.1 200")
    assert page.startswith(b"HTTP/1.1 503")
    assert b"Too many connections from your address. Try again in a minute." in page
    assert b"frame-ancestors 'none'" in page
    assert b"</html>" in page
    assert b'{"detail":"Too many connections from your address. Try again in a minute."}' in program
    assert b"retry-after: 30" in program


def test_each_of_hundreds_of_requests_is_served_or_refused_with_a_reason(
    web_url: str, queries: Queries, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING),
        served(web_url, queries, NOW) as web,
        Crowd(web, "127.0.0.2") as crowd,
    ):
        crowd.send(600, b"GET /explore HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        statuses = Counter(answer[:12] for answer in crowd.answers())
        assert web.get("/explore").status_code == 200
    assert set(statuses) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert statuses[b"HTTP/1.1 200"] >= 100
    assert sum("connections to the dashboard are refused" in one.getMessage() for one in caplog.records) <= 1
    assert [one.getMessage() for one in caplog.records if one.name.startswith("uvicorn")] == []


def test_bytes_that_are_not_http_get_a_full_error_response(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), Crowd(web, "127.0.0.3") as crowd:
        crowd.send(3, b"\x16\x03\x01 this is TLS\r\n\r\n")
        answers = crowd.answers()
    for heard in answers:
        assert heard.startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert b"x-content-type-options: nosniff" in heard
        assert b"This is not an HTTP request." in heard
    assert caplog.records == []


def test_untrusted_proxy_is_logged_once(
    url: str, database: Database, serving: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    for trusted, warnings in ((), 1), ([ip_network("127.0.0.1")], 0):
        caplog.clear()
        with serving(url, requests_per_minute=100, trusted_proxies=trusted) as web:
            for _ in range(3):
                web.get("/api", headers={"X-Forwarded-For": "192.0.2.1"})
                # A visitor on the proxy's own machine.
                web.get("/api", headers={"X-Forwarded-For": "127.0.0.1"})
        assert sum("WEB_TRUSTED_PROXIES" in record.getMessage() for record in caplog.records) == warnings


@pytest.mark.parametrize(
    ("accepts", "is_packed"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("br, gzip;q=0.0, deflate", False), ("br", False)],
)
def test_gzip_is_sent_only_to_clients_that_accept_it(web: Web, accepts: str, is_packed: bool) -> None:
    given = web.get("/explore", headers={"Accept-Encoding": accepts})
    assert (given.headers.get("content-encoding") == "gzip") is is_packed
    assert given.headers["vary"] == "accept-encoding"
    for tag in (given.headers["etag"], "*", f'"other", {given.headers["etag"]}'):
        same = web.get("/explore", headers={"Accept-Encoding": accepts, "If-None-Match": tag})
        assert (same.status_code, same.content, same.headers["vary"]) == (304, b"", "accept-encoding")
