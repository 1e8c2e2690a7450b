"""One turn of the lake: make files of what is due, put them into the store, seal days, and delete what expired."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.lake import exports, raw_games
from bot.lake.exports import make_any
from bot.lake.intents import intend_day, intend_poll
from bot.lake.layout import BY_GENRE, DIMENSIONS, EXPORTS, LANDING, MONTHLY, PAGES, POLLS, STREAMS, curated
from bot.lake.make import SourceGone
from bot.lake.prune import prune
from bot.lake.publish import publish
from bot.lake.raw import load_pages
from bot.lake.seal import clear_landing, seal_due
from bot.lake.store import ENDING, Lake, LedgerRow
from helperfunctions.database import records
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

# What is made of PostgreSQL, in the order in which it is needed.
FROM_DATABASE: Final = (LANDING, *EXPORTS, POLLS, *map(curated, MONTHLY), *map(curated, DIMENSIONS))
Advance = Callable[[str], None]


@dataclass(slots=True)
class LakeRun:
    """The result of a turn: objects made, put, sealed days and deleted objects, and the first error of each kind."""

    made: int = 0
    put: int = 0
    sealed: int = 0
    deleted: int = 0
    left: int = 0
    errors: list[WatchTimeError] = field(default_factory=list)

    def __str__(self) -> str:
        parts = (
            f"{self.made} made" if self.made else "",
            f"{self.put} put",
            f"{self.sealed} days sealed" if self.sealed else "",
            f"{self.deleted} deleted" if self.deleted else "",
            f"{self.left} still due" if self.left else "",
        )
        return f"Objects of the lake: {', '.join(part for part in parts if part)}."


def plan(lake: Lake) -> int:
    """Intend what no transaction has intended, because the lake began later. Returns the number of polls and days."""
    now = lake.clock.now()
    with lake.database.transaction() as tx:
        polls = list(tx.lake.polls_without_intent(lake=lake.url))
        for poll in polls:
            intend_poll(tx, lake.url, poll, now)
        days = [row.day for row in tx.lake.days_without_intent(lake=lake.url)]
        for day in days:
            intend_day(tx, lake.url, day, now)
        monthly, by_genre = ([curated(name) for name in names] for names in (MONTHLY, BY_GENRE))
        tx.lake.mark_changed_months(lake=lake.url, now=now, monthly=monthly, by_genre=by_genre)
    raw_games.intend(lake)
    if lake.has_exports:
        exports.intend(lake)
    return len(polls) + len(days)


def due(lake: Lake, datasets: Sequence[str]) -> list[LedgerRow]:
    """The objects of some datasets that are due, oldest day first."""
    with lake.database.transaction() as tx:
        return records(LedgerRow, tx.lake.due_objects(lake=lake.url, datasets=list(datasets)))


def transform(lake: Lake, run: LakeRun, advance: Advance = lambda _: None) -> None:
    """Make the files of all objects that are due and come from PostgreSQL. Needs no store."""
    rows = due(lake, FROM_DATABASE)
    lake.spool.drop_others({(row.key, row.revision) for row in due(lake, (*FROM_DATABASE, STREAMS))})
    for row in rows:
        if _each(lake, row, run, lambda row: _make(lake, row)):
            run.made += 1
        advance(row.key)
        if run.errors and isinstance(run.errors[-1], ENDING):
            return


def load(lake: Lake, run: LakeRun, advance: Advance = lambda _: None) -> None:
    """Put the files that `transform` made into the store, and raw pages."""
    lake.ensure_format()
    rows = due(lake, (*FROM_DATABASE, *PAGES))
    for row in rows:
        if _each(lake, row, run, lambda row: _load(lake, row)):
            run.put += 1
        advance(row.key)
        if run.errors and isinstance(run.errors[-1], ENDING):
            return


def seal(lake: Lake, run: LakeRun, advance: Advance = lambda _: None) -> None:
    """Seal the days that are due, and delete the objects of the polls of sealed days."""
    lake.ensure_format()
    for row in due(lake, (STREAMS,)):
        if _each(lake, row, run, lambda row: seal_due(lake, row)):
            run.sealed += 1
        advance(row.key)
        if run.errors and isinstance(run.errors[-1], ENDING):
            return
    # Of days that were sealed by a process that was killed before it deleted them.
    with lake.database.transaction() as tx:
        days = [row.day for row in tx.lake.days_to_clear(lake=lake.url)]
    for day in days:
        run.deleted += clear_landing(lake, day)


def whole_turn(lake: Lake) -> LakeRun:
    """Do everything that is due. The caller has the lock of `lake`.

    Errors of objects and of the store are in the result. Raises OutputNotWritten, and DatabaseError.
    """
    run = LakeRun()
    with lake.own_files():
        plan(lake)
        transform(lake, run)
    for task in (load, seal):
        try:
            task(lake, run)
        except WatchTimeError as exc:
            run.errors.append(exc)
            break
    else:
        run.deleted += prune(lake)
    run.left = len(due(lake, (*FROM_DATABASE, *PAGES, STREAMS)))
    return run


def _make(lake: Lake, row: LedgerRow) -> bool:
    if row.dataset == LANDING and lake.is_expired(row.day):
        raise SourceGone("past LAKE_STREAMS_HOURS before it was in the lake")
    if lake.spool.find(row.key, row.revision) is not None:
        return False
    make_any(lake, row)
    return True


def _load(lake: Lake, row: LedgerRow) -> bool:
    if row.dataset in PAGES:
        return load_pages(lake, row)
    made = lake.spool.find(row.key, row.revision)
    if made is None:
        return False
    publish(lake, row, made)
    return True


def _each(lake: Lake, row: LedgerRow, run: LakeRun, do: Callable[[LedgerRow], bool]) -> bool:
    """Do one object. Its error is kept, logged, and stored in the ledger, and others go on."""
    try:
        with lake.own_files():
            return do(row)
    except SourceGone as exc:
        with lake.database.transaction() as tx:
            tx.lake.store_gone(lake=lake.url, keys=[row.key], problem=str(exc))
        log.warning("lake: an object will not be made key=%s: %s", row.key, exc)
    except WatchTimeError as exc:
        log.error("lake: an object is still due key=%s: %s", row.key, exc)
        run.errors.append(exc)
        if not isinstance(exc, ENDING):
            with lake.database.transaction() as tx:
                tx.lake.store_problem(lake=lake.url, key=row.key, problem=str(exc))
    return False
