"""Single responses of Twitch: which requests are retried, and after which wait."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import TwitchError, TwitchUnavailable
from helperfunctions.token_cache import AppToken
from helperfunctions.twitch_api import StreamsPage, TwitchApi
from tests.contract import scripted_http
from tests.contract.scripted_http import Answer
from tests.factories import a_raw_stream
from tests.no_tokens import NoTokenCache

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
GOOD = Answer(body=orjson.dumps({"data": [a_raw_stream()], "pagination": {}}))
RESET_ALONE = {"Ratelimit-Reset": str(int((NOW + timedelta(seconds=37)).timestamp()))}


class OneToken(NoTokenCache):
    """A cache with a token that is valid for years."""

    def read(self, key: str) -> AppToken | None:
        return AppToken("t", NOW + timedelta(days=3650))


def asked(answers: Sequence[Answer], *, has_token: bool = True, **more: Any) -> tuple[StreamsPage, int, float]:
    """The resulting page, and the number of requests and seconds until then."""
    clock = VirtualClock(NOW)
    with scripted_http.answering(answers) as (url, requests):
        live = TwitchApi(
            api_url=url,
            auth_url=url,
            client_id="me",
            client_secret="mine",
            clock=clock,
            tokens=OneToken() if has_token else NoTokenCache(),
            **more,
        )
        with closing(live):
            page = live.get_streams()
    return page, len(requests), (clock.now() - NOW).total_seconds()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        pytest.param(404, {}, b'{"error": "Not Found", "status": 404}', id="404 as JSON"),
        pytest.param(404, {}, b"<html>not found</html>", id="404 as HTML"),
        pytest.param(408, {}, b'{"status": 408}', id="408"),
        pytest.param(403, {}, b"<html>Just a moment...</html>", id="403 of something in between"),
        pytest.param(200, {}, b"[]", id="JSON that is no object"),
        pytest.param(429, {}, b"", id="429 without headers"),
        pytest.param(429, RESET_ALONE, b"", id="429 with Ratelimit-Reset alone"),
    ],
)
def test_temporary_errors_are_retried(status: int, headers: Mapping[str, str], body: bytes) -> None:
    page, requests, _ = asked([Answer(status, body, headers), GOOD])
    assert (len(page.items), requests) == (1, 2)


def test_a_429_with_ratelimit_reset_alone_is_waited_out_until_then() -> None:
    _, _, seconds = asked([Answer(429, b"", RESET_ALONE), GOOD])
    assert seconds == 37


def test_a_refusal_in_json_is_not_retried() -> None:
    with pytest.raises(TwitchError, match="refuses our request with 403: no"):
        asked([Answer(403, b'{"status": 403, "message": "no"}'), GOOD])


def test_no_attempt_is_made_after_the_deadline_of_the_call() -> None:
    """This applies after a 429, after failures, and when the rate limit requires a wait."""
    with pytest.raises(TwitchUnavailable, match="tried once; last: 429"):
        asked([Answer(429, b"", RESET_ALONE), GOOD], patience_seconds=36)
    with pytest.raises(TwitchUnavailable):
        asked([Answer(500)], patience_seconds=20, attempts=1000)
    empty = {**RESET_ALONE, "Ratelimit-Limit": "800", "Ratelimit-Remaining": "0"}
    with pytest.raises(TwitchUnavailable, match=r"tried 2 times; last: the rate limit requires a wait of 3\d s"):
        asked([Answer(500, headers=empty), GOOD], patience_seconds=30)
    assert asked([Answer(429, b"", RESET_ALONE), GOOD], patience_seconds=38)[1] == 2


@pytest.mark.parametrize("expires_in", ["1e300", "-1", "null", '"soon"', "NaN", "Infinity"])
def test_a_token_with_an_impossible_lifetime_is_refused(expires_in: str) -> None:
    odd = Answer(body=b'{"access_token": "t", "expires_in": %s}' % expires_in.encode())
    token = Answer(body=b'{"access_token": "t", "expires_in": 5011271}')
    page, requests, _ = asked([odd, token, GOOD], has_token=False)
    assert (len(page.items), requests) == (1, 3)


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": null, "pagination": {}}',
        b'{"data": {"a": 1}, "pagination": []}',
        b'{"data": "none", "pagination": "none"}',
        b'{"data": [], "pagination": {"cursor": 7}}',
        b"{}",
    ],
    ids=["null", "an object", "text", "a number for a cursor", "nothing"],
)
def test_a_page_with_wrong_types_is_an_empty_page(body: bytes) -> None:
    assert asked([Answer(body=body)])[0] == StreamsPage([], None)
