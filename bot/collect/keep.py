"""Polls that the database did not take: kept as files, and stored when it does.

A file bears the number of its poll, and is removed after the poll was stored. Should that be cut off in between, the
number tells that the poll is in already: each goes in exactly once.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.collect.stage import NewerFormat, StagedPoll
from bot.core.polls import Poll, PollStatus
from helperfunctions import atomic_file
from helperfunctions.clock import Clock, SystemClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseTooSlow, DatabaseUnavailable

log = logging.getLogger(__name__)

SUFFIX = ".poll"
# Of torn files, which will never go in; a person may want to look at them.
REFUSED = ".refused"
# Anybody may read a poll: it holds what Twitch shows to everybody.
READABLE: Final = 0o644
# How long a poll that the database refused waits for its next attempt: the first time only until the next turn, then
# twice as long each time.
SHORTEST_WAIT: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(hours=1)
# A draft that is so much older than the newest poll is of a process that was killed.
OLD_DRAFT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class _Refusals:
    """How often in a row a kept poll was refused, and when it is tried again."""

    times: int
    not_before: datetime


@dataclass(frozen=True, slots=True)
class KeptPolls:
    """A folder of polls, of at most so many bytes: when it is full, the oldest are dropped."""

    folder: Path
    most_bytes: int
    clock: Clock = field(default_factory=SystemClock)
    _refused: dict[str, _Refusals] = field(default_factory=dict, compare=False)

    def keep(self, staged: StagedPoll, poll: Poll) -> Path:
        """Write a poll to disk; all of it or nothing. Raises OSError when the disk does not take it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{poll.started_at:%Y%m%dT%H%M%S}Z{poll.poll_id:+d}{SUFFIX}"
        with atomic_file.replacing(path, mode=READABLE) as file:
            staged.save(file, poll)
        try:
            self._make_room(path)
        except OSError as exc:
            # The poll itself is kept.
            log.error("the folder of kept polls cannot be tidied path=%s: %s", self.folder, exc.strerror)
        return path

    def store(self, database: Database) -> int:
        """Store what is kept, oldest first; how many polls went in. The lock of `collect` must be held.

        A poll that the database refuses stays and keeps no other from going in; it is tried again later, each time
        after a longer wait. Only a torn file is set aside for good. Raises DatabaseUnavailable when the database is
        away (again); what did not go in stays.
        """
        stored = 0
        now = self.clock.now()
        for path in self._due(now):
            try:
                with path.open("rb") as file:
                    staged, poll = StagedPoll.load(file)
                stored += self._store(database, staged, poll)
                path.unlink()
                self._refused.pop(path.name, None)
            except DatabaseError as exc:
                if isinstance(exc, DatabaseUnavailable) and not isinstance(exc, DatabaseTooSlow):
                    # Perhaps it went away because of this poll: in the next turn the others come first.
                    self._refused.setdefault(path.name, _Refusals(0, now))
                    raise
                self._try_later(path, now, exc)
                if exc.can_retry:
                    # Somebody holds a lock, or the server is slow: the next poll would wait as long.
                    break
            except NewerFormat as exc:
                self._try_later(path, now, exc)
            except ValueError as exc:
                log.error("a kept poll is torn and is set aside for good path=%s: %s", path, exc)
                with suppress(OSError):
                    path.replace(path.with_suffix(REFUSED))
            except OSError as exc:
                log.error("a kept poll cannot be read or removed path=%s: %s", path, exc.strerror)
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

    def is_any_due(self) -> bool:
        """Whether a file waits whose next attempt is due."""
        return bool(self._due(self.clock.now()))

    def _due(self, now: datetime) -> list[Path]:
        """What is tried in this turn: first what was never refused, so that no bad file is in the way of a good one."""
        before = {path: self._refused.get(path.name) for path in self.waiting()}
        due = [path for path, refused in before.items() if refused is None or refused.not_before <= now]
        return sorted(due, key=lambda path: (before[path] is not None, path))

    def _try_later(self, path: Path, now: datetime, why: Exception) -> None:
        before = self._refused.get(path.name)
        times = before.times + 1 if before else 1
        wait = min(SHORTEST_WAIT * 2 ** min(times - 2, 10), LONGEST_WAIT) if times > 1 else timedelta(0)
        self._refused[path.name] = _Refusals(times, now + wait)
        log.error(
            "a kept poll could not be stored and stays on disk path=%s attempts=%d next_try_in_minutes=%d: %s",
            *(path, times, wait / timedelta(minutes=1), why),
        )

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

    def _make_room(self, newest: Path) -> None:
        """Drop the oldest until the rest fits; those that were set aside first. And what a killed process left."""
        written_at = newest.stat().st_mtime
        for draft in self.folder.glob(f".*{atomic_file.DRAFT_SUFFIX}"):
            if written_at - draft.stat().st_mtime > OLD_DRAFT_SECONDS:
                draft.unlink(missing_ok=True)
        sizes = {path: path.stat().st_size for path in self._in_order()}
        left = sum(sizes.values())
        for path, size in sizes.items():
            if left <= self.most_bytes:
                return
            log.error(
                "no room for another poll on disk (KEPT_POLLS_MB): the oldest is dropped and lost path=%s",
                path,
            )
            path.unlink()
            left -= size

    def _in_order(self) -> Iterator[Path]:
        yield from sorted(self.folder.glob(f"*{REFUSED}"))
        yield from self.waiting()


def store_kept(kept: KeptPolls, database: Database) -> int:
    """Store the kept polls whose next attempt is due, and return how many were stored.

    The lock of `collect` is not taken while none is due. Raises Busy when another process, or a poll, holds it, and
    DatabaseUnavailable when the database is away.
    """
    if not kept.is_any_due():
        return 0
    with database.only_one("collect"):
        return kept.store(database)
