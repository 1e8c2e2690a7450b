"""One poll: crawl Twitch, then store everything in one transaction, or in a file that is stored later."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.collect.crawl import Crawl
from bot.collect.keep import KeptPolls
from bot.collect.observer import NoObserver, PollObserver
from bot.collect.rank import CLOCKS_DIFFER
from bot.collect.stage import StagedPoll
from bot.core.calendar import Calendar
from bot.core.polls import Poll
from bot.core.ports import LiveStreams
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseError

log = logging.getLogger(__name__)

# Far above what Twitch has (about 1,200 pages in all): only a list that never ends reaches it.
PAGE_CAP: Final = 3000
RETRY_LOCK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Collector:
    """Takes polls. `interval_minutes`: the time between two; only streams with more than `more_than_viewers` count."""

    live: LiveStreams
    database: Database
    clock: Clock
    calendar: Calendar
    more_than_viewers: int
    interval_minutes: int
    kept: KeptPolls
    page_cap: int = PAGE_CAP
    observer: PollObserver = field(default_factory=NoObserver)

    def collect(self, wait_for_lock: timedelta = timedelta(0)) -> Poll:
        """Take one poll and return its row, which is stored even if the poll failed.

        If the database is unavailable or refuses, the poll is still taken and kept on disk, to be stored at a later
        turn: then this raises the database's error. Raises Busy when another collector works on this database and does
        not end within `wait_for_lock`.
        """
        started_at = self.clock.now()
        with ExitStack() as stack:
            staged = self._begin(stack, started_at, wait_for_lock)
            crawl = self._crawl(staged, started_at)
            poll = Poll(
                poll_id=staged.poll_id,
                day=staged.day,
                started_at=started_at,
                ended_at=max(self.clock.now(), started_at),
                status=crawl.status,
                ended_because=crawl.ended_because,
                pages=crawl.pages,
                streams=crawl.streams,
                viewers=crawl.viewers,
                duplicates=crawl.duplicates,
                set_aside=crawl.set_aside,
                error=crawl.error,
            )
            self.observer.taken(poll)
            self._store(staged, poll)
        _log(poll)
        return poll

    def _begin(self, stack: ExitStack, started_at: datetime, wait_for_lock: timedelta) -> StagedPoll:
        """Take the lock and a poll id, and create today's and tomorrow's partition, before the crawl.

        Storing the poll then needs no lock on a table.
        """
        day = self.calendar.day_of(started_at).date
        try:
            self._take_lock(stack, started_at + wait_for_lock)
            self.kept.store(self.database)
            with self.database.transaction() as tx:
                tx.collect.make_partition(day=day)
                tx.collect.make_partition(day=day + timedelta(days=1))
                poll_id = tx.collect.next_poll_id()
        except DatabaseError as exc:
            # For any error: a revoked right can be granted again, the list of live streams does not come back.
            log.warning("this poll is taken without the database: %s", exc)
            # Negative: the database never assigns such an id.
            poll_id = -round(started_at.timestamp() * 1000)
        return StagedPoll(poll_id, day, self.more_than_viewers, self.interval_minutes)

    def _take_lock(self, stack: ExitStack, wait_until: datetime) -> None:
        """Take the lock, waiting for a process that stores kept polls. Raises Busy if another still has it then."""
        while True:
            try:
                stack.enter_context(self.database.exclusive("collect"))
            except Busy:
                if self.clock.now() >= wait_until:
                    raise
                self.clock.sleep(RETRY_LOCK_SECONDS)
            else:
                return

    def _crawl(self, staged: StagedPoll, started_at: datetime) -> Crawl:
        # A poll that takes longer than half its interval would delay the next.
        deadline = started_at + timedelta(minutes=self.interval_minutes) / 2
        crawl = Crawl(
            self.live,
            staged,
            more_than_viewers=self.more_than_viewers,
            page_cap=self.page_cap,
            is_out_of_time=lambda: self.clock.now() > deadline,
            latest_start=started_at + CLOCKS_DIFFER,
        )
        crawl.run()
        return crawl

    def _store(self, staged: StagedPoll, poll: Poll) -> None:
        try:
            with self.database.transaction() as tx:
                # Again: a prune may have dropped yesterday's partition meanwhile, while it had no poll.
                tx.collect.make_partition(day=staged.day)
                staged.store(tx, poll)
                self.observer.stored(tx, poll)
        except DatabaseError as exc:
            path = self._kept_after(exc, staged, poll)
            raise type(exc)(f"{exc}; the poll is kept in {path} and stored when the database accepts it") from exc
        except Exception as exc:
            path = self._kept_after(exc, staged, poll)
            log.error("a poll could not be stored because of %s; it is kept in %s", type(exc).__name__, path)
            raise

    def _kept_after(self, error: Exception, staged: StagedPoll, poll: Poll) -> Path:
        """Keep a poll on disk that was not stored. Raises the error of the database if that fails, too."""
        try:
            return self.kept.keep(staged, poll)
        except OSError as no_room:
            log.error("a poll is lost: %s, and it cannot be kept on disk: %s", error, no_room.strerror)
            raise error from None


def _log(poll: Poll) -> None:
    log.log(
        logging.INFO if poll.error is None else logging.WARNING,
        "poll stored poll_id=%d status=%s streams=%d viewers=%d pages=%d duplicates=%d set_aside=%d seconds=%.1f%s",
        poll.poll_id,
        poll.status,
        poll.streams,
        poll.viewers,
        poll.pages,
        poll.duplicates,
        poll.set_aside,
        (poll.ended_at - poll.started_at).total_seconds(),
        f" error={poll.error!r}" if poll.error else "",
    )
