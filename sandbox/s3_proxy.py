"""A proxy in front of a service that speaks S3, which injects the faults of S3: each by a rate or on demand.

It forwards requests as they are, with the host that the client signed, so signatures stay valid.
"""

from collections.abc import Mapping
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from typing import Final, Self
from urllib.parse import urlsplit

from helperfunctions.clock import Clock, SystemClock
from sandbox.fault_injector import FaultInjector
from sandbox.http_server import SandboxServer
from sandbox.messages import Delivery, Request, Response

_FORWARDING_SECONDS: Final = 120.0
# Headers of one connection, which the server of this proxy writes itself.
_OF_A_CONNECTION: Final = frozenset({"connection", "date", "keep-alive", "transfer-encoding", "content-type"})


class S3Fault(StrEnum):
    """The faults that a request to S3 can suffer."""

    CONFLICT = "conflict"
    """409 ConditionalRequestConflict for a conditional write: another one to the same key is running."""
    SLOW_DOWN = "slow_down"
    """503 SlowDown."""
    SERVER_ERROR = "server_error"
    """500 InternalError."""
    SLOW = "slow"
    """The response comes after `S3Faults.slow_seconds` of real time; the request was executed."""
    TRUNCATED = "truncated"
    """The connection closes before the announced length of an object is sent."""
    RESET = "reset"
    """The connection is reset before the request is executed."""
    LOST = "lost"
    """The request is executed, and the connection is reset instead of its response: 200, then lost."""


class S3Faults(FaultInjector[S3Fault]):
    """The faults of a proxy. `rates`: the probability of each per possible request, 0 to 1."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 1, slow_seconds: float = 5.0) -> None:
        super().__init__(S3Fault, rates, seed=seed, slow_seconds=slow_seconds)

    @classmethod
    def everything(cls, rate: float) -> dict[str, float]:
        """The same rate for every fault."""
        return dict.fromkeys(S3Fault, rate)


class S3Proxy(SandboxServer):
    """Forwards requests to `upstream`, the base URL of a service that speaks S3."""

    def __init__(
        self,
        upstream: str,
        *,
        faults: S3Faults | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(clock or SystemClock(), host=host, port=port)
        self.faults = faults or S3Faults()
        self._upstream = urlsplit(upstream).netloc
        self.is_away = False

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def answer(self, request: Request) -> Response:
        """Forward a request, unless it suffers a fault before."""
        injected = self.faults.draw([] if self.is_away else _possible(request))
        if self.is_away or S3Fault.RESET in injected:
            return Response(503, b"", delivery=Delivery.RESET)
        if S3Fault.SLOW_DOWN in injected:
            return _error(503, "SlowDown", "Please reduce your request rate.")
        if S3Fault.SERVER_ERROR in injected:
            return _error(500, "InternalError", "We encountered an internal error. Please try again.")
        if S3Fault.CONFLICT in injected:
            return _error(409, "ConditionalRequestConflict", "A conflicting operation occurred.")
        response = self._forwarded(request)
        if S3Fault.SLOW in injected:
            self.keep_waiting(self.faults.slow_seconds)
        if S3Fault.LOST in injected:
            return Response(503, b"", delivery=Delivery.RESET)
        if S3Fault.TRUNCATED in injected:
            return Response(response.status, response.body, response.headers, response.content_type, Delivery.TRUNCATED)
        return response

    def _forwarded(self, request: Request) -> Response:
        connection = HTTPConnection(self._upstream, timeout=_FORWARDING_SECONDS)
        try:
            connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name not in ("connection", "expect"):
                    connection.putheader(name, value)
            connection.endheaders(request.body or None)
            answer = connection.getresponse()
            body = answer.read()
            headers = {
                name: value
                for name, value in answer.getheaders()
                if name.lower() not in _OF_A_CONNECTION
                and (name.lower() != "content-length" or request.method == "HEAD")
            }
            kind = answer.getheader("Content-Type") or "application/octet-stream"
            return Response(answer.status, body, headers, kind)
        except (OSError, HTTPException):
            return Response(502, b"", delivery=Delivery.RESET)
        finally:
            connection.close()


def _possible(request: Request) -> list[S3Fault]:
    possible = [S3Fault.SLOW_DOWN, S3Fault.SERVER_ERROR, S3Fault.SLOW, S3Fault.RESET, S3Fault.LOST]
    if request.method in ("PUT", "POST") and {"if-match", "if-none-match"} & request.headers.keys():
        possible.append(S3Fault.CONFLICT)
    if request.method == "GET" and not request.query:
        possible.append(S3Fault.TRUNCATED)
    return possible


def _error(status: int, code: str, message: str) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(status, body.encode(), content_type="application/xml")
