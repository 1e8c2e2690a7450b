"""The jobs of chat: count what waits, exchange channels with the listener, look who is live, delete old minutes."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from bot.chat.count import Counted, Counter
from helperfunctions.chat_journal import Journal, WantedRoom
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseConflict

log = logging.getLogger(__name__)

_PRUNE_EVERY: Final = timedelta(hours=1)


class Directory(Protocol):
    """Twitch's lists of live streams and users. Raises TwitchError."""

    def get_streams_of(self, user_ids: Sequence[str]) -> list[Any]: ...

    def get_users_named(self, logins: Sequence[str]) -> list[Any]: ...


OpenDirectory = Callable[[], AbstractContextManager[Directory]]


@dataclass(slots=True)
class ChatJob:
    """The jobs `chat` and `chat-live`. The open minutes stay in memory between two runs of `chat`."""

    database: Database
    clock: Clock
    folder: Path
    retention: timedelta
    open_directory: OpenDirectory | None
    _counter: Counter | None = None
    _journal: Journal | None = None
    _told: list[dict[str, str]] = field(default_factory=list)
    _pruned_at: datetime | None = None

    def count(self) -> Counted:
        """Count what waits, and exchange channels with the listener."""
        with self.database.exclusive("chat"):
            if self._journal is None:
                self._journal = Journal(self.folder)
                self._counter = Counter(self.database, self._journal, self.clock)
            assert self._counter is not None  # noqa: S101 - made with the journal
            self._exchange(self._journal)
            counted = self._counter.count()
            self._prune()
        return counted

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = self._counter = None

    def _exchange(self, journal: Journal) -> None:
        """Tell the listener what is wanted, and store what became of it."""
        now = self.clock.now()
        with self.database.transaction() as tx:
            followed = list(tx.chat.followed(now=now))
            wanted = [row for row in followed if row.is_wanted]
            journal.want(
                [WantedRoom(row.channel_id, row.login, int(row.asked_at.timestamp() * 1000)) for row in wanted]
            )
            heard = {row.channel_id: row for row in journal.rooms()}
            parted = [row for row in followed if not row.is_wanted and row.state != "refused"]
            states = [{"channel_id": row.channel_id, "state": "parted", "reason": ""} for row in parted]
            for row in wanted:
                room = heard.get(row.channel_id)
                if room is not None and room.asked_at_ms == int(row.asked_at.timestamp() * 1000):
                    states.append({"channel_id": row.channel_id, "state": room.state, "reason": room.reason})
            if states != self._told:
                tx.chat.store_states(states=orjson.dumps(states).decode(), now=now)
        self._told = states

    def _prune(self) -> None:
        """Drop the minutes of old days; one that is being read stays until the next time."""
        now = self.clock.now()
        if self._pruned_at is not None and timedelta(0) <= now - self._pruned_at < _PRUNE_EVERY:
            return
        with self.database.transaction() as tx:
            days = [row.day for row in tx.chat.old_days(before=(now.astimezone(UTC) - self.retention).date())]
        for day in days:
            try:
                with self.database.transaction() as tx:
                    tx.collect.limit_lock_wait()
                    tx.chat.drop_partition(day=day)
                log.info("minutes of chat deleted day=%s", day)
            except DatabaseConflict as exc:
                log.warning("minutes of chat are being read and stay for now day=%s: %s", day, exc)
        self._pruned_at = now

    def look(self) -> int:
        """Store which followed channels are live, and their viewers. Returns how many are live. Raises TwitchError."""
        if self.open_directory is None:
            return 0
        with self.database.exclusive("chat-live"):
            now = self.clock.now()
            with self.database.transaction() as tx:
                ids = [row.channel_id for row in tx.chat.followed(now=now)]
            if not ids:
                return 0
            with self.open_directory() as directory:
                live = live_channels(directory.get_streams_of(ids))
            minute_at = now.replace(second=0, microsecond=0)
            with self.database.transaction() as tx:
                tx.chat.looked(now=now, live_ids=list(live))
                tx.chat.make_partition(day=minute_at.astimezone(UTC).date())
                tx.chat.store_viewers(
                    minute_at=minute_at,
                    channel_ids=list(live),
                    viewers=[viewers for viewers, _ in live.values()],
                    game_ids=[game_id for _, game_id in live.values()],
                )
        return len(live)


def live_channels(items: Sequence[Any]) -> Mapping[str, tuple[int, str]]:
    """Viewers and game id of live channels, by channel id, from Twitch's items; those that are none are left out."""
    found: dict[str, tuple[int, str]] = {}
    for item in items:
        if not isinstance(item, dict):
            continue
        channel_id, viewers, game_id = item.get("user_id"), item.get("viewer_count"), item.get("game_id")
        if isinstance(channel_id, str) and channel_id and isinstance(viewers, int) and 0 <= viewers < 2**31:
            found[channel_id] = (viewers, game_id if isinstance(game_id, str) else "")
    return found
