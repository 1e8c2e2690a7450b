"""A folder as an object store: files under their final names, so that any program reads them.

The hidden folder `.store/`, which readers of lakes skip, has the rest: the metadata of each content, and unfinished
writes in `.store/drafts/`. The ETag is the SHA-256 of the content: so damage on the disk is noticed.
"""

import errno
import fcntl
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from helperfunctions.clock import Clock
from helperfunctions.errors import ObjectChanged, ObjectDamaged, ObjectMissing, StoreRefused, StoreUnavailable
from helperfunctions.object_store import SHA256, StoredObject, StoreWarning, sha256_of

_OWN: Final = ".store"
_DRAFTS: Final = "drafts"
_OLD_SECONDS: Final = 86_400.0
# Errors that a person has to fix; others, such as a full disk, can pass.
_REFUSALS: Final = frozenset(
    {errno.EACCES, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EPERM, errno.EROFS}
)
# File systems without hard links.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


class FolderStore:
    """The objects below a folder, which is created with the first of them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def put(self, key: str, file: Path, metadata: Mapping[str, str], *, replaces: str | None = None) -> str:
        """As of ObjectStore."""
        path = self._path(key)
        with self._translated(f"{key} cannot be written"):
            with file.open("rb") as source:
                draft = self._draft(lambda opened: shutil.copyfileobj(source, opened))
            try:
                digest = sha256_of(draft)
                self._store_metadata(key, digest, metadata)
                path.parent.mkdir(parents=True, exist_ok=True)
                if replaces is None:
                    self._link(draft, path, key)
                else:
                    self._replace(draft, path, key, replaces)
                _sync(path.parent)
            finally:
                draft.unlink(missing_ok=True)
            if replaces is not None and replaces != digest:
                self._metadata_path(key, replaces).unlink(missing_ok=True)
        return digest

    def get(self, key: str, into: Path) -> StoredObject:
        """As of ObjectStore."""
        with self._translated(f"{key} cannot be read"):
            try:
                shutil.copyfile(self._path(key), into)
            except FileNotFoundError:
                raise ObjectMissing(f"the lake has no {key}") from None
            found = self._described(key, into)
        if not found.metadata:
            raise ObjectDamaged(f"{key} is damaged: its content is not what was stored")
        return found

    def head(self, key: str) -> StoredObject | None:
        """As of ObjectStore. An object without metadata is damaged: its content is not what was stored."""
        with self._translated(f"{key} cannot be read"):
            try:
                return self._described(key, self._path(key))
            except FileNotFoundError:
                return None

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """As of ObjectStore."""
        for key in self.keys(prefix):
            found = self.head(key)
            if found is not None:
                yield replace(found, metadata={})

    def keys(self, prefix: str = "") -> Iterator[str]:
        """As of ObjectStore."""
        with self._translated("the folder cannot be read"):
            found = sorted(self._keys(prefix))
        yield from found

    def delete(self, key: str) -> None:
        """As of ObjectStore."""
        path = self._path(key)
        with self._translated(f"{key} cannot be deleted"):
            if not path.exists():
                return
            with self._locked():
                path.unlink(missing_ok=True)
            shutil.rmtree(self._folder / _OWN / key, ignore_errors=True)
            _remove_empty(path.parent, self._folder)
            _remove_empty((self._folder / _OWN / key).parent, self._folder / _OWN)

    def remove_leftovers(self) -> int:
        """As of ObjectStore."""
        removed = 0
        with self._translated("the folder cannot be read"):
            for draft in (self._folder / _OWN / _DRAFTS).glob("*"):
                with suppress(FileNotFoundError):
                    if self._clock.now().timestamp() - draft.stat().st_mtime > _OLD_SECONDS:
                        draft.unlink()
                        removed += 1
        return removed

    def warnings(self) -> list[StoreWarning]:
        """As of ObjectStore."""
        with suppress(FileNotFoundError):
            if self._folder.stat().st_mode & stat.S_IWOTH:
                message = f"every user of this machine may write into {self._folder}: take this right away (chmod o-w)"
                return [StoreWarning(message, is_open=True)]
        return []

    def close(self) -> None:
        """Nothing is open."""

    def _path(self, key: str) -> Path:
        return self._folder / key

    def _metadata_path(self, key: str, digest: str) -> Path:
        return self._folder / _OWN / key / f"{digest}.json"

    def _keys(self, prefix: str) -> Iterator[str]:
        # Below the deepest folder of the prefix: the others can have many thousands of files.
        for folder, names, files in os.walk(self._folder / prefix.rpartition("/")[0]):
            names[:] = [name for name in names if not name.startswith(".")]
            for name in files:
                key = (Path(folder) / name).relative_to(self._folder).as_posix()
                if not name.startswith(".") and key.startswith(prefix):
                    yield key

    def _described(self, key: str, file: Path) -> StoredObject:
        """Raises FileNotFoundError."""
        digest = sha256_of(file)
        metadata: dict[str, str] = {}
        with suppress(FileNotFoundError, ValueError):
            metadata = json.loads(self._metadata_path(key, digest).read_bytes())
        return StoredObject(key, file.stat().st_size, digest, metadata)

    def _draft(self, write: Callable[[IO[bytes]], object]) -> Path:
        """A new file on the disk of the store, which `write` fills. Nothing is left of one that cannot be finished."""
        drafts = self._folder / _OWN / _DRAFTS
        drafts.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=drafts, delete=False) as draft:
            try:
                write(draft)
                draft.flush()
                os.fchmod(draft.fileno(), 0o644)
                os.fsync(draft.fileno())
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        return Path(draft.name)

    def _store_metadata(self, key: str, digest: str, metadata: Mapping[str, str]) -> None:
        """By the digest of its content, so that object and metadata are changed by one rename."""
        path = self._metadata_path(key, digest)
        text = json.dumps({**metadata, SHA256: digest})
        draft = self._draft(lambda opened: opened.write(text.encode()))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def _link(self, draft: Path, path: Path, key: str) -> None:
        """Give a draft its name if nobody has it yet."""
        try:
            os.link(draft, path)
        except FileExistsError:
            raise ObjectChanged(f"the lake has {key} already") from None
        except OSError as exc:
            if exc.errno not in _NO_LINKS:
                raise
            with self._locked():
                if path.exists():
                    raise ObjectChanged(f"the lake has {key} already") from None
                draft.replace(path)

    def _replace(self, draft: Path, path: Path, key: str, replaces: str) -> None:
        with self._locked():
            if not path.exists() or sha256_of(path) != replaces:
                raise ObjectChanged(f"{key} was changed by another writer")
            draft.replace(path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Among the processes of this machine, freed when its holder dies."""
        own = self._folder / _OWN
        own.mkdir(parents=True, exist_ok=True)
        with (own / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _translated(self, what: str) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            kind = StoreRefused if exc.errno in _REFUSALS else StoreUnavailable
            raise kind(f"the lake in {self._folder}: {what}: {exc.strerror or exc}") from exc


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, as far as they are empty: those of days would stay for ever."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent


def _sync(folder: Path) -> None:
    """Make a rename survive a power cut, where the file system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
