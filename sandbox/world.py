"""A simulated Twitch without a protocol: the live streams of any minute, their viewers and games.

A world is a function of its seed. Any minute of any date can be computed, in any order, with the same result.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox import rhythm
from sandbox.broadcasts import HALF_DAY, RAID_MINUTES, STREAMERS_PER_LIVE, Broadcasts, Floats, Ints, Programme, Raids
from sandbox.games import make_games
from sandbox.streamers import MOST_STREAMERS, Streamers
from sandbox.truth import Truth, TruthSums

BLOCK: Final = 10
"""Minutes that are prepared together: the size of an audience changes linearly within them."""

MOST_CHANNELS: Final = MOST_STREAMERS // STREAMERS_PER_LIVE

_RANKS: Final = (0.2, 1, 100, 1_000, 4_667, 8_171)
_VIEWERS: Final = (85_000, 63_119, 3_630, 370, 50.5, 10.4)
"""Viewers by rank in a real pull of Get Streams (2022-03-07). After its end, a long tail to zero viewers begins."""

_LIFT: Final = (1, 1, 1.08, 1.12, 1.22, 1.22)
"""The factor for audience sizes, so that ranks match the real ones: some audiences still grow at any time."""

_FULL_SHAPE: Final = 20_000  # channels; fewer are a scale model of this number, more lengthen the tail
_MINUTE_NOISE: Final = 0.02
_SWELLS: Final = (0.12, 0.06)
_GOLDEN: Final = 0.6180339887498949  # its multiples, without the whole part, spread evenly over [0, 1)


class PolledStream(NamedTuple):
    """One live stream, with the values that a poll returns."""

    stream_id: str
    streamer_id: str
    game_id: str
    viewers: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The live broadcasts of one minute: parallel arrays, one entry per broadcast."""

    minute: int
    """Minutes since 1970."""
    streamers: Ints
    stream_ids: NDArray[np.int64]
    viewers: NDArray[np.int64]
    games: NDArray[np.int16]
    """Game numbers; 0 means no category."""
    started_at: NDArray[np.int64]
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The broadcasts that are live at some time within BLOCK minutes, prepared for evaluation by minute."""

    begin: int
    broadcasts: Broadcasts
    raids: Raids
    level: Floats
    """Audience at the beginning, after its growth, at an average time of day."""
    slope: Floats
    """Change of the level per minute."""
    rhythm: NDArray[np.float64]
    """One factor per minute."""


class World:
    """`channels` are live on average (real Twitch: some 93,000; 20,000 is a Twitch with a shortened tail).

    From 20,000 upwards the viewers at each rank are as in a real pull; fewer channels are a scale model of 20,000.
    An audience takes `gather_minutes` to gather, in a straight line; 0: it is there at once.
    """

    def __init__(self, seed: int = 1, channels: int = 20_000, gather_minutes: float = 20.0) -> None:
        if not 1 <= channels <= MOST_CHANNELS:
            raise ValueError(f"a world has 1 to {MOST_CHANNELS:,} channels, not {channels:,}")
        if seed < 0 or gather_minutes < 0:
            raise ValueError("neither the seed nor the minutes in which an audience gathers can be negative")
        self.seed = seed
        self.channels = channels
        self.gather_minutes = gather_minutes
        self.games = make_games(seed)
        self.streamers = Streamers(seed, channels * STREAMERS_PER_LIVE)
        numbers = np.arange(self.streamers.count)
        spread = (numbers * _GOLDEN + seed * _GOLDEN / 7) % 1.0
        home_games = self.games.pick(spread.astype(np.float64))
        sizes = _sizes_at_rank((numbers + 0.5) / STREAMERS_PER_LIVE, channels)
        self._programme = Programme(seed, sizes, self.games, home_games, gather_minutes)
        # Every value is a function of the seed, so two threads that compute one twice do no harm.
        self._block = lru_cache(maxsize=4)(self._make_block)
        self._snapshot = lru_cache(maxsize=4)(self._make_snapshot)

    def live_at(self, instant: datetime) -> Snapshot:
        """The live broadcasts in the minute of an instant."""
        return self._snapshot(_minute(instant))

    def poll(self, instant: datetime, more_than: int = -1) -> list[PolledStream]:
        """The streams of a minute, most watched first, without the changes within that minute."""
        live = self.live_at(instant)
        order = np.argsort(-live.viewers, kind="stable")
        order = order[live.viewers[order] > more_than]
        game_ids = self.games.ids
        return [
            PolledStream(str(stream_id), streamer_id, game_ids[game], viewers, datetime.fromtimestamp(started_at, UTC))
            for stream_id, streamer_id, game, viewers, started_at in zip(
                live.stream_ids[order].tolist(),
                self.streamers.ids(live.streamers[order]),
                live.games[order].tolist(),
                live.viewers[order].tolist(),
                live.started_at[order].tolist(),
                strict=True,
            )
        ]

    def truth(self, start: datetime, end: datetime, more_than: int) -> Truth:
        """Exact hours from `start` to before `end`: in every minute, the streams with more than `more_than` viewers."""
        sums = TruthSums(len(self.games.ids))
        first, last = -(-_seconds(start) // 60), -(-_seconds(end) // 60)
        for number in range(first // BLOCK, -(-last // BLOCK)):
            minutes = range(max(first, number * BLOCK), min(last, (number + 1) * BLOCK))
            self._add_block(sums, self._block(number), minutes, more_than)
        return sums.truth(start, end, more_than, self.streamers.ids, self.games.ids)

    def _add_block(self, sums: TruthSums, block: _Block, minutes: range, more_than: int) -> None:
        """Add up within the block first, where a broadcast's game is a place in an array."""
        broadcasts, count = block.broadcasts, len(block.broadcasts)
        viewer_minutes = np.zeros(3 * count, dtype=np.int64)
        on_air = np.zeros(3 * count, dtype=np.int64)
        for minute in minutes:
            viewers = self._viewers(block, minute)
            rows = np.flatnonzero(viewers > more_than)
            places = rows + count * (minute >= broadcasts.changes[:, rows]).sum(axis=0)
            viewer_minutes[places] += viewers[rows]
            on_air[places] += 1
        counted = np.flatnonzero(on_air)
        streamers, games = broadcasts.streamer[counted % count], broadcasts.games.ravel()[counted]
        sums.add(streamers, games, viewer_minutes[counted], on_air[counted])

    def _make_block(self, number: int) -> _Block:
        begin = number * BLOCK
        newer, older = (self._programme.half_day(begin // HALF_DAY - age) for age in (0, 1))
        kept = [
            np.flatnonzero((half.broadcasts.start < begin + BLOCK) & (half.broadcasts.end > begin))
            for half in (newer, older)
        ]
        broadcasts = newer.broadcasts.rows(kept[0]).followed_by(older.broadcasts.rows(kept[1]))
        level = _swollen(broadcasts, begin)
        return _Block(
            begin=begin,
            broadcasts=broadcasts,
            raids=_raids_within(begin, (newer.raids, older.raids), kept),
            level=level,
            slope=(_swollen(broadcasts, begin + BLOCK) - level) / np.float32(BLOCK),
            rhythm=rhythm.audience(np.arange(begin, begin + BLOCK)),
        )

    def _viewers(self, block: _Block, minute: int) -> Ints:
        """Viewers of the block's broadcasts in that minute; -1 for those that are not live."""
        broadcasts, within = block.broadcasts, minute - block.begin
        viewers = block.level + within * block.slope
        if self.gather_minutes:
            on_air = (minute + 1 - broadcasts.start).astype(np.float32)
            viewers *= np.minimum(on_air / np.float32(self.gather_minutes), 1)
        _add_raids(viewers, block.raids, minute)
        noise = np.random.default_rng([self.seed, abs(minute), 3]).random(len(broadcasts), dtype=np.float32)
        viewers *= np.float32(block.rhythm[within]) * (1 + (2 * _MINUTE_NOISE) * (noise - np.float32(0.5)))
        live = (broadcasts.start <= minute) & (broadcasts.end > minute)
        return np.where(live, np.rint(viewers), -1).astype(np.int32)

    def _make_snapshot(self, minute: int) -> Snapshot:
        block = self._block(minute // BLOCK)
        viewers = self._viewers(block, minute)
        rows = np.flatnonzero(viewers >= 0)
        live = block.broadcasts.rows(rows)
        return Snapshot(
            minute=minute,
            streamers=live.streamer,
            stream_ids=live.stream_id,
            viewers=viewers[rows].astype(np.int64),
            games=_games_at(live, minute),
            started_at=live.start.astype(np.int64) * 60 - live.started_second,
        )


def _seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("a world is asked about instants with a time zone")
    return int(instant.timestamp() // 1)


def _minute(instant: datetime) -> int:
    return _seconds(instant) // 60


def _sizes_at_rank(ranks: NDArray[np.float64], channels: int) -> Floats:
    """Audiences by rank among `channels` live, between the points of the real pull straight on two logarithmic axes."""
    size = max(channels, _FULL_SHAPE)
    tail = ((0.6 * size, 1.0), (size, 0.3))
    at = np.log([*_RANKS, *(rank for rank, _ in tail)])
    viewers = np.log([*np.multiply(_VIEWERS, _LIFT), *(count for _, count in tail)])
    return np.exp(np.interp(np.log(ranks * size / channels), at, viewers)).astype(np.float32)


def _swollen(broadcasts: Broadcasts, minute: int) -> Floats:
    """Audiences after their growth, at an average time of day: two slow waves around the broadcast's size."""
    angle = broadcasts.tempo * (minute - broadcasts.start).astype(np.float32) + broadcasts.phase
    waves = _SWELLS[0] * np.sin(angle) + _SWELLS[1] * np.sin(np.float32(2.7) * angle)
    swollen: Floats = broadcasts.size * (1 + waves)
    return swollen


def _games_at(broadcasts: Broadcasts, minute: int) -> NDArray[np.int16]:
    first, second, third = broadcasts.games
    later = np.where(minute < broadcasts.changes[1], second, third)
    games: NDArray[np.int16] = np.where(minute < broadcasts.changes[0], first, later)
    return games


def _raids_within(begin: int, raids: tuple[Raids, Raids], kept: list[NDArray[np.intp]]) -> Raids:
    """The raids felt within a block, their targets as rows of the block: the newer half-day's, then the older's."""
    parts: list[Raids] = []
    for part, rows, offset in zip(raids, kept, (0, len(kept[0])), strict=True):
        felt = np.flatnonzero((part.at < begin + BLOCK) & (part.at + RAID_MINUTES > begin))
        felt = felt[np.isin(part.target[felt], rows)]
        place = np.searchsorted(rows, part.target[felt])
        parts.append(Raids(place + offset, part.at[felt], part.size[felt]))
    newer, older = parts
    return Raids(
        target=np.concatenate((newer.target, older.target)),
        at=np.concatenate((newer.at, older.at)),
        size=np.concatenate((newer.size, older.size)),
    )


def _add_raids(viewers: Floats, raids: Raids, minute: int) -> None:
    """Raiders arrive together and leave evenly over RAID_MINUTES."""
    elapsed = minute - raids.at
    staying = np.where(elapsed >= 0, np.maximum(0, 1 - elapsed / RAID_MINUTES), 0)
    np.add.at(viewers, raids.target, raids.size * staying.astype(np.float32))
