"""Polls of the simulated Twitch are complete in spite of faults, or recorded as partial or failed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.collect.poll import Collector
from bot.core.polls import CrawlEnd, Poll, PollStatus
from helperfunctions.clock import VirtualClock
from sandbox.faults import PAGE_FAULTS, PICTURE_ONLY, Fault, Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.conftest import MORE_THAN, Serve
from tests.contract.other_client import OtherClient
from tests.factories import rows

MakeCollector = Callable[..., Collector]
Row = tuple[Any, ...]

# Viewer counts differ by up to 3 % between the minute of the world and the moment of a response.
DRIFT = 0.03
COLUMNS = "stream_id, streamer_id, game_id, viewer_count, started_at"


def staged(url: str, poll: Poll) -> list[Row]:
    return rows(url, f"select {COLUMNS} from staging.streams where poll_id = {poll.poll_id} order by stream_id")


def shown(sandbox: TwitchSandbox) -> list[Row]:
    """The streams above the threshold that the sandbox has at this moment."""
    return sorted(
        (
            stream["id"],
            stream["user_id"],
            stream["game_id"],
            stream["viewer_count"],
            datetime.fromisoformat(stream["started_at"]),
        )
        for stream in OtherClient(sandbox).above(MORE_THAN)
    )


def test_a_poll_of_a_list_that_does_not_change_is_that_list(
    collector: Collector, sandbox: TwitchSandbox, url: str
) -> None:
    expected = shown(sandbox)
    poll = collector.collect()
    assert staged(url, poll) == expected
    assert (poll.status, poll.ended_because) == (PollStatus.COMPLETE, CrawlEnd.BELOW_THRESHOLD)
    assert (poll.duplicates, poll.set_aside, poll.error) == (0, 0, None)
    assert (poll.streams, poll.viewers) == (len(expected), sum(row[3] for row in expected))


def test_a_poll_has_the_streams_of_the_world_in_that_minute(
    collector: Collector, world: World, clock: VirtualClock, url: str
) -> None:
    live = {stream.stream_id: stream for stream in world.poll(clock.now())}
    found = staged(url, collector.collect())
    assert [row[:3] for row in found] == [live[row[0]][:3] for row in found]
    assert [row[4] for row in found] == [live[row[0]].started_at for row in found]
    assert all(abs(row[3] - live[row[0]].viewers) <= DRIFT * live[row[0]].viewers + 1 for row in found)
    well_above = {stream.stream_id for stream in live.values() if stream.viewers > MORE_THAN * (1 + DRIFT) + 1}
    assert well_above <= {row[0] for row in found}


def test_names_are_those_that_twitch_shows(collector: Collector, sandbox: TwitchSandbox, url: str) -> None:
    listed = OtherClient(sandbox).above(MORE_THAN)
    collector.collect()
    assert set(rows(url, "select streamer_id, login, streamer_name from streamers")) == {
        (stream["user_id"], stream["user_login"], stream["user_name"]) for stream in listed
    }
    assert set(rows(url, "select game_id, game_name from games")) == {
        (stream["game_id"], stream["game_name"]) for stream in listed
    }


@pytest.mark.parametrize("fault", [fault.value for fault in Fault if fault not in PICTURE_ONLY])
@pytest.mark.parametrize(("page", "times"), [(3, 1), (3, 3)], ids=["once", "three times"])
def test_after_a_temporary_fault_the_poll_is_complete(
    page: int,
    times: int,
    fault: str,
    sandbox: TwitchSandbox,
    make_collector: MakeCollector,
    patience: tuple[float, float],
    faults: Faults,
    url: str,
) -> None:
    """Faults that the first page cannot have (a refused cursor, repeats of the page before) are on the next one."""
    collector = make_collector(sandbox, client={"timeout": patience})
    expected = shown(sandbox)
    collector.live.get_streams()
    poll = replace(collector, live=CueAtPage(collector.live, faults, fault, page, times)).collect()
    assert faults.injected()[fault] == times
    assert poll.status is PollStatus.COMPLETE
    found = staged(url, poll)
    if fault == "odd_streams":
        missing = [row for row in expected if row not in found]
        # Of the twelve odd streams of a page five are unusable, and one has no game.
        assert poll.set_aside == 5 * times
        assert len(missing) <= (5 + 1) * times
        assert 0 < len({row[0] for row in missing} - {row[0] for row in found}) <= 5 * times
    elif fault not in PAGE_FAULTS and times > 1:
        # The waits are longer than the time for which the list does not change.
        assert len({row[0] for row in found} & {row[0] for row in expected}) >= 0.97 * len(expected)
        assert poll.set_aside == 0
    else:
        assert found == expected
        assert poll.set_aside == 0
    assert poll.streams == len(found)


class CueAtPage:
    """Twitch with a fault on the nth page, or on the next one that can have it."""

    def __init__(self, live: Any, faults: Faults, fault: str, page: int, times: int) -> None:
        self._live = live
        self._faults = faults
        self._fault = fault
        self._pages_to_go = page
        self._times = times

    def get_streams(self, after: str | None = None) -> Any:
        self._pages_to_go -= 1
        if self._pages_to_go == 0:
            self._faults.cue(self._fault, self._times)
        return self._live.get_streams(after)


@pytest.mark.parametrize("fault", [fault.value for fault in Fault if fault not in PICTURE_ONLY])
@pytest.mark.parametrize("is_first_page_read", [False, True], ids=["from-the-start", "from-the-second-page"])
def test_any_fault_without_end_ends_the_poll_with_a_row(
    is_first_page_read: bool,
    fault: str,
    sandbox: TwitchSandbox,
    make_collector: MakeCollector,
    patience: tuple[float, float],
    faults: Faults,
    url: str,
) -> None:
    collector = make_collector(sandbox, client={"timeout": patience}, page_cap=100)
    expected = shown(sandbox)
    if is_first_page_read:
        collector = with_fault_after_first_page(collector, faults, fault)
    else:
        faults.set_rates({fault: 1})
    before = sandbox.requests
    poll = collector.collect()
    assert sandbox.requests - before <= 400
    assert poll.duplicates >= 0
    [(status, streams, stored)] = rows(
        url,
        "select polls.status, polls.streams, count(streams.stream_id) from staging.polls "
        "left join staging.streams using (poll_id) group by polls.poll_id",
    )
    assert (status, streams) == (poll.status, stored)
    found = staged(url, poll)
    assert len({row[0] for row in found}) == len(found)
    assert {row[0] for row in found} <= {row[0] for row in expected}
    if poll.status is PollStatus.COMPLETE and fault != "odd_streams":
        assert found == expected
    if poll.status is not PollStatus.COMPLETE:
        assert poll.error


class _FaultAfterFirstPage:
    """Twitch without a fault on the first page, and with this fault on all others."""

    def __init__(self, live: Any, faults: Faults, fault: str) -> None:
        self._live = live
        self._faults = faults
        self._fault = fault

    def get_streams(self, after: str | None = None) -> Any:
        page = self._live.get_streams(after)
        self._faults.set_rates({self._fault: 1})
        return page


def with_fault_after_first_page(collector: Collector, faults: Faults, fault: str) -> Collector:
    return replace(collector, live=_FaultAfterFirstPage(collector.live, faults, fault))


@pytest.mark.parametrize("fault", ["server_error", "html", "truncated", "reset", "slow", "too_many_requests"])
def test_when_twitch_never_answers_the_poll_failed(fault: str, collector: Collector, faults: Faults) -> None:
    faults.set_rates({fault: 1})
    poll = collector.collect()
    assert (poll.status, poll.ended_because) == (PollStatus.FAILED, CrawlEnd.TWITCH_UNAVAILABLE)
    assert (poll.pages, poll.streams) == (0, 0)


@pytest.mark.parametrize("fault", ["empty_page", "null_data"])
def test_empty_pages_are_an_outage_and_not_a_twitch_without_viewers(
    fault: str, collector: Collector, faults: Faults
) -> None:
    faults.set_rates({fault: 1})
    poll = collector.collect()
    assert poll.status is PollStatus.FAILED
    assert poll.streams == 0


@pytest.mark.parametrize("fault", ["invalid_cursor", "server_error", "back_to_top", "repeated_cursor"])
def test_the_pages_before_an_unreadable_one_are_stored(
    fault: str, collector: Collector, faults: Faults, url: str
) -> None:
    poll = with_fault_after_first_page(collector, faults, fault).collect()
    assert poll.status is PollStatus.PARTIAL
    assert poll.streams == len(staged(url, poll)) >= 100
    assert poll.error


def test_wrong_credentials_leave_a_row(sandbox: TwitchSandbox, make_collector: MakeCollector, url: str) -> None:
    poll = make_collector(sandbox, client={"client_secret": "wrong"}).collect()
    assert (poll.status, poll.ended_because) == (PollStatus.FAILED, CrawlEnd.TWITCH_REFUSED)
    assert rows(url, "select status, ended_because, streams, error from staging.polls") == [
        ("failed", "twitch_refused", 0, poll.error)
    ]


def test_an_unexpected_refusal_leaves_a_row(sandbox: TwitchSandbox, make_collector: MakeCollector, url: str) -> None:
    """A request for games without ids is answered with 400."""
    poll = make_collector(sandbox, client={"api_url": f"{sandbox.api_url}/games?of="}).collect()
    assert poll.status is PollStatus.FAILED
    assert rows(url, "select status, streams, error from staging.polls") == [("failed", 0, poll.error)]


def test_an_invalid_address_leaves_a_row(sandbox: TwitchSandbox, make_collector: MakeCollector, url: str) -> None:
    poll = make_collector(sandbox, client={"api_url": "http://[half-an-address"}).collect()
    assert poll.status is PollStatus.FAILED
    assert "TWITCH_API_URL" in (poll.error or "")
    assert rows(url, "select status, streams, error from staging.polls") == [("failed", 0, poll.error)]


def test_the_page_cap_ends_a_crawl(sandbox: TwitchSandbox, make_collector: MakeCollector, url: str) -> None:
    poll = make_collector(sandbox, page_cap=3).collect()
    assert (poll.status, poll.ended_because, poll.pages) == (PollStatus.PARTIAL, CrawlEnd.PAGE_CAP, 3)
    assert poll.streams == len(staged(url, poll)) == 300


def test_odd_streams_are_set_aside_with_their_reasons(collector: Collector, faults: Faults, url: str) -> None:
    faults.cue("odd_streams")
    poll = collector.collect()
    assert sorted(rows(url, "select reason from staging.set_aside")) == [
        ("no id",),
        ("no user_id",),
        ("viewer_count is not a whole number",),
        ("viewer_count is not a whole number",),
        ("viewer_count is out of range",),
    ]
    assert poll.set_aside == 5
    names = [name for (name,) in rows(url, "select streamer_name from streamers")]
    assert any("\ufffd" in name for name in names)


def test_no_stream_of_a_changing_list_is_counted_twice(
    serve: Serve, make_collector: MakeCollector, clock: VirtualClock, url: str
) -> None:
    """A full-sized Twitch at half a second a page: its order changes every tenth page, and the minute changes too."""
    world = World(seed=3, channels=20_000)
    collector = make_collector(serve(world=world, seconds_per_request=0.5))
    began = clock.now()
    poll = collector.collect()
    assert (clock.now() - began).total_seconds() > 10
    assert poll.status is PollStatus.COMPLETE
    found = [row[0] for row in staged(url, poll)]
    assert len(set(found)) == len(found) == poll.streams
    throughout = {stream.stream_id for stream in world.poll(began, MORE_THAN)} & {
        stream.stream_id for stream in world.poll(clock.now(), MORE_THAN)
    }
    assert len(throughout) > 3_000
    assert len(throughout & set(found)) >= 0.98 * len(throughout)


def test_the_instants_of_a_poll_are_those_of_the_clock(collector: Collector, clock: VirtualClock, url: str) -> None:
    clock.move_to(datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC))
    poll = collector.collect()
    assert rows(url, "select day::text, started_at from staging.polls") == [("2026-11-21", poll.started_at)]
    assert poll.started_at == datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)
