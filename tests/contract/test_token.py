"""The app token is fetched once, stored, renewed in time, and renewed once when Twitch refuses it."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import TwitchRefused, TwitchUnavailable
from helperfunctions.token_cache import TokenFile
from helperfunctions.twitch_api import TwitchApi
from helperfunctions.twitch_http import ATTEMPTS
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from tests.contract.conftest import CLIENT_SECRET, Connect, Failures, KeptTokens, Serve
from tests.contract.scripted_http import Answer, answering


def test_a_token_is_fetched_once_and_used_for_every_page(api: TwitchApi, sandbox: TwitchSandbox) -> None:
    first = api.get_streams()
    api.get_streams(first.cursor)
    api.get_streams()
    assert sandbox.requests == 1 + 3


def test_a_second_client_finds_the_token_in_the_file(sandbox: TwitchSandbox, connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "new" / "token.json"
    connect(sandbox, tokens=TokenFile(path)).get_streams()
    connect(sandbox, tokens=TokenFile(path)).get_streams()
    assert sandbox.requests == 1 + 1 + 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert CLIENT_SECRET not in path.read_text()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"key": 3}', '{"key": "k", "token": "t"}'])
def test_a_broken_token_file_costs_a_new_token_and_nothing_else(
    content: str, sandbox: TwitchSandbox, connect: Connect, tmp_path: Path
) -> None:
    path = tmp_path / "token.json"
    path.write_text(content)
    connect(sandbox, tokens=TokenFile(path)).get_streams()
    connect(sandbox, tokens=TokenFile(path)).get_streams()
    assert sandbox.requests == 1 + 1 + 1


def test_the_token_of_another_application_is_not_used(serve: Serve, connect: Connect, tmp_path: Path) -> None:
    one, other = serve(), serve(client_id="another-application")
    path = tmp_path / "token.json"
    connect(one, tokens=TokenFile(path)).get_streams()
    connect(other, tokens=TokenFile(path), client_id="another-application").get_streams()
    assert other.requests == 1 + 1


@pytest.mark.parametrize(("lives_seconds", "until_renewal"), [(7_200, 3_600), (60, 30)])
def test_a_token_is_renewed_before_it_ends(
    lives_seconds: int, until_renewal: int, serve: Serve, connect: Connect, clock: VirtualClock
) -> None:
    sandbox = serve(token_seconds=lives_seconds)
    api = connect(sandbox)
    api.get_streams()
    clock.advance(until_renewal - 1)
    api.get_streams()
    assert sandbox.requests == 1 + 2
    clock.advance(1)
    api.get_streams()
    # A renewal forced by a 401 would have taken one request more.
    assert sandbox.requests == 1 + 2 + 2


def test_a_401_renews_the_token_once_and_repeats_the_request(
    api: TwitchApi, sandbox: TwitchSandbox, faults: Faults, kept_tokens: KeptTokens
) -> None:
    page = api.get_streams()
    faults.cue("token_expired")
    assert api.get_streams() == page
    assert sandbox.requests == (1 + 1) + (1 + 1 + 1)
    assert len(set(kept_tokens.values)) == 2


def test_a_stored_token_that_twitch_has_revoked_is_replaced_in_the_file(
    sandbox: TwitchSandbox, connect: Connect, faults: Faults, tmp_path: Path
) -> None:
    file = TokenFile(tmp_path / "token.json")
    connect(sandbox, tokens=file).get_streams()
    faults.cue("token_expired")
    connect(sandbox, tokens=file).get_streams()
    before = sandbox.requests
    connect(sandbox, tokens=file).get_streams()
    assert sandbox.requests == before + 1


def test_tokens_that_expire_repeatedly_are_renewed_each_time(
    api: TwitchApi, sandbox: TwitchSandbox, faults: Faults
) -> None:
    faults.set_rates({"token_expired": 1})
    page = api.get_streams()
    assert [api.get_streams() for _ in range(5)] == [page] * 5
    assert sandbox.requests == (1 + 1) + 5 * (1 + 1 + 1)


def test_a_second_401_is_reported_as_a_problem_of_named_settings(
    serve: Serve, connect: Connect, failures: Failures
) -> None:
    one, other = serve(), serve()
    api = connect(one, auth_url=other.auth_url)
    with pytest.raises(TwitchRefused) as caught:
        api.get_streams()
    failures.append(caught.value)
    for name in ("TWITCH_CLIENT_ID", "TWITCH_CLIENT_SECRET", "TWITCH_API_URL", "TWITCH_AUTH_URL"):
        assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not caught.value.can_retry
    assert (one.requests, other.requests) == (2, 2)


@pytest.mark.parametrize("wrong", [{"client_secret": "planted-but-wrong"}, {"client_id": "nobody"}])
def test_wrong_credentials_are_reported_at_once(
    wrong: dict[str, str], sandbox: TwitchSandbox, connect: Connect, failures: Failures
) -> None:
    with pytest.raises(TwitchRefused) as caught:
        connect(sandbox, **wrong).get_streams()
    failures.append(caught.value)
    assert "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "planted-but-wrong" not in repr(caught.value)
    assert sandbox.requests == 1


@pytest.mark.parametrize("status", [400, 401, 403], ids=str)
@pytest.mark.parametrize(
    "body",
    [b"<html><h1>403 Forbidden</h1></html>", b"", b'["no", "object"]'],
    ids=["HTML", "nothing", "other JSON"],
)
def test_token_that_a_proxy_refuses_is_asked_for_again(
    status: int, body: bytes, sandbox: TwitchSandbox, connect: Connect
) -> None:
    """Twitch's own refusal is a JSON object; only after that somebody has to copy the credentials again."""
    token = Answer(200, b'{"access_token":"planted","expires_in":5000000,"token_type":"bearer"}')
    with answering([Answer(status, body), token, Answer(200, b'{"data":[],"pagination":{}}')]) as (url, asked):
        assert list(connect(sandbox, api_url=url, auth_url=url).get_streams().items) == []
    assert [line.split("?")[0] for line in asked] == [*(2 * ["POST /token HTTP/1.1"]), "GET /streams"]
    own = b'{"status":403,"message":"invalid client secret"}'
    with answering([Answer(status, own), token]) as (url, asked), pytest.raises(TwitchRefused, match="copy both again"):
        connect(sandbox, auth_url=url).get_streams()
    assert len(asked) == 1


