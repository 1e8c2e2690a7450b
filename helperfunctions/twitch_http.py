"""What the clients of Twitch's APIs, Helix and IGDB, share: an app token, attempts with back-off, and a deadline.

Source: https://dev.twitch.tv/docs/authentication/getting-tokens-oauth (client credentials).
"""

import hashlib
import logging
import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import orjson
import requests
import tenacity

from helperfunctions.clock import Clock, ahead_of
from helperfunctions.errors import InvalidCursor, TwitchError, TwitchRefused, TwitchUnavailable
from helperfunctions.hidden import without, without_userinfo
from helperfunctions.http_session import EnvironmentSession
from helperfunctions.text import one_line
from helperfunctions.token_cache import AppToken, TokenCache

log = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT: Final = (5.0, 15.0)  # seconds to connect, seconds between two bytes
ATTEMPTS: Final = 10
# Twitch usually accepts a refused cursor at the next attempt; an expired one stays refused.
CURSOR_ATTEMPTS: Final = 4
# Tokens are valid for about 60 days. A much longer lifetime is not from Twitch, and dates would overflow.
LONGEST_LIFETIME_SECONDS: Final = 10 * 366 * 86400
RENEW_BEFORE: Final = timedelta(hours=1)
LONGEST_WAIT_SECONDS: Final = 120.0
# Waits of at least this many seconds end when the process is stopped.
LONG_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """Facts in the headers of an answer: the difference between the clocks, and the points of the rate limit."""

    clock_ahead: timedelta | None
    points_left: int | None
    points: int | None


