"""`verify` next to another process that writes: nothing that is right is called wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.lake.verify import Fault, confirmed, repair, verify
from bot.lake.work import LakeRun, load, plan, transform
from helperfunctions.errors import StoreUnavailable
from helperfunctions.object_store import ObjectStore, StoredObject
from tests.factories import DAY_START, HALF_HOUR, a_stream
from tests.lakes import LakeOfTest, a_day


@pytest.fixture
def lake(folder_lake: LakeOfTest) -> LakeOfTest:
    return folder_lake


class Meanwhile:
    """A store in which another process writes as soon as it was listed."""

    def __init__(self, store: ObjectStore, write: Callable[[], object]) -> None:
        self._store = store
        self._write = write

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        listed = list(self._store.objects(prefix))
        self._write()
        return iter(listed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def a_new_poll(lake: LakeOfTest) -> None:
    """An object that is not in the list."""
    lake.poll(at=DAY_START + HALF_HOUR)
    lake.turn()


def a_late_poll(lake: LakeOfTest) -> None:
    """A sealed day that is replaced, so that the list has another ETag."""
    lake.poll(a_stream(7, streamer="cleo"), at=DAY_START + HALF_HOUR / 2)
    lake.turn()


def a_sealed_day(lake: LakeOfTest) -> None:
    """Objects of polls that are deleted, and are in the list."""
    lake.roll_up()
    lake.turn()


def of_a_day(lake: LakeOfTest) -> None:
    a_day(lake)
    lake.turn()


def of_polls(lake: LakeOfTest) -> None:
    lake.poll()
    lake.to_the_end_of(DAY_START.date())
    plan(lake.lake)
    run = LakeRun()
    transform(lake.lake, run)
    load(lake.lake, run)


@pytest.mark.parametrize(
    ("given", "writes"),
    [(of_a_day, a_new_poll), (of_a_day, a_late_poll), (of_polls, a_sealed_day)],
    ids=["new", "replaced", "deleted"],
)
def test_what_changes_while_it_is_verified_is_no_fault(
    lake: LakeOfTest, given: Callable[[LakeOfTest], None], writes: Callable[[LakeOfTest], None]
) -> None:
    given(lake)
    store: Any = Meanwhile(lake.lake.store, lambda: writes(lake))
    found = verify(replace(lake.lake, store=store))
    assert found.findings != []
    assert confirmed(lake.lake, found).findings == []


def test_a_fault_is_confirmed(lake: LakeOfTest) -> None:
    of_a_day(lake)
    folder = Path(lake.lake.url.removeprefix("file://"))
    (folder / "curated/games/games.parquet").unlink()
    (folder / "curated/orphan.parquet").write_bytes(b"")
    found = confirmed(lake.lake, verify(lake.lake))
    assert [(one.key, one.fault) for one in found.findings] == [
        ("curated/games/games.parquet", Fault.MISSING), ("curated/orphan.parquet", Fault.ORPHAN),
    ]  # fmt: skip


class Away:
    """A store that cannot be read any more after it was listed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def get(self, key: str, into: Path) -> StoredObject:
        if key != "_lake.json":
            raise StoreUnavailable("no answer")
        return self._store.get(key, into)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_a_store_that_fails_while_objects_are_read_is_no_fault_of_the_objects(lake: LakeOfTest) -> None:
    of_a_day(lake)
    store: Any = Away(lake.lake.store)
    with pytest.raises(StoreUnavailable):
        verify(replace(lake.lake, store=store), deep=True)


def test_a_damaged_object_that_has_no_source_any_more_is_removed(lake: LakeOfTest) -> None:
    lake.poll()
    lake.turn()
    [key] = lake.keys("landing/")
    Path(lake.lake.url.removeprefix("file://"), key).write_bytes(b"damaged")
    with lake.database.transaction() as tx:
        tx.lake.store_gone(lake=lake.lake.url, keys=[key], problem="deleted")
    assert repair(lake.lake, verify(lake.lake).findings).done == [key]
    assert lake.keys("landing/") == []
