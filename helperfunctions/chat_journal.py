"""The journal between the listener and the counter of chat: a SQLite file in which batches wait.

One process appends (a lock on a second file makes sure of it), another one reads and deletes. Both also exchange which
channels are wanted, and what became of them. A batch has a number that is never used again: a jump is a loss.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import fasteners

from helperfunctions import atomic_file
from helperfunctions.errors import Busy, JournalUnusable

FILE_NAME: Final = "journal.sqlite"
_BUSY_MS: Final = 5_000
_LISTENER_LOCK: Final = "listen.lock"
_SERVICE_LOCK: Final = "listen-service.lock"
# Whoever looks whether a listener runs has its lock for a moment.
_LOOK_SECONDS: Final = 1.0
# Until the bot's listener has ended: it may be in the middle of shipping to a broker.
_HANDOVER_SECONDS: Final = 30.0
_DAMAGES: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES: Final = """
create table if not exists journal (id text not null, at_ms integer not null default 0, times_dropped integer not null);
create table if not exists batches (
    seq integer primary key autoincrement, at_ms integer not null, events blob not null
);
create table if not exists wanted (channel_id text primary key, login text not null, asked_at_ms integer not null);
create table if not exists rooms (
    channel_id text primary key, login text not null, state text not null, reason text not null,
    changed_at_ms integer not null, asked_at_ms integer not null
);
create table if not exists reasons (reason text primary key, lines integer not null);
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events, encoded. `at_ms`: when they were appended, in ms since 1970."""

    seq: int
    at_ms: int
    events: bytes


@dataclass(frozen=True, slots=True)
class WantedRoom:
    """A channel whose chat is wanted. `asked_at_ms`: when a person asked; a refusal before that is forgotten."""

    channel_id: str
    login: str
    asked_at_ms: int


@dataclass(frozen=True, slots=True)
class RoomRow:
    """What became of a wanted channel. `state`: joining, joined or refused; `reason`: why it is refused, or empty."""

    channel_id: str
    login: str
    state: str
    reason: str
    changed_at_ms: int
    asked_at_ms: int


class Journal:
    """The journal in a folder, which is created. `id` is another one after the file was lost.

    Raises JournalUnusable when the file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        with _translated(self.path):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = sqlite3.connect(
                # A job runs in several threads, one after the other.
                self.path,
                timeout=_BUSY_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
            )
            self.path.chmod(atomic_file.PRIVATE)
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = normal")
            self._file.execute("pragma secure_delete = on")
            with self._writing():
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._file.execute(statement)
                if self._file.execute("select 1 from journal").fetchone() is None:
                    self._file.execute("insert into journal values (?, 0, 0)", (secrets.token_hex(8),))
            self.id: str = self._file.execute("select id from journal").fetchone()[0]
            self._inode = self.path.stat().st_ino

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def is_current(self) -> bool:
        """False after the file was deleted, or replaced by another one."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def is_whole(self) -> bool:
        """True if the file has what SQLite wrote; reads all of it."""
        with _translated(self.path):
            return bool(self._file.execute("pragma quick_check(1)").fetchone() == ("ok",))

    def append(self, events: bytes, at_ms: int, reasons: Mapping[str, int], most_bytes: int) -> int:
        """Append a batch, and add to the counts of lines without an event. Returns the number of the batch.

        Above `most_bytes` of waiting batches, the oldest are dropped.
        """
        with _translated(self.path), self._writing():
            cursor = self._file.execute("insert into batches (at_ms, events) values (?, ?)", (at_ms, events))
            self._file.executemany(
                "insert into reasons values (?, ?) on conflict do update set lines = lines + excluded.lines",
                list(reasons.items()),
            )
            seq = int(cursor.lastrowid or 0)
            # Rarely, because the sum reads all batches.
            if seq % 64 == 0:
                self._make_room(most_bytes)
        return seq

    def _make_room(self, most_bytes: int) -> None:
        waiting = self.waiting_bytes()
        if waiting <= most_bytes:
            return
        last, freed = 0, 0
        for seq, size in self._file.execute("select seq, length(events) from batches order by seq"):
            last, freed = seq, freed + size
            if waiting - freed <= most_bytes * 3 // 4:
                break
        self._file.execute("delete from batches where seq <= ?", (last,))
        self._file.execute("update journal set times_dropped = times_dropped + 1")

    def waiting_bytes(self) -> int:
        """The size of the waiting batches in bytes."""
        with _translated(self.path):
            return int(self._file.execute("select coalesce(sum(length(events)), 0) from batches").fetchone()[0])

    def times_dropped(self) -> int:
        """How often waiting batches were dropped because there were too many."""
        with _translated(self.path):
            return int(self._file.execute("select times_dropped from journal").fetchone()[0])

    def after(self, seq: int, limit: int) -> list[Batch]:
        """The batches after a number, in their order."""
        with _translated(self.path):
            found = self._file.execute(
                "select seq, at_ms, events from batches where seq > ? order by seq limit ?", (seq, limit)
            ).fetchall()
        return [Batch(*row) for row in found]

    def last_seq(self) -> int:
        """The number of the newest batch ever; 0 before the first."""
        with _translated(self.path):
            found = self._file.execute("select seq from sqlite_sequence where name = 'batches'").fetchone()
        return int(found[0]) if found else 0

    def delete_until(self, seq: int) -> None:
        """Delete the batches up to a number: they are counted."""
        with _translated(self.path), self._writing():
            self._file.execute("delete from batches where seq <= ?", (seq,))

    def wanted(self) -> list[WantedRoom]:
        """The channels whose chat is wanted, by login."""
        with _translated(self.path):
            found = self._file.execute("select channel_id, login, asked_at_ms from wanted order by login").fetchall()
        return [WantedRoom(*row) for row in found]

    def want(self, rooms: Sequence[WantedRoom]) -> None:
        """Replace the channels whose chat is wanted."""
        if self.wanted() == sorted(rooms, key=lambda room: room.login):
            return
        with _translated(self.path), self._writing():
            self._file.execute("delete from wanted")
            self._file.executemany(
                "insert into wanted values (?, ?, ?)",
                [(room.channel_id, room.login, room.asked_at_ms) for room in rooms],
            )

    def rooms(self) -> list[RoomRow]:
        """What became of the wanted channels, by login."""
        with _translated(self.path):
            found = self._file.execute(
                "select channel_id, login, state, reason, changed_at_ms, asked_at_ms from rooms order by login"
            ).fetchall()
        return [RoomRow(*row) for row in found]

    def set_rooms(self, rooms: Sequence[RoomRow]) -> None:
        """Replace what became of the wanted channels."""
        with _translated(self.path), self._writing():
            self._file.execute("delete from rooms")
            self._file.executemany(
                "insert or replace into rooms values (?, ?, ?, ?, ?, ?)",
                [
                    (room.channel_id, room.login, room.state, room.reason, room.changed_at_ms, room.asked_at_ms)
                    for room in rooms
                ],
            )

    def reasons(self) -> dict[str, int]:
        """The number of lines without an event, by reason."""
        with _translated(self.path):
            return dict(self._file.execute("select reason, lines from reasons order by reason").fetchall())

    def forget(self) -> None:
        """Delete everything that waits, also from the free pages of the file."""
        with _translated(self.path):
            with self._writing():
                self._file.execute("delete from batches")
            self._file.execute("pragma wal_checkpoint(truncate)")
            self._file.execute("vacuum")
            self._file.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._file.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._file.execute("rollback")
            raise
        self._file.execute("commit")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        raise JournalUnusable(f"the journal of chat cannot be used path={path}: {exc}") from exc


@contextmanager
def only_listener(folder: Path, *, is_service: bool = False) -> Iterator[None]:
    """Hold the lock of the one listener of a folder. Raises Busy when another process holds it.

    `is_service`: a listener that goes on without the bot. The one that the bot has started ends for it, which this
    waits for.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        if is_service:
            held.enter_context(_locked(folder / _SERVICE_LOCK, _LOOK_SECONDS))
        held.enter_context(_locked(folder / _LISTENER_LOCK, _HANDOVER_SECONDS if is_service else _LOOK_SECONDS))
        yield


