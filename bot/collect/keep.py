"""Polls on disk: a poll that the database did not accept is kept in a file until it can be stored.

A file is named after the id of its poll and removed after the poll was stored. If the process ends in between, the id
shows that the poll is stored already: each is stored exactly once.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot.collect.observer import NoObserver, PollObserver
from bot.collect.stage import NewerFormat, StagedPoll
from bot.core.polls import Poll, PollStatus
from helperfunctions import atomic_file
from helperfunctions.clock import Clock, SystemClock, Wait
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseTooSlow, DatabaseUnavailable

log = logging.getLogger(__name__)

SUFFIX = ".poll"
# The suffix of damaged files, which can never be stored; a person may want to examine them.
REFUSED = ".refused"
# Any user may read a poll: it contains public data of Twitch.
READABLE: Final = 0o644
# The wait of a refused poll before its next attempt: the first time until the next turn, then twice as long each time.
SHORTEST_WAIT: Final = timedelta(minutes=15)
LONGEST_WAIT: Final = timedelta(hours=1)
# A draft that is this much older than the newest poll was left by a process that was killed.
OLD_DRAFT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class _Refusals:
    """The number of consecutive refusals of a kept poll, and the wait before its next attempt."""

    times: int
    wait: Wait


@dataclass(frozen=True, slots=True)
class KeptPolls:
    """A folder of polls, of at most `most_bytes`: when it is full, the oldest are dropped."""

    folder: Path
    most_bytes: int
    clock: Clock = field(default_factory=SystemClock)
    observer: PollObserver = field(default_factory=NoObserver)
    _refused: dict[str, _Refusals] = field(default_factory=dict, compare=False)

    def keep(self, staged: StagedPoll, poll: Poll) -> Path:
        """Write a poll to disk, all of it or nothing. Raises OSError if that fails."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{poll.started_at:%Y%m%dT%H%M%S}Z{poll.poll_id:+d}{SUFFIX}"
        with atomic_file.replacing(path, mode=READABLE) as file:
            staged.save(file, poll)
        try:
            self._make_room(path)
        except OSError as exc:
            # The poll itself is on disk.
            log.error("the folder of kept polls cannot be cleaned up path=%s: %s", self.folder, exc.strerror)
        return path

    def store(self, database: Database) -> int:
        """Store the kept polls, oldest first. Returns the number of polls stored. The caller has the lock of `collect`.

        A poll that the database refuses stays on disk, does not block others, and is tried again after a wait that
        grows each time. Only a damaged file is set aside for good. Raises DatabaseUnavailable when the database is
        unavailable (again); the polls that were not stored stay on disk.
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
                    # Perhaps it crashed because of this poll: in the next turn the others come first.
                    self._refused.setdefault(path.name, _Refusals(0, Wait(now, timedelta(0))))
                    raise
                self._try_later(path, now, exc)
                if exc.can_retry:
                    # Another session holds a lock, or the server is slow: the next poll would wait as long.
                    break
            except NewerFormat as exc:
                self._try_later(path, now, exc)
            except ValueError as exc:
                log.error("a kept poll is damaged and is set aside for good path=%s: %s", path, exc)
                with suppress(OSError):
                    path.replace(path.with_suffix(REFUSED))
            except OSError as exc:
                log.error("a kept poll cannot be read or removed path=%s: %s", path, exc.strerror)
        return stored

    def newest_good(self) -> datetime | None:
        """The start of the newest kept poll that did not fail; None if there is none."""
        for path in reversed(self.waiting()):
            with suppress(OSError, ValueError), path.open("rb") as file:
                poll = StagedPoll.poll_in(file)
                if poll.status is not PollStatus.FAILED:
                    return poll.started_at
        return None

    def waiting(self) -> list[Path]:
        """The files that wait to be stored, oldest first."""
        return sorted(self.folder.glob(f"*{SUFFIX}"))

    def is_any_due(self) -> bool:
        """True if the next attempt to store any of the files is due."""
        return bool(self._due(self.clock.now()))

    def _due(self, now: datetime) -> list[Path]:
        """The files of this turn: those never refused first, so that no bad file blocks a good one."""
        before = {path: self._refused.get(path.name) for path in self.waiting()}
        due = [path for path, refused in before.items() if refused is None or refused.wait.is_over(now)]
        return sorted(due, key=lambda path: (before[path] is not None, path))

    def _try_later(self, path: Path, now: datetime, why: Exception) -> None:
        before = self._refused.get(path.name)
        times = before.times + 1 if before else 1
        wait = min(SHORTEST_WAIT * 2 ** min(times - 2, 10), LONGEST_WAIT) if times > 1 else timedelta(0)
        self._refused[path.name] = _Refusals(times, Wait(now, wait))
        log.error(
            "a kept poll could not be stored and stays on disk path=%s attempts=%d next_try_in_minutes=%d: %s",
            *(path, times, wait / timedelta(minutes=1), why),
        )

    def _store(self, database: Database, staged: StagedPoll, poll: Poll) -> bool:
        with database.transaction() as tx:
            state = tx.collect.kept_poll_state(poll_id=poll.poll_id, day=poll.day)
            if state.is_stored:
                return False
            if state.is_too_late:
                log.warning("a kept poll is too late: its day is rolled up and pruned day=%s", poll.day)
                return False
            tx.collect.make_partition(day=poll.day)
            staged.store(tx, poll)
            self.observer.stored(tx, poll)
        log.info("a kept poll is stored poll_id=%d day=%s streams=%d", poll.poll_id, poll.day, poll.streams)
        return True

    def _make_room(self, newest: Path) -> None:
        """Drop the drafts of killed processes, then files until the rest fits: torn ones first, then the oldest."""
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
    with database.exclusive("collect"):
        return kept.store(database)