@pytest.mark.parametrize("fault", ["too_many_requests", "server_error", "html", "truncated", "reset", "slow"])
def test_a_token_is_fetched_in_spite_of_every_fault(
    fault: str, api: TwitchApi, sandbox: TwitchSandbox, faults: Faults
) -> None:
    faults.cue(fault)
    assert len(api.get_streams().items) == 100
    assert sandbox.requests == 2 + 1
    assert faults.injected()[fault] == 1


@pytest.mark.parametrize("fault", ["too_many_requests", "server_error", "html", "truncated", "reset", "slow"])
def test_failing_requests_for_a_token_end(
    fault: str, api: TwitchApi, sandbox: TwitchSandbox, faults: Faults, failures: Failures
) -> None:
    faults.set_rates({fault: 1})
    with pytest.raises(TwitchUnavailable, match="POST /token") as caught:
        api.get_streams()
    failures.append(caught.value)
    assert "\n" not in str(caught.value)
    assert sandbox.requests == ATTEMPTS


def test_a_token_that_expired_while_the_bot_was_down_is_not_used(
    serve: Serve, connect: Connect, clock: VirtualClock, tmp_path: Path
) -> None:
    sandbox = serve(token_seconds=7_200)
    file = TokenFile(tmp_path / "token.json")
    connect(sandbox, tokens=file).get_streams()
    clock.advance(timedelta(days=1).total_seconds())
    connect(sandbox, tokens=file).get_streams()
    assert sandbox.requests == 2 + 2
