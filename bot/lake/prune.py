"""Delete streams from the lake when LAKE_STREAMS_HOURS have passed since the end of their day.

What is listed decides, not the ledger alone: so an object that a killed process left behind is deleted too.
"""

import logging
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.lake.exports import prune_newest
from bot.lake.layout import SHORT_LIVED
from bot.lake.store import Lake
from helperfunctions.errors import LakeError

log = logging.getLogger(__name__)

# How long the ledger has the reasons for which objects are gone.
_REASONS_KEPT: Final = timedelta(days=14)
_DAY: Final = re.compile(r"/day=(\d{4}-\d{2}-\d{2})/")
_STARTED: Final = re.compile(r"poll-(\d{8}T\d{6})Z-")


def prune(lake: Lake) -> int:
    """Delete what expired, check that it is gone, and store that. Returns the number of objects."""
    listed = {key for dataset in SHORT_LIVED for key in lake.store.keys(f"{dataset}/")}
    with lake.database.transaction() as tx:
        found = tx.lake.statuses(lake=lake.url, datasets=list(SHORT_LIVED), keys=list(listed))
        status = {row.key: row.status for row in found}
    wanted = _expired(lake, {*listed, *status}, status)
    there = listed.intersection(wanted)
    for key in sorted(there):
        lake.store.delete(key)
    if left := [key for key in sorted(there) if lake.store.head(key) is not None]:
        raise LakeError(f"{left[0]} was deleted and is still in the lake: delete it by hand")
    with lake.database.transaction() as tx:
        gone = [key for key in wanted if status.get(key) in ("due", "there")]
        tx.lake.store_gone(lake=lake.url, keys=gone, problem="past LAKE_STREAMS_HOURS")
        before = (lake.clock.now() - _REASONS_KEPT).date()
        tx.lake.delete_finished(lake=lake.url, datasets=list(SHORT_LIVED), before=before)
    _drop_pages(lake)
    lake.remove_leftovers()
    if wanted:
        log.info("lake: streams past LAKE_STREAMS_HOURS deleted objects=%d", len(wanted))
    return len(there) + prune_newest(lake)


def _expired(lake: Lake, keys: set[str], status: dict[str, str]) -> list[str]:
    """Those of some keys that are to be in the lake no longer."""
    expired: dict[date, bool] = {}
    wanted: list[str] = []
    for key in sorted(keys):
        match = _DAY.search(key)
        if match is None:
            continue
        day = date.fromisoformat(match[1])
        if day not in expired:
            expired[day] = lake.is_expired(day)
        # What is gone by the ledger was deleted by a process that was killed, or written by one that came too late.
        if expired[day] or (status.get(key) == "gone" and _is_ours(lake, key)):
            wanted.append(key)
    return wanted


def _drop_pages(lake: Lake) -> None:
    """Delete the recorded pages of days that expired before the pages were in the lake."""
    for file in lake.pages.glob("poll-*.jsonl.gz"):
        match = _STARTED.match(file.name)
        if match is None:
            continue
        started_at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        if lake.is_expired(lake.calendar.day_of(started_at).date):
            file.unlink(missing_ok=True)


def _is_ours(lake: Lake, key: str) -> bool:
    found = lake.store.head(key)
    return found is not None and found.metadata.get("owner") == lake.owner
