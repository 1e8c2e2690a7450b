"""Each response that X is known to send raises the error that fits it; so do late, cut and odd responses."""

import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import XError, XNotYet, XRefused, XUnknown
from helperfunctions.x_api import XApi, shortened_alt_text
from helperfunctions.x_models import LONGEST_ALT_TEXT
from tests.contract import canned_x
from tests.contract.x_verdicts import NOW, RATE, VERDICTS, Call, me, post

SECRETS = {
    "api_key": "planted-key-1b7",
    "api_key_secret": "planted-key-secret-2c8",
    "access_token": "planted-token-3d9",
    "access_token_secret": "planted-token-secret-4ea",
}


def unix(instant: datetime) -> str:
    return str(int(instant.timestamp()))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def connect(clock: VirtualClock, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., XApi]]:
    """Makes clients. At the end, no log line of any level may contain a secret or a signature."""
    apis: list[XApi] = []
    caplog.set_level(logging.DEBUG)

    def connected(url: str, **options: Any) -> XApi:
        given: dict[str, Any] = SECRETS | options
        apis.append(XApi(api_url=url, clock=clock, **given))
        return apis[-1]

    yield connected
    for api in apis:
        api.close()
    written = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.get_records("call"))
    assert not [secret for secret in [*SECRETS.values(), "oauth_signature"] if secret in written]


def caught(api: XApi, call: Call) -> XError:
    """The error of a call, which is searched for secrets."""
    with pytest.raises(XError) as error:
        call(api)
    shown = "".join(traceback.format_exception(error.value))
    chain: list[BaseException | None] = [error.value]
    while chain[-1] is not None:
        shown += f"{chain[-1]!s} {chain[-1]!r} {chain[-1].args}"
        chain.append(chain[-1].__cause__ or chain[-1].__context__)
    assert not [secret for secret in [*SECRETS.values(), "oauth_signature"] if secret in shown]
    assert "\n" not in str(error.value)
    return error.value


@pytest.mark.parametrize(("status", "body", "calls", "kind", "facts"), VERDICTS.values(), ids=VERDICTS.keys())
def test_a_response_raises_the_error_that_fits_it(
    status: int,
    body: Any,
    calls: tuple[Call, ...],
    kind: type[XError],
    facts: dict[str, Any],
    connect: Callable[..., XApi],
) -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    with canned_x.answering(status, sent, {}) as (url, asked):
        api = connect(url)
        for call in calls:
            error = caught(api, call)
            assert type(error) is kind
            assert {name: getattr(error, name) for name in facts} == facts
        assert len(asked) == len(calls), "no call is retried"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-reset": unix(NOW + timedelta(seconds=400))}, 400),
        ({"x-rate-limit-reset": unix(NOW + timedelta(seconds=1))}, 5),
        # Either clock may be wrong.
        ({"x-rate-limit-reset": unix(NOW - timedelta(hours=1))}, 60),
        ({"x-rate-limit-reset": unix(NOW + timedelta(days=400))}, 60),
        ({"x-rate-limit-reset": "soon"}, 60),
        ({"x-rate-limit-reset": "9" * 30}, 60),
        ({"x-rate-limit-reset": "-5"}, 60),
        ({"retry-after": "30"}, 30),
        ({"retry-after": "0"}, 5),
        ({"retry-after": "Thu, 01 Jan 2026 00:00:00 GMT"}, 60),
        ({"retry-after": "9" * 11}, 60),
        ({"retry-after": "30", "x-rate-limit-reset": unix(NOW + timedelta(seconds=400))}, 400),
        (
            {
                "x-rate-limit-reset": unix(NOW + timedelta(seconds=400)),
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": unix(NOW + timedelta(hours=7)),
            },
            7 * 3600,
        ),
        (
            {
                "x-rate-limit-reset": unix(NOW + timedelta(seconds=400)),
                "x-app-limit-24hour-remaining": "3",
                "x-app-limit-24hour-reset": unix(NOW + timedelta(hours=7)),
            },
            400,
        ),
    ],
)
def test_a_rate_limit_has_its_end(headers: dict[str, str], seconds: int, connect: Callable[..., XApi]) -> None:
    with canned_x.answering(429, json.dumps(RATE).encode(), headers) as (url, _):
        error = caught(connect(url), post)
    assert isinstance(error, XNotYet)
    assert error.not_before == NOW + timedelta(seconds=seconds)


