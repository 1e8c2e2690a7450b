"""The order of the streams at an instant: by viewers, which change slightly every few seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sandbox.world import Snapshot, World

DRIFT_SECONDS: Final = 5
"""The interval, in seconds of the clock, at which numbers of viewers change."""

_DRIFT: Final = 0.03  # the greatest change in either direction; zero on average
_FRACTION_BITS: Final = 24  # with counts below 2^28 a score is exact in a float
_FRACTION_MULTIPLIER: Final = 10_368_889  # odd, so that no two streamers share a fraction


@dataclass(frozen=True, slots=True)
class Listing:
    """Live streams, most watched first: parallel arrays."""

    snapshot: Snapshot
    rows: NDArray[np.intp]
    """Rows of the snapshot."""
    viewers: NDArray[np.int64]
    """Viewers, including the change of the present interval."""
    negative_scores: NDArray[np.float64]
    """Negative viewers plus a fraction that is unique per streamer: ascending, all different."""

    def __len__(self) -> int:
        return len(self.rows)

    def score(self, place: int) -> float:
        """The sort key of the stream at that place."""
        return -float(self.negative_scores[place])

    def first_below(self, score: float) -> int:
        """The place of the first stream with a lower score."""
        return int(np.searchsorted(self.negative_scores, -score, side="right"))

    def first_not_above(self, score: float) -> int:
        """The place after the last stream with a higher score."""
        return int(np.searchsorted(self.negative_scores, -score, side="left"))

    def only(self, wanted: NDArray[np.bool_]) -> "Listing":
        """The streams for whose rows of the snapshot `wanted` is true, in the same order."""
        is_wanted = wanted[self.rows]
        return Listing(self.snapshot, self.rows[is_wanted], self.viewers[is_wanted], self.negative_scores[is_wanted])


def drift_step(instant: datetime) -> int:
    """The number of the interval of DRIFT_SECONDS in which no viewer count changes."""
    return int(instant.timestamp() // DRIFT_SECONDS)


def list_streams(world: World, instant: datetime) -> Listing:
    """All live streams as Helix lists them at that instant."""
    snapshot = world.live_at(instant)
    random = np.random.default_rng([world.seed, abs(drift_step(instant)), 4])
    count = len(snapshot.viewers)
    drift = 1 + _DRIFT * (2 * random.random(count, dtype=np.float32) - 1)
    # Random rounding up or down preserves the mean, for small audiences too.
    viewers = (snapshot.viewers * drift + random.random(count, dtype=np.float32)).astype(np.int64)
    fractions = (snapshot.streamers.astype(np.int64) * _FRACTION_MULTIPLIER) & ((1 << _FRACTION_BITS) - 1)
    negative_scores = -(viewers + fractions / (1 << _FRACTION_BITS))
    rows = np.argsort(negative_scores)
    return Listing(snapshot, rows, viewers[rows], negative_scores[rows])
