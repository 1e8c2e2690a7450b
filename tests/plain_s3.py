"""A simulated store that speaks a part of S3 and ignores some conditional headers: there, the last writer wins."""

import hashlib
from collections.abc import Collection

from helperfunctions.clock import Clock
from sandbox.http_server import SandboxServer
from sandbox.messages import Request, Response


class PlainS3(SandboxServer):
    """Objects in memory. `ignored`: of `if-none-match` and `if-match`, the headers that it does not know."""

    def __init__(self, clock: Clock, ignored: Collection[str]) -> None:
        super().__init__(clock, host="127.0.0.1", port=0)
        self._ignored = ignored
        self._objects: dict[str, tuple[bytes, dict[str, str]]] = {}

    def answer(self, request: Request) -> Response:
        """Store, return, list or delete."""
        if request.query and request.query.get("list-type"):
            return self._listed(request.path)
        if request.query:
            return _error(404, "NoSuchBucketPolicy")
        if request.method == "PUT":
            return self._put(request)
        if request.method == "DELETE":
            self._objects.pop(request.path, None)
            return Response(204, b"")
        if request.path not in self._objects:
            return _error(404, "NoSuchKey")
        body, headers = self._objects[request.path]
        if request.method == "HEAD":
            return Response(200, b"", headers | {"Content-Length": str(len(body))})
        return Response(200, body, headers)

    def _put(self, request: Request) -> Response:
        there = self._objects.get(request.path)
        expected = {name: value for name, value in request.headers.items() if name not in self._ignored}
        if ("if-none-match" in expected and there) or (
            "if-match" in expected and (there is None or there[1]["ETag"] != expected["if-match"])
        ):
            return _error(412, "PreconditionFailed")
        etag = f'"{hashlib.md5(request.body, usedforsecurity=False).hexdigest()}"'
        metadata = {name: value for name, value in request.headers.items() if name.startswith("x-amz-meta-")}
        self._objects[request.path] = request.body, metadata | {"ETag": etag}
        return Response(200, b"", {"ETag": etag})

    def _listed(self, bucket: str) -> Response:
        items = "".join(
            f"<Contents><Key>{key.removeprefix(bucket).strip('/')}</Key><Size>{len(body)}</Size>"
            f"<ETag>{headers['ETag']}</ETag></Contents>"
            for key, (body, headers) in sorted(self._objects.items())
        )
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{items}</ListBucketResult>"
        return Response(200, body.encode(), content_type="application/xml")


def _error(status: int, code: str) -> Response:
    return Response(status, f"<Error><Code>{code}</Code></Error>".encode(), content_type="application/xml")
