"""The job `collect`: take a poll, refresh the index of names, and send a heartbeat."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.collect.poll import Collector
from bot.core.polls import Poll, PollStatus
from bot.names.database_names import DatabaseNames
from helperfunctions.errors import DatabaseError

log = logging.getLogger(__name__)

# A poll is due at the same second as the roll-up, which may store kept polls first.
WAIT_FOR_LOCK: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class CollectJob:
    """Takes a poll, makes its new names searchable, and sends a heartbeat if the poll brought something."""

    collector: Collector
    names: DatabaseNames
    send_heartbeat: Callable[[], None]

    def run(self) -> Poll:
        """Run the job once, at its turn of the schedule. Raises the errors of Collector.collect."""
        poll = self.collector.collect(WAIT_FOR_LOCK)
        self._refresh_names()
        if poll.status is not PollStatus.FAILED:
            self.send_heartbeat()
        return poll

    def take_poll(self) -> Poll:
        """Take one poll by hand: does not wait for another collector, and sends no heartbeat."""
        poll = self.collector.collect()
        self._refresh_names()
        return poll

    def _refresh_names(self) -> None:
        try:
            self.names.refresh()
        except DatabaseError as exc:
            # The poll is stored; the refresh after the next one makes up for it.
            log.warning("new names cannot be searched yet: %s", exc)
