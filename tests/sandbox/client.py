"""A plain client of the sandbox, without retries or checks."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import requests

from sandbox.server import CLIENT_ID, CLIENT_SECRET, TwitchSandbox

TIMEOUT = 10.0


class Client:
    """A client with a token of the sandbox; `get` returns the raw response."""

    def __init__(self, sandbox: TwitchSandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        self.sign_in()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.session.close()

    def ask_for_token(self, **changes: str) -> requests.Response:
        form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"} | changes
        return self.session.post(f"{self.sandbox.auth_url}/token", data=form, timeout=TIMEOUT)

    def sign_in(self) -> str:
        token = str(self.ask_for_token().json()["access_token"])
        self.session.headers.update({"Authorization": f"Bearer {token}", "Client-Id": CLIENT_ID})
        return token

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(f"{self.sandbox.api_url}/{path}", params=query, timeout=TIMEOUT)

    def pages(self, path: str = "streams", **query: Any) -> Iterator[list[dict[str, Any]]]:
        """The lists of all pages, following cursors to the end."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, **({"after": cursor} if cursor else {})).json()
            yield page["data"]
            cursor = page["pagination"].get("cursor")

    def everything(self, path: str = "streams", **query: Any) -> list[dict[str, Any]]:
        return [entry for page in self.pages(path, **query) for entry in page]
