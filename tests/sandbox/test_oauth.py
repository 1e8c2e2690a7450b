"""Tokens and the rate limit, over real HTTP on a clock that a test moves."""

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import jsonschema
import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.faults import Fault, Faults
from sandbox.helix import Helix
from sandbox.messages import Request
from sandbox.oauth import OAuth
from sandbox.server import CLIENT_ID, CLIENT_SECRET, TwitchSandbox
from sandbox.tokens import Tokens
from sandbox.world import World
from tests.sandbox import helix_shapes
from tests.sandbox.client import TIMEOUT, Client
from tests.sandbox.conftest import NOON

UNAUTHORIZED = {"error": "Unauthorized", "status": 401, "message": "Invalid OAuth token"}


def test_a_token_is_issued_for_parameters_in_the_body_or_in_the_address(client: Client) -> None:
    query = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    in_address = requests.post(f"{client.sandbox.auth_url}/token", params=query, timeout=TIMEOUT)
    for response in (client.ask_for_token(), in_address):
        assert response.status_code == 200
        jsonschema.validate(response.json(), helix_shapes.TOKEN)
        assert response.json()["expires_in"] == 5_011_271


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"client_secret": "wrong"}, 403, "invalid client secret"),
        ({"client_id": "wrong"}, 400, "invalid client"),
        ({"client_id": ""}, 400, "missing client id"),
        ({"grant_type": "password"}, 400, "invalid grant type"),
    ],
)
def test_each_wrong_credential_has_its_own_error(
    client: Client, changes: dict[str, str], status: int, message: str
) -> None:
    response = client.ask_for_token(**changes)
    assert response.status_code == status
    jsonschema.validate(response.json(), helix_shapes.AUTH_ERROR)
    assert response.json() == {"status": status, "message": message}


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": None}, {"Client-Id": None}, {"Authorization": "Bearer nonsense"}, {"Client-Id": "another"}],
)
def test_helix_requires_a_valid_token_and_its_client_id(client: Client, headers: dict[str, str | None]) -> None:
    response = client.session.get(f"{client.sandbox.api_url}/streams", headers=headers, timeout=TIMEOUT)
    assert response.status_code == 401
    jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)
    assert response.json()["error"] == "Unauthorized"


def test_the_twenty_sixth_token_revokes_the_oldest(client: Client) -> None:
    tokens = [str(client.ask_for_token().json()["access_token"]) for _ in range(25)]
    assert client.get("streams").json() == UNAUTHORIZED
    for token in tokens:
        client.session.headers["Authorization"] = f"Bearer {token}"
        assert client.get("streams").status_code == 200


def test_a_token_works_until_it_expires(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock, token_seconds=3_600) as sandbox, Client(sandbox) as client:
        assert client.ask_for_token().json()["expires_in"] == 3_600
        clock.advance(3_599)
        assert client.get("streams").status_code == 200
        clock.advance(1)
        assert client.get("streams").json() == UNAUTHORIZED


def test_validate_returns_the_remaining_lifetime_of_a_token(client: Client, clock: VirtualClock) -> None:
    address = f"{client.sandbox.auth_url}/validate"
    clock.advance(271)
    for scheme in ("OAuth", "Bearer"):
        token = str(client.session.headers["Authorization"]).removeprefix("Bearer ")
        response = requests.get(address, headers={"Authorization": f"{scheme} {token}"}, timeout=TIMEOUT)
        jsonschema.validate(response.json(), helix_shapes.VALIDATION)
        assert response.json() == {"client_id": CLIENT_ID, "scopes": [], "expires_in": 5_011_000}
    response = requests.get(address, headers={"Authorization": "OAuth nonsense"}, timeout=TIMEOUT)
    assert (response.status_code, response.json()) == (401, {"status": 401, "message": "invalid access token"})


def test_an_empty_bucket_refuses_and_refills_with_the_clock(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock, rate_limit=60) as sandbox, Client(sandbox) as client:
        remaining = [int(client.get("streams", first=1).headers["Ratelimit-Remaining"]) for _ in range(60)]
        assert remaining == list(range(59, -1, -1))
        refused = client.get("streams")
        assert refused.status_code == 429
        assert refused.json() == {"error": "Too Many Requests", "status": 429, "message": "Request limit exceeded"}
        assert refused.headers["Ratelimit-Limit"] == "60"
        assert refused.headers["Ratelimit-Remaining"] == "0"
        assert int(refused.headers["Ratelimit-Reset"]) == NOON.timestamp() + 60
        clock.advance(2)
        assert [client.get("streams", first=1).status_code for _ in range(3)] == [200, 200, 429]


def test_without_a_limit_nothing_is_refused_and_no_limit_is_announced(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock, rate_limit=0) as sandbox, Client(sandbox) as client:
        responses = [client.get("streams", first=1) for _ in range(850)]
    assert {response.status_code for response in responses} == {200}
    assert "Ratelimit-Limit" not in responses[0].headers


class StoppingClock(VirtualClock):
    """A clock that counts its calls, one of which waits for `go_on`."""

    def __init__(self, waiting_call: int) -> None:
        super().__init__(NOON)
        self.called = threading.Semaphore(0)
        self.go_on = threading.Event()
        self._waiting_call = waiting_call
        self._numbers = itertools.count()

    def now(self) -> datetime:
        number = next(self._numbers)
        self.called.release()
        if number == self._waiting_call:
            assert self.go_on.wait(TIMEOUT)
        return super().now()

    def wait_for_calls(self, count: int) -> None:
        assert all(self.called.acquire(timeout=TIMEOUT) for _ in range(count))


def test_all_requests_with_a_token_that_one_of_them_revokes_get_a_response(world: World) -> None:
    """They wait for the rate limit together, after their token was checked, while a list of streams is made."""
    clock, faults = StoppingClock(waiting_call=3), Faults()
    helix = Helix(world, clock, OAuth(CLIENT_ID, CLIENT_SECRET, Tokens()), faults, rate_limit=0)
    form = f"client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}&grant_type=client_credentials"
    token = json.loads(helix.answer(Request("POST", "/oauth2/token", {}, {}, form.encode())).body)["access_token"]
    headers = {"authorization": f"Bearer {token}", "client-id": CLIENT_ID}
    streams, users = (Request("GET", f"/helix/{path}", {}, headers) for path in ("streams", "users"))
    clock.wait_for_calls(2)
    with ThreadPoolExecutor(5) as threads:
        listed = threads.submit(helix.answer, streams)
        clock.wait_for_calls(2)
        faults.set_rates({Fault.TOKEN_EXPIRED.value: 1.0})
        others = [threads.submit(helix.answer, users) for _ in range(4)]
        clock.wait_for_calls(4)
        clock.go_on.set()
        assert listed.result(TIMEOUT).status == 200
        assert [other.result(TIMEOUT).status for other in others] == [401] * 4
