"""A stream of server-sent events for many readers: one sampler asks the database, and only while somebody reads.

A reader has no queue: what it gets next are the rows that changed since what it got last, whichever these are by then.
Source of the format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Final

import orjson

from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

SAMPLE_SECONDS: Final = 1.0
HEARTBEAT_SECONDS: Final = 15.0
# A response is closed after 120 s, and a browser opens a stream again by itself.
STREAM_SECONDS: Final = 100.0
MOST_STREAMS: Final = 128
MOST_OF_AN_ADDRESS: Final = 4
# An event, because a script cannot see a comment.
_HEARTBEAT: Final = b"event: beat\ndata: 1\n\n"

Rows = Mapping[str, Mapping[str, object]]


class TooManyStreams(Exception):
    """There is no room for another stream."""


class LiveRows:
    """Rows by a name of each, sampled once a second while there are readers. For one event loop."""

    def __init__(self, sample: Callable[[], Rows], sample_seconds: float = SAMPLE_SECONDS) -> None:
        self._sample, self._sample_seconds = sample, sample_seconds
        # Another process, or a restart, has other versions.
        self._epoch = secrets.token_hex(4)
        self._version = 0
        self._rows: dict[str, Mapping[str, object]] = {}
        self._changed_at: dict[str, int] = {}
        self._gone_at: dict[str, int] = {}
        self._newest: tuple[int, bytes] = (0, b"")
        self._changed = asyncio.Event()
        self._readers = 0
        self._of_address: Counter[str] = Counter()
        self._sampler: asyncio.Task[None] | None = None
        self._is_stopped = False

    def stop(self) -> None:
        """End all streams: the server stops."""
        self._is_stopped = True
        self._changed.set()

    @property
    def readers(self) -> int:
        """The number of streams that are open."""
        return self._readers

    def open(self, address: str, last_id: str) -> AsyncIterator[bytes]:
        """The events for a reader who has got everything up to `last_id`. Raises TooManyStreams."""
        if self._readers >= MOST_STREAMS or self._of_address[address] >= MOST_OF_AN_ADDRESS:
            raise TooManyStreams
        self._readers += 1
        self._of_address[address] += 1
        epoch, _, version = last_id.partition("-")
        known = int(version) if epoch == self._epoch and version.isdigit() else -1
        return self._events(address, known if known <= self._version else -1)

    async def _events(self, address: str, seen: int) -> AsyncIterator[bytes]:
        try:
            if self._sampler is None or self._sampler.done():
                self._sampler = asyncio.create_task(self._sample_again_and_again())
            loop = asyncio.get_running_loop()
            ends_at = loop.time() + STREAM_SECONDS
            sent_at = loop.time()
            yield b"retry: 2000\n\n"
            while not self._is_stopped and loop.time() < ends_at:
                changed = self._changed
                if self._version > seen and self._version:
                    event, seen, sent_at = self._since(seen), self._version, loop.time()
                    yield event
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(HEARTBEAT_SECONDS, max(0.01, ends_at - loop.time())))
                if loop.time() - sent_at >= HEARTBEAT_SECONDS:
                    sent_at = loop.time()
                    yield _HEARTBEAT
        finally:
            self._readers -= 1
            self._of_address[address] -= 1
            if not self._of_address[address]:
                del self._of_address[address]

    def _since(self, seen: int) -> bytes:
        """The event with what changed after a version; for most readers the one that is made already."""
        if seen == self._version - 1 and self._newest[0] == self._version:
            return self._newest[1]
        rows = {name: self._rows[name] for name, at in self._changed_at.items() if at > seen}
        return self._event(rows, [name for name, at in self._gone_at.items() if at > seen], is_whole=seen < 0)

    def _event(self, rows: Rows, gone: list[str], *, is_whole: bool) -> bytes:
        data = orjson.dumps({"rows": rows, "gone": gone, "whole": is_whole})
        return b"id: %s-%d\nevent: rows\ndata: %s\n\n" % (self._epoch.encode(), self._version, data)

    async def _sample_again_and_again(self) -> None:
        while self._readers and not self._is_stopped:
            try:
                self._update(await asyncio.to_thread(self._sample))
            except WatchTimeError as exc:
                log.warning("the live chat could not be read: %s", exc)
            except Exception:
                log.exception("the live chat could not be read")
            await asyncio.sleep(self._sample_seconds)

    def _update(self, rows: Rows) -> None:
        changed = {name: row for name, row in rows.items() if self._rows.get(name) != row}
        gone = [name for name in self._rows if name not in rows]
        if not changed and not gone and self._version:
            return
        self._version += 1
        self._rows = dict(rows)
        self._changed_at |= dict.fromkeys(changed, self._version)
        for name in gone:
            self._changed_at.pop(name, None)
        self._gone_at = {name: at for name, at in self._gone_at.items() if name not in rows}
        self._gone_at |= dict.fromkeys(gone, self._version)
        self._newest = (self._version, self._event(changed, gone, is_whole=False))
        before, self._changed = self._changed, asyncio.Event()
        before.set()
