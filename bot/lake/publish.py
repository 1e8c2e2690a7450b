"""Put a file into the store, and store the outcome. Safe to repeat, and safe against another writer."""

import logging
from typing import Final

from bot import __version__
from bot.lake.layout import FORMAT, LANDING, PAGES
from bot.lake.spool import Made
from bot.lake.store import Lake, LedgerRow
from helperfunctions.errors import LakeError, ObjectChanged
from helperfunctions.object_store import SHA256, StoredObject

log = logging.getLogger(__name__)

# Their key is the identity of a poll or a run: two different contents for one intent are a contradiction.
_IMMUTABLE: Final = (LANDING, *PAGES)
# Each other writer that is met in the middle costs one attempt.
_ATTEMPTS: Final = 4


def publish(lake: Lake, row: LedgerRow, made: Made, *, overwrite: bool = False) -> None:
    """Put the file of an intent into the store, and store the outcome in the ledger.

    If another object is there: an equal one is ours, because our answer was lost or another writer was faster; that of
    an older intent is replaced; that of a newer one stays. `overwrite`: replace a damaged one too. Raises LakeError if
    it is neither, and ObjectChanged if other writers were always faster.
    """
    found = _put(lake, row, made, overwrite=overwrite)
    if found is not None:
        store_outcome(lake, row, found, made)
    lake.spool.drop(row.key, row.revision)


def _put(lake: Lake, row: LedgerRow, made: Made, *, overwrite: bool) -> StoredObject | None:
    """The object that fulfils the intent; None if that of a newer intent is there."""
    metadata = {
        "rows": str(made.rows),
        "content": made.content,
        "schema": str(FORMAT),
        "program": __version__,
        "revision": str(row.revision),
        "owner": lake.owner,
    }
    digest, size = made.sha256, made.file.stat().st_size
    expected = row.etag if row.written_revision else None
    if row.content == made.content and row.etag:
        there = lake.store.head(row.key)
        if there is not None and there.etag == row.etag and there.metadata.get("owner") == lake.owner:
            return there
    for _ in range(_ATTEMPTS):
        try:
            etag = lake.store.put(row.key, made.file, metadata, replaces=expected)
            return StoredObject(row.key, size, etag, {**metadata, SHA256: digest})
        except ObjectChanged:
            there = lake.store.head(row.key)
        if there is None:
            expected = None
            continue
        is_equal = there.metadata.get("owner") == lake.owner and there.metadata.get("content") == made.content
        if is_equal and not overwrite:
            return there
        if _is_newer(lake, row, there, overwrite=overwrite):
            return None
        expected = there.etag
    raise ObjectChanged(f"{row.key}: another writer was faster {_ATTEMPTS} times; try again later")


def _is_newer(lake: Lake, row: LedgerRow, there: StoredObject, *, overwrite: bool) -> bool:
    """True if the object there is of a newer intent. Raises LakeError if it may not be replaced."""
    if overwrite:
        return False
    owner = there.metadata.get("owner")
    if owner is None:
        raise LakeError(f"{row.key} is damaged, or was written by another program: run `watchtime lake repair`")
    if owner != lake.owner:
        raise LakeError(f"{row.key} was written for another database: choose another prefix in LAKE_URL")
    revision = int(there.metadata.get("revision", "0"))
    if revision == row.revision and row.dataset in _IMMUTABLE:
        raise LakeError(f"{row.key} has another content than {_what(row)}: run `watchtime lake repair`")
    return revision > row.revision


def _what(row: LedgerRow) -> str:
    return "what was received" if row.poll_id is None else f"poll {row.poll_id}"


def store_outcome(lake: Lake, row: LedgerRow, there: StoredObject, made: Made) -> None:
    """Store what is in the store for an intent. If the object is meanwhile to be gone, delete it again."""
    with lake.database.transaction() as tx:
        stored = tx.lake.store_outcome(
            lake=lake.url,
            key=row.key,
            revision=row.revision,
            etag=there.etag,
            sha256=there.metadata.get(SHA256),
            content=made.content,
            rows=made.rows,
            bytes=there.size,
            now=lake.clock.now(),
        )
        now_there = None if stored else tx.lake.object_of_key(lake=lake.url, key=row.key)
    if now_there is not None and now_there.status == "gone":
        lake.store.delete(row.key)
        return
    log.debug("lake: stored key=%s rows=%d bytes=%d", row.key, made.rows, there.size)
