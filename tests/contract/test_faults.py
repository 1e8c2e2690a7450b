"""The client and the known faults of Twitch, once and without end."""

import pytest

from helperfunctions.errors import InvalidCursor, TwitchUnavailable
from helperfunctions.twitch_api import TwitchApi
from helperfunctions.twitch_http import ATTEMPTS, CURSOR_ATTEMPTS
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from tests.contract.conftest import Connect, Failures, Serve

ANSWER_FAULTS = ["too_many_requests", "server_error", "html", "truncated", "reset", "slow"]


@pytest.mark.parametrize("fault", [*ANSWER_FAULTS, "invalid_cursor"])
def test_after_a_fault_the_page_is_returned(fault: str, api: TwitchApi, sandbox: TwitchSandbox, faults: Faults) -> None:
    first = api.get_streams()
    second = api.get_streams(first.cursor)
    before = sandbox.requests
    faults.cue(fault)
    assert api.get_streams(first.cursor) == second
    assert faults.injected()[fault] == 1
    assert sandbox.requests == before + 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("server_error", ["500 with JSON", "502 with JSON", "503 with JSON"]),
        ("html", ["200 with no JSON body", "502 with no JSON body"]),
    ],
)
def test_every_kind_of_bad_response_is_retried(
    fault: str, said: list[str], api: TwitchApi, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    """The sandbox draws the kind; nine in a row are one fewer than the client's limit."""
    for _ in range(3):
        faults.cue(fault, times=ATTEMPTS - 2)
        assert len(api.get_streams().items) == 100
    assert [kind for kind in said if f"Twitch: {kind}; retrying" not in caplog.text] == []


@pytest.mark.parametrize("fault", ANSWER_FAULTS)
def test_requests_with_an_endless_fault_end_after_a_bounded_number(
    fault: str, api: TwitchApi, sandbox: TwitchSandbox, faults: Faults, failures: Failures
) -> None:
    api.get_streams()
    before = sandbox.requests
    faults.set_rates({fault: 1})
    with pytest.raises(TwitchUnavailable, match="GET /streams") as caught:
        api.get_streams()
    failures.append(caught.value)
    assert caught.value.can_retry
    assert "\n" not in str(caught.value)
    assert sandbox.requests - before == ATTEMPTS


def test_a_cursor_that_is_always_refused_is_given_up_sooner(
    api: TwitchApi, sandbox: TwitchSandbox, faults: Faults, failures: Failures
) -> None:
    cursor = api.get_streams().cursor
    before = sandbox.requests
    faults.set_rates({"invalid_cursor": 1})
    with pytest.raises(InvalidCursor) as caught:
        api.get_streams(cursor)
    failures.append(caught.value)
    assert "\n" not in str(caught.value)
    assert sandbox.requests - before == CURSOR_ATTEMPTS


def test_a_cursor_that_twitch_never_gave_is_an_invalid_cursor(api: TwitchApi, failures: Failures) -> None:
    with pytest.raises(InvalidCursor) as caught:
        api.get_streams("IA")
    failures.append(caught.value)


@pytest.mark.parametrize("fault", ["server_error", "html", "truncated", "reset", "too_many_requests"])
def test_a_cursor_refused_after_other_failures_has_its_own_retries(
    fault: str, api: TwitchApi, sandbox: TwitchSandbox, faults: Faults
) -> None:
    """Retries of the two kinds are counted separately."""
    cursor = api.get_streams().cursor
    before = sandbox.requests
    others = CURSOR_ATTEMPTS
    faults.cue(fault, times=others)
    faults.cue("invalid_cursor", times=CURSOR_ATTEMPTS - 1)
    assert len(api.get_streams(cursor).items) == 100
    assert sandbox.requests - before == others + (CURSOR_ATTEMPTS - 1) + 1


def test_failures_after_a_refused_cursor_have_all_of_their_retries(
    api: TwitchApi, sandbox: TwitchSandbox, faults: Faults
) -> None:
    cursor = api.get_streams().cursor
    before = sandbox.requests
    faults.cue("invalid_cursor", times=CURSOR_ATTEMPTS - 1)
    faults.cue("server_error", times=ATTEMPTS - 1)
    assert len(api.get_streams(cursor).items) == 100
    assert sandbox.requests - before == (CURSOR_ATTEMPTS - 1) + (ATTEMPTS - 1) + 1


def test_null_for_the_list_is_an_empty_page_with_a_cursor(api: TwitchApi, faults: Faults) -> None:
    first = api.get_streams()
    faults.cue("null_data")
    nothing = api.get_streams()
    assert nothing.items == []
    assert api.get_streams(nothing.cursor) == first


def test_an_unreachable_twitch_is_unavailable(sandbox: TwitchSandbox, connect: Connect, failures: Failures) -> None:
    api = connect(sandbox)
    api.get_streams()
    sandbox.stop()
    with pytest.raises(TwitchUnavailable) as caught:
        api.get_streams()
    failures.append(caught.value)


def test_a_twitch_that_comes_back_is_used_again(
    sandbox: TwitchSandbox, serve: Serve, api: TwitchApi, failures: Failures
) -> None:
    """Its earlier tokens are no longer valid."""
    page = api.get_streams()
    port = int(sandbox.url.rsplit(":", 1)[1])
    sandbox.stop()
    with pytest.raises(TwitchUnavailable) as caught:
        api.get_streams()
    failures.append(caught.value)
    again = serve(port=port)
    assert len(api.get_streams().items) == len(page.items)
    assert again.requests == 3
