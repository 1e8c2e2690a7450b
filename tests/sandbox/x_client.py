"""A plain client of X's endpoints that signs with requests-oauthlib."""

from typing import Any

import requests
from requests_oauthlib import OAuth1

from sandbox.x.server import XSandbox

TIMEOUT = 10.0
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


class XClient:
    """Signs as the sandbox's account, or with other credentials."""

    def __init__(self, sandbox: XSandbox, **credentials: str) -> None:
        self.sandbox = sandbox
        given: dict[str, Any] = {
            "client_key": sandbox.api_key,
            "client_secret": sandbox.api_key_secret,
            "resource_owner_key": sandbox.access_token,
            "resource_owner_secret": sandbox.access_token_secret,
        } | credentials
        self.auth = OAuth1(**given)

    def get(self, path: str, **query: Any) -> requests.Response:
        return requests.get(f"{self.sandbox.api_url}{path}", params=query, auth=self.auth, timeout=TIMEOUT)

    def post(self, path: str, body: Any = None, **more: Any) -> requests.Response:
        return requests.post(f"{self.sandbox.api_url}{path}", json=body, auth=self.auth, timeout=TIMEOUT, **more)

    def tweet(self, text: str, *, reply_to: str | None = None, media: list[str] | None = None) -> requests.Response:
        body: dict[str, Any] = {"text": text}
        if reply_to:
            body["reply"] = {"in_reply_to_tweet_id": reply_to}
        if media:
            body["media"] = {"media_ids": media}
        return self.post("/2/tweets", body)

    def mentions(self, **query: Any) -> requests.Response:
        return self.get(f"/2/users/{self.sandbox.bot.user_id}/mentions", **query)

    def own(self, **query: Any) -> requests.Response:
        return self.get(f"/2/users/{self.sandbox.bot.user_id}/tweets", **query)

    def upload(self, content: bytes = PNG) -> requests.Response:
        return self.post(
            "/2/media/upload", data={"media_category": "tweet_image"}, files={"media": ("a.png", content, "image/png")}
        )
