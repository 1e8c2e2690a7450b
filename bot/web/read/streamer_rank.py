"""The rank of a streamer among all of them, by hours watched."""

from dataclasses import dataclass
from typing import Final

from bot.web.read.ranges import Span
from helperfunctions.database import Transaction

# Sums of the same days in another order differ in the last bits.
_TOLERANCE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class StreamerRank:
    """A rank, and the number of streamers. The rank is exact up to 1,000, to ten up to 10,000, and then to a hundred;
    both are None where they are not known."""

    rank: int | None = None
    of_all: int | None = None


def rank_of(tx: Transaction, span: Span, watch_hours: float | None) -> StreamerRank:
    """The rank with these hours watched. The roll-up stores the ranks of the offered ranges up to the newest day; of
    other ranges they are unknown."""
    if not watch_hours:
        return StreamerRank()
    row = tx.web.rank_of_streamer(days=span.days, last=span.last, watch_hours=watch_hours * (1 + _TOLERANCE))
    return StreamerRank(row.rank, row.of_all) if row else StreamerRank()
