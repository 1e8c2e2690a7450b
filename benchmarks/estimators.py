"""Watch hours per streamer by three rules, from the same polls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Bench
from benchmarks.twitch_days import CALENDAR, DAY, Seen
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from sandbox.world import World

SECONDS_PER_HOUR: Final = 3_600

Hours = dict[str, float]
"""Watch hours by streamer id."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """A day of staged polls, `every_minutes` apart, of which only those in `taken` count; the others were missed."""

    every_minutes: int
    taken: Sequence[Seen]


def ours(bench: Bench, timetable: Timetable) -> Hours:
    """Watch hours by the production roll-up. A missed poll is staged as a failed one."""
    taken = ",".join(str(poll.poll_id) for poll in timetable.taken)
    bench.run(
        f"update staging.polls set status = 'failed', streams = 0, error = 'not taken' where poll_id not in ({taken})",
        f"""
        update staging.polls
        set status = 'complete', error = null, interval_minutes = {timetable.every_minutes}, streams = found.streams
        from (select poll_id, sum(streams) as streams from staging.games group by poll_id) as found
        where found.poll_id = polls.poll_id and polls.poll_id in ({taken})
        """,
    )
    Rollup(bench.database, VirtualClock(DAY.ends_at), CALENDAR).redo(DAY.date)
    return dict(bench.rows(f"select streamer_id, watch_hours from daily_streamers where day = '{DAY.date}'"))


def plain(world: World, timetable: Timetable) -> Hours:
    """Watch hours when each viewer of a poll counts for one interval."""
    hours = timetable.every_minutes / 60
    return _summed(world, timetable, lambda _: hours)


def back_to_start(world: World, timetable: Timetable) -> Hours:
    """Watch hours by our rule, but a new stream counts back to its `started_at`, at most one interval."""
    at = np.array([poll.at.timestamp() for poll in timetable.taken])
    reach = timetable.every_minutes * 60.0
    middles = (at[1:] + at[:-1]) / 2
    back = np.minimum(at - np.append(DAY.starts_at.timestamp(), middles), reach)
    forward = np.minimum(np.append(middles, DAY.ends_at.timestamp()) - at, reach)

    def span_hours(number: int) -> NDArray[np.float64]:
        started_at = timetable.taken[number].live.started_at[timetable.taken[number].rows]
        since_start = at[number] - started_at
        began_since = (started_at > at[number - 1]) & (since_start >= 0) if number else np.zeros(len(since_start), bool)
        backwards = np.where(began_since, np.minimum(since_start, reach), back[number])
        hours: NDArray[np.float64] = (backwards + forward[number]) / SECONDS_PER_HOUR
        return hours

    return _summed(world, timetable, span_hours)


def _summed(world: World, timetable: Timetable, span_hours: Callable[[int], float | NDArray[np.float64]]) -> Hours:
    """Viewers times the hours for which each poll counts, by its number in the day."""
    sums = np.zeros(world.streamers.count)
    for number, poll in enumerate(timetable.taken):
        # A streamer has at most one stream at a time.
        sums[poll.live.streamers[poll.rows]] += poll.viewers * span_hours(number)
    seen = np.flatnonzero(sums).astype(np.int32)
    return dict(zip(world.streamers.ids(seen), sums[seen].tolist(), strict=True))
