"""Requests and responses, between the protocol (pure) and the sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus


class Delivery(StrEnum):
    """The way in which a response reaches the client, or fails to."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    """The connection closes before the announced length is sent."""
    RESET = "reset"
    """The connection is reset (RST) instead of a response."""
    SLOW = "slow"
    """The response comes after the time-out of the client."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are in lower case; every query parameter is a list of its values."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""
    target: str = ""
    """Path and query as they were sent."""

    def one(self, name: str) -> str | None:
        """The first value of a query parameter; None if it is not there or empty."""
        return (self.query.get(name) or [""])[0] or None


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response, and how it is to be delivered."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    delivery: Delivery = Delivery.WHOLE


def json_response(content: object, status: int = HTTPStatus.OK) -> Response:
    """`content` as JSON in UTF-8."""
    return Response(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


class Refusal(Exception):
    """A request that gets an error response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def helix_refusal(status: HTTPStatus, message: str) -> Refusal:
    """An error in the shape that Helix gives it."""
    return Refusal(json_response({"error": status.phrase, "status": int(status), "message": message}, status))


def auth_refusal(status: HTTPStatus, message: str) -> Refusal:
    """An error in the shape that the OAuth endpoints give it."""
    return Refusal(json_response({"status": int(status), "message": message}, status))