def is_listening(folder: Path) -> bool:
    """True if a process holds the lock of the listener."""
    return _is_locked(folder / _LISTENER_LOCK)


def has_service(folder: Path) -> bool:
    """True if a listener runs, or waits to, that goes on without the bot."""
    return _is_locked(folder / _SERVICE_LOCK)


@contextmanager
def _locked(path: Path, seconds: float) -> Iterator[None]:
    """Hold a lock, for which this waits. Raises Busy."""
    lock = fasteners.InterProcessLock(str(path))
    if not lock.acquire(blocking=seconds > 0, timeout=seconds):
        if lock.lockfile is not None:
            # The library leaves it open.
            lock.lockfile.close()
        raise Busy("another process listens to chat with the same DATA_DIR")
    try:
        yield
    finally:
        lock.release()


def is_damage(error: JournalUnusable) -> bool:
    """True if the journal has bytes that SQLite did not write: it can never be used again."""
    # The lower byte is the kind of error.
    return getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in _DAMAGES


def delete_damaged(folder: Path) -> bool:
    """Delete the journal if it is damaged; what waits in it is lost. Only for the one listener of a folder."""
    path = folder / FILE_NAME
    if not path.exists():
        return False
    try:
        journal = Journal(folder)
        try:
            is_whole = journal.is_whole()
        finally:
            journal.close()
    except JournalUnusable as exc:
        if not is_damage(exc):
            raise
        is_whole = False
    if not is_whole:
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
    return not is_whole


def _is_locked(path: Path) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with _locked(path, 0):
            return False
    except Busy:
        return True
