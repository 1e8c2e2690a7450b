"""Which of two streams of one streamer counts. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Self

from bot.core.polls import StreamId

# A stream that started later than that after our own clock did not: its start is unknown.
CLOCKS_DIFFER: Final = timedelta(hours=1)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


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
