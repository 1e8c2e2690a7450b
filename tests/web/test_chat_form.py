"""Whatever is sent to the form that chooses channels, it is refused or done, and only who has the token writes."""

import http.client
from collections.abc import Callable, Iterator
from random import Random
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from helperfunctions.database import Database
from tests.factories import a_stream, rows, stage
from tests.web.conftest import NOW, Web
from tests.web.test_chat import CHAT, TOKEN, a_chat

FEW, FUZZ_SECONDS = 30, 600
PIECES = (
    b"login=",
    b"token=",
    b"do=leave",
    b"&",
    b"=",
    b"%",
    b"%00",
    b"+",
    b";",
    b"\xff",
    b"a" * 30,
    b"xqc",
    b"@",
    b"'",
)
COOKIES = ("owner=", "owner=x", f"owner={TOKEN}", 'owner="', "owner=\xff", "owner=a.b.c", "; owner=;;")


@pytest.fixture
def chat(database: Database, url: str, serving: Callable[..., Any]) -> Iterator[Web]:
    stage(database, a_stream(1000, streamer="ada"), at=NOW)
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        yield web


def a_body(random: Random) -> bytes:
    """A form with wrong tokens, or pieces of one."""
    if random.random() < 0.5:
        token = random.choice(["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\x00", "é" * 50])
        return urlencode({"login": random.choice(["xqc", "@ADA", "a b", "", "x" * 26]), "token": token}).encode()
    return b"".join(random.choice((*PIECES, random.randbytes(5))) for _ in range(random.randrange(40)))


def send(web: Web, random: Random) -> int:
    """Send a form from some address, as anybody could. Its status."""
    to = urlsplit(web.url)
    own = f"127.{random.randrange(1, 200)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=60, source_address=(own, 0))
    headers = {"origin": random.choice([web.url, web.url, web.url, "null", "", "http://[", "x" * 300])}
    if random.random() < 0.5:
        headers["cookie"] = random.choice(COOKIES)
    if random.random() < 0.2:
        headers["content-type"] = random.choice(
            ["", "multipart/form-data", "text/plain; charset=nowhere", "application/json"]
        )
    connection.request("POST", "/chat/follow", a_body(random), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_form_without_the_token_is_refused_and_writes_nothing(chat: Web, url: str) -> None:
    random = Random(7)
    found = {send(chat, random) for _ in range(FEW)}
    assert found <= {303, 400, 403, 413, 429}, found
    assert rows(url, "select * from chat.requests") == []


@pytest.mark.long
def test_ten_minutes_of_forms_without_the_token_write_nothing(chat: Web, url: str) -> None:
    random, ends_at, sent = Random(8), monotonic() + FUZZ_SECONDS, 0
    while monotonic() < ends_at:
        status = send(chat, random)
        assert status in (303, 400, 403, 413, 429), status
        sent += 1
    assert rows(url, "select * from chat.requests") == []
    print(f"{sent:,} forms")  # noqa: T201 - shown with -s
