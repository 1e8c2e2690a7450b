"""A message to whoever listens at a web address: Slack, Discord, Mattermost, or a script of one's own."""

import requests

from helperfunctions.errors import WebhookFailed

TIMEOUT = (5.0, 10.0)


def send(url: str, status: str, text: str) -> None:
    """POST a message as JSON: `text` for Slack and Mattermost, the same as `content` for Discord, and `status`.

    Raises WebhookFailed, which never holds the address: it is as good as a password.
    """
    try:
        answer = requests.post(
            url, json={"text": text, "content": text, "status": status}, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as exc:
        # What requests says holds the address.
        raise WebhookFailed(f"the webhook does not answer: {type(exc).__name__}") from None
    if not 200 <= answer.status_code < 300:
        raise WebhookFailed(f"the webhook answers with status {answer.status_code}")
