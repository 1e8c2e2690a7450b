"""What the steps need from the outside world."""

from collections.abc import Sequence
from typing import Any, Protocol


class StreamsPage(Protocol):
    """A page of live streams as Twitch wrote them, and the cursor of the next (None: there is none)."""

    @property
    def items(self) -> Sequence[Any]: ...

    @property
    def cursor(self) -> str | None: ...


class LiveStreams(Protocol):
    """Twitch's list of live streams, most watched first.

    Raises TwitchUnavailable, TwitchRefused or InvalidCursor, having tried again where that makes sense.
    """

    def get_streams(self, after: str | None = None) -> StreamsPage: ...
