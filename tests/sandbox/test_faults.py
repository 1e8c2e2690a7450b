"""Every fault of the sandbox, once on request and at a rate, as a client gets it."""

import json
from contextlib import suppress
from typing import Any

import jsonschema
import pytest
import requests

from helperfunctions.clock import VirtualClock
from sandbox.faults import ANSWER_FAULTS, PAGE_FAULTS, Fault, Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.sandbox import helix_shapes
from tests.sandbox.client import TIMEOUT, Client
from tests.sandbox.conftest import NOON


@pytest.fixture
def faults(sandbox: TwitchSandbox) -> Faults:
    return sandbox.faults


def page(client: Client, after: str = "", first: int = 100) -> dict[str, Any]:
    content: dict[str, Any] = client.get("streams", first=first, **({"after": after} if after else {})).json()
    return content


def ids(content: dict[str, Any]) -> list[str]:
    return [stream["id"] for stream in content["data"]]


def cursor_of(content: dict[str, Any]) -> str:
    return str(content["pagination"]["cursor"])


def test_too_many_requests_comes_with_a_reset_a_few_seconds_ahead(client: Client, faults: Faults) -> None:
    faults.cue("too_many_requests")
    response = client.get("streams")
    assert response.status_code == 429
    assert response.json() == {"error": "Too Many Requests", "status": 429, "message": "Request limit exceeded"}
    assert 0 < int(response.headers["Ratelimit-Reset"]) - NOON.timestamp() < 10
    assert response.headers["Ratelimit-Remaining"] == "0"
    assert client.get("streams").status_code == 200


def test_server_errors_are_500_502_or_503_in_json(client: Client, faults: Faults) -> None:
    faults.cue("server_error", times=30)
    responses = [client.get("streams") for _ in range(30)]
    assert {response.status_code for response in responses} == {500, 502, 503}
    for response in responses:
        jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)


def test_html_comes_with_status_502_or_200(client: Client, faults: Faults) -> None:
    faults.cue("html", times=20)
    responses = [client.get("streams") for _ in range(20)]
    assert {response.status_code for response in responses} == {200, 502}
    for response in responses:
        assert response.headers["Content-Type"].startswith("text/html")
        with pytest.raises(requests.JSONDecodeError):
            response.json()


