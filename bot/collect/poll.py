"""One poll: crawl Twitch, then store everything in one transaction. It always ends in a row, or in a file that
becomes one."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.collect.crawl import Crawl
from bot.collect.keep import KeptPolls
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
LOOK_AGAIN_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Collector:
    """Takes polls. `interval_minutes` is the time between two, `more_than_viewers` the threshold."""

    live: LiveStreams
    database: Database
    clock: Clock
    calendar: Calendar
    more_than_viewers: int
    interval_minutes: int
    kept: KeptPolls
    page_cap: int = PAGE_CAP

    def collect(self, wait_for_lock: timedelta = timedelta(0)) -> Poll:
        """Take one poll and return its row, which is stored whatever became of it.

        When the database is away, or refuses, it is taken all the same and kept on disk, to be stored at a later
        turn: then raises what the database said. Raises Busy when another collector works on this database and does not
        end within `wait_for_lock`.
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
            self._store(staged, poll)
        _tell(poll)
        return poll

    def _begin(self, stack: ExitStack, started_at: datetime, wait_for_lock: timedelta) -> StagedPoll:
        """Take the lock and a number and make room, today's and tomorrow's, before the crawl: the store then needs no
        lock on a table."""
        day = self.calendar.day_of(started_at).date
        try:
            self._take_lock(stack, started_at + wait_for_lock)
            self.kept.store(self.database)
            with self.database.transaction() as tx:
                tx.collect.make_partition(day=day)
                tx.collect.make_partition(day=day + timedelta(days=1))
                poll_id = tx.collect.next_poll_id()
        except DatabaseError as exc:
            # Whatever it is: a right that was revoked comes back, the list of live streams does not.
            log.warning("this poll is taken without the database: %s", exc)
            # A number that the database never gives, and nobody else takes.
            poll_id = -round(started_at.timestamp() * 1000)
        return StagedPoll(poll_id, day, self.more_than_viewers, self.interval_minutes)

    def _take_lock(self, stack: ExitStack, wait_until: datetime) -> None:
        """Take the lock, which storing kept polls takes for some seconds. Raises Busy when it is still taken then."""
        while True:
            try:
                stack.enter_context(self.database.only_one("collect"))
            except Busy:
                if self.clock.now() >= wait_until:
                    raise
                self.clock.sleep(LOOK_AGAIN_SECONDS)
            else:
                return

    def _crawl(self, staged: StagedPoll, started_at: datetime) -> Crawl:
        # A poll that takes longer than half its interval would get in the way of the next.
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
                # Once more: a prune may have found yesterday's still without a poll, and dropped it meanwhile.
                tx.collect.make_partition(day=staged.day)
                staged.store(tx, poll)
        except DatabaseError as exc:
            path = self._kept_after(exc, staged, poll)
            raise type(exc)(f"{exc}; the poll is kept in {path} and stored when the database takes it") from exc
        except Exception as exc:
            path = self._kept_after(exc, staged, poll)
            log.error("a poll could not be stored because of %s; it is kept in %s", type(exc).__name__, path)
            raise

    def _kept_after(self, error: Exception, staged: StagedPoll, poll: Poll) -> Path:
        """Keep a poll on disk that was not stored. Raises that error when the disk does not take it either."""
        try:
            return self.kept.keep(staged, poll)
        except OSError as no_room:
            log.error("a poll is lost: %s, and it cannot be kept on disk: %s", error, no_room.strerror)
            raise error from None


def _tell(poll: Poll) -> None:
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
