"""Compact ids, and the rank that decides which of two streams of one streamer counts. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Self

from bot.core.polls import StreamId

# A stream that started later than this after the poll, by our clock, cannot have: its start is unknown.
CLOCKS_DIFFER: Final = timedelta(hours=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
# Larger numbers take more memory, and Python refuses to read thousands of digits.
_MOST_DIGITS: Final = 18


def compact(id_: str) -> int | str:
    """An id as a number, which takes half the memory of a text; unchanged if `str` of the number were another text.

    `str` of the result is the id.
    """
    return int(id_) if id_.isdecimal() and id_.isascii() and id_[0] != "0" and len(id_) <= _MOST_DIGITS else id_


class Rank(NamedTuple):
    """The rank of a stream. Of two streams of one streamer the higher one counts: the later start, then the higher id.

    Twitch's ids are numbers, so a longer id is higher. An unknown start ranks below any other.
    """

    started_at: datetime
    id_length: int
    stream_id: StreamId

    @classmethod
    def of(cls, started_at: datetime | None, stream_id: StreamId) -> Self:
        """Make the rank of a stream from its start and its id."""
        return cls(started_at or _LONG_AGO, len(stream_id), stream_id)
