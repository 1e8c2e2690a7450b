"""Another simulated Twitch, independent of our sandbox: it does the least that the protocol requires.

No rate limit headers, header names in lower case, HTTP/1.0, cursors without a meaning for others, and no optional
fields.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "plain-token"


@contextmanager
def serving(streams: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Serve these streams in this order at the returned URL, below which are /streams and /token."""

    class PlainHelix(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            right = {"client_id": ["me"], "client_secret": ["mine"], "grant_type": ["client_credentials"]}
            self.answer({"access_token": TOKEN, "expires_in": 3600} if form == right else {}, 200)

        def do_GET(self) -> None:
            if (self.headers["authorization"], self.headers["client-id"]) != (f"Bearer {TOKEN}", "me"):
                return self.answer({"status": 401}, 401)
            query = parse_qs(urlsplit(self.path).query)
            first, page = int(query["first"][0]), int(query.get("after", ["p1"])[0].removeprefix("p"))
            shown = streams[(page - 1) * first : page * first]
            return self.answer({"data": shown, "pagination": {"cursor": f"p{page + 1}"} if shown else {}}, 200)

        def answer(self, content: object, status: int) -> None:
            self.wfile.write(f"HTTP/1.0 {status} .\r\ncontent-type: text/plain\r\n\r\n{json.dumps(content)}".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    with HTTPServer(("127.0.0.1", 0), PlainHelix) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
