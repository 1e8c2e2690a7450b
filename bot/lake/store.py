"""The opened lake: its store, its database, and the parts that every task needs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol

from bot.core.calendar import Calendar
from bot.core.ports import LiveStreams
from bot.lake.layout import ABOUT_KEY, FORMAT
from bot.lake.spool import Spool
from bot.read.day_bounds import bounds_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.duck import MEMORY_MB, Duck
from helperfunctions.errors import LakeError, ObjectChanged, StoreRefused
from helperfunctions.object_store import ObjectStore

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
        """A folder that is empty, and deleted at the end of the block."""
        parent = self.folder / "scratch"
        parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=parent) as folder:
            yield Path(folder)

    @contextmanager
    def duck(self) -> Iterator[tuple[Duck, Path]]:
        """DuckDB within the limit of memory, and an empty folder for files."""
        with self.scratch() as folder, Duck(folder / "duck", memory_mb=self.memory_mb) as duck:
            yield duck, folder

    def expires_at(self, day: date) -> datetime:
        """When the streams of a day are to be deleted."""
        with self.database.transaction() as tx:
            ends_at = bounds_of(tx, self.calendar.day(day)).ends_at
        return ends_at + timedelta(hours=self.streams_hours)

    def is_expired(self, day: date | None) -> bool:
        """True if the streams of a day may be in the lake no longer."""
        return day is not None and self.expires_at(day) <= self.clock.now()

    def ensure_format(self) -> None:
        """Write _lake.json into a new lake. Raises StoreRefused if this is another database's lake, or one of a newer
        version of the program."""
        found = self._about()
        if found is None:
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
        if found.get("owner") != self.owner:
            raise StoreRefused(f"the lake at {self.url} belongs to another database: choose another prefix in LAKE_URL")

    def _about(self) -> dict[str, Any] | None:
        if self.store.head(ABOUT_KEY) is None:
            return None
        with self.scratch() as folder:
            self.store.get(ABOUT_KEY, folder / "about.json")
            try:
                about = json.loads((folder / "about.json").read_bytes())
            except ValueError:
                about = None
        if not isinstance(about, dict):
            raise LakeError(f"{ABOUT_KEY} in the lake at {self.url} is damaged: delete it, and it is written again")
        return about
