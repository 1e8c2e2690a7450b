"""Twitch's lists of live streams, users and emotes, as this step needs them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol


class Directory(Protocol):
    """Twitch's lists of live streams, users and emotes. Raises TwitchError."""

    def get_streams_of(self, user_ids: Sequence[str]) -> list[Any]: ...

    def get_users_named(self, logins: Sequence[str]) -> list[Any]: ...

    def get_global_emotes(self) -> list[Any]: ...

    def get_emotes_of(self, channel_id: str) -> list[Any]: ...


OpenDirectory = Callable[[], AbstractContextManager[Directory]]


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """A channel that is live. `stream_id` and `started_at`: of its broadcast, if Twitch says so."""

    channel_id: str
    viewers: int
    game_id: str
    stream_id: str = ""
    started_at: datetime | None = None


def live_channels(items: Sequence[Any]) -> list[LiveChannel]:
    """The live channels in Twitch's items, each once; items that are none are left out."""
    found: dict[str, LiveChannel] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        channel_id, viewers = item.get("user_id"), item.get("viewer_count")
        if isinstance(channel_id, str) and channel_id and isinstance(viewers, int) and 0 <= viewers < 2**31:
            game_id, stream_id = item.get("game_id"), item.get("id")
            found[channel_id] = LiveChannel(
                channel_id,
                viewers,
                game_id if isinstance(game_id, str) else "",
                stream_id if isinstance(stream_id, str) else "",
                _instant_in(item.get("started_at")),
            )
    return list(found.values())


def _instant_in(text: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None
