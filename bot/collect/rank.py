"""Ids in little memory, and which of two streams of one streamer counts. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Self

from bot.core.polls import StreamId

# A stream that started later than that after our own clock did not: its start is unknown.
CLOCKS_DIFFER: Final = timedelta(hours=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
# Larger numbers take more memory, and Python refuses to read thousands of digits.
_MOST_DIGITS: Final = 18


def compact(id_: str) -> int | str:
    """An id as a number, which takes half the memory of a text; as it is where the number would not lead back to it.

    `str` of the result is the id.
    """
    return int(id_) if id_.isdecimal() and id_.isascii() and id_[0] != "0" and len(id_) <= _MOST_DIGITS else id_


class Rank(NamedTuple):
    """The higher one counts: the stream that started later, by equal starts the one with the higher id.

    Ids of Twitch are numbers, of which the longer is the higher. An unknown start is before every other.
    """

    started_at: datetime
    id_length: int
    stream_id: StreamId

    @classmethod
    def of(cls, started_at: datetime | None, stream_id: StreamId) -> Self:
        """The rank of a stream."""
        return cls(started_at or _LONG_AGO, len(stream_id), stream_id)