class Retryable(Exception):
    """A failure that a retry can fix; `wait_seconds` if the server requested a wait."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class _RetryableCursor(Retryable):
    """`400 invalid cursor`, which Twitch sometimes answers to valid ones."""


class TwitchHttp:
    """Requests to one of Twitch's APIs for one application: the base of its clients.

    Each call is retried, with back-off and jitter, after time-outs, broken connections, 5xx, bodies that are not JSON,
    and 429 (then at `Ratelimit-Reset`); a 401 renews the token once. Raises TwitchUnavailable when all retries failed,
    TwitchRefused when the credentials are wrong, and InvalidCursor when a cursor stays refused.
    `wait` waits and returns whether the process was stopped: then a wait of a second or more ends the call with
    TwitchUnavailable. Without it, nothing ends a wait.
    No attempt begins later than `patience_seconds` after the start of a call; None: only `attempts` limits them.
    """

    # The setting with the address of the API, for messages.
    _api_setting = "TWITCH_API_URL"

    def __init__(
        self,
        *,
        api_url: str,
        auth_url: str,
        client_id: str,
        client_secret: str,
        clock: Clock,
        tokens: TokenCache,
        timeout: tuple[float, float] = TIMEOUT,
        calls_left: MutableMapping[str, float] | None = None,
        attempts: int = ATTEMPTS,
        patience_seconds: float | None = None,
        wait: Callable[[timedelta], bool] | None = None,
    ) -> None:
        self._wait = wait
        # The remaining points of the rate limit, for metrics.
        self._calls_left = calls_left if calls_left is not None else {}
        self._api_url = api_url.rstrip("/")
        self._auth_url = auth_url.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._tokens = tokens
        self._timeout = timeout
        self._attempts = attempts
        self._patience_seconds = patience_seconds
        # When the current call gives up.
        self._until: datetime | None = None
        self._last_answer: AnswerFacts | None = None
        self._token: AppToken | None = None
        self._http = EnvironmentSession(self._api_url, self._auth_url)
        # The token is stored under this key: a hash, because the token belongs to the secret.
        self._token_key = hashlib.sha256("\n".join([auth_url, client_id, client_secret]).encode()).hexdigest()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    @property
    def last_answer(self) -> AnswerFacts | None:
        """Facts of the last answer, successful or not; None before the first."""
        return self._last_answer

    def _with_retries(self, call: Callable[[], T], what: str, by: str = "Twitch") -> T:
        """Make a call, and retry it until it succeeds or the attempts are used up. `by`: who answers it."""
        retrying = tenacity.Retrying(
            stop=_Patience(self._attempts, self._seconds_left),
            wait=_wait,
            retry=tenacity.retry_if_exception_type(Retryable),
            sleep=self._pause,
            before_sleep=_log_retry,
            reraise=True,
        )
        try:
            result: T = retrying(call)
        except _RetryableCursor as exc:
            raise InvalidCursor(f"Twitch refuses the cursor of the requested page ({what})") from exc
        except Retryable as exc:
            attempts = retrying.statistics.get("attempt_number", self._attempts)
            tried = "once" if attempts == 1 else f"{attempts} times"
            raise TwitchUnavailable(f"{by} does not answer {what}, tried {tried}; last: {exc}") from exc
        return result

    def _pause(self, seconds: float) -> None:
        """Wait between two requests. Raises TwitchUnavailable when the process is stopped meanwhile."""
        # Short pauses for the rate limit are not interrupted, so that a poll that is nearly complete can end.
        if self._wait is None or seconds < LONG_PAUSE_SECONDS:
            self._clock.sleep(seconds)
        elif self._wait(timedelta(seconds=seconds)):
            raise TwitchUnavailable("the process was stopped while it waited for Twitch")

    def _seconds_left(self) -> float:
        """Seconds until the current call gives up."""
        return (self._until - self._clock.now()).total_seconds() if self._until is not None else math.inf

    def _begin(self) -> None:
        """Begin a call: from now on, `patience_seconds` count."""
        if self._patience_seconds is not None:
            self._until = self._clock.now() + timedelta(seconds=self._patience_seconds)

    def _authorised(self, send: Callable[[Mapping[str, str]], requests.Response]) -> requests.Response:
        """The response of `send`, which gets the headers with the token. A 401 renews the token once."""
        response = send(self._headers(self._current_token()))
        if response.status_code == 401:
            response = send(self._headers(self._renewed_token()))
            if response.status_code == 401:
                raise TwitchRefused(
                    "Twitch rejects a token that it has just issued: TWITCH_CLIENT_ID and "
                    f"TWITCH_CLIENT_SECRET must be of the same application, and {self._api_setting} and "
                    "TWITCH_AUTH_URL of the same Twitch"
                )
        return response

    def _headers(self, token: AppToken) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {token.value}", "Client-Id": self._client_id}

    def _send(self, method: str, base: str, path: str, **arguments: Any) -> requests.Response:
        url = base + path
        try:
            response = self._http.request(method, url, timeout=self._timeout, allow_redirects=False, **arguments)
        except ValueError as exc:  # requests' InvalidURL and InvalidSchema are ValueErrors, too
            raise TwitchError(
                f"{without_userinfo(url)} is not a valid address: fix {self._api_setting} or TWITCH_AUTH_URL"
            ) from exc
        except requests.RequestException as exc:
            # Only the address: the text of the exception may contain the whole request.
            raise Retryable(f"{self._http.reason(exc, url)} at {without_userinfo(url)}") from exc
        self._last_answer = _answer_facts(response.headers, self._clock.now())
        return response

    def _current_token(self) -> AppToken:
        token = self._token or self._tokens.read(self._token_key)
        if token is None or token.renew_at <= self._clock.now():
            return self._renewed_token()
        self._token = token
        return token

    def _renewed_token(self) -> AppToken:
        body = self._with_retries(self._request_token, "POST /token")
        lifetime = timedelta(seconds=body["expires_in"])
        self._token = AppToken(body["access_token"], self._clock.now() + max(lifetime - RENEW_BEFORE, lifetime / 2))
        self._tokens.write(self._token_key, self._token)
        log.info("new Twitch token expires_in_hours=%.0f", lifetime.total_seconds() / 3600)
        return self._token

    def _request_token(self) -> dict[str, Any]:
        form = {
            "client_id": self._client_id,
            "client_secret": self._client_secret,
            "grant_type": "client_credentials",
        }
        response = self._send("POST", self._auth_url, "/token", data=form)
        # A refusal in HTML comes from a proxy, and is temporary.
        if response.status_code in (400, 401, 403) and _json_object(response) is not None:
            raise TwitchRefused(
                f"Twitch refuses TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET ({response.status_code}): "
                "copy both again from https://dev.twitch.tv/console/apps"
            )
        body = checked_body(response, self._clock.now(), self._hide)
        expires_in = body.get("expires_in")
        is_time = isinstance(expires_in, int | float) and 0 <= expires_in <= LONGEST_LIFETIME_SECONDS
        if not isinstance(body.get("access_token"), str) or not is_time:
            raise Retryable("the answer to POST /token has no token")
        return body

    def _hide(self, text: str) -> str:
        return without([self._client_secret, *([self._token.value] if self._token else [])], text)


def _answer_facts(headers: Mapping[str, str], now: datetime) -> AnswerFacts:
    points = [headers.get(name, "") for name in ("Ratelimit-Remaining", "Ratelimit-Limit")]
    left, limit = (int(number) if number.isdecimal() else None for number in points)
    return AnswerFacts(ahead_of(headers.get("Date"), now), left, limit)


def seconds_until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until `Ratelimit-Reset` (Unix seconds), between 1 and LONGEST_WAIT_SECONDS; None without the header."""
    try:
        reset = float(headers["Ratelimit-Reset"])
    except (KeyError, ValueError):
        return None
    if math.isnan(reset):
        return None
    return min(max(reset - now.timestamp(), 1.0), LONGEST_WAIT_SECONDS)


