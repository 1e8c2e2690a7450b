"""The opened lake: its store, its database, and the parts that every task needs."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, Final, Protocol

from bot.core.calendar import Calendar
from bot.core.ports import LiveStreams
from bot.lake.layout import ABOUT_KEY, FORMAT
from bot.lake.spool import Spool
from bot.read.day_bounds import bounds_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.duck import MEMORY_MB, Duck
from helperfunctions.errors import (
    DatabaseUnavailable,
    LakeError,
    ObjectChanged,
    ObjectDamaged,
    OutputNotWritten,
    StoreRefused,
    StoreUnavailable,
)
from helperfunctions.object_store import ObjectStore

_LEFTOVER_SECONDS: Final = 86_400.0
# After these every other object would fail too.
ENDING: Final = (DatabaseUnavailable, OutputNotWritten, StoreRefused, StoreUnavailable)
ATTRIBUTION: Final = "Streams and games: Twitch (https://www.twitch.tv). Genres, game modes and themes: IGDB.com."


class Replay(Protocol):
    """Reads a poll again from its recorded pages, as the collector did: as of bot.collect.replay.streams_again."""

    def __call__(
        self, live: LiveStreams, *, poll_id: int, day: date, started_at: datetime, pages: int, more_than_viewers: int
    ) -> Any: ...


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of `lake_objects`: what an object should be, and what it was when it was written."""

    dataset: str
    partition: str
    piece: str
    key: str
    day: date | None
    poll_id: int | None
    status: str
    revision: int
    written_revision: int
    rows: int | None
    bytes: int | None
    etag: str | None
    sha256: str | None
    content: str | None


@dataclass(frozen=True, slots=True)
class Lake:
    """A lake at an address, whose objects are made of a database. `folder`: for files on their way.

    `streams_hours`: hours after the end of a day until its streams are deleted. `owner`: the name of the database in
    the metadata of objects. `replay`: to rebuild polls from raw pages. `engine`: as LAKE_ENGINE.
    """

    url: str
    store: ObjectStore
    database: Database
    clock: Clock
    calendar: Calendar
    folder: Path
    owner: str
    streams_hours: int = 24
    has_raw: bool = False
    has_exports: bool = False
    memory_mb: int = MEMORY_MB
    replay: Replay | None = None
    engine: str = "duckdb"
    _ducks: list[Duck] = field(default_factory=list, compare=False, repr=False)

    @property
    def spool(self) -> Spool:
        """The files that wait to be put into the store."""
        return Spool(self.folder / "spool")

    @property
    def pages(self) -> Path:
        """The folder of raw pages that the collector wrote."""
        return self.folder / "pages"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that is empty, and deleted at the end of the block. Raises OutputNotWritten."""
        with self.own_files():
            parent = self.folder / "scratch"
            parent.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=parent) as folder:
                yield Path(folder)

    @contextmanager
    def own_files(self) -> Iterator[None]:
        """Raises OutputNotWritten for errors of files on their way: no room on the disk, no right."""
        try:
            yield
        except OSError as exc:
            raise OutputNotWritten(f"no file for the lake can be made in {self.folder}: {exc.strerror or exc}") from exc

    @contextmanager
    def duck(self) -> Iterator[tuple[Duck, Path]]:
        """A session of DuckDB within the limit of memory, and an empty folder for files. Its tables are temporary."""
        with self.scratch() as folder:
            if not self._ducks:
                # A folder of this process: the names of the files in it are not.
                own = Path(mkdtemp(prefix="duck-", dir=self.folder / "scratch"))
                self._ducks.append(Duck(own, memory_mb=self.memory_mb))
            with self._ducks[0].session() as duck:
                yield duck, folder

    def close(self) -> None:
        """Close what is open, but for the store."""
        for duck in self._ducks:
            duck.close()
            shutil.rmtree(duck.scratch, ignore_errors=True)
        self._ducks.clear()

    def remove_leftovers(self) -> None:
        """Remove what killed processes left of their work, when it is older than a day."""
        before = self.clock.now().timestamp() - _LEFTOVER_SECONDS
        for folder in (self.folder / "scratch").glob("*"):
            with suppress(OSError):
                if folder.stat().st_mtime < before:
                    shutil.rmtree(folder)
        self.store.remove_leftovers()

    def expires_at(self, day: date) -> datetime:
        """When the streams of a day are to be deleted."""
        with self.database.transaction() as tx:
            ends_at = bounds_of(tx, self.calendar.day(day)).ends_at
        return ends_at + timedelta(hours=self.streams_hours)

    def is_expired(self, day: date | None) -> bool:
        """True if the streams of a day may be in the lake no longer."""
        return day is not None and self.expires_at(day) <= self.clock.now()

    def ensure_format(self, *, create: bool = True, of_any_database: bool = False) -> None:
        """Raise StoreRefused if this is another database's lake, or one of a newer version of the program.

        `create`: write _lake.json into a new lake. `of_any_database`: to read the lake of a database that was lost.
        """
        found = self._about()
        if found is None and create:
            with self.scratch() as folder:
                file = folder / "about.json"
                about = {"format": FORMAT, "owner": self.owner, "attribution": ATTRIBUTION}
                file.write_text(json.dumps(about, indent=2) + "\n")
                try:
                    self.store.put(ABOUT_KEY, file, {"owner": self.owner})
                except ObjectChanged:
                    # Another writer was faster.
                    found = self._about()
        if found is None:
            return
        if not isinstance(found.get("format"), int) or found["format"] > FORMAT:
            raise StoreRefused(
                f"the lake at {self.url} has format {found.get('format')}, this program knows {FORMAT}: install the "
                "version that wrote it, or a newer one"
            )
        if not of_any_database and found.get("owner") != self.owner:
            raise StoreRefused(f"the lake at {self.url} belongs to another database: choose another prefix in LAKE_URL")

    def _about(self) -> dict[str, Any] | None:
        if self.store.head(ABOUT_KEY) is None:
            return None
        with self.scratch() as folder:
            try:
                self.store.get(ABOUT_KEY, folder / "about.json")
                about = json.loads((folder / "about.json").read_bytes())
            except (ValueError, ObjectDamaged):
                about = None
        if not isinstance(about, dict):
            raise LakeError(f"{ABOUT_KEY} in the lake at {self.url} is damaged: delete it, and it is written again")
        return about
