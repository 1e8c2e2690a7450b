"""Both object stores against the same promises; S3 also through a proxy with its faults."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest

from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.errors import (
    ObjectChanged,
    ObjectDamaged,
    ObjectMissing,
    SettingsError,
    StoreRefused,
    StoreUnavailable,
)
from helperfunctions.object_store import ObjectStore, StoredObject, open_store, sha256_of
from sandbox.s3_proxy import S3Fault, S3Faults, S3Proxy
from tests.seaweed import AWS, BUCKET, Seaweed


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[ObjectStore]:
    if request.param == "folder":
        yield open_store(f"file://{tmp_path}/store", clock)
        return
    seaweed: Seaweed = request.getfixturevalue("seaweed")
    with ExitStack() as stack:
        made = open_store(f"s3://{BUCKET}/{tmp_path.name}", clock, endpoint_url=seaweed.url, aws=AWS)
        stack.callback(made.close)
        yield made


@pytest.fixture
def proxy(seaweed: Seaweed) -> Iterator[S3Proxy]:
    with S3Proxy(seaweed.url, faults=S3Faults(slow_seconds=3.0)) as proxy:
        yield proxy


@pytest.fixture
def behind_proxy(proxy: S3Proxy, tmp_path: Path, clock: VirtualClock) -> Iterator[ObjectStore]:
    url = f"s3://{BUCKET}/{tmp_path.name}"
    made = open_store(url, clock, endpoint_url=proxy.url, aws=AWS, timeout=(60.0, 60.0), part_bytes=5 << 20)
    yield made
    made.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where one can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["/usr/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["/usr/bin/umount", str(folder)], check=True)


def a_file(folder: Path, content: bytes) -> Path:
    file = folder / "given"
    file.write_bytes(content)
    return file


def test_an_object_is_written_once_and_replaced_by_those_who_know_it(store: ObjectStore, tmp_path: Path) -> None:
    first = store.put("a/b.txt", a_file(tmp_path, b"first"), {"rows": "1"})
    with pytest.raises(ObjectChanged):
        store.put("a/b.txt", a_file(tmp_path, b"other"), {})
    second = store.put("a/b.txt", a_file(tmp_path, b"second"), {"rows": "2"}, replaces=first)
    with pytest.raises(ObjectChanged):
        store.put("a/b.txt", a_file(tmp_path, b"late"), {}, replaces=first)
    with pytest.raises(ObjectChanged):
        store.put("a/none.txt", a_file(tmp_path, b"late"), {}, replaces=first)
    digest = sha256_of(a_file(tmp_path, b"second"))
    expected = StoredObject("a/b.txt", 6, second, {"rows": "2", "sha256": digest})
    assert store.head("a/b.txt") == expected
    assert store.get("a/b.txt", tmp_path / "got") == expected
    assert (tmp_path / "got").read_bytes() == b"second"


def test_objects_are_listed_in_order_and_deleted_without_complaint(store: ObjectStore, tmp_path: Path) -> None:
    file = a_file(tmp_path, b"x")
    for key in ("b/2", "b/1", "a=1/c"):
        store.put(key, file, {})
    assert [found.key for found in store.objects()] == ["a=1/c", "b/1", "b/2"]
    assert [(found.key, found.size) for found in store.objects("b/")] == [("b/1", 1), ("b/2", 1)]
    assert (list(store.keys("b/")), list(store.keys("a")), list(store.keys("c/"))) == (["b/1", "b/2"], ["a=1/c"], [])
    store.delete("b/1")
    store.delete("b/1")
    assert store.head("b/1") is None
    with pytest.raises(ObjectMissing):
        store.get("b/1", tmp_path / "got")
    assert [found.key for found in store.objects()] == ["a=1/c", "b/2"]
    assert (store.warnings(), store.remove_leftovers()) == ([], 0)


@pytest.mark.parametrize("fault", [S3Fault.CONFLICT, S3Fault.SLOW_DOWN, S3Fault.SERVER_ERROR, S3Fault.RESET])
def test_a_write_that_a_fault_prevents_is_repeated(
    behind_proxy: ObjectStore, proxy: S3Proxy, tmp_path: Path, fault: S3Fault
) -> None:
    proxy.faults.cue(fault, 2)
    etag = behind_proxy.put("key", a_file(tmp_path, b"content"), {})
    assert proxy.faults.injected()[fault] == 2
    found = behind_proxy.head("key")
    assert found is not None
    assert found.etag == etag


def test_a_write_whose_answer_is_lost_is_seen_as_changed_with_our_own_content(
    behind_proxy: ObjectStore, proxy: S3Proxy, tmp_path: Path
) -> None:
    file = a_file(tmp_path, b"content")
    proxy.faults.cue(S3Fault.LOST)
    with pytest.raises(ObjectChanged):
        behind_proxy.put("key", file, {})
    found = behind_proxy.head("key")
    assert found is not None
    assert found.metadata["sha256"] == sha256_of(file)


def test_an_object_in_parts_is_whole_or_not_there(behind_proxy: ObjectStore, proxy: S3Proxy, tmp_path: Path) -> None:
    file = a_file(tmp_path, bytes(range(256)) * 25_000)
    proxy.faults.cue(S3Fault.SERVER_ERROR)
    behind_proxy.put("large", file, {"rows": "1"})
    with pytest.raises(ObjectChanged):
        behind_proxy.put("large", file, {})
    behind_proxy.get("large", tmp_path / "got")
    assert sha256_of(tmp_path / "got") == sha256_of(file)


def test_a_truncated_answer_is_read_again(behind_proxy: ObjectStore, proxy: S3Proxy, tmp_path: Path) -> None:
    behind_proxy.put("key", a_file(tmp_path, b"content" * 1000), {})
    proxy.faults.cue(S3Fault.TRUNCATED)
    behind_proxy.get("key", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == b"content" * 1000
    assert proxy.faults.injected()[S3Fault.TRUNCATED] == 1


def test_a_slow_answer_is_given_up_and_tried_again(proxy: S3Proxy, tmp_path: Path, clock: VirtualClock) -> None:
    url = f"s3://{BUCKET}/{tmp_path.name}"
    impatient = open_store(url, clock, endpoint_url=proxy.url, aws=AWS, timeout=(60.0, 1.0), attempts=2)
    proxy.faults.cue(S3Fault.SLOW, 2)
    with pytest.raises(StoreUnavailable, match="tried 2 times; last: ReadTimeoutError"):
        impatient.head("key")
    impatient.close()


def test_a_store_that_is_away_is_unavailable(behind_proxy: ObjectStore, proxy: S3Proxy) -> None:
    proxy.is_away = True
    with pytest.raises(StoreUnavailable, match="does not answer for key, tried 6 times"):
        behind_proxy.head("key")


def test_a_public_bucket_and_one_that_keeps_versions_are_warned_of(seaweed: Seaweed, clock: VirtualClock) -> None:
    bucket = "public-lake"
    s3 = boto3.client(
        "s3",
        endpoint_url=seaweed.url,
        region_name=AWS["AWS_REGION"],
        aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
    )
    s3.create_bucket(Bucket=bucket)
    store = open_store(f"s3://{bucket}", clock, endpoint_url=seaweed.url, aws=AWS)
    assert store.warnings() == []
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    public, versions = store.warnings()
    assert ("everybody" in public.message, public.is_open) == (True, True)
    assert ("keeps old versions" in versions.message, versions.is_open) == (True, False)
    store.close()
    s3.close()


def test_a_bucket_that_does_not_exist_is_named(seaweed: Seaweed, clock: VirtualClock) -> None:
    store = open_store("s3://no-such-bucket/prefix", clock, endpoint_url=seaweed.url, aws=AWS)
    with pytest.raises(StoreRefused, match="the bucket no-such-bucket does not exist: create it, or fix LAKE_URL"):
        list(store.objects())
    store.close()


def test_damage_in_a_folder_is_noticed(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/store", SystemClock())
    etag = store.put("key", a_file(tmp_path, b"content"), {})
    (tmp_path / "store" / "key").write_bytes(b"contenT")
    with pytest.raises(ObjectDamaged):
        store.get("key", tmp_path / "got")
    with pytest.raises(ObjectChanged):
        store.put("key", a_file(tmp_path, b"new"), {}, replaces=etag)


def test_a_folder_has_nothing_of_a_deleted_object_left(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}/store", SystemClock())
    store.put("day=1/key", a_file(tmp_path, b"content"), {})
    store.delete("day=1/key")
    left = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "store").rglob("*")}
    assert left == {"store/.store", "store/.store/drafts", "store/.store/lock"}


def test_a_full_disk_leaves_the_object_before_and_no_draft(tmp_path: Path, small_disk: Path) -> None:
    store = open_store(f"file://{small_disk}/store", SystemClock())
    etag = store.put("key", a_file(tmp_path, b"content"), {})
    with pytest.raises(StoreUnavailable, match="key cannot be written: No space left on device"):
        store.put("key", a_file(tmp_path, bytes(4 << 20)), {}, replaces=etag)
    assert store.get("key", tmp_path / "got").etag == etag
    assert list((small_disk / "store/.store/drafts").iterdir()) == []
    store.put("key", a_file(tmp_path, b"smaller"), {}, replaces=etag)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = open_store(f"file://{tmp_path}/file", SystemClock())
    with pytest.raises(StoreRefused, match="key cannot be written: Not a directory"):
        store.put("key", a_file(tmp_path, b"content"), {})


def test_another_scheme_is_a_problem_of_the_settings() -> None:
    with pytest.raises(SettingsError, match="should begin with s3:// or file:///, not ftp://"):
        open_store("ftp://host", SystemClock())
