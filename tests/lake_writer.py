"""Processes that write into a lake, and are killed at a random point: between two steps of a store or a database."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context, util
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bot.lake.work import whole_turn
from helperfunctions.clock import ShiftedClock
from helperfunctions.database import Database, Transaction
from helperfunctions.object_store import ObjectStore, StoredObject
from helperfunctions.queries import Queries


@dataclass(frozen=True)
class Order:
    """What a writer is to do. `fuse`: the number of steps until it is killed; 0: never."""

    database_url: str
    lake_url: str
    endpoint_url: str | None
    folder: Path
    now: datetime
    fuse: int


class Fuse:
    """Kills this process as `kill -9` does when it has burnt down."""

    def __init__(self, steps: int) -> None:
        self._left = steps

    def step(self) -> None:
        """One step closer."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalStore:
    """A store whose process can be killed before and after each call that changes it, and before each that reads it."""

    def __init__(self, store: ObjectStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    def put(self, key: str, file: Path, metadata: Mapping[str, str], *, replaces: str | None = None) -> str:
        self._fuse.step()
        etag = self._store.put(key, file, metadata, replaces=replaces)
        self._fuse.step()
        return etag

    def delete(self, key: str) -> None:
        self._fuse.step()
        self._store.delete(key)
        self._fuse.step()

    def get(self, key: str, into: Path) -> StoredObject:
        self._fuse.step()
        return self._store.get(key, into)

    def head(self, key: str) -> StoredObject | None:
        self._fuse.step()
        return self._store.head(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class MortalDatabase(Database):
    """A database whose process can be killed before a transaction, before its commit, and after it."""

    fuse: Fuse

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        self.fuse.step()
        with super().transaction() as tx:
            yield tx
            self.fuse.step()
        self.fuse.step()


def write_until_killed(order: Order) -> None:
    """Do a turn of the lake, without the lock that keeps two writers apart."""
    from tests.lakes import opened

    fuse = Fuse(order.fuse)
    database = MortalDatabase(order.database_url, Queries())
    database.fuse = Fuse(0)
    clock = ShiftedClock(order.now)
    with opened(order.lake_url, database, clock, order.folder, order.endpoint_url) as lake:
        database.fuse = fuse
        whole_turn(replace(lake, store=MortalStore(lake.store, fuse)))


@contextmanager
def writers() -> Iterator[Callable[[Order], BaseProcess]]:
    """Starts writers, each a fork of a process that has imported everything and has no threads."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.lake_writer", "tests.lakes", "duckdb", "boto3", "tenacity"])

    def started(order: Order) -> BaseProcess:
        process = context.Process(target=write_until_killed, args=(order,))
        process.start()
        return process

    yield started
    # While the folder for temporary files exists, which the tests delete at their end.
    util._run_finalizers()  # type: ignore[attr-defined]
