"""Raw pages of Twitch: one line of JSON a page, as received. Recorded by the poll that reads them."""

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.core.polls import Poll, PollStatus
from bot.core.ports import LiveStreams, StreamsPage
from bot.lake.intents import intend_poll
from bot.lake.make import SourceGone
from bot.lake.publish import publish
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.clock import Clock
from helperfunctions.database import Transaction
from helperfunctions.errors import LakeError, TwitchUnavailable

log = logging.getLogger(__name__)

_SUFFIX: Final = ".jsonl.gz"
_DRAFT: Final = ".pages.part"


def piece_of(poll_id: int, started_at: datetime) -> str:
    """The name of the objects of a poll, as the query `intend_poll` makes it."""
    number = f"n{-poll_id}" if poll_id < 0 else f"{poll_id:06d}"
    return f"poll-{started_at:%Y%m%dT%H%M%SZ}-{number}"


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page that was recorded."""

    items: Sequence[Any]
    cursor: str | None


class PageRecorder:
    """Twitch's list of live streams, whose pages are recorded. A disk without room costs the record, never the poll."""

    def __init__(self, live: LiveStreams, folder: Path) -> None:
        self._live = live
        self._folder = folder
        self._file: gzip.GzipFile | None = None

    def get_streams(self, after: str | None = None) -> StreamsPage:
        """As of LiveStreams."""
        page = self._live.get_streams(after)
        try:
            if self._file is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._file = gzip.GzipFile(self._folder / _DRAFT, "wb", compresslevel=5, mtime=0)
            line = json.dumps({"data": page.items, "cursor": page.cursor}, ensure_ascii=False, separators=(",", ":"))
            self._file.write(line.encode(errors="surrogatepass") + b"\n")
        except (OSError, ValueError) as exc:
            log.error("lake: the raw pages of this poll are not recorded: %s", exc)
            self._forget()
        return page

    def finish(self, poll: Poll) -> None:
        """Give the record its name. The next page begins another one."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
            if poll.status is not PollStatus.FAILED:
                (self._folder / _DRAFT).replace(self._folder / f"{piece_of(poll.poll_id, poll.started_at)}{_SUFFIX}")
        except OSError as exc:
            log.error("lake: the raw pages of poll %d are lost: %s", poll.poll_id, exc.strerror)

    def _forget(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                file.close()


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
    """Put the pages of a poll into the lake, and delete the file. Raises SourceGone if they were not recorded."""
    file = lake.pages / f"{row.piece}{_SUFFIX}"
    if not file.exists() or lake.is_expired(row.day):
        file.unlink(missing_ok=True)
        raise SourceGone("its pages were not recorded, or are past LAKE_STREAMS_HOURS")
    digest, pages = hashlib.sha256(), 0
    try:
        for line in lines_of(file):
            digest.update(line)
            pages += 1
    except (OSError, EOFError, zlib.error) as exc:
        file.unlink(missing_ok=True)
        raise SourceGone("the file of its pages is damaged") from exc
    publish(lake, row, Made(file, pages, digest.hexdigest()))
    file.unlink(missing_ok=True)
    return True


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
