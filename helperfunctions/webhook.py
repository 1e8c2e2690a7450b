"""Messages to a webhook: of Slack, Discord, Mattermost, or any program that accepts JSON."""

import requests

from helperfunctions.errors import SettingsError, WebhookFailed
from helperfunctions.http_session import EnvironmentSession

TIMEOUT = (5.0, 10.0)


def send(url: str, status: str, text: str) -> None:
    """POST a message as JSON: `text` for Slack and Mattermost, the same as `content` for Discord, and `status`.

    Raises WebhookFailed, whose message never contains the address: with it anybody could send messages.
    """
    try:
        http = EnvironmentSession(url)
    except SettingsError as exc:
        raise WebhookFailed(f"the webhook cannot be reached: {exc}") from exc
    try:
        with http:
            response = http.post(
                url, json={"text": text, "content": text, "status": status}, timeout=TIMEOUT, allow_redirects=False
            )
    except requests.RequestException as exc:
        # The text of the error contains the address.
        raise WebhookFailed(f"the webhook does not respond: {http.reason(exc, url)}") from None
    if not 200 <= response.status_code < 300:
        raise WebhookFailed(f"the webhook responded with status {response.status_code}")
