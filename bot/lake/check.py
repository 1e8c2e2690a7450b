"""`watchtime lake check`: whether the lake can be written as the commit protocol needs it, and who can read it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import uuid4

from bot.core.agreement import meaning_of_hours
from bot.lake import engine
from bot.lake.store import Lake
from helperfunctions.errors import EngineFailed, ObjectChanged, StoreError

# Of no object: an MD5 in quotes, as S3 writes it.
_NO_ETAG: Final = f'"{"0" * 32}"'


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
        yield LakeFinding(Level.PROBLEM if warning.is_open else Level.WARNING, warning.message)
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
    """Put an object again that should not be there, and one that should be another: both have to fail."""
    ignored = []
    with _small_object(lake) as (key, file):
        for name, replaces in (("If-None-Match", None), ("If-Match", _NO_ETAG)):
            with suppress(ObjectChanged):
                lake.store.put(key, file, {"owner": lake.owner}, replaces=replaces)
                ignored.append(name)
    if not ignored:
        return LakeFinding(Level.OK, "two writers cannot overwrite each other: conditional writes work")
    return LakeFinding(
        Level.WARNING,
        f"the store ignores {' and '.join(ignored)}: only the lock in the database keeps two writers apart; use no "
        "second bot",
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
    longer = meaning_of_hours(hours)
    if longer is None:
        return LakeFinding(Level.OK, f"streams are deleted {hours} hours after the end of their day")
    return LakeFinding(Level.WARNING, longer)
