"""Polls that the database could not take: kept as files, and stored when it is back.

A file bears the number of its poll, and is removed after the poll was stored. Should that be cut off in between, the
number tells that the poll is in already: each goes in exactly once.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.collect.stage import StagedPoll
from bot.models import Poll, PollStatus
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseUnavailable

log = logging.getLogger(__name__)

SUFFIX = ".poll"
# Of files that will never go in; a person may want to look at them.
REFUSED = ".refused"


@dataclass(frozen=True, slots=True)
class KeptPolls:
    """A folder of polls, of at most so many bytes: when it is full, the oldest make way."""

    folder: Path
    most_bytes: int

    def keep(self, staged: StagedPoll, poll: Poll) -> Path:
        """Write down a poll; all of it or nothing. Raises OSError when the disk does not take it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{poll.started_at:%Y%m%dT%H%M%S}Z{poll.poll_id:+d}{SUFFIX}"
        draft = path.with_suffix(".draft")
        try:
            with draft.open("wb") as file:
                staged.save(file, poll)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self._make_way()
        return path

    def store(self, database: Database) -> int:
        """Store what is kept, oldest first; how many polls went in. The lock of `collect` must be held.

        Raises DatabaseUnavailable when the database is away (again); what did not go in stays.
        """
        stored = 0
        for path in self.waiting():
            try:
                with path.open("rb") as file:
                    staged, poll = StagedPoll.load(file)
                stored += self._store(database, staged, poll)
                path.unlink()
            except DatabaseUnavailable:
                raise
            except (DatabaseError, ValueError) as exc:
                log.error("a kept poll cannot be stored and is put aside path=%s: %s", path, exc)
                path.replace(path.with_suffix(REFUSED))
            except OSError as exc:
                log.error("a kept poll cannot be read path=%s: %s", path, exc.strerror)
        return stored

    def newest_good(self) -> datetime | None:
        """When the newest poll began that is kept and brought something; None without one."""
        for path in reversed(self.waiting()):
            with suppress(OSError, ValueError), path.open("rb") as file:
                poll = StagedPoll.poll_in(file)
                if poll.status is not PollStatus.FAILED:
                    return poll.started_at
        return None

    def waiting(self) -> list[Path]:
        """The files that wait to go in, oldest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def _store(self, database: Database, staged: StagedPoll, poll: Poll) -> bool:
        with database.transaction() as tx:
            is_in, is_too_late = tx.collect.can_go_in(poll_id=poll.poll_id, day=poll.day)
            if is_in:
                return False
            if is_too_late:
                log.warning("a kept poll comes too late: its day is rolled up and pruned day=%s", poll.day)
                return False
            tx.collect.make_partition(day=poll.day)
            staged.store(tx, poll)
        log.info("a kept poll is stored poll_id=%d day=%s streams=%d", poll.poll_id, poll.day, poll.streams)
        return True

    def _make_way(self) -> None:
        """Drop the oldest until the rest fits; those that were refused first."""
        sizes = {path: path.stat().st_size for path in self._in_order()}
        left = sum(sizes.values())
        for path, size in sizes.items():
            if left <= self.most_bytes:
                return
            log.error("no room for another poll on disk; the oldest is dropped path=%s", path)
            path.unlink()
            left -= size

    def _in_order(self) -> Iterator[Path]:
        yield from sorted(self.folder.glob(f"*{REFUSED}"))
        yield from self.waiting()
