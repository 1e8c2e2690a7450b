"""Every answer of X that anybody has reported, and what it means to us."""

import json
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import XCredentialsWrong, XError, XNotYet, XOutOfCredits, XRefused, XRefusedForNow, XUnknown
from helperfunctions.x_api import XApi, shortened_alt_text
from helperfunctions.x_models import LONGEST_ALT_TEXT
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


CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
IN_A_MINUTE = {"not_before": NOW + timedelta(minutes=1)}
FOR_GOOD = {"duplicate": False, "may_pass": False}
MAY_PASS = {"duplicate": False, "may_pass": True}
TWICE = {"duplicate": True, "may_pass": False}
READS = (mentions, own_posts, me)
ANSWERED = (post, upload, *READS)
AUTOMATED = (
    "This request looks like it might be automated. To protect our users from spam and other malicious activity, we "
    "can't complete this action right now. Please try again later."
)
LOCKED = "To protect our users from spam and other malicious activity, this account is temporarily locked."


def coded(code: object, message: str = "") -> dict[str, Any]:
    return {"errors": [{"code": code, "message": message}]}


# By what it is: status, body, the calls it answers, the error, and what the error says.
Verdict = tuple[int, Any, tuple[Call, ...], type[XError], dict[str, Any]]
VERDICTS: dict[str, Verdict] = {
    "400 invalid": (400, INVALID, CALLS, XRefused, FOR_GOOD),
    "400 a limit of parameters": (400, {"detail": "max_results is over the limit"}, CALLS, XRefused, FOR_GOOD),
    "400 a list": (400, ["a list"], CALLS, XRefused, FOR_GOOD),
    "400 internal error by code": (400, coded(131, "Internal error"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "400 to be tried later": (
        400, forbidden("Something went wrong. Please try again later."), CALLS, XRefusedForNow, IN_A_MINUTE,
    ),
    "400 html": (400, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "401": (
        401, {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, CALLS,
        XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)},
    ),
    "401 html": (401, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "401 empty": (401, b"", CALLS, XRefusedForNow, IN_A_MINUTE),
    "402 credits": (402, CREDITS, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "402 html": (402, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 duplicate": (403, forbidden(DUPLICATE), (post,), XRefused, TWICE),
    "403 duplicate post": (
        403, forbidden("You are not allowed to create a Post with duplicate content."), (post,), XRefused, TWICE,
    ),
    "403 duplicate by code": (403, coded(187, "Status is a duplicate."), (post,), XRefused, TWICE),
    "403 duplicate that may be tried later": (
        403, forbidden(f"{DUPLICATE} Try again later."), (post,), XRefused, TWICE,
    ),
    "403 reply not allowed, old words": (403, forbidden(OLD_REPLY), (post,), XRefused, MAY_PASS),
    "403 reply not allowed": (
        403, forbidden(NEW_REPLY, f"{NEW}not-authorized-for-resource"), (post,), XRefused, MAY_PASS,
    ),
    "403 reply to what is gone": (403, forbidden(GONE), (post,), XRefused, MAY_PASS),
    "403 generic": (403, forbidden("You are not permitted to perform this action."), CALLS, XRefused, MAY_PASS),
    "403 unheard of": (403, forbidden("Something that nobody has seen before"), CALLS, XRefused, MAY_PASS),
    "403 a string": (403, "a string", CALLS, XRefused, MAY_PASS),
    "403 fields of other types": (
        403, {"errors": "text", "detail": 5, "type": None, "title": ["x"]}, CALLS, XRefused, MAY_PASS,
    ),
    "403 codes of other types": (403, {"errors": [{"code": None}, {"code": [326]}, 5]}, CALLS, XRefused, MAY_PASS),
    "403 html": (403, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 empty": (403, b"", CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 half of a json": (403, b'{"title": "Forb', CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated": (403, coded(226, AUTOMATED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated, without its words": (403, coded(226), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 automated, without its code": (403, forbidden(AUTOMATED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked": (403, coded(326, LOCKED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, the code as text": (403, coded("326"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, the code at the top": (403, {"code": 326}, CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 locked, without its code": (403, forbidden(LOCKED), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 over the daily limit": (
        403, coded(185, "User is over daily status update limit."), CALLS, XRefusedForNow, IN_A_MINUTE,
    ),
    "403 suspended": (403, coded(64, "Your account is suspended"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 rate limit by code": (403, coded(88), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 temporarily": (403, forbidden("Temporarily unavailable"), CALLS, XRefusedForNow, IN_A_MINUTE),
    "403 not enrolled": (
        403, NOT_ENROLLED, CALLS, XCredentialsWrong, {"not_before": NOW + timedelta(minutes=15)},
    ),
    "403 client forbidden": (
        403, forbidden("Not this app", f"{NEW}client-forbidden"), CALLS, XCredentialsWrong, {},
    ),
    "403 wrong kind of credentials": (
        403, forbidden(WRONG_KIND, f"{OLD}unsupported-authentication"), CALLS, XCredentialsWrong, {},
    ),
    "403 wrong kind of credentials, new address": (
        403, forbidden(WRONG_KIND, f"{NEW}unsupported-authentication"), CALLS, XCredentialsWrong, {},
    ),
    "403 not for writing": (
        403, forbidden("Not configured for writing", f"{NEW}oauth1-permissions"), CALLS, XCredentialsWrong, {},
    ),
    "403 usage cap": (403, CAP, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "404 of what is there": (
        404, {"title": "Not Found Error"}, (upload, describe, *READS), XNotYet,
        {"not_before": NOW + timedelta(minutes=5)},
    ),
    "404 of a post": (404, {"title": "Not Found Error"}, (post,), XRefused, MAY_PASS),
    "404 html": (404, CHALLENGE, CALLS, XRefusedForNow, IN_A_MINUTE),
    "409": (409, {}, CALLS, XRefused, FOR_GOOD),
    "413": (413, {}, CALLS, XRefused, FOR_GOOD),
    "418 bytes": (418, b"\xff\xfe", CALLS, XRefusedForNow, IN_A_MINUTE),
    "408": (408, {}, CALLS, XUnknown, {"is_charged": True}),
    "420": (420, {}, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 without headers": (429, RATE, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 by code": (429, coded(88, "Rate limit exceeded"), CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 html": (429, CHALLENGE, CALLS, XNotYet, {"not_before": NOW + timedelta(seconds=60)}),
    "429 usage cap": (429, CAP, CALLS, XOutOfCredits, {"not_before": MIDNIGHT}),
    "429 usage cap, new address": (
        429, {"type": f"{NEW}usage-capped"}, CALLS, XOutOfCredits, {"not_before": MIDNIGHT},
    ),
    "500": (500, {}, CALLS, XUnknown, {"is_charged": False}),
    "502 html": (502, b"<html>Bad gateway</html>", CALLS, XUnknown, {"is_charged": False}),
    "503": (503, DOWN, CALLS, XUnknown, {"is_charged": False}),
    "503 html": (503, CHALLENGE, CALLS, XUnknown, {"is_charged": False}),
    "504 empty": (504, b"", CALLS, XUnknown, {"is_charged": False}),
    # Done, and we cannot know what.
    "200 empty": (200, b"", ANSWERED, XUnknown, {"is_charged": True}),
    "200 html": (200, CHALLENGE, CALLS, XUnknown, {"is_charged": True}),
    "201 html": (201, b"<html>", CALLS, XUnknown, {"is_charged": True}),
    "200 half of a json": (200, b'{"data": {"id"', CALLS, XUnknown, {"is_charged": True}),
    "200 a list": (200, ["a list"], CALLS, XUnknown, {}),
    "201 without an id": (201, {"data": {}}, (post, upload, me), XUnknown, {}),
    "201 an empty id": (201, {"data": {"id": ""}}, (post, upload, me), XUnknown, {}),
    "200 errors alone": (200, {"errors": [{"detail": "partly"}]}, (post, upload, me), XUnknown, {}),
}  # fmt: skip


@pytest.mark.parametrize(("status", "body", "calls", "kind", "facts"), VERDICTS.values(), ids=VERDICTS.keys())
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
            assert type(error) is kind
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
def test_an_answer_that_comes_byte_by_byte_has_an_end(begin: bytes, drop: bytes, connect: Callable[..., XApi]) -> None:
    """Each byte comes long before the timeout between two; all of them would take an hour."""
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


def test_a_deadline_that_is_kept_leaves_the_connection_as_it_is(connect: Callable[..., XApi]) -> None:
    with canned_x.answering(200, b'{"data": {"id": "7"}}', {}) as (url, asked):
        api = connect(url, whole_request=30.0)
        for _ in range(3):
            assert api.create_post("hello") == "7"
    assert len(asked) == 3


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
