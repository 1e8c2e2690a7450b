"""Helix over real HTTP: the documented endpoints, in the documented shapes."""

import base64
import json
from datetime import timedelta
from typing import Any

import jsonschema
import pytest

from helperfunctions.clock import VirtualClock
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.sandbox import helix_shapes
from tests.sandbox.client import Client
from tests.sandbox.conftest import NOON


def ids(streams: list[dict[str, Any]]) -> list[str]:
    return [str(stream["id"]) for stream in streams]


def test_every_page_of_streams_has_the_official_shape(client: Client) -> None:
    cursor: str | None = ""
    while cursor is not None:
        response = client.get("streams", first=100, **({"after": cursor} if cursor else {}))
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("application/json")
        page = response.json()
        jsonschema.validate(page, helix_shapes.STREAMS)
        cursor = page["pagination"].get("cursor")


@pytest.mark.parametrize("first", [1, 37, 100])
def test_cursors_lead_through_the_whole_list_without_a_gap_while_the_clock_does_not_move(
    world: World, clock: VirtualClock, first: int
) -> None:
    with TwitchSandbox(world if first > 1 else World(seed=7, channels=150), clock, rate_limit=0) as sandbox:
        with Client(sandbox) as client:
            pages = list(client.pages(first=first))
        served = [stream for page in pages for stream in page]
        assert sorted(ids(served)) == sorted(stream.stream_id for stream in sandbox.world.poll(NOON))
        assert {len(page) for page in pages[:-1]} == {first}
        counts = [stream["viewer_count"] for stream in served]
        assert counts == sorted(counts, reverse=True)


def test_a_page_has_twenty_streams_by_default(client: Client) -> None:
    assert len(client.get("streams").json()["data"]) == 20


def test_viewer_counts_of_the_server_differ_from_the_world_by_three_percent_at_most(
    client: Client, world: World
) -> None:
    served = {stream["id"]: stream for stream in client.everything(first=100)}
    total = 0
    for stream in world.poll(NOON):
        shown = served[stream.stream_id]
        assert abs(shown["viewer_count"] - stream.viewers) <= 0.03 * stream.viewers + 1
        assert (shown["user_id"], shown["game_id"]) == (stream.streamer_id, stream.game_id)
        assert shown["started_at"] == stream.started_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        total += stream.viewers
    assert sum(stream["viewer_count"] for stream in served.values()) == pytest.approx(total, rel=0.01)


def test_streams_swap_places_between_two_requests_when_time_passes(client: Client, clock: VirtualClock) -> None:
    before = ids(client.get("streams", first=100).json()["data"])
    assert ids(client.get("streams", first=100).json()["data"]) == before
    clock.advance(5)
    after = ids(client.get("streams", first=100).json()["data"])
    assert after != before
    assert len(set(after) & set(before)) > 90


def test_a_crawl_that_takes_time_sees_some_streams_twice_and_misses_some(world: World, clock: VirtualClock) -> None:
    with TwitchSandbox(world, clock, rate_limit=0, seconds_per_request=1.0) as sandbox, Client(sandbox) as client:
        served = ids(client.everything(first=100))
    assert len(served) > len(set(served))
    assert {stream.stream_id for stream in world.poll(NOON)} - set(served)


def test_a_cursor_is_base64_of_scores_like_the_reference_s_example(client: Client) -> None:
    page = client.get("streams", first=10).json()
    outer = json.loads(base64.b64decode(page["pagination"]["cursor"]))
    scores = {side: json.loads(base64.b64decode(outer[side]["Cursor"])) for side in ("b", "a")}
    assert {side: (score["d"], score["t"]) for side, score in scores.items()} == dict.fromkeys("ba", (False, True))
    assert int(scores["b"]["s"]) == page["data"][0]["viewer_count"]
    assert int(scores["a"]["s"]) == page["data"][-1]["viewer_count"]


def test_before_leads_back_to_the_page_before(client: Client) -> None:
    one = client.get("streams", first=10).json()
    two = client.get("streams", first=10, after=one["pagination"]["cursor"]).json()
    assert client.get("streams", first=10, before=two["pagination"]["cursor"]).json()["data"] == one["data"]


def test_the_last_page_has_an_empty_pagination(client: Client) -> None:
    last = client.everything(first=100)[-1]
    assert client.get("streams", user_id=last["user_id"]).json() == {"data": [last], "pagination": {}}


