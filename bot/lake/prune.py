"""Delete streams from the lake when LAKE_STREAMS_HOURS have passed since the end of their day.

What is listed decides, not the ledger alone: so an object that a killed process left behind is deleted too.
"""

import logging
import re
from datetime import date
from typing import Final

from bot.lake.layout import SHORT_LIVED
from bot.lake.store import Lake
from helperfunctions.errors import LakeError

log = logging.getLogger(__name__)

_DAY: Final = re.compile(r"/day=(\d{4}-\d{2}-\d{2})/")


def prune(lake: Lake) -> int:
    """Delete what expired, check that it is gone, and store that. Returns the number of objects."""
    with lake.database.transaction() as tx:
        status = {row.key: row.status for row in tx.lake.all_objects(lake=lake.url) if row.dataset in SHORT_LIVED}
    listed = [found.key for dataset in SHORT_LIVED for found in lake.store.objects(f"{dataset}/")]
    expired: dict[date, bool] = {}
    wanted: list[str] = []
    for key in sorted({*listed, *(key for key, state in status.items() if state != "gone")}):
        match = _DAY.search(key)
        if match is None:
            continue
        day = date.fromisoformat(match[1])
        if day not in expired:
            expired[day] = lake.is_expired(day)
        # What is gone by the ledger was deleted by a process that was killed, or written by one that came too late.
        if expired[day] or (status.get(key) == "gone" and _is_ours(lake, key)):
            wanted.append(key)
    there = set(listed)
    for key in wanted:
        if key in there:
            lake.store.delete(key)
    left = [key for key in wanted if key in there and lake.store.head(key) is not None]
    if left:
        raise LakeError(f"{left[0]} was deleted and is still in the lake: delete it by hand")
    with lake.database.transaction() as tx:
        gone = [key for key in wanted if status.get(key) in ("due", "there")]
        tx.lake.store_gone(lake=lake.url, keys=gone, problem="past LAKE_STREAMS_HOURS")
    lake.store.remove_leftovers()
    if wanted:
        log.info("lake: streams past LAKE_STREAMS_HOURS deleted objects=%d", len(wanted))
    return len(there.intersection(wanted))


def _is_ours(lake: Lake, key: str) -> bool:
    found = lake.store.head(key)
    return found is not None and found.metadata.get("owner") == lake.owner
