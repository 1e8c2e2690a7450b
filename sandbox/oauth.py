"""The OAuth endpoints of Twitch for an app: client credentials and validation."""

import threading
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qs

from sandbox.messages import Refusal, Request, Response, auth_refusal, helix_refusal, json_response
from sandbox.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request to Helix whose token is valid, and whether it is the token's first."""

    token: str
    is_first_use: bool


class OAuth:
    """Issues and validates the tokens of one app."""

    def __init__(self, client_id: str, client_secret: str, tokens: Tokens) -> None:
        self._client_id = client_id
        self._client_secret = client_secret
        self._tokens = tokens
        self._lock = threading.Lock()

    def answer(self, request: Request, now: datetime) -> Response:
        """The response to a request below /oauth2. Raises Refusal."""
        match request.method, request.path:
            case "POST", "/oauth2/token":
                return self._token(request, now)
            case "GET", "/oauth2/validate":
                return self._validate(request, now)
        raise auth_refusal(HTTPStatus.NOT_FOUND, "not found")

    def admit(self, request: Request, now: datetime) -> Admitted:
        """Count a request to Helix for the valid token that it has. Raises Refusal (401)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        client_id = request.headers.get("client-id")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized("OAuth token is missing")
        if client_id is None:
            raise _unauthorized("Client ID is missing")
        # Under one lock: a request of another thread can revoke the token between the check and the count.
        with self._lock:
            if not self._tokens.seconds_left(token, now):
                raise _unauthorized("Invalid OAuth token")
            if client_id != self._client_id:
                raise _unauthorized("Client ID and OAuth token do not match")
            return Admitted(token, is_first_use=self._tokens.use(token) == 1)

    def revoke(self, token: str) -> Refusal:
        """Revoke the token; returns the answer to its holder."""
        with self._lock:
            self._tokens.revoke(token)
        return _unauthorized("Invalid OAuth token")

    def _token(self, request: Request, now: datetime) -> Response:
        form = parse_qs(request.body.decode(errors="replace"))
        given = {name: values[0] for name, values in (*request.query.items(), *form.items()) if values}
        for name in ("client_id", "client_secret", "grant_type"):
            if not given.get(name):
                raise auth_refusal(HTTPStatus.BAD_REQUEST, f"missing {name.replace('_', ' ')}")
        if given["client_id"] != self._client_id:
            raise auth_refusal(HTTPStatus.BAD_REQUEST, "invalid client")
        if given["client_secret"] != self._client_secret:
            raise auth_refusal(HTTPStatus.FORBIDDEN, "invalid client secret")
        if given["grant_type"] != "client_credentials":
            raise auth_refusal(HTTPStatus.BAD_REQUEST, "invalid grant type")
        with self._lock:
            token, seconds = self._tokens.mint(now)
        return json_response({"access_token": token, "expires_in": seconds, "token_type": "bearer"})

    def _validate(self, request: Request, now: datetime) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with self._lock:
            seconds = self._tokens.seconds_left(token, now) if scheme.lower() in ("oauth", "bearer") else 0
        if not seconds:
            raise auth_refusal(HTTPStatus.UNAUTHORIZED, "invalid access token")
        return json_response({"client_id": self._client_id, "scopes": [], "expires_in": seconds})


def _unauthorized(message: str) -> Refusal:
    return helix_refusal(HTTPStatus.UNAUTHORIZED, message)
