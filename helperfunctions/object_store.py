"""Object stores: S3 or a folder, behind one protocol, with conditional writes.

A write says what it expects to find: nothing, or the object with a known ETag. So of two writers one wins, and the
other learns of it. Folders and S3 have a file each: folder_store.py and s3_store.py.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import unquote, urlsplit

from helperfunctions.clock import Clock
from helperfunctions.errors import SettingsError

SHA256: Final = "sha256"
"""The metadata that every object has: the SHA-256 of its content, in hexadecimal."""
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object: its key below the address of the store, size in bytes, ETag, and metadata (empty in a list)."""

    key: str
    size: int
    etag: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoreWarning:
    """What is wrong with the place of a store, as a line for the user. `is_open`: others can read or write there."""

    message: str
    is_open: bool


class ObjectStore(Protocol):
    """A place for objects. Every method raises StoreUnavailable after retries, and StoreRefused."""

    def put(self, key: str, file: Path, metadata: Mapping[str, str], *, replaces: str | None = None) -> str:
        """Store a file, whole or not at all, and return its ETag.

        `replaces`: the ETag of the object that it replaces; None: there is none yet. Raises ObjectChanged if the store
        has another object there, or none to replace. That can be the result of this very call, whose first response was
        lost: compare with `head`.
        """
        ...

    def get(self, key: str, into: Path) -> StoredObject:
        """Write an object into a file. Raises ObjectMissing, and ObjectDamaged if it is not what its SHA-256 says."""
        ...

    def head(self, key: str) -> StoredObject | None:
        """The object with its metadata; None if there is none."""
        ...

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """The objects whose keys begin with `prefix`, in the order of their keys, without metadata.

        In a folder, each object is read for its ETag.
        """
        ...

    def keys(self, prefix: str = "") -> Iterator[str]:
        """The keys that begin with `prefix`, in order. In a folder, no object is read for it."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object. No error if there is none."""
        ...

    def remove_leftovers(self) -> int:
        """Remove the unfinished uploads of killed processes, when they are older than a day. Returns their number."""
        ...

    def warnings(self) -> list[StoreWarning]:
        """What is wrong with the place: it is open to others, or it keeps what was deleted."""
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def open_store(
    url: str,
    clock: Clock,
    *,
    endpoint_url: str | None = None,
    aws: Mapping[str, str] | None = None,
    **options: Any,
) -> ObjectStore:
    """The store at s3://bucket/prefix or file:///folder. Nothing is requested yet.

    `endpoint_url`: of a service that speaks S3 and is not AWS. `aws`: AWS_ settings that are not in the environment.
    `options`: as of S3Store.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        from helperfunctions.folder_store import FolderStore

        return FolderStore(Path(unquote(parts.path)), clock)
    if parts.scheme == "s3":
        from helperfunctions.s3_store import S3Store

        return S3Store(
            parts.netloc,
            parts.path.strip("/"),
            clock,
            endpoint_url=endpoint_url,
            aws=aws or {},
            **options,
        )
    raise SettingsError([f"LAKE_URL should begin with s3:// or file:///, not {parts.scheme}://"])
