"""Another client of the same application that uses the same rate limit, without retries or checks."""

from typing import Any

import requests

from sandbox.server import TwitchSandbox
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET

TIMEOUT = 10.0


class OtherClient:
    """Signed in; `get_streams` gives the raw response, `above` the list as Twitch writes it."""

    def __init__(self, sandbox: TwitchSandbox) -> None:
        self._sandbox = sandbox
        form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
        token = requests.post(f"{sandbox.auth_url}/token", data=form, timeout=TIMEOUT).json()["access_token"]
        self._headers = {"Authorization": f"Bearer {token}", "Client-Id": CLIENT_ID}

    def get_streams(self, after: str = "") -> requests.Response:
        query = {"first": "100"} | ({"after": after} if after else {})
        return requests.get(f"{self._sandbox.api_url}/streams", params=query, headers=self._headers, timeout=TIMEOUT)

    def above(self, viewers: int) -> list[dict[str, Any]]:
        """Every stream with more viewers than that, as Twitch writes it, up to the first page without one."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            page = self.get_streams(after).json()
            more = [stream for stream in page["data"] if stream["viewer_count"] > viewers]
            found += more
            after = page["pagination"].get("cursor") if more else None
        return found
