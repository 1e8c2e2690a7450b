"""The client paces its requests by the headers, so there is no 429, and waits after a 429."""

from datetime import UTC, datetime, timedelta

import pytest

from helperfunctions.clock import VirtualClock
from helperfunctions.errors import TwitchUnavailable
from helperfunctions.twitch_api import TwitchApi
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from tests.contract.conftest import Connect, Serve, utc
from tests.contract.other_client import OtherClient
from tests.no_tokens import NoTokenCache


@pytest.mark.parametrize(("limit", "pages"), [(800, 900), (30, 100), (1, 5)])
def test_more_pages_than_the_bucket_holds_are_read_without_a_429(
    limit: int, pages: int, serve: Serve, connect: Connect, clock: VirtualClock
) -> None:
    """Only waits move the clock here, so the bucket fills only while the client waits."""
    sandbox = serve(rate_limit=limit)
    api = connect(sandbox)
    began = clock.now()
    after = None
    for _ in range(pages):
        after = api.get_streams(after).cursor
    # A 429 would have cost a request more.
    assert sandbox.requests == 1 + pages
    assert clock.now() - began >= timedelta(minutes=1) * (pages - limit) / limit


def test_a_bucket_that_another_client_has_nearly_emptied_is_not_overdrawn(serve: Serve, connect: Connect) -> None:
    sandbox = serve(rate_limit=40)
    other = OtherClient(sandbox)
    spent = [other.get_streams().status_code for _ in range(39)]
    assert spent == [200] * 39
    before = sandbox.requests
    api = connect(sandbox)
    for _ in range(20):
        api.get_streams()
    assert sandbox.requests == before + 1 + 20


def test_a_429_is_waited_out_until_ratelimit_reset_and_not_longer(
    serve: Serve, connect: Connect, clock: VirtualClock
) -> None:
    sandbox = serve(rate_limit=10)
    other = OtherClient(sandbox)
    answers = [other.get_streams() for _ in range(11)]
    assert answers[-1].status_code == 429
    reset = utc(float(answers[-1].headers["Ratelimit-Reset"]))
    before = sandbox.requests
    api = connect(sandbox)
    assert len(api.get_streams().items) == 100
    assert sandbox.requests == before + 1 + 2
    assert reset <= clock.now() <= reset + timedelta(seconds=5)


def test_a_wait_that_is_already_over_is_not_repeated(serve: Serve, connect: Connect, clock: VirtualClock) -> None:
    sandbox = serve(rate_limit=2)
    api = connect(sandbox)
    api.get_streams()
    api.get_streams()
    clock.advance(1_800)
    half_an_hour_later = clock.now()
    api.get_streams()
    assert clock.now() == half_an_hour_later


def test_a_429_without_end_is_given_up(api: TwitchApi, sandbox: TwitchSandbox, faults: Faults) -> None:
    api.get_streams()
    faults.cue("too_many_requests", times=9)
    assert len(api.get_streams().items) == 100
    assert sandbox.requests == 2 + 10


def test_every_response_has_the_remaining_points_and_the_clock_difference(serve: Serve, connect: Connect) -> None:
    sandbox = serve(rate_limit=800)
    api = connect(sandbox)
    before = api.last_answer
    assert before is None
    api.get_streams()
    answer = api.last_answer
    assert answer is not None
    assert (answer.points_left, answer.points) == (799, 800)
    assert answer.clock_ahead is not None
    assert abs(answer.clock_ahead) < timedelta(seconds=1)


def test_with_little_patience_there_is_one_attempt(sandbox: TwitchSandbox, connect: Connect, faults: Faults) -> None:
    faults.set_rates({"server_error": 1})
    with pytest.raises(TwitchUnavailable, match="tried once"):
        connect(sandbox, attempts=1).get_streams()
    assert sandbox.requests == 1


class SetBack(VirtualClock):
    """A clock that a time server sets back by an hour. A sleep of more than a few minutes fails."""

    behind = timedelta(0)

    def now(self) -> datetime:
        return super().now() - self.behind

    def sleep(self, seconds: float) -> None:
        assert seconds < 300
        super().sleep(seconds)


def test_a_clock_that_is_set_back_by_an_hour_does_not_cause_a_wait_of_an_hour(serve: Serve, connect: Connect) -> None:
    wall = SetBack(datetime(2026, 11, 21, 16, tzinfo=UTC))
    api = connect(serve(), clock=wall)
    api.get_streams()
    wall.behind = timedelta(hours=1)
    api.get_streams()


def test_a_stop_ends_the_waits_for_a_twitch_that_does_not_answer() -> None:
    waits: list[timedelta] = []

    def stopped_at_the_second(at_most: timedelta) -> bool:
        waits.append(at_most)
        return len(waits) == 2

    api = TwitchApi(
        api_url="http://127.0.0.1:1/helix",
        auth_url="http://127.0.0.1:1/oauth2",
        client_id="id",
        client_secret="planted-secret",
        clock=VirtualClock(datetime(2026, 11, 21, tzinfo=UTC)),
        tokens=NoTokenCache(),
        wait=stopped_at_the_second,
    )
    with pytest.raises(TwitchUnavailable, match="stopped while it waited"):
        api.get_streams()
    api.close()
    assert len(waits) == 2
