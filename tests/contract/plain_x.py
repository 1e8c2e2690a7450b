"""Another simulated X, independent of our sandbox: small numbers for ids, the newer vocabulary, fields that
were not requested, others missing, HTTP/1.0."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class PlainX:
    """The posts that it got, in their order, and the forms of pictures."""

    def __init__(self, mentions: list[dict[str, Any]]) -> None:
        self.mentions = mentions
        self.created: list[dict[str, Any]] = []
        self.uploads: list[bytes] = []
        self.described: list[dict[str, Any]] = []
        self.url = ""


@contextmanager
def serving(mentions: list[dict[str, Any]]) -> Iterator[PlainX]:
    """Serve these mentions, newest first, two per page, below another path than that of X."""
    x = PlainX(mentions)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if "tweet.fields" in parts.query:
                reason = "The query parameter [tweet.fields] is not one of [id,max_results,post.fields]"
                return self.respond(400, {"title": "Invalid Request", "errors": [{"message": reason}]})
            if parts.path == "/x/2/users/me":
                return self.respond(200, {"data": {"id": "42", "username": "PlainBot", "verified": False}})
            query = parse_qs(parts.query)
            after = int(query.get("since_id", ["0"])[0])
            start = int(query.get("pagination_token", ["0"])[0])
            source = x.mentions if parts.path == "/x/2/users/42/mentions" else [*reversed(x.created)]
            newer = [post for post in source if not str(post["id"]).isdigit() or int(post["id"]) > after]
            page, rest = newer[start : start + 2], newer[start + 2 :]
            body: dict[str, Any] = {"data": page, "meta": {"result_count": len(page)}}
            if rest:
                body["meta"]["next_token"] = str(start + 2)
            return self.respond(200, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/x/2/media/upload":
                x.uploads.append(body)
                return self.respond(200, {"data": {"id": 900 + len(x.uploads)}})
            given = json.loads(body)
            if self.path == "/x/2/media/metadata":
                x.described.append(given)
                return self.respond(200, {})
            x.created.append(given | {"id": str(500 + len(x.created))})
            return self.respond(201, {"data": {"id": x.created[-1]["id"], "text": given["text"], "new": {"field": 1}}})

        def respond(self, status: int, content: object) -> None:
            signed = re.match(r'OAuth .*oauth_signature="', self.headers.get("authorization", ""))
            status, content = (status, content) if signed else (401, {"title": "Unauthorized"})
            self.wfile.write(f"HTTP/1.0 {status} .\r\ncontent-type: text/plain\r\n\r\n{json.dumps(content)}".encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        x.url = f"http://127.0.0.1:{server.server_port}/x/"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield x
        finally:
            server.shutdown()
            thread.join()
