"""A message to whoever listens at a web address: Slack, Discord, Mattermost, or a script of one's own."""

import requests

from helperfunctions.errors import SettingsError, WebhookFailed
from helperfunctions.http_session import EnvironmentSession

TIMEOUT = (5.0, 10.0)


def send(url: str, status: str, text: str) -> None:
    """POST a message as JSON: `text` for Slack and Mattermost, the same as `content` for Discord, and `status`.

    Raises WebhookFailed, which never holds the address: it is as good as a password.
    """
    try:
        http = EnvironmentSession(url)
    except SettingsError as exc:
        raise WebhookFailed(f"the webhook cannot be reached: {exc}") from exc
    try:
        with http:
            answer = http.post(
                url, json={"text": text, "content": text, "status": status}, timeout=TIMEOUT, allow_redirects=False
            )
    except requests.RequestException as exc:
        # What requests says holds the address.
        raise WebhookFailed(f"the webhook does not answer: {http.reason(exc, url)}") from None
    if not 200 <= answer.status_code < 300:
        raise WebhookFailed(f"the webhook answers with status {answer.status_code}")
