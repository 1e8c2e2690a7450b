"""One poll: crawl Twitch, then store everything in one transaction. It always ends in a row."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.collect.crawl import Crawl
from bot.collect.stage import StagedPoll
from bot.days import Calendar
from bot.models import Day, Poll
from bot.ports import LiveStreams
from helperfunctions.clock import Clock
from helperfunctions.database import Database

log = logging.getLogger(__name__)

# Far above what Twitch has (about 1,200 pages in all): only a list that never ends reaches it.
PAGE_CAP: Final = 3000


@dataclass(frozen=True, slots=True)
class Collector:
    """Takes polls. `interval_minutes` is the time between two, `more_than_viewers` the threshold."""

    live: LiveStreams
    database: Database
    clock: Clock
    calendar: Calendar
    more_than_viewers: int
    interval_minutes: int
    page_cap: int = PAGE_CAP

    def collect(self) -> Poll:
        """Take one poll and return its row, which is stored whatever became of it.

        Raises Busy when another collector works on this database, and DatabaseError when the row cannot be stored.
        """
        with self.database.only_one("collect"):
            started_at = self.clock.now()
            day = self.calendar.day_of(started_at)
            staged = self._begin(day)
            # A poll that takes longer than half its interval would get in the way of the next.
            deadline = started_at + timedelta(minutes=self.interval_minutes) / 2
            crawl = Crawl(
                self.live,
                more_than_viewers=self.more_than_viewers,
                page_cap=self.page_cap,
                is_out_of_time=lambda: self.clock.now() > deadline,
                keep=staged.keep,
                put_aside=staged.put_aside,
            )
            crawl.run()
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
            with self.database.transaction() as tx:
                # Once more: a prune may have found yesterday's still without a poll, and dropped it meanwhile.
                tx.collect.make_partition(day=staged.day)
                staged.store(tx, poll)
        _tell(poll)
        return poll

    def _begin(self, day: Day) -> StagedPoll:
        """Take a number and make room, today's and tomorrow's, before the crawl: the store needs no lock on a table."""
        with self.database.transaction() as tx:
            tx.collect.make_partition(day=day.date)
            tx.collect.make_partition(day=day.date + timedelta(days=1))
            poll_id = tx.collect.next_poll_id()
        return StagedPoll(poll_id, day.date, self.more_than_viewers, self.interval_minutes)


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
