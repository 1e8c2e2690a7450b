"""A day of polls of a Twitch with all faults at once."""

import math
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.collect.poll import Collector
from bot.core.polls import Poll, PollStatus
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from sandbox.faults import PICTURE_ONLY, Faults
from sandbox.world import World
from tests.contract.conftest import MORE_THAN, Serve
from tests.factories import DAY, DAY_START, rows

MakeCollector = Callable[..., Collector]

POLLS_THAT_ARE_NOT_WHOLE = """
    select polls.poll_id
    from staging.polls
    left join staging.streams using (poll_id)
    group by polls.poll_id
    having count(stream_id) <> polls.streams or coalesce(sum(viewer_count), 0) <> polls.viewers
"""
AN_HOUR = timedelta(hours=1)
# A slow response costs real time, so it is only a little too slow here.
SLOW_SECONDS = 0.12
PATIENCE = (5.0, 0.08)


@pytest.mark.parametrize(
    ("rate", "count", "within"), [(0.1, 24, 0.05), (0.2, 8, None)], ids=["most polls whole", "most polls cut off"]
)
def test_a_day_of_polls_with_every_fault_at_once_adds_up(
    rate: float,
    count: int,
    within: float | None,
    serve: Serve,
    make_collector: MakeCollector,
    database: Database,
    clock: VirtualClock,
    world: World,
    url: str,
) -> None:
    """At 0.1 for each of 16 faults six answers in ten are replaced, and half of the pages that do come are spoiled.

    At 0.2 most polls are partial: they store the streams that they found, and no others.
    """
    faults = Faults(Faults.everything(rate), seed=5, slow_seconds=SLOW_SECONDS)
    sandbox = serve(faults=faults, seconds_per_request=0.2)
    collector = make_collector(sandbox, client={"timeout": PATIENCE}, interval_minutes=60)
    polls: list[Poll] = []
    for number in range(count):
        clock.move_to(DAY_START + number * AN_HOUR)
        polls.append(collector.collect())
    # Nobody asks for pictures here.
    assert all(times for fault, times in faults.injected().items() if fault not in PICTURE_ONLY), faults.injected()

    assert rows(url, "select poll_id, status, pages, streams, viewers, error from staging.polls order by poll_id") == [
        (poll.poll_id, poll.status, poll.pages, poll.streams, poll.viewers, poll.error) for poll in polls
    ]
    assert rows(url, "select poll_id, stream_id from staging.streams group by 1, 2 having count(*) > 1") == []
    assert rows(url, POLLS_THAT_ARE_NOT_WHOLE) == []
    assert all(poll.error for poll in polls if poll.status is not PollStatus.COMPLETE)

    assert sum(poll.set_aside for poll in polls) > 0
    reasons = {reason for (reason,) in rows(url, "select distinct reason from staging.set_aside")}
    assert {"no id", "no user_id", "viewer_count is not a whole number", "viewer_count is out of range"} <= reasons

    clock.move_to(DAY_START + timedelta(days=1))
    [day] = Rollup(database, clock, collector.calendar).daily()
    assert day.polls == count
    for table in ("daily_games", "daily_streamers", "daily_streamer_games"):
        [(hours,)] = rows(url, f"select sum(watch_hours) from {table} where day = '{DAY}'")
        assert math.isclose(hours, day.watch_hours, rel_tol=1e-9)
    truth = world.truth(day.starts_at, day.ends_at, MORE_THAN).watch.total
    assert 0 < day.watch_hours < 1.02 * truth
    if within is not None:
        assert any(poll.status is PollStatus.COMPLETE for poll in polls)
        assert day.watch_hours / day.coverage == pytest.approx(truth, rel=within)
