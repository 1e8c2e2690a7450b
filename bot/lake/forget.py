"""Forget a streamer: rewrite every object that has rows of theirs without them, and leave them out from now on."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from bot.lake import exports, raw
from bot.lake.layout import CURATED, EXPORT_NEWEST, EXPORTS, LANDING, RAW, SHORT_LIVED, STREAMS, curated
from bot.lake.publish import publish
from bot.lake.rebuild import digest_of
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.database import records
from helperfunctions.duck import quoted, read_parquet
from helperfunctions.errors import LakeError, ObjectDamaged, ObjectMissing

log = logging.getLogger(__name__)

Advance = Callable[[str], None]
# The curated tables that name streamers.
_NAMING: Final = tuple(curated(name) for name, table in CURATED.items() if "streamer_id" in table.columns)


def forget(lake: Lake, streamer_id: str, advance: Advance = lambda _: None) -> int:
    """Take a streamer's rows out of every object. Returns the number of objects that were rewritten.

    The database keeps them: its retention is another one. May be repeated after a failure. Raises LakeError at its end
    if objects are damaged.
    """
    lake.ensure_format()
    with lake.database.transaction() as tx:
        # First, so that nothing that is made from here on has rows of theirs.
        tx.lake.forget_streamer(streamer_id=streamer_id, now=lake.clock.now())
        rows = records(LedgerRow, tx.lake.all_objects(lake=lake.url))
    lake.spool.drop_others(())
    concerned = [row for row in rows if row.dataset in (*SHORT_LIVED, EXPORT_NEWEST, *_NAMING) and row.written_revision]
    rewritten, damaged = 0, []
    for row in concerned:
        try:
            rewritten += row.status != "gone" and _without(lake, row, streamer_id)
        except ObjectMissing:
            # It has no rows of theirs, and none when it is made again.
            log.warning("lake: an object is missing key=%s", row.key)
        except ObjectDamaged:
            damaged.append(row.key)
        advance(row.key)
    if damaged:
        raise LakeError(
            f"{len(damaged)} damaged objects, such as {damaged[0]}, may still have rows of streamer {streamer_id}: run "
            "`watchtime lake repair`, which makes them again without"
        )
    return rewritten


def _without(lake: Lake, row: LedgerRow, streamer_id: str) -> bool:
    """Rewrite one object, if it has rows of the streamer."""
    per_poll: dict[int, int] = {}
    with lake.duck() as (duck, folder):
        old, new = folder / "old", folder / "new"
        lake.store.get(row.key, old)
        if row.dataset == RAW:
            removed, kept = raw.without(old, new, [streamer_id])
        elif row.dataset in EXPORTS:
            removed, kept = exports.without(old, new, streamer_id)
        else:
            source = read_parquet([old])
            removed = duck.rows(f"select count(*) from {source} where streamer_id = {quoted(streamer_id)}")[0][0]
            kept = 0
            if removed:
                kept = duck.write_parquet(f"select * from {source} where streamer_id <> {quoted(streamer_id)}", new)
            if removed and row.dataset == STREAMS:
                per_poll = dict(duck.rows(f"select poll_id, count(*) from {read_parquet([new])} group by poll_id"))
        if not removed:
            return False
        content = digest_of(row.content or "", streamer_id)
        with lake.database.transaction() as tx:
            tx.lake.intend_again(lake=lake.url, keys=[row.key], now=lake.clock.now())
            intended = records(LedgerRow, [tx.lake.object_of_key(lake=lake.url, key=row.key)])[0]
        publish(lake, intended, Made(new, kept, content), overwrite=True)
        if row.dataset == STREAMS:
            _count_polls_again(lake, row, per_poll, streamer_id)
    return True


def _count_polls_again(lake: Lake, sealed: LedgerRow, per_poll: Mapping[int, int], streamer_id: str) -> None:
    """Store how many rows of each poll a sealed day has now, with which a later seal is compared."""
    with lake.database.transaction() as tx:
        polls = records(LedgerRow, tx.lake.objects_of_day(lake=lake.url, day=sealed.day, datasets=[LANDING]))
        for poll in polls:
            if poll.status == "gone" and poll.content is not None and poll.poll_id is not None:
                tx.lake.store_counted_poll(
                    lake=lake.url,
                    key=poll.key,
                    rows=per_poll.get(poll.poll_id, 0),
                    content=digest_of(poll.content, streamer_id),
                )
