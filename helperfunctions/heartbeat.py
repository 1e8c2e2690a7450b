"""Heartbeat requests to healthchecks.io, Uptime Kuma or another service that raises an alarm when they stop."""

import requests

from helperfunctions.errors import SettingsError, WebhookFailed
from helperfunctions.http_deadline import whole_request_within
from helperfunctions.http_session import EnvironmentSession

TIMEOUT = (5.0, 10.0)
# The time-outs alone do not limit the whole request.
WHOLE_REQUEST_SECONDS = 30.0


def request(url: str, seconds: float = WHOLE_REQUEST_SECONDS) -> None:
    """GET the address once, and read only the status of the response. Ends within `seconds`.

    Raises WebhookFailed, whose message never contains the address, which has a token. A redirect is a failure:
    following it would send the token to another server.
    """
    try:
        http = EnvironmentSession(url)
    except SettingsError as exc:
        raise WebhookFailed(f"the heartbeat's server cannot be reached: {exc}") from exc
    try:
        with (
            whole_request_within(seconds),
            http,
            http.get(url, timeout=TIMEOUT, allow_redirects=False, stream=True) as response,
        ):
            status = response.status_code
    except requests.RequestException as exc:
        # The text of the error contains the address.
        raise WebhookFailed(f"the heartbeat's server does not respond: {http.reason(exc, url)}") from None
    if not 200 <= status < 300:
        raise WebhookFailed(f"the heartbeat's server responded with status {status}")