def _packed(content: object) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "IA",
        "garbage",
        "é",
        _packed(None),
        _packed({"a": {}}),
        _packed({"b": {"Cursor": ""}, "a": {"Cursor": ""}}),
        _packed({side: {"Cursor": _packed({"s": float("nan")})} for side in "ab"}),
        _packed({"b": None, "a": {"Offset": -1}}),
    ],
)
@pytest.mark.parametrize("path", ["streams", "games/top"])
@pytest.mark.parametrize("direction", ["after", "before"])
def test_an_invalid_cursor_is_refused(client: Client, path: str, direction: str, cursor: str) -> None:
    response = client.get(path, **{direction: cursor})
    assert response.status_code == 400
    assert response.json() == {"error": "Bad Request", "status": 400, "message": "invalid cursor"}


@pytest.mark.parametrize(
    "query",
    [
        {"first": 0},
        {"first": 101},
        {"first": "many"},
        {"type": "rerun"},
        {"game_id": [str(number) for number in range(101)]},
        {"user_id": [str(number) for number in range(101)]},
    ],
)
def test_parameters_out_of_bounds_are_refused(client: Client, query: dict[str, Any]) -> None:
    response = client.get("streams", **query)
    assert response.status_code == 400
    jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)


def test_filters_select_by_streamer_game_and_language(client: Client) -> None:
    everything = client.everything(first=100)
    a, b, c = everything[0], everything[50], everything[-1]
    chosen = client.get("streams", user_id=[a["user_id"], c["user_id"]], user_login=[b["user_login"], "nobody"]).json()
    assert chosen["data"] == [a, b, c]
    playing = client.everything(first=100, game_id=["509658", "21779"], type="live")
    assert playing == [stream for stream in everything if stream["game_id"] in ("509658", "21779")]
    assert len(playing) > 100
    speaking = client.everything(first=100, language=["ko", "other"], type="all")
    assert speaking == [stream for stream in everything if stream["language"] in ("ko", "other")]
    assert speaking


def test_games_are_found_by_id_name_and_igdb_id_and_unknown_ones_ignored(client: Client) -> None:
    found = client.get("games", id=["509658", "1", "509658"], name=["agar.io", "No Such Game"], igdb_id=["115"]).json()
    jsonschema.validate(found, helix_shapes.GAMES)
    assert [game["name"] for game in found["data"]] == ["Just Chatting", "agar.io", "League of Legends"]
    assert found["data"][0]["igdb_id"] == ""


def test_top_games_are_paged_by_offset_most_watched_first(client: Client) -> None:
    page = client.get("games/top", first=10).json()
    jsonschema.validate(page, helix_shapes.TOP_GAMES)
    assert json.loads(base64.b64decode(page["pagination"]["cursor"])) == {"b": None, "a": {"Offset": 10}}
    viewers: dict[str, int] = {}
    for stream in client.everything(first=100):
        viewers[stream["game_id"]] = viewers.get(stream["game_id"], 0) + stream["viewer_count"]
    top = client.everything("games/top", first=100)
    listed = [viewers[game["id"]] for game in top]
    assert listed == sorted((count for game, count in viewers.items() if game and count), reverse=True)
    assert top[:10] == page["data"]


def test_users_are_found_by_id_and_login_live_or_not(client: Client, world: World) -> None:
    first, last = 0, world.streamers.count - 1
    found = client.get("users", id=[world.streamers.id(first), "1"], login=world.streamers.login(last)).json()
    jsonschema.validate(found, helix_shapes.USERS)
    assert [user["id"] for user in found["data"]] == [world.streamers.id(first), world.streamers.id(last)]
    assert found["data"][0]["display_name"] == world.streamers.display_name(first)


@pytest.mark.parametrize("path", ["games", "users"])
def test_a_lookup_of_no_id_or_of_too_many_is_refused(client: Client, path: str) -> None:
    for query in ({}, {"id": [str(number) for number in range(101)]}):
        response = client.get(path, **query)
        assert response.status_code == 400
        jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)


def test_an_unknown_path_is_not_found(client: Client) -> None:
    response = client.get("nothing/here")
    assert response.status_code == 404
    jsonschema.validate(response.json(), helix_shapes.HELIX_ERROR)


def test_a_stream_s_start_lies_in_the_past_and_its_fields_stay_while_it_is_live(
    client: Client, clock: VirtualClock
) -> None:
    before = {stream["id"]: stream for stream in client.everything(first=100)}
    clock.move_to(NOON + timedelta(minutes=10))
    after = {stream["id"]: stream for stream in client.everything(first=100)}
    assert all(stream["started_at"] <= NOON.strftime("%Y-%m-%dT%H:%M:%SZ") for stream in before.values())
    lasting = before.keys() & after.keys()
    assert len(lasting) > 2_000
    for stream_id in lasting:
        for name in ("user_id", "user_name", "title", "started_at", "language", "tags"):
            assert before[stream_id][name] == after[stream_id][name]
