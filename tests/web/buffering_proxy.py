"""A proxy that holds a response back until it has 64 kB of it, or all of it."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_BUFFER = 65_536


@contextmanager
def buffering_proxy(upstream: str) -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy before a server, and the paths of its requests."""
    to, paths = urlsplit(upstream), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            connection = http.client.HTTPConnection(to.hostname or "", to.port)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            connection.request("GET", self.path, headers=headers | {"Connection": "close"})
            response = connection.getresponse()
            first = response.read(_BUFFER)
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    self.send_header(name, value)
            self.end_headers()
            try:
                while first:
                    self.wfile.write(first)
                    first = response.read(_BUFFER)
            except OSError:
                # The browser does not wait for it.
                pass
            connection.close()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # A stream ends with its server.
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", paths
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