def test_a_truncated_body_is_shorter_than_announced(client: Client, faults: Faults) -> None:
    faults.cue("truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        client.get("streams")
    assert client.get("streams").status_code == 200


def test_a_reset_connection_gives_no_response(client: Client, faults: Faults) -> None:
    faults.cue("reset")
    with pytest.raises(requests.ConnectionError, match="Connection reset by peer"):
        client.get("streams")
    assert client.get("streams").status_code == 200


def test_a_slow_response_exceeds_the_time_out_of_the_client_and_does_not_delay_the_end(
    world: World, clock: VirtualClock
) -> None:
    faults = Faults(slow_seconds=600)
    with TwitchSandbox(world, clock, faults=faults) as sandbox, Client(sandbox) as client:
        faults.cue("slow")
        with pytest.raises(requests.ReadTimeout):
            client.session.get(f"{sandbox.api_url}/streams", timeout=0.05)
        assert client.get("streams").status_code == 200


def test_an_expired_token_stays_expired_and_a_new_one_works_at_least_once(client: Client, faults: Faults) -> None:
    faults.set_rates({"token_expired": 1})
    for _ in range(3):
        assert client.get("streams").status_code == 200
        expired = [client.get("streams") for _ in range(2)]
        assert [response.json() for response in expired] == [
            {"error": "Unauthorized", "status": 401, "message": "Invalid OAuth token"}
        ] * 2
        client.sign_in()


def test_invalid_cursor_waits_for_a_request_with_a_cursor(client: Client, faults: Faults) -> None:
    faults.cue("invalid_cursor")
    cursor = cursor_of(page(client))
    response = client.get("streams", after=cursor)
    assert response.status_code == 400
    assert response.json() == {"error": "Bad Request", "status": 400, "message": "invalid cursor"}
    assert client.get("streams", after=cursor).status_code == 200


def test_a_short_page_leaves_no_stream_out(client: Client, faults: Faults) -> None:
    whole = ids(page(client))
    faults.cue("short_page")
    short = page(client)
    assert 0 < len(short["data"]) < 100
    assert [*ids(short), *ids(page(client, cursor_of(short)))][:100] == whole


@pytest.mark.parametrize(("name", "data"), [("empty_page", []), ("null_data", None)])
def test_a_page_without_streams_has_a_cursor_to_the_next_page(
    client: Client, faults: Faults, name: str, data: object
) -> None:
    one = page(client)
    two = page(client, cursor_of(one))
    faults.cue(name, times=3)
    cursors = [cursor_of(one)]
    for _ in range(3):
        empty = page(client, cursors[-1])
        assert empty["data"] == data
        cursors.append(cursor_of(empty))
    assert len(set(cursors)) == 4
    assert page(client, cursors[-1]) == two


def test_a_repeated_cursor_leads_to_its_own_page(client: Client, faults: Faults) -> None:
    cursor = cursor_of(page(client))
    faults.cue("repeated_cursor")
    repeated = page(client, cursor)
    assert cursor_of(repeated) == cursor
    assert ids(page(client, cursor)) == ids(repeated)


def test_back_to_top_leads_to_the_first_page(client: Client, faults: Faults) -> None:
    one = page(client)
    faults.cue("back_to_top")
    two = page(client, cursor_of(one))
    assert ids(two) != ids(one)
    assert page(client, cursor_of(two)) == one


def test_duplicates_repeat_streams_of_the_page_before_some_with_other_counts(client: Client, faults: Faults) -> None:
    one = page(client)
    faults.cue("duplicates")
    two = page(client, cursor_of(one))
    three = page(client, cursor_of(two))
    counts = {stream["id"]: stream["viewer_count"] for stream in one["data"]}
    repeats = [stream for stream in two["data"] if stream["id"] in counts]
    assert len(repeats) == 5
    assert 0 < sum(stream["viewer_count"] != counts[stream["id"]] for stream in repeats) < 5
    assert len(two["data"]) == 100
    whole = ids(page(client, cursor_of(one)))
    assert [*ids(two)[5:], *ids(three)][:100] == whole


def test_odd_streams_are_of_every_kind_and_the_others_are_unchanged(client: Client, faults: Faults) -> None:
    plain = {stream["id"]: stream for stream in page(client)["data"]}
    faults.cue("odd_streams")
    text = client.get("streams", first=100).text
    odd = [stream for stream in json.loads(text)["data"] if stream != plain.get(stream.get("id"))]
    assert len(odd) == 12
    assert "\\u0000" in text
    assert "\\ud800" in text
    for name in ("id", "user_id", "title", "tags", "thumbnail_url", "game_name"):
        assert any(name not in stream for stream in odd), name
    assert any(stream.get("tags", []) is None for stream in odd)
    assert any(set(stream) - set(next(iter(plain.values()))) for stream in odd)
    shown = [stream["viewer_count"] for stream in odd]
    assert None in shown
    assert "many" in shown
    assert -5 in shown


def test_an_order_violation_ends_a_page_far_below_where_the_next_begins(client: Client, faults: Faults) -> None:
    faults.cue("order_violation")
    one = page(client)
    two = page(client, cursor_of(one))
    assert max(stream["viewer_count"] for stream in one["data"][-3:]) < min(s["viewer_count"] for s in two["data"])
    whole = ids(page(client, first=100))
    assert [*ids(one)[:97], *ids(two)][:100] == whole


def test_one_page_can_have_several_faults(client: Client, faults: Faults) -> None:
    for name in ("short_page", "back_to_top"):
        faults.cue(name)
    spoiled = page(client)
    assert len(spoiled["data"]) < 100
    assert ids(page(client, cursor_of(spoiled)))[: len(spoiled["data"])] == ids(spoiled)


def test_the_token_endpoint_has_the_faults_of_any_response(client: Client, faults: Faults) -> None:
    faults.cue("server_error")
    faults.cue("short_page")
    assert client.ask_for_token().status_code >= 500
    assert client.ask_for_token().status_code == 200
    assert faults.injected()["short_page"] == 0


def test_rates_are_chances_per_request_and_the_same_for_the_same_seed() -> None:
    def strikes(seed: int) -> list[frozenset[Fault]]:
        faults = Faults({"server_error": 0.25, "short_page": 0.1}, seed=seed)
        return [faults.draw((*ANSWER_FAULTS, *PAGE_FAULTS)) for _ in range(2_000)]

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 430 < sum(Fault.SERVER_ERROR in struck for struck in strikes(1)) < 570
    assert 110 < sum(Fault.SHORT_PAGE in struck for struck in strikes(1)) < 200


def test_faults_are_set_shown_and_cleared_from_another_process(client: Client) -> None:
    address = f"{client.sandbox.url}/sandbox/faults"
    wanted = {"rates": {"short_page": 1.0}, "cues": {"server_error": 2}}
    assert requests.post(address, json=wanted, timeout=TIMEOUT).json()["rates"]["short_page"] == 1.0
    assert [client.get("streams").status_code >= 500 for _ in range(3)] == [True, True, False]
    shown = requests.get(address, timeout=TIMEOUT).json()
    assert shown["injected"]["server_error"] == 2
    assert shown["injected"]["short_page"] == 1
    assert set(shown["rates"]) == {fault.value for fault in Fault}
    requests.delete(address, timeout=TIMEOUT)
    assert len(client.get("streams", first=100).json()["data"]) == 100


@pytest.mark.parametrize(
    "wanted",
    [
        {"rates": {"typo": 0.5}},
        {"rates": {"reset": 1.5}},
        {"cues": {"reset": 0}},
        {"cues": {"typo": 1}},
        [],
        {"cues": 3},
    ],
)
def test_invalid_faults_are_refused_and_change_nothing(client: Client, wanted: object) -> None:
    address = f"{client.sandbox.url}/sandbox/faults"
    response = requests.post(address, json=wanted, timeout=TIMEOUT)
    assert response.status_code == 400
    jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)
    assert client.get("streams").status_code == 200
    assert not any(requests.get(address, timeout=TIMEOUT).json()["rates"].values())


def test_with_all_faults_at_once_each_occurs_and_the_sandbox_keeps_running(world: World, clock: VirtualClock) -> None:
    faults = Faults(Faults.everything(0.12), slow_seconds=0.01)
    with TwitchSandbox(world, clock, faults=faults, rate_limit=0) as sandbox:
        for _ in range(400):
            crawl_until_something_breaks(sandbox)
            if all(faults.injected().values()):
                break
        faults.clear()
        with Client(sandbox) as client:
            assert len({stream["id"] for stream in client.everything(first=100)}) == len(world.poll(NOON))
    assert all(faults.injected().values()), faults.injected()


def crawl_until_something_breaks(sandbox: TwitchSandbox) -> None:
    """Read a picture, and then pages without retries until a request fails."""
    with suppress(requests.RequestException):
        requests.get(f"{sandbox.url}/ttv-boxart/1-9x12.jpg", timeout=TIMEOUT, allow_redirects=False)
    try:
        with Client(sandbox) as client:
            for turn, _ in enumerate(client.pages(first=100)):
                if turn > 100:
                    return
    except (requests.RequestException, KeyError, ValueError):
        return
