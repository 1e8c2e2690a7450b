"""Every answer of X that anybody has reported, and what it means to us."""

import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import XCredentialsWrong, XError, XNotYet, XOutOfCredits, XRefused, XUnknown
from helperfunctions.x_api import LONGEST_ALT_TEXT, XApi, shortened_alt_text
from tests.contract import canned_x

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
SECRETS = {
    "api_key": "planted-key-1b7",
    "api_key_secret": "planted-key-secret-2c8",
    "access_token": "planted-token-3d9",
    "access_token_secret": "planted-token-secret-4ea",
}
OLD, NEW = "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"
Call = Callable[[XApi], object]


def post(api: XApi) -> object:
    return api.create_post("hello", reply_to="5")


def upload(api: XApi) -> object:
    return api.upload_png(b"\x89PNG")


def describe(api: XApi) -> None:
    api.describe_media("7", "words")


def mentions(api: XApi) -> object:
    return api.mentions("1", since_id="5")


def own_posts(api: XApi) -> object:
    return api.own_posts("1")


def me(api: XApi) -> object:
    return api.me()


CALLS = (post, upload, describe, mentions, own_posts, me)


def forbidden(detail: str, kind: str = "about:blank", **more: Any) -> dict[str, Any]:
    return {"title": "Forbidden", "detail": detail, "type": kind, "status": 403, **more}


INVALID = {
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": f"{OLD}invalid-request",
    "errors": [{"message": "text: too short", "parameters": {"text": [""]}}],
}
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
OLD_REPLY = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author "
    "of the post you are replying to."
)
NEW_REPLY = "You can only reply to or quote posts where you are mentioned or are the author."
GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
NOT_ENROLLED = {
    "title": "Client Forbidden",
    "reason": "client-not-enrolled",
    "required_enrollment": "Appropriate Level of API Access",
    "type": f"{OLD}client-forbidden",
}
WRONG_KIND = "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint."
CREDITS = {
    "type": f"{OLD}credits",
    "title": "CreditsDepleted",
    "detail": "Your enrolled account [123] does not have any credits to fulfill this request.",
}
RATE = {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}
CAP = {
    "title": "UsageCapExceeded",
    "detail": "Usage cap exceeded: Monthly product cap",
    "type": f"{OLD}usage-capped",
    "period": "Monthly",
    "scope": "Product",
}
DOWN = {"title": "Service Unavailable", "detail": "Service Unavailable", "type": "about:blank", "status": 503}


def unix(instant: datetime) -> str:
    return str(int(instant.timestamp()))


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def connect(clock: VirtualClock, caplog: pytest.LogCaptureFixture) -> Iterator[Callable[..., XApi]]:
    """Makes clients; at the end no secret and no signature may be in any log line, whatever the level."""
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
    """What a call raises; looked through for secrets."""
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


