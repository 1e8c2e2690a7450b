"""Raw pages of Twitch: one line of JSON a page, as received. Recorded by the poll that reads them."""

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.core.polls import Poll, PollStatus
from bot.core.ports import LiveStreams, StreamsPage
from bot.lake.intents import intend_poll
from bot.lake.layout import RAW
from bot.lake.make import SourceGone
from bot.lake.publish import publish
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.clock import Clock
from helperfunctions.database import Transaction
from helperfunctions.errors import LakeError, TwitchUnavailable

log = logging.getLogger(__name__)

SUFFIX: Final = ".jsonl.gz"


def piece_of(poll_id: int, started_at: datetime) -> str:
    """The name of the objects of a poll, as the query `intend_poll` makes it."""
    number = f"n{-poll_id}" if poll_id < 0 else f"{poll_id:06d}"
    return f"poll-{started_at:%Y%m%dT%H%M%SZ}-{number}"


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page that was recorded."""

    items: Sequence[Any]
    cursor: str | None


class Record:
    """A file of JSON lines that gets its name when it is whole. A disk without room costs the record, and only that."""

    def __init__(self, draft: Path) -> None:
        self._draft = draft
        self._file: gzip.GzipFile | None = None
        self._has_failed = False

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line. After one that cannot be written, there is no record until the next begins."""
        if self._has_failed:
            return
        try:
            if self._file is None:
                self._draft.parent.mkdir(parents=True, exist_ok=True)
                self._file = gzip.GzipFile(self._draft, "wb", compresslevel=5, mtime=0)
            self._file.write(encoded(line))
        except (OSError, ValueError) as exc:
            log.error("lake: raw pages are not recorded: %s", exc)
            self._has_failed = True
            if self._file is not None:
                with suppress(OSError):
                    self._file.close()

    def finish(self, name: Path | None) -> None:
        """Give the record its name; None: it is not wanted. The next line begins another record."""
        file, has_failed = self._file, self._has_failed
        self._file, self._has_failed = None, False
        if file is None or has_failed:
            return
        try:
            file.close()
            if name is not None:
                self._draft.replace(name)
        except OSError as exc:
            log.error("lake: the raw pages in %s are lost: %s", self._draft, exc.strerror)


class PageRecorder:
    """Twitch's list of live streams, whose pages are recorded."""

    def __init__(self, live: LiveStreams, folder: Path) -> None:
        self._live = live
        self._folder = folder
        self._record = Record(folder / ".pages.part")

    def get_streams(self, after: str | None = None) -> StreamsPage:
        """As of LiveStreams."""
        page = self._live.get_streams(after)
        self._record.add({"data": page.items, "cursor": page.cursor})
        return page

    def finish(self, poll: Poll) -> None:
        """Give the record its name. The next page begins another one."""
        name = self._folder / f"{piece_of(poll.poll_id, poll.started_at)}{SUFFIX}"
        self._record.finish(None if poll.status is PollStatus.FAILED else name)


@dataclass(frozen=True, slots=True)
class LakeObserver:
    """Intends the objects of a poll in the transaction that stores it, and finishes the record of its pages. Without a
    lake it does nothing."""

    lake: str | None
    clock: Clock
    recorder: PageRecorder | None = None
    has_raw: bool = False

    def taken(self, poll: Poll) -> None:
        """As of PollObserver."""
        if self.recorder is not None:
            self.recorder.finish(poll)

    def stored(self, tx: Transaction, poll: Poll) -> None:
        """As of PollObserver."""
        if self.lake is not None and poll.status is not PollStatus.FAILED:
            intend_poll(tx, self.lake, poll, self.clock.now(), has_raw=self.has_raw)


def load_pages(lake: Lake, row: LedgerRow) -> bool:
    """Put recorded pages into the lake, without forgotten streamers, and delete the file.

    Raises SourceGone if they were not recorded, or are past their time.
    """
    file = lake.pages / f"{row.piece}{SUFFIX}"
    if not file.exists() or (row.dataset == RAW and lake.is_expired(row.day)):
        file.unlink(missing_ok=True)
        raise SourceGone("its pages were not recorded, or are past LAKE_STREAMS_HOURS")
    with lake.database.transaction() as tx:
        forgotten = {found.streamer_id for found in tx.lake.forgotten_streamers()}
    with lake.scratch() as folder:
        try:
            given = file
            if forgotten and row.dataset == RAW:
                given = folder / file.name
                without(file, given, forgotten)
            digest, pages = hashlib.sha256(), 0
            for line in lines_of(given):
                digest.update(line)
                pages += 1
        except (EOFError, gzip.BadGzipFile, zlib.error, ValueError) as exc:
            file.unlink(missing_ok=True)
            raise SourceGone("the file of its pages is damaged") from exc
        publish(lake, row, Made(given, pages, digest.hexdigest()))
    file.unlink(missing_ok=True)
    return True


def without(old: Path, new: Path, streamer_ids: Collection[str]) -> tuple[int, int]:
    """Copy raw pages without the items of some streamers. Returns the items removed, and the number of pages."""
    removed = pages = 0
    with gzip.GzipFile(new, "wb", compresslevel=5, mtime=0) as file:
        for line in lines_of(old):
            page: dict[str, Any] = json.loads(line.decode(errors="surrogatepass"))
            kept = [item for item in page["data"] if not _is_of(item, streamer_ids)]
            removed += len(page["data"]) - len(kept)
            pages += 1
            file.write(encoded(page | {"data": kept}))
    return removed, pages


def _is_of(item: Any, streamer_ids: Collection[str]) -> bool:
    return isinstance(item, dict) and str(item.get("user_id")) in streamer_ids


def encoded(line: Mapping[str, Any]) -> bytes:
    """A line of a record. Text with half of a surrogate pair, which JSON can carry, is kept as it is."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="surrogatepass") + b"\n"


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of a file of pages."""
    with gzip.open(file, "rb") as opened:
        yield from opened


class RecordedStreams:
    """The pages of a file in their order, as Twitch returned them."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines = lines_of(file)

    def __len__(self) -> int:
        return sum(1 for _ in lines_of(self._file))

    def get_streams(self, after: str | None = None) -> StreamsPage:
        """The next page, whatever the cursor: a page that was requested twice was recorded twice."""
        line = next(self._lines, None)
        if line is None:
            raise TwitchUnavailable("the record ends here")
        try:
            page = json.loads(line.decode(errors="surrogatepass"))
            return RecordedPage(page["data"], page["cursor"])
        except (ValueError, KeyError, TypeError) as exc:
            raise LakeError("a recorded page cannot be read") from exc
