"""A request that says "still alive" to healthchecks.io, Uptime Kuma or another service that alarms at its silence."""

import requests

from helperfunctions.errors import SettingsError, WebhookFailed
from helperfunctions.http_deadline import whole_request_within
from helperfunctions.http_session import EnvironmentSession

TIMEOUT = (5.0, 10.0)
# A request whose answer is not read has no deadline otherwise.
WHOLE_REQUEST_SECONDS = 30.0


def request(url: str, seconds: float = WHOLE_REQUEST_SECONDS) -> None:
    """GET the address once, and read no more of the answer than its status. It ends within `seconds`.

    Raises WebhookFailed, which never holds the address: its token is as good as a password. A redirect is a failure: it
    would hand the token to another server.
    """
    try:
        http = EnvironmentSession(url)
    except SettingsError as exc:
        raise WebhookFailed(f"the heartbeat's server cannot be reached: {exc}") from exc
    try:
        with (
            whole_request_within(seconds),
            http,
            http.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True) as answer,
        ):
            status = answer.status_code
    except requests.RequestException as exc:
        # What requests says holds the address.
        raise WebhookFailed(f"the heartbeat's server does not answer: {http.reason(exc, url)}") from None
    if not 200 <= status < 300:
        raise WebhookFailed(f"the heartbeat's server answers with status {status}")
