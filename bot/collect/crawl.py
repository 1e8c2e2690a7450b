"""Reads Twitch's list of live streams, page by page, until viewers fall below the threshold.

The list is sorted by viewers and changes while it is read: a cursor means "from this many viewers on", not "from the
200th stream on". So a stream can come twice or be missed, a page can be short or empty without being the last, the
order breaks at the edges of pages, and the last page's cursor can lead back to the top.

The list counts as read to its end only with proof: a stream at or below the threshold on its last page. A list that
stops before, as Twitch's does when a cursor leads to an empty page, makes a partial poll: its complete neighbours then
count for that time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from bot.collect.parse import parse_stream
from bot.collect.rank import Rank, compact
from bot.core.polls import CrawlEnd, PollStatus, SetAside, Stream, StreamerId, StreamId
from bot.core.ports import LiveStreams, StreamsPage
from helperfunctions.errors import InvalidCursor, TwitchError, TwitchUnavailable

# Retries of a page that is empty or whose cursor leads in a circle: usually the second response is good.
PAGE_RETRIES: Final = 3
# Pages in a row without a new stream after which the list counts as stuck.
STALE_PAGES: Final = 5

# Ends after which no stream above the threshold is unread, if there is proof.
_COMPLETE = frozenset({CrawlEnd.BELOW_THRESHOLD, CrawlEnd.END_OF_LIST})
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The content of one page."""

    new: list[Stream]
    ids: list[str]
    has_any_above: bool
    has_any_below: bool


class Sink(Protocol):
    """The destination of a crawl's streams."""

    def add(self, streams: Sequence[Stream], /) -> None:
        """Add the streams of a page."""
        ...

    def add_set_aside(self, stream: SetAside, /) -> None:
        """Add a stream that could not be parsed."""
        ...

    def started_at(self, stream_id: StreamId, /) -> datetime | None:
        """The start of a stream that was added; None if it is unknown."""
        ...

    def remove(self, stream_id: StreamId, streamer_id: StreamerId, /) -> int:
        """Remove a stream that was added; returns its viewers."""
        ...