@pytest.mark.parametrize(
    ("status", "body", "calls", "kind", "facts"),
    [
        (400, INVALID, CALLS, XRefused, {"duplicate": False}),
        (401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, CALLS,
         XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)}),
        (402, CREDITS, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
        (403, forbidden(DUPLICATE), (post,), XRefused, {"duplicate": True}),
        (403, forbidden("You are not allowed to create a Post with duplicate content."), (post,), XRefused,
         {"duplicate": True}),
        (403, forbidden(OLD_REPLY), (post,), XRefused, {"duplicate": False}),
        (403, forbidden(NEW_REPLY, f"{NEW}not-authorized-for-resource"), (post,), XRefused, {"duplicate": False}),
        (403, forbidden("You are not permitted to perform this action."), CALLS, XRefused, {"duplicate": False}),
        (403, forbidden(GONE), (post,), XRefused, {"duplicate": False}),
        (403, forbidden("Something that nobody has seen before"), CALLS, XRefused, {"duplicate": False}),
        (403, NOT_ENROLLED, CALLS, XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)}),
        (403, forbidden(WRONG_KIND, f"{OLD}unsupported-authentication"), CALLS, XCredentialsWrong, {}),
        (403, forbidden(WRONG_KIND, f"{NEW}unsupported-authentication"), CALLS, XCredentialsWrong, {}),
        (403, forbidden("Not configured for writing", f"{NEW}oauth1-permissions"), CALLS, XCredentialsWrong, {}),
        (404, {"title": "Not Found Error"}, (upload, describe, mentions, own_posts, me), XNotYet,
         {"not_before": NOW + timedelta(minutes=5)}),
        (404, {"title": "Not Found Error"}, (post,), XRefused, {"duplicate": False}),
        (409, {}, CALLS, XRefused, {}),
        (413, {}, CALLS, XRefused, {}),
        (408, {}, CALLS, XUnknown, {"is_charged": True}),
        (429, RATE, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
        (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, CALLS, XNotYet, {}),
        (429, CAP, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
        (500, {}, CALLS, XUnknown, {"is_charged": False}),
        (502, b"<html>Bad gateway</html>", CALLS, XUnknown, {"is_charged": False}),
        (503, DOWN, CALLS, XUnknown, {"is_charged": False}),
        (503, b"<!DOCTYPE html><html>Over capacity</html>", CALLS, XUnknown, {"is_charged": False}),
        (504, b"", CALLS, XUnknown, {"is_charged": False}),
        # Where tweepy would look for keys, there are none.
        (400, ["a list"], CALLS, XRefused, {}),
        (403, "a string", CALLS, XRefused, {}),
        (403, {"errors": "text", "detail": 5, "type": None, "title": ["x"]}, CALLS, XRefused, {}),
        (418, b"\xff\xfe", CALLS, XRefused, {}),
        # Done, and we cannot know what.
        (200, b"", (post, upload, me, mentions, own_posts), XUnknown, {"is_charged": True}),
        (201, b"<html>", (post, upload, me, mentions, own_posts), XUnknown, {"is_charged": True}),
        (200, b'{"data": {"id"', (post, upload, me, mentions, own_posts), XUnknown, {"is_charged": True}),
        (200, ["a list"], (post, upload, me, mentions, own_posts), XUnknown, {}),
        (201, {"data": {}}, (post, upload, me), XUnknown, {}),
        (201, {"data": {"id": ""}}, (post, upload, me), XUnknown, {}),
        (200, {"errors": [{"detail": "partly"}]}, (post, upload, me), XUnknown, {}),
    ],
)  # fmt: skip
def test_an_answer_and_what_it_means(
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
            assert type(error) is kind or (type(error).__name__.startswith("_") and isinstance(error, kind))
            assert {name: getattr(error, name) for name in facts} == facts
        assert len(asked) == len(calls), "nothing is tried again"


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
def test_a_rate_limit_says_until_when(headers: dict[str, str], seconds: int, connect: Callable[..., XApi]) -> None:
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


def test_where_nobody_listens_nothing_has_happened(connect: Callable[..., XApi]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as bound:
        port = bound.getsockname()[1]
    error = caught(connect(f"http://127.0.0.1:{port}"), post)
    assert isinstance(error, XNotYet)
    assert error.not_before == NOW + timedelta(seconds=30)
    assert isinstance(caught(connect("http://nobody.invalid"), post), XNotYet)


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{", b"nonsense\r\n\r\n"])
def test_half_an_answer_tells_nothing(sent: bytes, connect: Callable[..., XApi]) -> None:
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


def test_a_late_answer_tells_nothing(connect: Callable[..., XApi]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert isinstance(caught(connect(url, timeout=(5.0, 0.2)), post), XUnknown)


def test_a_long_reason_is_cut(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(400, json.dumps({"detail": "why " * 500}).encode(), {}) as (url, _):
        assert len(str(caught(connect(url), post))) < 400


def test_a_reason_is_one_line_that_a_database_and_a_terminal_can_take(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(403, json.dumps({"detail": "a\0b\n\x1b[31mc \u202ed"}).encode(), {}) as (url, _):
        assert str(caught(connect(url), post)).endswith(": ab [31mc d")


def test_alt_texts_end_with_a_word() -> None:
    words = "word " * 300
    cut = shortened_alt_text(words)
    assert len(cut) <= LONGEST_ALT_TEXT
    assert cut.endswith("word …")
    assert shortened_alt_text("short") == "short"