def test_a_redirect_is_not_followed(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(301, b"", {"location": "/2/elsewhere"}) as (url, asked):
        error = caught(connect(url), post)
    assert isinstance(error, XRefused)
    assert "X_API_URL" in str(error)
    assert len(asked) == 1


def test_cookies_are_not_kept(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(503, b"", {"set-cookie": "guest_id=1; Path=/"}) as (url, asked):
        api = connect(url)
        for _ in range(2):
            caught(api, me)
    assert asked == ["GET /2/users/me HTTP/1.1"] * 2


def test_a_refused_connection_is_an_error_without_an_effect(connect: Callable[..., XApi]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        port = bound.getsockname()[1]
    error = caught(connect(f"http://127.0.0.1:{port}"), post)
    assert isinstance(error, XNotYet)
    assert error.not_before == NOW + timedelta(seconds=30)
    assert isinstance(caught(connect("http://nobody.invalid"), post), XNotYet)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{", b"nonsense\r\n\r\n"])
def test_after_half_a_response_the_outcome_is_unknown(sent: bytes, connect: Callable[..., XApi]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(sent)

        thread = threading.Thread(target=serve)
        thread.start()
        error = caught(connect(f"http://127.0.0.1:{listener.getsockname()[1]}"), post)
        thread.join()
    assert isinstance(error, XUnknown)
    assert error.is_charged


def test_after_a_late_response_the_outcome_is_unknown(connect: Callable[..., XApi]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(caught(connect(url, timeout=(5.0, 0.2)), post), XUnknown)


@pytest.mark.parametrize(
    ("begin", "drop"),
    [
        (b"", b"HTTP/1.1 201 Created\r\n" + b"x-header: 1\r\n" * 10_000),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n", b" " * 100_000),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 20_000),
        (b"HTTP/1.0 201 Created\r\n\r\n", b" " * 100_000),
    ],
    ids=["headers", "body", "chunks", "body without a length"],
)
def test_a_response_that_comes_byte_by_byte_ends_at_the_deadline(
    begin: bytes, drop: bytes, connect: Callable[..., XApi]
) -> None:
    """Each byte comes within the time-out of a read; all of them would take an hour."""
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                connection.recv(65_536)
                connection.sendall(begin)
                for place in range(len(drop)):
                    if stop.wait(0.05):
                        return
                    connection.sendall(drop[place : place + 1])

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        error = caught(connect(url, timeout=(5.0, 30.0), whole_request=0.5), post)
        stop.set()
        thread.join()
    assert isinstance(error, XUnknown)
    assert error.is_charged


def test_a_deadline_that_is_met_leaves_the_connection_open(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(200, b'{"data": {"id": "7"}}', {}) as (url, asked):
        api = connect(url, whole_request=30.0)
        for _ in range(3):
            assert api.create_post("hello") == "7"
    assert len(asked) == 3


def test_a_long_reason_is_cut(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(400, json.dumps({"detail": "why " * 500}).encode(), {}) as (url, _):
        assert len(str(caught(connect(url), post))) < 400


def test_a_reason_is_one_line_without_control_characters(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(403, json.dumps({"detail": "a\0b\n\x1b[31mc \u202ed"}).encode(), {}) as (url, _):
        assert str(caught(connect(url), post)).endswith(": ab [31mc d")


def test_alt_texts_end_with_a_word() -> None:
    words = "word " * 300
    cut = shortened_alt_text(words)
    assert len(cut) <= LONGEST_ALT_TEXT
    assert cut.endswith("word …")
    assert shortened_alt_text("short") == "short"