def checked_body(response: requests.Response, now: datetime, hide: Callable[[str], str]) -> dict[str, Any]:
    """The JSON object of a successful answer. Raises the error for any other."""
    status = response.status_code
    if status == 429:
        raise Retryable("429 too many requests", seconds_until_reset(response.headers, now))
    body = _json_object(response)
    if status == 200 and body is not None:
        return body
    if status == 400 and body is not None and "cursor" in str(body.get("message", "")).lower():
        raise _RetryableCursor("400 invalid cursor")
    if status == 200 or status >= 500 or status in (404, 408) or body is None:
        raise Retryable(f"{status} with {'JSON' if body is not None else 'no JSON body'}")
    reason = hide(one_line(str(body.get("message", ""))))
    raise TwitchError(f"Twitch refuses our request with {status}: {reason[:200]}")


def json_of(response: requests.Response) -> Any:
    """The JSON of a response; None if it has none."""
    try:
        return orjson.loads(response.content)
    except ValueError:
        # orjson rejects half a surrogate pair, and one such name would make the whole page unreadable.
        try:
            return response.json()
        except ValueError:
            return None


def _json_object(response: requests.Response) -> dict[str, Any] | None:
    body = json_of(response)
    return body if isinstance(body, dict) else None


_backoff: Final = tenacity.wait_exponential(multiplier=0.5, max=30) + tenacity.wait_random(0, 1)


def _wait(state: tenacity.RetryCallState) -> float:
    requested = getattr(_failure(state), "wait_seconds", None)
    return requested if requested is not None else _backoff(state)


class _Patience:
    """Ends the retries of a call after a number of failures, or when the next attempt would be too late.

    Refused cursors are counted separately from all other failures.
    """

    def __init__(self, attempts: int, seconds_left: Callable[[], float]) -> None:
        self._attempts = attempts
        self._seconds_left = seconds_left
        self._refused_cursors = 0

    def __call__(self, state: tenacity.RetryCallState) -> bool:
        if state.upcoming_sleep >= self._seconds_left():
            return True
        if isinstance(_failure(state), _RetryableCursor):
            self._refused_cursors += 1
            return self._refused_cursors >= CURSOR_ATTEMPTS
        return state.attempt_number - self._refused_cursors >= self._attempts


def _log_retry(state: tenacity.RetryCallState) -> None:
    pause = state.next_action.sleep if state.next_action else 0.0
    log.info("Twitch: %s; retrying attempt=%d wait_seconds=%.1f", _failure(state), state.attempt_number, pause)


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