class Crawl:
    """One crawl. `run` adds each new stream above the threshold to `sink`, page by page, and counts.

    A streamer has one stream: of two, the one that started later counts, or of equal starts the one with the higher id,
    and the other is a duplicate. A start after `latest_start` is impossible and counts as unknown.

    Of each stream only the two ids are kept in memory; in the rare case of a second stream the sink is asked for the
    start of the first.
    """

    def __init__(
        self,
        live: LiveStreams,
        sink: Sink,
        *,
        more_than_viewers: int,
        page_cap: int,
        is_out_of_time: Callable[[], bool],
        latest_start: datetime = _NEVER,
    ) -> None:
        self._live = live
        self._sink = sink
        self._more_than_viewers = more_than_viewers
        self._page_cap = page_cap
        self._is_out_of_time = is_out_of_time
        self._latest_start = latest_start
        self._seen: set[int | str] = set()
        self._stream_of: dict[int | str, int | str] = {}
        self._top: frozenset[str] = frozenset()
        self._cursors: set[str] = set()
        self._fell_below = False
        self._empty_pages = 0
        self._parsed = 0
        self.pages = 0
        self.streams = 0
        self.viewers = 0
        self.duplicates = 0
        self.set_aside = 0
        self.error: str | None = None
        self.ended_because = CrawlEnd.END_OF_LIST

    @property
    def status(self) -> PollStatus:
        """COMPLETE if the list was read to its end, with proof; FAILED if no stream was read."""
        if self._is_complete:
            return PollStatus.COMPLETE
        return PollStatus.PARTIAL if self.streams else PollStatus.FAILED

    @property
    def _is_complete(self) -> bool:
        return self.ended_because in _COMPLETE and self._fell_below and not self._empty_pages

    def run(self) -> None:
        """Read until there is a reason to end, which `ended_because` and `error` then contain."""
        try:
            self.ended_because = self._read_all()
        except InvalidCursor as exc:
            self.ended_because, self.error = CrawlEnd.INVALID_CURSOR, str(exc)
        except TwitchUnavailable as exc:
            self.ended_because, self.error = CrawlEnd.TWITCH_UNAVAILABLE, str(exc)
        except TwitchError as exc:
            self.ended_because, self.error = CrawlEnd.TWITCH_REFUSED, str(exc)
        if self.ended_because in _COMPLETE and not self._parsed:
            # Twitch is never empty: without this, an outage with empty pages would count as a time without viewers.
            self.ended_because = CrawlEnd.NOTHING_USABLE
        if self.status is PollStatus.COMPLETE:
            self.error = None
        elif self.error is None:
            self.error = f"the crawl ended with {self.ended_because} after {self.pages} pages{self._missing_proof()}"

    def _missing_proof(self) -> str:
        if self.ended_because not in _COMPLETE:
            return ""
        if self._empty_pages:
            return f", {self._empty_pages} of them empty in the middle of the list"
        return f", before a stream with at most {self._more_than_viewers} viewers was seen"

    def _read_all(self) -> CrawlEnd:
        after: str | None = None
        before: str | None = None
        stale_pages = detours = 0
        while True:
            page = self._page(after)
            if page is None:
                return CrawlEnd.OUT_OF_TIME
            reading = self._read(page)
            leads_back = after is not None and self._leads_back(reading)
            self._take(reading)
            # The order breaks at page edges, so one more page is read after viewers fell below the threshold.
            if self._fell_below and (leads_back or not reading.has_any_above):
                return CrawlEnd.BELOW_THRESHOLD
            if leads_back:
                if detours == PAGE_RETRIES:
                    return CrawlEnd.BACK_TO_TOP
                # Read the page before once more, for a cursor that leads on.
                detours += 1
                self._cursors.discard(after or "")
                after = before
                continue
            if page.items:
                self._fell_below = reading.has_any_below
            elif page.cursor is not None:
                self._empty_pages += 1
            stale_pages = 0 if reading.new else stale_pages + 1
            detours = 0 if reading.new else detours
            if page.cursor is None:
                return CrawlEnd.END_OF_LIST
            if page.cursor in self._cursors or stale_pages == STALE_PAGES:
                return CrawlEnd.BELOW_THRESHOLD if self._fell_below else CrawlEnd.CURSOR_REPEATED
            if self.pages >= self._page_cap:
                return CrawlEnd.BELOW_THRESHOLD if self._fell_below else CrawlEnd.PAGE_CAP
            self._cursors.add(page.cursor)
            before, after = after, page.cursor

    def _page(self, after: str | None) -> StreamsPage | None:
        """The next page, retried while it is empty or its cursor leads in a circle. None when time is up."""
        page: StreamsPage | None = None
        for _ in range(1 + PAGE_RETRIES):
            if self._is_out_of_time():
                return page
            page = self._live.get_streams(after)
            if page.items and page.cursor not in self._cursors:
                break
        return page

    def _read(self, page: StreamsPage) -> _Reading:
        new: list[Stream] = []
        ids: list[str] = []
        above = below = False
        for raw in page.items:
            stream = parse_stream(raw)
            if isinstance(stream, SetAside):
                self.set_aside += 1
                self._sink.add_set_aside(stream)
                continue
            ids.append(stream.stream_id)
            if stream.viewer_count <= self._more_than_viewers:
                below = True
                continue
            above = True
            key = compact(stream.stream_id)
            if key in self._seen:
                self.duplicates += 1
                continue
            self._seen.add(key)
            if stream.started_at is not None and stream.started_at > self._latest_start:
                stream = replace(stream, started_at=None)
            other = self._stream_of.setdefault(compact(stream.streamer_id), key)
            if other == key or self._replaces(stream, StreamId(str(other)), new):
                new.append(stream)
        return _Reading(new, ids, above, below)

    def _replaces(self, stream: Stream, other_id: StreamId, new: list[Stream]) -> bool:
        """True if a stream counts for its streamer instead of another one, which is then removed."""
        self.duplicates += 1
        other = next((one for one in new if one.stream_id == other_id), None)
        others_start = other.started_at if other is not None else self._sink.started_at(other_id)
        if Rank.of(stream.started_at, stream.stream_id) < Rank.of(others_start, other_id):
            return False
        if other is not None:
            new.remove(other)
        else:
            self.viewers -= self._sink.remove(other_id, stream.streamer_id)
            self.streams -= 1
        self._stream_of[compact(stream.streamer_id)] = compact(stream.stream_id)
        return True

    def _leads_back(self, reading: _Reading) -> bool:
        """True if most of a page are streams of the very first page."""
        return 2 * sum(map(self._top.__contains__, reading.ids)) > len(reading.ids)

    def _take(self, reading: _Reading) -> None:
        if self.pages == 0:
            self._top = frozenset(reading.ids)
        self.pages += 1
        self._parsed += len(reading.ids)
        self.streams += len(reading.new)
        self.viewers += sum(stream.viewer_count for stream in reading.new)
        self._sink.add(reading.new)
