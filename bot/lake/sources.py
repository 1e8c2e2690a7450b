"""Build the lake from the settings. Nothing of it is imported or opened without LAKE_URL."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import date, time
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.calendar import Calendar
from bot.core.ports import LiveStreams
from bot.lake.intents import intend_day
from bot.lake.job import LakeJob
from bot.lake.raw import LakeObserver, PageRecorder
from bot.lake.raw_games import Igdb, recorded
from bot.lake.store import Lake, Replay
from helperfunctions import settings as all_settings
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.object_store import open_store
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings


@contextmanager
def opened(settings: Settings, database: Database, clock: Clock, replay: Replay | None = None) -> Iterator[Lake]:
    """The lake of the settings, for as long as the block. Raises SettingsError without LAKE_URL."""
    from helperfunctions.errors import SettingsError

    if settings.lake_url is None:
        raise SettingsError(["LAKE_URL is not set: set it to s3://bucket/prefix or file:///folder"])
    with opened_by_order(_order(settings, None, clock), clock, database) as lake:
        yield dataclasses.replace(lake, replay=replay, engine=settings.lake_engine)


@contextmanager
def opened_by_order(order: Mapping[str, Any], clock: Clock, database: Database | None = None) -> Iterator[Lake]:
    """The lake of an order, for as long as the block."""
    if database is None:
        database = Database(order["database_url"], Queries())
    store = open_store(order["lake_url"], clock, endpoint_url=order["endpoint_url"], aws=order["aws"])
    with closing(store):
        with database.transaction() as tx:
            owner = tx.lake.owner()
        lake = Lake(
            url=order["lake_url"],
            store=store,
            database=database,
            clock=clock,
            calendar=Calendar(ZoneInfo(order["timezone"]), time.fromisoformat(order["day_starts_at"])),
            folder=Path(order["folder"]),
            owner=owner,
            streams_hours=order["streams_hours"],
            has_raw=order["has_raw"],
            has_exports=order["has_exports"],
        )
        with closing(lake):
            yield lake


def job_of(settings: Settings, database: Database, clock: Clock) -> LakeJob | None:
    """The job under these settings; None without LAKE_URL."""
    if settings.lake_url is None:
        return None
    return LakeJob(database, partial(_order, settings, database, clock))


def observed(settings: Settings, clock: Clock, live: LiveStreams | None) -> tuple[LakeObserver, LiveStreams | None]:
    """What follows polls into the database, and the list of streams, whose pages are recorded with LAKE_RAW."""
    if settings.lake_url is None or not settings.lake_raw or live is None:
        return LakeObserver(settings.lake_url, clock, has_raw=settings.lake_raw), live
    recorder = PageRecorder(live, folder_of(settings) / "pages")
    return LakeObserver(settings.lake_url, clock, recorder, has_raw=True), recorder


def games_recorded(settings: Settings, clock: Clock, igdb: Igdb) -> AbstractContextManager[Igdb]:
    """IGDB for one run of the job `enrich`, whose items are recorded with LAKE_RAW."""
    if settings.lake_url is None or not settings.lake_raw:
        return nullcontext(igdb)
    return recorded(folder_of(settings) / "pages", clock, igdb)


def intend_of(settings: Settings, clock: Clock, tx: Transaction, day: date) -> None:
    """Intend the objects of a day that is being rolled up; without LAKE_URL, nothing."""
    if settings.lake_url is not None:
        intend_day(tx, settings.lake_url, day, clock.now())


def folder_of(settings: Settings) -> Path:
    """The folder for files on their way into the lake."""
    return settings.data_dir / "lake"


def _order(settings: Settings, database: Database | None, clock: Clock) -> dict[str, Any]:
    """What a process has to know to do a turn. With a database, its address, with the password, is in it."""
    return {
        "now": clock.now().isoformat(),
        "database_url": database.url if database else None,
        "lake_url": settings.lake_url,
        "endpoint_url": settings.lake_endpoint_url,
        "aws": all_settings.of_aws() if (settings.lake_url or "").startswith("s3:") else {},
        "timezone": settings.timezone.key,
        "day_starts_at": settings.day_starts_at.isoformat(),
        "folder": str(folder_of(settings)),
        "streams_hours": settings.lake_streams_hours,
        "has_raw": settings.lake_raw,
        "has_exports": settings.lake_exports,
    }
