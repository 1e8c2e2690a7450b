"""What was said in each room and minute, by the definitions of the real system."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

MINUTE_MS: Final = 60_000


@dataclass(slots=True)
class MinuteTruth:
    """What one room said in one minute."""

    messages: int = 0
    mirrored_messages: int = 0
    subscriber_messages: int = 0
    first_time_messages: int = 0
    bot_messages: int = 0
    emote_only_messages: int = 0
    command_messages: int = 0
    bits: int = 0
    subs: int = 0
    gifted_subs: int = 0
    raid_viewers: int = 0
    removed_messages: int = 0
    timeouts: int = 0
    chatters: set[str] = field(default_factory=set)
    emotes: Counter[str] = field(default_factory=Counter)

    def numbers(self) -> dict[str, int]:
        """The numbers by the names of their columns; chatters as their number."""
        named = {name: getattr(self, name) for name in self.__slots__ if name not in ("chatters", "emotes")}
        return named | {"chatters": len(self.chatters)}


@dataclass(slots=True)
class ChatTruth:
    """The truth per room id and minute (its first instant in ms since 1970). `late` and `ahead`: messages whose
    timestamp was an hour old, or a day ahead; they are in no minute."""

    minutes: dict[tuple[str, int], MinuteTruth] = field(default_factory=dict)
    late: int = 0
    ahead: int = 0

    def minute(self, room_id: str, sent_ms: int) -> MinuteTruth:
        """The truth of the minute of an instant."""
        return self.minutes.setdefault((room_id, sent_ms - sent_ms % MINUTE_MS), MinuteTruth())

    def rows(self) -> list[dict[str, str | int]]:
        """All minutes with their numbers, for JSON; `minute_at` in ISO 8601, UTC."""
        return [
            {
                "channel_id": room_id,
                "minute_at": datetime.fromtimestamp(begin_ms / 1000, UTC).isoformat(),
                **minute.numbers(),
            }
            for (room_id, begin_ms), minute in sorted(self.minutes.items(), key=lambda item: item[0])
        ]
