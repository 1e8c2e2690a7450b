"""The index of names: games and streamers are found by their exact keys in the database, by similar keys in memory."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.core.near_names import NearNames
from bot.core.questions import Subject, SubjectKind
from bot.names.updates import update_keys
from helperfunctions.database import Transactions

# Similar names are searched among all games and this many streamers; others are found by their exact name.
MOST_STREAMERS: Final = 20_000


class DatabaseNames:
    """The names of all games and streamers that were ever counted, and the short names of games.

    Every method raises DatabaseUnavailable or DatabaseError on a database error. Of a name's subjects, those that were
    watched most in the last 30 days come first.
    """

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._poll_id: int | None = None
        self._near = _OnDemand(self._most_watched)

    def refresh(self) -> int:
        """Bring the keys up to date with the polls stored since the last call. Returns the number of keys written."""
        update = update_keys(self._database)
        if update.keys or update.newest_poll_id != self._poll_id:
            self._poll_id, self._near = update.newest_poll_id, _OnDemand(self._most_watched)
        return update.keys

    def exact(self, keys: Sequence[str]) -> Mapping[str, Sequence[Subject]]:
        """The games and streamers that have these keys, by key. Keys without any are left out."""
        found: dict[str, list[Subject]] = {}
        wanted = [key for key in map(_storable, keys) if key]
        if not wanted:
            return found
        with self._database.transaction() as tx:
            for row in tx.names.named_exactly(keys=wanted):
                found.setdefault(row.key, []).append(_subject(row))
        return found

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[tuple[Subject, float]]:
        """The games and streamers with the most similar keys, each with its similarity from 0 to 1, the greatest first.

        `kind`: only games, or only streamers. The index is in memory from the first call until `refresh` finds a newer
        poll.
        """
        return self._near.get().similar(key, how_many, kind)

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[Subject]:
        """The games and streamers in memory whose keys begin with this one. `kind`: only of this kind."""
        return self._near.get().with_prefix(key, how_many, kind)

    def with_similar_prefix(
        self, key: str, how_many: int, kind: SubjectKind | None = None
    ) -> Sequence[tuple[Subject, float]]:
        """The games and streamers in memory whose keys begin similarly to this one. Order and `kind`: as `similar`."""
        return self._near.get().with_similar_prefix(key, how_many, kind)

    def load(self) -> None:
        """Read the index into memory, as the first call of `similar` does otherwise."""
        self._near.get()

    def are_empty(self) -> bool:
        """True if no game and no streamer has a key yet."""
        with self._database.transaction() as tx:
            return not tx.names.is_any_named()

    def _most_watched(self) -> NearNames:
        with self._database.transaction() as tx:
            rows = tx.names.most_watched_names(how_many_streamers=MOST_STREAMERS)
            return NearNames((row.key, _subject(row)) for row in rows)


class _OnDemand:
    """The index in memory of one state of the names, read when it is first needed.

    It is replaced as a whole: a thread that reads it meanwhile completes the old one, which no later call gets.
    """

    def __init__(self, read: Callable[[], NearNames]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._near: NearNames | None = None

    def get(self) -> NearNames:
        """The index. Of several threads, one reads it and the others wait."""
        with self._lock:
            if self._near is None:
                self._near = self._read()
            return self._near


def _subject(row: Any) -> Subject:
    return Subject(SubjectKind(row.kind), row.id, row.name, row.watch_hours, row.main_id)


def _storable(key: str) -> str:
    """A key without characters that PostgreSQL cannot store; no name has such a key."""
    return key.replace("\0", "").encode(errors="replace").decode()
