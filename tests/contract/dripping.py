"""A server that drips: it sends its responses a byte at a time and never ends them."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

TOKEN = b'{"access_token": "t", "expires_in": 3600}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# The part that is sent at once, and the part that drips.
DRIPS = {
    "in the status line": (b"HTTP/1.1 200 ", b"O"),
    "in the headers": (HEAD, b"x"),
    "in a body of known length": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "in a body that ends with the connection": (HEAD + b"Connection: close\r\n\r\n{}", b" "),
    "in chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


def _next_request(requests: BinaryIO) -> bool:
    """Read a request, which may come in several packets. Whether there was one."""
    if not requests.readline():
        return False
    length = 0
    while (line := requests.readline()).strip():
        name, _, value = line.partition(b":")
        length = int(value) if name.lower() == b"content-length" else length
    requests.read(length)
    return True


@contextmanager
def serving(how: str, *, whole_answers: list[bytes] | None = None) -> Iterator[str]:
    """Serve at the returned URL: whole responses first, then drips for each further request."""
    ended = threading.Event()
    waiting = list(whole_answers or [])
    start, drip = DRIPS[how]

    def answer(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as requests, suppress(OSError):
            while _next_request(requests):
                if waiting:
                    body = waiting.pop(0)
                    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                    continue
                connection.sendall(start)
                for _ in itertools.takewhile(lambda _: not ended.wait(0.05), itertools.count()):
                    connection.sendall(drip)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
