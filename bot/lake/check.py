"""`watchtime lake check`: whether the lake can be written as the commit protocol needs it, and who can read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from bot.lake import engine
from bot.lake.store import Lake
from helperfunctions.errors import EngineFailed, ObjectChanged, StoreError

# Twitch's agreement, schedule 1.C, allows raw data for 24 hours.
ALLOWED_HOURS = 24


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class LakeFinding:
    """One line of the check."""

    level: Level
    message: str


def check(lake: Lake) -> Iterator[LakeFinding]:
    """Check the store by writing and deleting an object, its settings, those of the bot, and the engine."""
    try:
        lake.ensure_format()
        yield LakeFinding(Level.OK, f"{lake.url} can be read, and belongs to this database")
        yield _conditional_writes(lake)
        warnings = lake.store.warnings()
    except StoreError as exc:
        yield LakeFinding(Level.PROBLEM, str(exc))
        return
    for warning in warnings:
        # What everybody can read is a breach of Twitch's agreement, not a matter of taste.
        is_public = "everybody" in warning or "every user" in warning
        yield LakeFinding(Level.PROBLEM if is_public else Level.WARNING, warning)
    if not warnings:
        yield LakeFinding(Level.OK, "it is not public, and keeps no old versions, as far as our rights show it")
    yield _retention(lake.streams_hours)
    if lake.has_raw:
        yield LakeFinding(
            Level.WARNING, "LAKE_RAW: the pages of Twitch are stored as received, with titles and tags, for as long"
        )
    if lake.engine != engine.DUCKDB:
        yield _engine(lake)


def _conditional_writes(lake: Lake) -> LakeFinding:
    """Put an object that should not be there twice: the second has to fail."""
    try:
        with _small_object(lake) as (key, file):
            lake.store.put(key, file, {"owner": lake.owner})
    except ObjectChanged:
        return LakeFinding(Level.OK, "two writers cannot overwrite each other: conditional writes work")
    return LakeFinding(
        Level.WARNING,
        "the store ignores If-None-Match: only the lock in the database keeps two writers apart; use no second bot",
    )


def _engine(lake: Lake) -> LakeFinding:
    """Have the engine read an object."""
    try:
        with _small_object(lake) as (key, _), engine.opened(lake.engine) as spark:
            if spark:
                engine.check_reading(spark, lake.url, key)
    except (EngineFailed, StoreError) as exc:
        return LakeFinding(Level.PROBLEM, f"LAKE_ENGINE: {exc}")
    return LakeFinding(Level.OK, "the engine of `lake rollup` answers, and can read the lake")


@contextmanager
def _small_object(lake: Lake) -> Iterator[tuple[str, Path]]:
    """The key and the file of an object that is in the lake for as long as the block."""
    key = f"landing/check-{uuid4().hex}.json"
    with lake.scratch() as folder:
        file = folder / "check.json"
        file.write_text("{}\n")
        try:
            lake.store.put(key, file, {"owner": lake.owner})
            yield key, file
        finally:
            lake.store.delete(key)


def _retention(hours: int) -> LakeFinding:
    if hours <= ALLOWED_HOURS:
        return LakeFinding(Level.OK, f"streams are deleted {hours} hours after the end of their day")
    return LakeFinding(
        Level.WARNING,
        f"LAKE_STREAMS_HOURS={hours}: Twitch's developer agreement (schedule 1.C) allows 24 hours for data as "
        "received; you answer for a longer time yourself. Sums by day are kept for good in any case",
    )
