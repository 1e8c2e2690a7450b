"""The jobs of chat: count what waits, exchange channels with the listener, look who is live, and delete what is old."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from bot.chat.channels import Channels
from bot.chat.choosing import Choosing
from bot.chat.count import Counted, Counter
from bot.chat.directory import OpenDirectory, live_channels
from bot.chat.emotes import EmoteNames
from bot.chat.moment_alerts import MomentAlerts
from bot.chat.rooms import MOST_ROOMS
from bot.chat.sums import is_over, sum_up, sum_up_totals
from bot.core.calendar import Calendar
from helperfunctions.chat_journal import Journal, WantedRoom
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DatabaseConflict

if TYPE_CHECKING:
    from bot.chat.count_queue import QueueCounter

log = logging.getLogger(__name__)

_TIDY_EVERY: Final = timedelta(hours=1)
# So long after its end the minutes of a day (UTC) are all counted, but for what waited for the database.
_OVER_AFTER: Final = timedelta(hours=1)
_SUM_UP_EVERY: Final = timedelta(minutes=10)


@dataclass(slots=True)
class ChatJob:
    """The jobs `chat` and `chat-live`. The open minutes stay in memory between two runs of `chat`."""

    database: Database
    clock: Clock
    folder: Path
    retention: timedelta
    open_directory: OpenDirectory | None
    calendar: Calendar
    most_channels: int = MOST_ROOMS
    is_open: bool = False
    moment_alerts: MomentAlerts | None = None
    open_counter: "Callable[[], QueueCounter] | None" = None
    """With a queue; None: the journal in `folder` is counted."""
    channels: Channels = field(init=False)
    _choosing: Choosing = field(init=False)
    _emotes: EmoteNames | None = field(init=False)
    _counter: Counter | None = None
    _queue_counter: "QueueCounter | None" = None
    _journal: Journal | None = None
    _stored_states: list[dict[str, str]] = field(default_factory=list)
    _tidied_at: datetime | None = None
    _summed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.channels = Channels(self.database, self.clock, self.folder, self.open_directory, self.most_channels)
        self._choosing = Choosing(self.channels, self.is_open)
        names = self.open_directory
        self._emotes = None if names is None else EmoteNames(self.database, self.clock, names)

    def count(self) -> Counted:
        """Count what waits, and exchange channels with the listener. With a queue, listeners lease their channels."""
        if self.open_counter is not None:
            with self.database.exclusive("chat"):
                self._choosing.answer()
                with self.database.transaction() as tx:
                    tx.chat.mark_left_channels(now=self.clock.now())
                self._tidy()
            return self.count_queue()
        with self.database.exclusive("chat"):
            if self._journal is not None and not self._journal.is_current():
                self._journal.close()
                self._journal = None
            if self._journal is None:
                self._journal = Journal(self.folder)
                self._counter = Counter(self.database, self._journal, self.clock)
            assert self._counter is not None  # noqa: S101 - made with the journal
            self._choosing.answer()
            self._exchange(self._journal)
            counted = self._counter.count()
            self._sum_up_after(counted)
            self._tidy()
        return counted

    def count_queue(self, wait_seconds: float = 0) -> Counted:
        """Count what was received from the queue; several processes may do that. Waits for the first message."""
        assert self.open_counter is not None  # noqa: S101 - the caller has checked it
        if self._queue_counter is None:
            self._queue_counter = self.open_counter()
        counted = self._queue_counter.count(wait_seconds)
        self._sum_up_after(counted)
        return counted

    def _sum_up_after(self, counted: Counted) -> None:
        """Let broadcasts and days have the minutes that were just closed, as hours and moments do."""
        oldest_at, now = counted.oldest_closed_at, self.clock.now()
        if oldest_at is None:
            return
        with self.database.transaction() as tx:
            if is_over(oldest_at, now, self.calendar):
                # What waited while the bot or the database was away.
                sum_up(tx, now, self.calendar, self.retention, oldest_at, now)
            else:
                sum_up_totals(tx, now, self.calendar)

    def close(self) -> None:
        """Close the journal, and give back the queue."""
        if self._queue_counter is not None:
            self._queue_counter.close()
            self._queue_counter = None
        if self._journal is not None:
            self._journal.close()
            self._journal = self._counter = None

    def _exchange(self, journal: Journal) -> None:
        """Hand the wanted channels to the listener, and store their states."""
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
            if states != self._stored_states:
                tx.chat.store_states(states=orjson.dumps(states).decode(), now=now)
        self._stored_states = states

    def _tidy(self) -> None:
        """Drop the minutes of old days, and rewrite those of finished days, which takes less disk. A day that is being
        read stays as it is until the next time."""
        now = self.clock.now()
        if self._tidied_at is not None and timedelta(0) <= now - self._tidied_at < _TIDY_EVERY:
            return
        today = now.astimezone(UTC).date()
        with self.database.transaction() as tx:
            old = [row.day for row in tx.chat.old_days(before=today - self.retention)]
        for day in old:
            with self._unless_read(day) as tx:
                tx.chat.drop_partition(day=day)
                log.info("minutes of chat deleted day=%s", day)
        with self.database.transaction() as tx:
            over = [row.day for row in tx.chat.days_to_finish(before=(now.astimezone(UTC) - _OVER_AFTER).date())]
        for day in over:
            with self._unless_read(day) as tx:
                tx.chat.finish_partition(day=day)
                log.info("minutes of chat rewritten day=%s", day)
        self._tidied_at = now

    @contextmanager
    def _unless_read(self, day: date) -> Iterator[Transaction]:
        """A transaction that changes the minutes of a day, or is left when it has to wait for others."""
        try:
            with self.database.transaction() as tx:
                tx.collect.limit_lock_wait()
                yield tx
        except DatabaseConflict as exc:
            log.warning("minutes of chat are being read and stay for now day=%s: %s", day, exc)

    def look(self) -> int:
        """Store which followed channels are live, and their viewers; every ten minutes sum up broadcasts and days; once
        a day fetch names of emotes.

        Also sends messages about new hype moments, if that is wanted. Returns how many channels are live. Raises
        TwitchError.
        """
        with self.database.exclusive("chat-live"):
            if self.moment_alerts is not None:
                self.moment_alerts.send_new()
            live = self._look()
            now = self.clock.now()
            if self._emotes is not None:
                self._emotes.fetch()
            if self._summed_at is None or not timedelta(0) <= now - self._summed_at < _SUM_UP_EVERY:
                with self.database.transaction() as tx:
                    sum_up(tx, now, self.calendar, self.retention, last_at=self._summed_at)
                self._summed_at = now
        return live

    def _look(self) -> int:
        now = self.clock.now()
        with self.database.transaction() as tx:
            ids = [row.channel_id for row in tx.chat.followed(now=now)]
        if self.open_directory is None or not ids:
            return 0
        with self.open_directory() as directory:
            live = live_channels(directory.get_streams_of(ids))
        minute_at = now.replace(second=0, microsecond=0)
        broadcasts = [one for one in live if one.stream_id and one.started_at]
        with self.database.transaction() as tx:
            tx.chat.lock_sums()
            tx.chat.looked(now=now, live_ids=[one.channel_id for one in live])
            tx.chat.make_partition(day=minute_at.astimezone(UTC).date())
            tx.chat.store_viewers(
                minute_at=minute_at,
                channel_ids=[one.channel_id for one in live],
                viewers=[one.viewers for one in live],
                game_ids=[one.game_id for one in live],
            )
            tx.chat.see_broadcasts(
                now=now,
                stream_ids=[one.stream_id for one in broadcasts],
                channel_ids=[one.channel_id for one in broadcasts],
                starts=[one.started_at for one in broadcasts],
            )
        return len(live)
