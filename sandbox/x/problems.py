"""The errors of X, in the formats that were observed."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from sandbox.messages import Refusal, Response, json_response

PROBLEMS: Final = "https://api.x.com/2/problems/"
OLD_PROBLEMS: Final = "https://api.twitter.com/2/problems/"


def problem(status: HTTPStatus, detail: str, *, title: str = "", kind: str = "about:blank", **more: Any) -> Refusal:
    """An error with one sentence of detail; `kind` is its type, a URI."""
    body = {"title": title or status.phrase, "detail": detail, "type": kind, "status": int(status), **more}
    return Refusal(json_response(body, status))


def invalid(message: str, parameters: Mapping[str, list[str]]) -> Refusal:
    """The error for an invalid request."""
    body = {
        "errors": [{"message": message, "parameters": dict(parameters)}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{OLD_PROBLEMS}invalid-request",
    }
    return Refusal(json_response(body, HTTPStatus.BAD_REQUEST))


def forbidden(detail: str) -> Refusal:
    """The error for a post that X refuses."""
    return problem(HTTPStatus.FORBIDDEN, detail)


def duplicate() -> Refusal:
    """The error for a text that was posted before."""
    return forbidden("You are not allowed to create a Tweet with duplicate content.")


def not_summoned() -> Refusal:
    """The error for a reply to a person who has not mentioned the account."""
    return problem(
        HTTPStatus.FORBIDDEN,
        "You can only reply to or quote posts where you are mentioned or are the author.",
        kind=f"{PROBLEMS}not-authorized-for-resource",
    )


def unauthorized() -> Refusal:
    """The error for wrong credentials."""
    return problem(HTTPStatus.UNAUTHORIZED, "Unauthorized")


def wrong_kind_of_credentials() -> Refusal:
    """The error for a bearer token where an account is needed."""
    return problem(
        HTTPStatus.FORBIDDEN,
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication "
        "types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
        title="Unsupported Authentication",
        kind=f"{OLD_PROBLEMS}unsupported-authentication",
    )


def read_only() -> Refusal:
    """The error for tokens that were created before the app had write permission."""
    return problem(
        HTTPStatus.FORBIDDEN,
        "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
        kind=f"{PROBLEMS}oauth1-permissions",
    )


def locked() -> Refusal:
    """The error for an account that is locked temporarily."""
    message = "To protect our users from spam and other malicious activity, this account is temporarily locked."
    return Refusal(json_response({"errors": [{"code": 326, "message": message}]}, HTTPStatus.FORBIDDEN))


def no_credits() -> Refusal:
    """The error for used-up credits."""
    body = {
        "type": f"{OLD_PROBLEMS}credits",
        "title": "CreditsDepleted",
        "detail": "Your enrolled account [1] does not have any credits to fulfill this request.",
    }
    return Refusal(json_response(body, HTTPStatus.PAYMENT_REQUIRED))


def too_many_requests(headers: dict[str, str]) -> Refusal:
    """The error for a used-up rate limit; its end is in the headers."""
    refusal = problem(HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests")
    return Refusal(replace(refusal.response, headers=headers))


def usage_cap() -> Refusal:
    """The error for the monthly cap, which lasts longer than a rate limit."""
    return problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Usage cap exceeded: Monthly product cap",
        title="UsageCapExceeded",
        kind=f"{OLD_PROBLEMS}usage-capped",
        period="Monthly",
        scope="Product",
    )


def not_found(path: str) -> Refusal:
    """The error for an unknown object or path."""
    return problem(
        HTTPStatus.NOT_FOUND, f"Could not find [{path}].", title="Not Found Error", kind=f"{PROBLEMS}resource-not-found"
    )


def unavailable() -> Refusal:
    """The error of an X that is down."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable")


def unavailable_page() -> Response:
    """The page of the proxy in front of an X that is down."""
    page = b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head><body>Over capacity</body></html>"
    return Response(HTTPStatus.SERVICE_UNAVAILABLE, page, content_type="text/html")


def challenge_page() -> Response:
    """The page that the content network in front of X sends to a client that it considers a robot."""
    page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"
    return Response(HTTPStatus.FORBIDDEN, page, content_type="text/html")
