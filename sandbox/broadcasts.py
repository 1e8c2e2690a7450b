"""The broadcasts of a world, drawn half a day at a time, so that any date can be read without the time before it.

Every streamer starts at most one broadcast in a half-day (00:00 to 12:00 or 12:00 to 24:00 UTC). Its length is drawn,
then cut so that it ends before the streamer's next one starts; knowing the starts of this half-day and of the next is
all it takes. No broadcast runs longer than a half-day, so a live broadcast started in this half-day or the last.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sandbox import rhythm
from sandbox.games import Games
from sandbox.streamers import MOST_STREAMERS

HALF_DAY: Final = 720  # minutes
STREAMERS_PER_LIVE: Final = 6
"""Streamers per live stream: each streamer is live for four hours a day."""

RAID_MINUTES: Final = 30
"""The number of minutes after which all viewers of a raid have left."""

_START_CHANCE: Final = 0.536  # per half-day; tuned until one in STREAMERS_PER_LIVE is live on average
_MEDIAN_LENGTH: Final = 174  # minutes; cut and broken off they have the median of 163 of 4,612 real broadcasts
_LENGTH_SPREAD: Final = 0.85  # standard deviation of the logarithm
_REST: Final = 10  # minutes between two broadcasts of a streamer
_SHORTEST: Final = 5
_SIZE_SPREAD: Final = 0.35  # a streamer's audience differs from broadcast to broadcast: of the logarithm, mean 1
_HOME_GAME_CHANCE: Final = 0.75  # otherwise a broadcast begins with a game drawn by share of viewing
_GAME_CHANGE_CHANCES: Final = (0.35, 0.12)  # of a second and of a third game
_BREAK_OFF_CHANCE: Final = 0.04
_RAID_CHANCE: Final = 0.10
_RAID_SHARE: Final = (0.5, 0.9)  # of an ending audience
_RAID_TRIES: Final = 8  # broadcasts tried until one is live
_FIRST_HALF_DAY: Final = -200_000  # keeps seeds and stream ids positive for dates since the year 1700

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """One row per broadcast. Minutes are since 1970, sizes in viewers at an average time of day."""

    streamer: Ints
    stream_id: NDArray[np.int64]
    start: Ints
    end: Ints
    """The first minute after the broadcast."""
    started_second: Ints
    """Seconds by which it started before the minute `start`: 0 to 59."""
    size: Floats
    tempo: Floats
    """The speed at which its audience grows and shrinks, in radians per minute."""
    phase: Floats
    games: NDArray[np.int16]
    """Three rows: the first, second and third game."""
    changes: Ints
    """Two rows: the minutes at which the second and the third game begin."""

    def __len__(self) -> int:
        return len(self.streamer)

    def rows(self, chosen: NDArray[np.intp]) -> "Broadcasts":
        """The broadcasts with these row numbers."""
        return Broadcasts(**{name: getattr(self, name)[..., chosen] for name in self.__slots__})

    def followed_by(self, other: "Broadcasts") -> "Broadcasts":
        """These rows, followed by those of `other`."""
        pairs = {name: np.concatenate((getattr(self, name), getattr(other, name)), axis=-1) for name in self.__slots__}
        return Broadcasts(**pairs)


@dataclass(frozen=True, slots=True)
class Raids:
    """One row per raid: the audience of an ended broadcast that moves to another one."""

    target: NDArray[np.intp]
    """The row of the receiving broadcast."""
    at: Ints
    """Minutes since 1970."""
    size: Floats


@dataclass(frozen=True, slots=True)
class HalfDay:
    """The broadcasts and raids that begin in a half-day. A raid's target is a row of `broadcasts`."""

    broadcasts: Broadcasts
    raids: Raids


