"""Compare the lake with its ledger, and repair it from the layer before: PostgreSQL, objects of polls, or raw pages."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.lake.exports import make_any
from bot.lake.layout import ABOUT_KEY, EXPORTS, LANDING, PAGES, STREAMS, is_of_lake
from bot.lake.make import SourceGone
from bot.lake.publish import publish
from bot.lake.rebuild import poll_again, seal_again
from bot.lake.store import ENDING, Lake, LedgerRow
from helperfunctions.database import records
from helperfunctions.errors import EngineFailed, LakeError, ObjectDamaged, ObjectMissing, WatchTimeError
from helperfunctions.object_store import StoredObject

log = logging.getLogger(__name__)

Advance = Callable[[str], None]


class Fault(StrEnum):
    """What is wrong with an object."""

    MISSING = "missing"
    DAMAGED = "damaged"
    ORPHAN = "orphan"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Finding:
    """An object that is not as the ledger says. `row` is None for an orphan that the ledger does not know."""

    key: str
    fault: Fault
    row: LedgerRow | None

    def __str__(self) -> str:
        return f"{self.key}: {self.fault}"


@dataclass(slots=True)
class Verified:
    """The result: objects compared, what is wrong, and objects that are still due, which is no fault."""

    objects: int = 0
    due: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Repaired:
    """The result: keys that were repaired, and those that could not be, with the reason."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def verify(lake: Lake, *, deep: bool = False, advance: Advance = lambda _: None) -> Verified:
    """List the lake and compare keys, sizes and ETags with the ledger; `deep`: also read every object whole.

    It needs no lock, so that it delays no turn. While another process writes, an object can change between the list
    and the ledger, and be found wrong: `confirmed` looks at those again.
    """
    lake.ensure_format(create=False)
    found = {one.key: one for one in lake.store.objects()}
    with lake.database.transaction() as tx:
        ledger = records(LedgerRow, tx.lake.all_objects(lake=lake.url))
    result = Verified(
        objects=sum(row.status == "there" for row in ledger), due=sum(row.status == "due" for row in ledger)
    )
    for row in ledger:
        fault = _fault_of(lake, row, found.pop(row.key, None), deep=deep)
        if fault is not None:
            result.findings.append(Finding(row.key, fault, row))
        advance(row.key)
    result.findings += [
        Finding(key, Fault.ORPHAN, None) for key in sorted(found) if key != ABOUT_KEY and is_of_lake(key)
    ]
    return result


def confirmed(lake: Lake, found: Verified, *, deep: bool = False) -> Verified:
    """The result without what is right by now. The caller has the lock of `lake`, so that nobody writes meanwhile."""
    findings: list[Finding] = []
    for before in found.findings:
        with lake.database.transaction() as tx:
            known = tx.lake.object_of_key(lake=lake.url, key=before.key)
        row = records(LedgerRow, [known])[0] if known else None
        there = lake.store.head(before.key)
        fault = _fault_of(lake, row, there, deep=deep) if row else Fault.ORPHAN if there else None
        if fault is not None:
            findings.append(Finding(before.key, fault, row))
    return replace(found, findings=findings)


def _fault_of(lake: Lake, row: LedgerRow, there: StoredObject | None, *, deep: bool) -> Fault | None:
    """What is wrong with an object. Raises the errors of a store that fails, which are no fault of it."""
    if row.status == "due":
        return None
    if row.status == "gone":
        return Fault.ORPHAN if there else None
    if there is None:
        return Fault.MISSING
    if there.etag != row.etag or there.size != row.bytes:
        return Fault.DAMAGED
    if not deep:
        return None
    with lake.duck() as (duck, folder):
        file = folder / "object"
        try:
            found = lake.store.get(row.key, file)
            is_whole = row.dataset in (*PAGES, *EXPORTS) or duck.count(file) == row.rows
        except ObjectMissing:
            return Fault.MISSING
        except ObjectDamaged:
            return Fault.DAMAGED
        except EngineFailed:
            return Fault.UNREADABLE
    return None if is_whole and found.metadata.get("sha256") == row.sha256 else Fault.DAMAGED


def repair(lake: Lake, findings: Sequence[Finding], advance: Advance = lambda _: None) -> Repaired:
    """Put missing and damaged objects again, and delete orphans of ours. Others go on if one fails.

    Raises the errors after which every other object would fail too.
    """
    result = Repaired()
    # First the objects of polls, which sealed days are made of.
    for finding in sorted(findings, key=lambda finding: (finding.key.startswith(STREAMS), finding.key)):
        try:
            _repair(lake, finding)
            result.done.append(finding.key)
        except ENDING:
            raise
        except (SourceGone, WatchTimeError) as exc:
            result.failed[finding.key] = str(exc)
        advance(finding.key)
    return result


def _repair(lake: Lake, finding: Finding) -> None:
    if finding.fault is Fault.ORPHAN:
        _delete_orphan(lake, finding)
        return
    assert finding.row is not None  # noqa: S101 - for the type checker: only orphans have none
    # A new intent, so that this object replaces the damaged one, and no older writer replaces it.
    with lake.database.transaction() as tx:
        tx.lake.intend_again(lake=lake.url, keys=[finding.key], now=lake.clock.now())
        row = records(LedgerRow, [tx.lake.object_of_key(lake=lake.url, key=finding.key)])[0]
    if row.dataset in PAGES:
        raise SourceGone("raw pages have no other source")
    if row.dataset == STREAMS:
        made = seal_again(lake, row)
    elif row.dataset == LANDING:
        made = poll_again(lake, row)
    else:
        made = make_any(lake, row)
    publish(lake, row, made, overwrite=True)


def _delete_orphan(lake: Lake, finding: Finding) -> None:
    found = lake.store.head(finding.key)
    if found is None:
        return
    # A damaged one has no metadata; the ledger knows it all the same.
    owners = (lake.owner, None) if finding.row else (lake.owner,)
    if found.metadata.get("owner") not in owners:
        raise LakeError(f"{finding.key} is not ours, and was not deleted: delete it by hand, or move it away")
    lake.store.delete(finding.key)
