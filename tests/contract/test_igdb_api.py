"""The client of IGDB against the simulated one: its answers, limits and faults."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import TwitchError, TwitchRefused, TwitchUnavailable
from helperfunctions.igdb_api import IgdbApi
from sandbox.faults import Faults
from sandbox.igdb import PATH
from sandbox.server import TwitchSandbox
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET, Connect, Failures, KeptTokens
from tests.no_tokens import NoTokenCache

LEAGUE, GTA, LEAGUE_ON_TWITCH, JUST_CHATTING = 115, 1020, "21779", "509658"
ATTEMPTS = 4


@pytest.fixture
def igdb(
    sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens, patience: tuple[float, float]
) -> Iterator[IgdbApi]:
    with ExitStack() as stack:
        api = client(sandbox, clock, kept_tokens, timeout=patience)
        stack.callback(api.close)
        yield api


def client(sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens, **options: Any) -> IgdbApi:
    given: dict[str, Any] = {
        "api_url": sandbox.igdb_url,
        "auth_url": sandbox.auth_url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "attempts": ATTEMPTS,
    } | options
    return IgdbApi(clock=clock, tokens=kept_tokens.recording(NoTokenCache()), **given)


def test_genres_game_modes_and_themes_have_an_id_a_name_and_a_slug(igdb: IgdbApi) -> None:
    assert {"id": 12, "name": "Role-playing (RPG)", "slug": "role-playing-rpg"} in igdb.all_of("genres")
    assert [item["slug"] for item in igdb.all_of("game_modes")][:2] == ["single-player", "multiplayer"]
    assert {"id": 38, "name": "Open world", "slug": "open-world"} in igdb.all_of("themes")


def test_games_are_found_by_their_ids_and_unknown_ones_are_left_out(igdb: IgdbApi) -> None:
    [league, gta] = igdb.games([GTA, LEAGUE, 999_999_999])
    assert (league["id"], league["name"], league["genres"]) == (LEAGUE, "League of Legends", [15, 36])
    assert (gta["id"], gta["game_modes"], gta["themes"]) == (GTA, [1, 2, 3], [1, 27, 33, 38])
    assert "parent_game" not in gta
    assert igdb.games([]) == []


def test_more_games_than_fit_into_a_response_come_in_several(igdb: IgdbApi, sandbox: TwitchSandbox) -> None:
    known = sorted(sandbox.igdb.catalogue.games)[:620]
    assert [game["id"] for game in igdb.games(known)] == known
    assert sandbox.igdb.requests == {"games": 2}


def test_games_of_twitch_are_found_by_their_ids_there_even_twice(igdb: IgdbApi, sandbox: TwitchSandbox) -> None:
    """Of another source with the same id there is nothing."""
    twice = sandbox.world.games.ids[10]
    found = igdb.games_on_twitch([LEAGUE_ON_TWITCH, twice, JUST_CHATTING, '")|id=(1'])
    games = [(item["uid"], item["game"]) for item in found]
    assert sorted(set(games)) == sorted({(LEAGUE_ON_TWITCH, LEAGUE), (twice, int(sandbox.world.games.igdb_ids[10]))})
    assert len(games) == 3
    assert igdb.games_on_twitch(['"']) == []


def test_four_requests_are_sent_in_a_second_at_most(igdb: IgdbApi, sandbox: TwitchSandbox, clock: VirtualClock) -> None:
    began = clock.now()
    for _ in range(9):
        igdb.games([LEAGUE])
    assert 2.0 <= (clock.now() - began).total_seconds() < 3.0
    assert sandbox.igdb.requests == {"games": 9}


def test_a_client_that_finds_the_limit_used_up_by_others_waits(
    igdb: IgdbApi, sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens
) -> None:
    others = [client(sandbox, clock, kept_tokens) for _ in range(4)]
    for other in others:
        other.games([LEAGUE])
        other.close()
    assert [game["id"] for game in igdb.games([LEAGUE])] == [LEAGUE]
    assert sandbox.igdb.requests["games"] > 5


@pytest.mark.parametrize(
    "fault", ["too_many_requests", "server_error", "html", "truncated", "reset", "slow", "token_expired"]
)
def test_after_a_fault_the_games_are_returned(fault: str, igdb: IgdbApi, faults: Faults) -> None:
    igdb.games([LEAGUE])
    faults.cue(fault)
    assert [game["id"] for game in igdb.games([LEAGUE])] == [LEAGUE]
    assert faults.injected()[fault] == 1


def test_requests_with_an_endless_fault_end_after_a_bounded_number(
    igdb: IgdbApi, sandbox: TwitchSandbox, faults: Faults, failures: Failures
) -> None:
    igdb.games([LEAGUE])
    faults.set_rates({"server_error": 1})
    with pytest.raises(TwitchUnavailable, match=f"IGDB does not answer POST /games, tried {ATTEMPTS} times") as caught:
        igdb.games([LEAGUE])
    failures.append(caught.value)
    assert sandbox.igdb.requests == {"games": 1 + ATTEMPTS}


def test_a_call_ends_within_its_patience(sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens) -> None:
    api = client(sandbox, clock, kept_tokens, api_url="http://127.0.0.1:1", attempts=1_000, patience_seconds=20.0)
    began = clock.now()
    with pytest.raises(TwitchUnavailable, match="IGDB does not answer"):
        api.games([LEAGUE])
    assert (clock.now() - began).total_seconds() <= 20


def test_a_query_that_igdb_refuses_is_reported_with_its_reason(
    sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens
) -> None:
    """Here the ids are no numbers, which the type does not allow."""
    api = client(sandbox, clock, kept_tokens)
    with pytest.raises(TwitchError, match="IGDB refuses our query with 400: Syntax Error: unexpected"):
        api.games(["a b) c"])  # type: ignore[list-item]
    assert sandbox.igdb.requests == {"games": 1}


def test_an_answer_that_is_no_list_is_no_answer(
    sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens
) -> None:
    """The address of Helix in place of IGDB's."""
    api = client(sandbox, clock, kept_tokens, api_url=sandbox.api_url)
    with pytest.raises(TwitchUnavailable, match="404 with JSON that is no list"):
        api.games([LEAGUE])


def test_wrong_credentials_are_refused_at_once(
    sandbox: TwitchSandbox, clock: VirtualClock, kept_tokens: KeptTokens
) -> None:
    api = client(sandbox, clock, kept_tokens, client_secret="another")
    with pytest.raises(TwitchRefused, match="TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET"):
        api.games([LEAGUE])
    assert sandbox.igdb.requests == {}


def test_nine_requests_at_once_are_too_many(sandbox: TwitchSandbox) -> None:
    with ExitStack() as stack:
        assert [stack.enter_context(sandbox.igdb.open_request()) for _ in range(9)] == [True] * 8 + [False]
    with sandbox.igdb.open_request() as admitted:
        assert admitted
    assert sandbox.igdb_url.endswith(PATH)


def test_helix_names_the_id_on_igdb_of_a_game_where_it_knows_one(connect: Connect, sandbox: TwitchSandbox) -> None:
    found = connect(sandbox).get_games([LEAGUE_ON_TWITCH, JUST_CHATTING, "0"])
    assert [(item["id"], item["igdb_id"]) for item in found] == [(LEAGUE_ON_TWITCH, "115"), (JUST_CHATTING, "")]
