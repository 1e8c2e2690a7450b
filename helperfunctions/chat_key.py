"""The key of this installation, with which ids of chatters are hashed: the same id is another number elsewhere."""

import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from helperfunctions.errors import JournalUnusable

_KEY_BYTES: Final = 32
_HASH_BYTES: Final = 8

Hasher = Callable[[str], int]


def hasher_of(folder: Path) -> Hasher:
    """A function that makes a number of 64 bits of an id, by the key in a folder; the key is made at the first call.

    Raises JournalUnusable when the key cannot be read.
    """
    path = folder / "key"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as exc:
        raise JournalUnusable(f"the key of chat cannot be used path={path}: {exc.strerror}") from exc
    if len(key) != _KEY_BYTES:
        raise JournalUnusable(f"the key of chat is damaged path={path}: run `watchtime chat forget`")

    def hashed(text: str) -> int:
        return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BYTES, key=key).digest())

    return hashed


def _make(path: Path) -> None:
    """Make a key. Of two processes that do so at once, both then read the same one."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".key.")
    try:
        os.write(descriptor, secrets.token_bytes(_KEY_BYTES))
        os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.close(descriptor)
        Path(draft).unlink()


def forget(folder: Path) -> None:
    """Delete the key: no hash can be traced to a chatter any more."""
    (folder / "key").unlink(missing_ok=True)