class Programme:
    """Draws the half-days of a world from its seed. `sizes` and `home_games` have one entry per streamer."""

    def __init__(
        self, seed: int, sizes: Floats, games: Games, home_games: NDArray[np.int16], gather_minutes: float
    ) -> None:
        self._seed = seed
        self._sizes = sizes
        self._games = games
        self._home_games = home_games
        self._gather_minutes = gather_minutes
        # Reading any minute needs two half-days; a few more let two readers work at different dates.
        self.half_day = lru_cache(maxsize=4)(self._draw_half_day)
        self._starts = lru_cache(maxsize=2)(self._draw_starts)

    def _random(self, half_day: int, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, half_day - _FIRST_HALF_DAY, purpose])

    def _draw_starts(self, half_day: int) -> Ints:
        """The start of each streamer's broadcast in a half-day, in minutes since 1970; 0: they do not stream."""
        random = self._random(half_day, 1)
        count = len(self._sizes)
        minutes = half_day * HALF_DAY + np.arange(HALF_DAY, dtype=np.int64)
        within = (random.random(count, dtype=np.float32) * HALF_DAY).astype(np.int32)
        chances = (_START_CHANCE * rhythm.starts(minutes)).astype(np.float32)
        streams = random.random(count, dtype=np.float32) < chances[within]
        return np.where(streams, half_day * HALF_DAY + within, 0).astype(np.int32)

    def _draw_half_day(self, half_day: int) -> HalfDay:
        random = self._random(half_day, 2)
        starts, next_starts = self._starts(half_day), self._starts(half_day + 1)
        room = np.where(next_starts, next_starts - starts - _REST, HALF_DAY)
        streamer = np.flatnonzero((starts != 0) & (room >= _SHORTEST)).astype(np.int32)
        start = starts[streamer]
        lengths = _MEDIAN_LENGTH * np.exp(_LENGTH_SPREAD * random.standard_normal(len(streamer), dtype=np.float32))
        end = start + np.clip(lengths, _SHORTEST, np.minimum(room[streamer], HALF_DAY)).astype(np.int32)
        whole = self._fill_in(random, half_day, streamer, start, end)
        broadcasts, restarts = _broken_off(random, whole)
        raids = self._draw_raids(random, broadcasts, goes_on=restarts)
        return HalfDay(broadcasts, raids)

    def _fill_in(
        self, random: np.random.Generator, half_day: int, streamer: Ints, start: Ints, end: Ints
    ) -> Broadcasts:
        count = len(streamer)
        home = random.random(count, dtype=np.float32) < _HOME_GAME_CHANCE
        games = self._games.pick(random.random(3 * count)).reshape(3, count)
        games[0] = np.where(home, self._home_games[streamer], games[0])
        spread = np.exp(_SIZE_SPREAD * random.standard_normal(count, dtype=np.float32) - _SIZE_SPREAD**2 / 2)
        return Broadcasts(
            streamer=streamer,
            stream_id=((half_day - _FIRST_HALF_DAY) * MOST_STREAMERS + streamer.astype(np.int64)) * 2,
            start=start,
            end=end,
            started_second=random.integers(0, 60, count, dtype=np.int32),
            size=self._sizes[streamer] * spread,
            tempo=(2 * np.pi / random.uniform(60, 240, count)).astype(np.float32),
            phase=(2 * np.pi * random.random(count)).astype(np.float32),
            games=games,
            changes=_game_changes(random, start, end),
        )

    def _draw_raids(self, random: np.random.Generator, broadcasts: Broadcasts, goes_on: NDArray[np.bool_]) -> Raids:
        """Draw raids: some audiences of ending broadcasts move to a live broadcast of the same half-day."""
        lots = random.random(len(broadcasts), dtype=np.float32)
        raiders = np.flatnonzero((lots < _RAID_CHANCE) & ~goes_on)
        at = broadcasts.end[raiders]
        tries = random.integers(0, max(1, len(broadcasts)), (_RAID_TRIES, len(raiders)))
        live = (broadcasts.start[tries] < at) & (broadcasts.end[tries] > at)
        target = np.take_along_axis(tries, live.argmax(axis=0)[np.newaxis], axis=0)[0] if len(raiders) else raiders
        length = at - broadcasts.start[raiders]
        gathered = np.minimum(1.0, length / self._gather_minutes) if self._gather_minutes else 1.0
        share = random.uniform(*_RAID_SHARE, len(raiders)) * gathered
        size = (broadcasts.size[raiders] * share).astype(np.float32)
        found = live.any(axis=0)
        return Raids(target=target[found], at=at[found], size=size[found])


def _game_changes(random: np.random.Generator, start: Ints, end: Ints) -> Ints:
    """The minutes in which the second and the third game begin; the end of the broadcast if the game stays the same."""
    count = len(start)
    places = np.sort(random.uniform(0.1, 0.9, (2, count)), axis=0)
    lots = random.random((2, count)) < np.array([[_GAME_CHANGE_CHANCES[0]], [_GAME_CHANGE_CHANCES[1]]])
    lots[1] &= lots[0]
    return np.where(lots, start + places * (end - start), end).astype(np.int32)


def _broken_off(random: np.random.Generator, whole: Broadcasts) -> tuple[Broadcasts, NDArray[np.bool_]]:
    """Split some broadcasts in two; the second part has its own stream id. Also returns the rows that were split."""
    length = whole.end - whole.start
    cut = whole.start + (length * random.uniform(0.1, 0.9, len(whole))).astype(np.int32)
    resumed = cut + random.integers(2, 9, len(whole), dtype=np.int32)
    lots = random.random(len(whole)) < _BREAK_OFF_CHANCE
    broken = lots & (cut > whole.start) & (resumed + _SHORTEST < whole.end)
    seconds = whole.rows(np.flatnonzero(broken))
    seconds.start[:] = resumed[broken]
    seconds.stream_id[:] += 1
    whole.end[broken] = cut[broken]
    return whole.followed_by(seconds), np.concatenate((broken, np.zeros(len(seconds), dtype=np.bool_)))
